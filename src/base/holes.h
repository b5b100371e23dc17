/*
 * holes.h - what of a compressed file's damaged members can't be inflated,
 * and what stands for it.
 */
#ifndef OOMWHY_BASE_HOLES_H
#define OOMWHY_BASE_HOLES_H

#include <stddef.h>

#include "vec.h"

struct hole {
    uint64_t member;  /* where that begins on disk */
    uint64_t raw;     /* where the fault is, */
    const char *what; /* which */
    uint64_t next;    /* where the next member begins; HOLE_OPEN: nowhere */
    uint64_t zeros;   /* bytes that stand for those lost */
};
#define HOLE_OPEN UINT64_MAX

struct holes { /* ascending: who comes to a new one has been at all before */
    struct hole *at;
    uint64_t n, cap;
};

/* The one of a member; NULL: nobody has come to one there. */
const struct hole *holes_of(const struct holes *h, uint64_t member);
/* False: out of memory. */
bool holes_add(struct holes *h, const struct hole *hole, struct mem *m);
/* A sentence about all of them, of which there are some; it is cut at `n`. */
void holes_tell(const struct holes *h, char *text, size_t n);
void holes_deinit(struct holes *h, struct mem *m);

#endif
