/*
 * arena.h - many small things with one lifetime: names, class layouts, the
 * facts of a report. Allocation is a bump; everything is freed at once.
 */
#ifndef OOMWHY_BASE_ARENA_H
#define OOMWHY_BASE_ARENA_H

#include "mem.h"

struct arena_block;

struct arena {
    struct mem *mem;
    struct arena_block *blocks; /* newest first */
};

void arena_init(struct arena *a, struct mem *m);
void arena_deinit(struct arena *a);
/* Zeroed, aligned for any type; NULL with `e` set when memory runs out. */
void *arena_alloc(struct arena *a, uint64_t n, size_t size, struct err *e);
/* NUL-terminated copies. */
char *arena_strndup(struct arena *a, const char *s, size_t n, struct err *e);
char *arena_strdup(struct arena *a, const char *s, struct err *e);
char *arena_printf(struct arena *a, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
