/*
 * column.h - an array of numbers, or small structs, as long as the heap has
 * objects or references, written once from front to back while its length is
 * unknown. It is told how many bytes a number takes before anything is in it.
 *
 * It is mapped, so growing moves page tables instead of bytes and what was
 * reserved but never written costs nothing. `head` numbers can be left free
 * in front, for what is only counted at the end.
 */
#ifndef OOMWHY_HPROF_COLUMN_H
#define OOMWHY_HPROF_COLUMN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"

struct column {
    union {
        void *bytes;
        uint64_t *at64;
        uint32_t *at;
        uint16_t *at16;
        uint8_t *at8;
    };
    uint64_t n;    /* written, the head included */
    uint64_t cap;  /* mapped, in numbers */
    unsigned size; /* bytes of a number */
};

bool column_grow_(struct column *c, uint64_t more, struct mem *m,
                  struct err *e);
void column_deinit(struct column *c, struct mem *m);
/* Gives back what was mapped beyond the end. */
void column_trim(struct column *c, struct mem *m);

/* Makes room for `more` numbers behind at[n]. */
static inline bool column_reserve(struct column *c, uint64_t more,
                                  struct mem *m, struct err *e)
{
    return c->cap - c->n >= more || column_grow_(c, more, m, e);
}

/* Numbers of 4 bytes. */
static inline bool column_push(struct column *c, uint32_t v, struct mem *m,
                               struct err *e)
{
    if (!column_reserve(c, 1, m, e))
        return false;
    c->at[c->n++] = v;
    return true;
}

#endif
