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

#include "base/bits.h"
#include "graph/ranks.h"
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
    unsigned jdk;            /* the oldest it can be, by its classes' fields: 7,
                                8, 9, 15, 19, 25; 0: an older one, or another VM */
    char why[160];           /* what it was inferred from */
};

struct sized_node {
    uint32_t node;
    uint64_t bytes;
};

/* What it takes to know an object's size from its class and length. */
struct class_size {
    uint64_t bytes;   /* of an instance, or of an array's header */
    uint32_t element; /* bytes; 0: no array */
    bool differs;     /* from one instance to the next: arrays, class objects,
                         stack chunks */
};

struct sizes {
    struct size_model model;
    const struct hprof_dump *dump;
    uint64_t *instance;     /* [n_classes]: bytes of one instance */
    uint64_t *class_object; /* [n_classes]: bytes of the class object */
    /* Objects whose class does not tell: stacks of unmounted virtual
     * threads, by node. */
    VEC(struct sized_node) stack_chunks;
    uint32_t stack_chunk;       /* jdk.internal.vm.StackChunk or CLASS_NONE */
    struct class_size *classes; /* [n_classes + 1], the last: no class */
    struct ranks arrays;        /* nodes that are arrays; by rank: lengths */
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

/* What all sizes sum up to at most, and how many of their low bits are always
 * 0. */
uint64_t sizes_most(const struct sizes *s);
unsigned sizes_shift(const struct sizes *s);

/* Of a stack chunk. */
uint64_t sizes_of_stack(const struct sizes *s, uint32_t node);

/* Of the array that is the `rank`th; its class is `k`. */
static inline uint64_t sizes_of_array(const struct sizes *s,
                                      const struct class_size *k, uint32_t rank)
{
    return align_up(k->bytes + (uint64_t)k->element *
                                   lengths_get(&s->dump->lengths, rank),
                    s->model.object_align);
}

/* Shallow bytes of `node`, in any order; the super-root has 0. Its class is
 * known: n_classes is none. */
static inline uint64_t sizes_of(const struct sizes *s, uint32_t node,
                                uint32_t class)
{
    const struct hprof_dump *d = s->dump;
    const struct class_size *k = &s->classes[class];

    if (!k->differs)
        return k->bytes;
    if (k->element)
        return sizes_of_array(s, k, ranks_of(&s->arrays, node));
    if (node <= d->n_classes)
        return node ? s->class_object[node - 1] : 0;
    return class == s->stack_chunk ? sizes_of_stack(s, node) : k->bytes;
}

static inline uint64_t sizes_at(const struct sizes *s, uint32_t node)
{
    uint32_t c = hprof_class_of(s->dump, node);

    return sizes_of(s, node, c == CLASS_NONE ? s->dump->n_classes : c);
}

/* The same as a tree_size_fn (tree.h). */
uint64_t sizes_next(void *sizes, uint32_t node, uint32_t class);

#endif
