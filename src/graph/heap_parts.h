/*
 * heap_parts.h - the passes of heap_analyse, each in its file, over one
 * shared state. Private to src/graph.
 */
#ifndef OOMWHY_GRAPH_HEAP_PARTS_H
#define OOMWHY_GRAPH_HEAP_PARTS_H

#include "graph/heap.h"
#include "graph/load.h"
#include "graph/model.h"
#include "hprof/values.h"

struct analysis {
    struct heap *heap;
    const struct hprof_dump *dump;
    const struct heap_options *options;
    struct source *source;
    struct mem *mem;
    struct arena *arena;
    struct sizes sizes;
    struct model model;          /* what the tree is over */
    struct model strong;         /* --compat mat only: without weak referents */
    struct tree tree;            /* empty in quick mode */
    struct heap_sum *class_live; /* census.c: [n_classes + 1], the last for no
                                    class: what is in the tree; before there is
                                    one: all */
    uint64_t *live;              /* bitmap of the nodes that a reference of some
                                    strength reaches; NULL: the tree's */
    /* Bytes off the heap by Java owner: malloc'ed, and mapped from files. */
    VEC(struct load_weight) native_weights;
    VEC(struct load_weight) mapped_weights;
    struct load native, mapped; /* the same over the tree */
    struct err *err;
};

/* The graph that paths and suspects follow. */
const struct graph *analysis_paths(const struct analysis *a);
/* Whether there is a tree: not in quick mode. */
static inline bool analysis_has_tree(const struct analysis *a)
{
    return a->tree.reached != 0;
}

/* Whether a node is in it. */
static inline bool analysis_reaches(const struct analysis *a, uint32_t node)
{
    return analysis_has_tree(a) && tree_has(&a->tree, node);
}

/* UNKNOWN if it is not. */
uint64_t analysis_retained(const struct analysis *a, uint32_t node);
uint64_t analysis_native(const struct analysis *a, uint32_t node);
/* "java.lang.Class" for class objects, "?" where the class is missing. */
const char *analysis_class_name(const struct analysis *a, uint32_t node);
/* Class objects: the class they are; threads: their name; else NULL. */
const char *analysis_object_name(const struct analysis *a, uint32_t node);

/* census.c: sums, histogram, reachability by strength; objects are counted
 * before there is a tree. */
bool census_count(struct analysis *a);
bool census_take(struct analysis *a);
/* What classes retain, and what references of each strength reach. */
bool census_finish(struct analysis *a, struct err *e);
/* texts.c: reads some Strings, but not in quick mode; needs no tree. Later it
 * says what those that repeat others weigh. */
bool texts_sample(struct analysis *a);
void texts_weigh(struct analysis *a);
/* threads.c: names, stacks, who threw the OutOfMemoryError. */
bool threads_collect(struct analysis *a);
/* "web.Handler.run(Handler.java:17)"; NULL: out of memory. */
const char *frame_text(struct analysis *a, const struct hprof_frame *f);
/* The first frame from `from` on down the stack that is not the JDK's own;
 * NULL: there is none. */
const struct hprof_frame *frame_of_program(const struct heap_thread *t,
                                           uint32_t from);
/* natives.c: off-heap memory by the Java objects that stand for it. */
bool natives_collect(struct analysis *a);
/* buffers.c: its part about java.nio's buffers and foreign segments. */
bool buffers_collect(struct analysis *a);
/* Credits `bytes` to an owner: mapped from a file, or allocated. */
bool natives_credit(struct analysis *a, uint32_t node, uint64_t bytes,
                    bool mapped);
/* natives.c: once the tree is there, native bytes flow up it. */
bool natives_flow(struct analysis *a);
/* suspects.c: top dominators, leak suspects, holders of native memory. */
bool suspects_find(struct analysis *a);
/* garbage.c: who retains what nothing reaches. */
bool garbage_find(struct analysis *a);
/* patterns.c: queues of finalizers and cleaners, class loaders. */
bool patterns_find(struct analysis *a);

struct node_list {
    uint32_t *at;
    uint64_t n, cap;
};

/* Every instance of the classes `wanted` [n_classes], in node order. */
bool analysis_instances(struct analysis *a, const uint8_t *wanted,
                        struct node_list *ret);
/* The same for one class and those below it. */
bool analysis_instances_of(struct analysis *a, const char *name,
                           struct node_list *ret);

#endif
