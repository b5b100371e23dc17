/*
 * parallel.h - one piece of work after the other, on several threads.
 *
 * Pieces are numbered and handed out in ascending order; who does which is
 * left to chance. What comes out must not depend on that: a piece writes to
 * places of its own, and what pieces add up is added by the caller in the
 * order of their numbers, or is a sum.
 */
#ifndef OOMWHY_BASE_PARALLEL_H
#define OOMWHY_BASE_PARALLEL_H

#include "err.h"

#define PARALLEL_MOST 64

/* How many threads that many jobs come to, the caller's among them. */
static inline unsigned parallel_threads(unsigned jobs)
{
    return jobs < 2 ? 1 : jobs < PARALLEL_MOST ? jobs : PARALLEL_MOST;
}

/* Does piece `i`. `worker` is less than the number of threads asked for and
 * nobody else's meanwhile: it says whose scratch to use. False: failed. */
typedef bool parallel_fn(void *ctx, uint64_t i, unsigned worker, struct err *e);

/*
 * Calls `fn` for all i < n on at most `jobs` threads, the caller's among
 * them; with fewer if the system has no more, and with jobs < 2 in a plain
 * loop. After a failure no further pieces begin, and the error is that of
 * the lowest piece that failed, as in the loop.
 */
bool parallel_for(unsigned jobs, uint64_t n, parallel_fn *fn, void *ctx,
                  struct err *e);

#endif
