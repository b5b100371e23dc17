/*
 * mem.h - every byte the library allocates comes from here.
 *
 * A `struct mem` is a budget: it counts what is held, refuses what would go
 * past its limit, and can be told to fail at the n-th call so that tests
 * walk every out-of-memory path. It is shared by reference and outlives
 * everything allocated from it. Counters are atomic: threads may share one.
 *
 * Two families:
 *   mem_alloc/mem_grow/mem_free   small and middling blocks, from malloc
 *   mem_map/mem_remap/mem_unmap   the big arrays of a heap: zero pages
 *                                 straight from the kernel, huge where it
 *                                 can, grown by moving page tables instead
 *                                 of bytes, given back at once when done
 *
 * All sizes are n * size with the product checked. Memory is always zeroed.
 * A failure fills `e` (ERR_NOMEM, or ERR_BUDGET when the limit refused) and
 * returns NULL; a block passed to mem_grow or mem_remap then stays valid.
 *
 * With a limit, a big map that would go past it is spilled: it lies in an
 * unlinked temporary file, looks the same, and costs time instead of memory
 * (see spill.h). Only what is held in memory counts against the limit, which
 * includes some room for the program and for pages of spilled maps in use.
 * The limit refuses what must be in memory, and what would take hours.
 */
#ifndef OOMWHY_BASE_MEM_H
#define OOMWHY_BASE_MEM_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "spill.h"

/* Where large maps begin, and what they best are whole multiples of. */
#define HUGE_PAGE ((uint64_t)2 << 20)

_Static_assert(sizeof(size_t) >= 8,
               "a 64-bit system is needed: dumps are larger than 4 GiB");

struct mem {
    uint64_t limit;        /* bytes; 0 = none */
    _Atomic uint64_t held; /* bytes */
    _Atomic uint64_t peak; /* bytes */
    _Atomic uint64_t calls;
    uint64_t fail_at; /* the call, from 1, that fails and all after; 0 = off */
    _Atomic uint64_t spilled; /* bytes in temporary files; not in `held` */
    struct spills spills;
};

void mem_init(struct mem *m, uint64_t limit);

void *mem_alloc(struct mem *m, uint64_t n, size_t size, struct err *e);
/* Grows `p` (NULL: allocates) from `old` to `n` elements; new ones are zero. */
void *mem_grow(struct mem *m, void *p, uint64_t old, uint64_t n, size_t size,
               struct err *e);
void mem_free(struct mem *m, void *p);
/* A NUL-terminated copy of `n` bytes. */
char *mem_strndup(struct mem *m, const char *s, size_t n, struct err *e);
char *mem_strdup(struct mem *m, const char *s, struct err *e);

/* Page-backed; the caller remembers `bytes`, as it does with mmap(2). What gets
 * shorter stays where it is. */
void *mem_map(struct mem *m, uint64_t bytes, struct err *e);
void *mem_remap(struct mem *m, void *p, uint64_t old, uint64_t bytes,
                struct err *e);
void mem_unmap(struct mem *m, void *p, uint64_t bytes);

/* To ask before long work that will map `bytes` more, and something besides
 * that nobody can tell yet: refuses what would be refused on the way, or but
 * for luck, and says how much is needed. */
bool mem_foresee(struct mem *m, uint64_t bytes, struct err *e);

#endif
