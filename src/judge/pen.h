/*
 * pen.h - writes the verdict's sentences into its arena.
 *
 * Running out of memory is sticky, as in an output stream: rules write on
 * with empty strings, and the verdict asks once at the end.
 */
#ifndef OOMWHY_JUDGE_PEN_H
#define OOMWHY_JUDGE_PEN_H

#include "base/arena.h"

struct pen {
    struct arena *arena;
    struct err *err; /* the first failure */
};

/* Never NULL. */
const char *pen_write(struct pen *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* "236.0 MiB" */
const char *pen_size(struct pen *p, uint64_t bytes);
/* "61 %": a of b; "?" if b is 0. */
const char *pen_share(struct pen *p, uint64_t a, uint64_t b);

#endif
