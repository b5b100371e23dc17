/*
 * sample.h - one dump with a bit of everything, in the orders in which
 * different writers put it.
 */
#ifndef OOMWHY_TESTS_HPROF_SAMPLE_H
#define OOMWHY_TESTS_HPROF_SAMPLE_H

#include <check.h>

#include "hprof/dump.h"
#include "tests/support/hprof_writer.h"
#include "tests/support/random.h"

struct plan {
    const char *version;
    unsigned id_size;
    bool classes_last, roots_first;
    bool backwards; /* ids descend */
    uint64_t step;  /* between ids; 1 as hprof agents do */
};

/* Objects in file order; their ids are sample_id(plan, OBJECT). */
enum sample_object {
    HEAD,  /* demo/Node {next = LEAF, value = 7} */
    LEAF,  /* demo/Leaf extends Node {extra = TEXT, small = -2} */
    ARRAY, /* Object[] {HEAD, null, HEAD, class Node, LEAF, dangling} */
    INTS,  /* int[5] */
    TEXT,  /* String "grüße" in Latin-1 */
    TEXT_BYTES,
    WEAKLY,    /* WeakReference to HEAD, with a queue */
    FINALIZED, /* Finalizer of LEAF */
    LOADER,    /* ClassLoader */
    THREAD,    /* Thread named by TEXT */
    SAMPLE_OBJECTS,
};

enum {
    DEMO_NODE = 0x800,   /* "Lnext Ivalue" */
    DEMO_LEAF = 0x808,   /* its subclass: "Lextra Ssmall" */
    DEMO_HOLDER = 0x810, /* static head = HEAD, count = 42, gone = dangling */
};

uint64_t sample_id(const struct plan *p, enum sample_object o);
void sample_write(struct hprof_writer *w, const struct plan *p);

/* Reads what the writer made; fails the test if it can't be read. */
struct opened {
    struct mem mem;
    struct source *s;
    struct hprof_dump d;
    struct err e;
};
void open_dump(struct opened *o, const struct hprof_writer *w);
/* The same without a verdict: whether it could be read. */
bool try_dump(struct opened *o, const void *bytes, size_t n,
              const struct hprof_options *options);
/* Closes and checks that nothing was lost. */
void close_dump(struct opened *o);

uint32_t sample_node(const struct opened *o, const struct plan *p,
                     enum sample_object k);
/* Whether the references of `node` are exactly `n` nodes in this order. */
void assert_refs(const struct hprof_dump *d, uint32_t node, unsigned n,
                 const uint32_t *want);

#define ASSERT_REFS(d, node, ...)                                              \
    assert_refs((d), (node),                                                   \
                sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t),    \
                (const uint32_t[]){__VA_ARGS__})

#endif
