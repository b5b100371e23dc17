/*
 * ahead.h - a thread that reads ahead of its only reader, by two buffers.
 */
#ifndef OOMWHY_BASE_AHEAD_H
#define OOMWHY_BASE_AHEAD_H

#include "mem.h"

struct ahead;

/* Returns how many bytes it wrote to `to`, at most `n`; 0: there are no
 * more. */
typedef size_t ahead_fn(void *ctx, uint8_t *to, size_t n);

/* From now on `read` is called by the thread alone, and what `ctx` points to
 * is the thread's, until ahead_stop. NULL: no memory or no thread for it. */
struct ahead *ahead_start(ahead_fn *read, void *ctx, struct mem *m);
/* Like the function itself. */
size_t ahead_read(struct ahead *a, uint8_t *to, size_t n);
/* What was read ahead and not taken is lost. */
void ahead_stop(struct ahead *a);

#endif
