/*
 * sizes.h - how many bytes of heap an object takes.
 *
 * A dump states neither headers, nor padding, nor the size of a reference.
 * The model is inferred from the addresses, says what it inferred and how
 * sure it is, and can be overridden. `mat` is Eclipse MAT's model
 * (docs/size-model.md), kept for comparison.
 */
#ifndef OOMWHY_GRAPH_SIZES_H
#define OOMWHY_GRAPH_SIZES_H

#include "hprof/dump.h"

enum size_model_kind {
    SIZES_AUTO, /* the JVM's layout, inferred */
    SIZES_MAT,
};

struct size_model {
    enum size_model_kind kind;
    const char *name;        /* "hotspot-64-compressed", "mat", ... */
    uint32_t object_align;   /* bytes */
    uint32_t reference_size; /* 4 or 8 */
    uint32_t object_header;  /* bytes before an instance's fields */
    uint32_t array_header;   /* with the length */
    bool certain;            /* the addresses prove it */
    char why[160];           /* what it was inferred from */
};

struct sized_node {
    uint32_t node;
    uint64_t bytes;
};

struct sizes {
    struct size_model model;
    const struct hprof_dump *dump;
    uint64_t *instance;     /* [n_classes]: bytes of one instance */
    uint64_t *class_object; /* [n_classes]: bytes of the class object */
    /* Objects whose class does not tell: stacks of unmounted virtual
     * threads, by node. */
    VEC(struct sized_node) stack_chunks;
    uint32_t stack_chunk; /* jdk.internal.vm.StackChunk or CLASS_NONE */
    uint64_t next_length; /* the cursor of sizes_next */
    uint32_t next_node;
};

/* `name`: "auto", "mat", or a layout such as "hotspot-64",
 * "hotspot-64-compressed", "hotspot-64-compact", "hotspot-32"; an unknown
 * one is ERR_USAGE. */
bool sizes_init(struct sizes *s, const struct hprof_dump *d, const char *name,
                struct mem *m, struct err *e);
void sizes_deinit(struct sizes *s, struct mem *m);

/* Reads how long the stacks in stack chunks are, which nothing but their
 * contents tells: one batch of hprof/values.h, if there are any. */
bool sizes_read_stacks(struct sizes *s, struct source *source, struct mem *m,
                       struct err *e);

/* Shallow bytes of `node`, called for ascending nodes (the tree_size_fn of
 * tree.h; a step back rewinds, at a price). The super-root has 0. */
uint64_t sizes_next(void *sizes, uint32_t node);
/* Length of an array node; 0 for what is not an array. Same cursor. */
uint32_t sizes_array_length(struct sizes *s, uint32_t node);

#endif
