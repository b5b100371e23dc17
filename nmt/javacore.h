/*
 * javacore.h - what an OpenJ9 or IBM javacore says of memory: the error that
 * made it, the Java heap, and the NATIVEMEMINFO section, a tree of categories
 * which is what that VM has in place of NMT.
 *
 * Bytes throughout. The root counts reserved (mapped) memory too, so it can
 * exceed what is resident, and a container's limit.
 */
#ifndef OOMWHY_NMT_JAVACORE_H
#define OOMWHY_NMT_JAVACORE_H

#include "base/arena.h"
#include "base/known.h"
#include "base/source.h"
#include "base/vec.h"
#include "nmt/logs.h"

struct javacore_row {
    const char *name; /* "Java Heap", "Direct Byte Buffers" */
    unsigned depth;   /* 1: the root, "JRE" */
    uint64_t bytes;
    uint64_t line;
};

struct javacore {
    VEC(struct javacore_row) rows; /* in the order of the tree */
    uint64_t jre; /* bytes of the root; UNKNOWN without such a section */
    /* "Dump Event "systhrow" ... OutOfMemoryError" made it. */
    bool has_oome;
    struct oome oome;
    uint64_t heap_total, heap_used, heap_line; /* UNKNOWN: no MEMINFO */
};

/* A javacore without the section reads as one without rows; else like the
 * readers of logs.h. */
bool javacore_read(struct source *s, struct arena *a, struct javacore *ret,
                   struct err *e);
void javacore_deinit(struct javacore *j, struct mem *m);

#endif
