/*
 * parallel.c - see parallel.h.
 *
 * Threads are made for each call: that takes tens of microseconds, and the
 * work is a sweep of milliseconds.
 */
#include "parallel.h"

#include <pthread.h>
#include <stdatomic.h>

struct work {
    parallel_fn *fn;
    void *ctx;
    uint64_t n;
    _Atomic uint64_t next;
    pthread_mutex_t lock; /* of what follows */
    uint64_t failed;      /* the lowest piece that did; n: none */
    struct err err;       /* of that one */
};

struct worker {
    struct work *work;
    unsigned number;
    pthread_t thread;
};

/* Lower pieces have all begun, and may still fail. */
static void fail(struct work *w, uint64_t i, const struct err *e)
{
    atomic_store(&w->next, w->n);
    pthread_mutex_lock(&w->lock);
    if (i < w->failed) {
        w->failed = i;
        w->err = *e;
    }
    pthread_mutex_unlock(&w->lock);
}

/* The next piece to do; n or more: there is none. A failure sets `next` to
 * n, which must not be lost. */
static uint64_t take(struct work *w)
{
    uint64_t i = atomic_load(&w->next);

    while (i < w->n && !atomic_compare_exchange_weak(&w->next, &i, i + 1))
        ;
    return i;
}

static void *run(void *arg)
{
    const struct worker *me = arg;
    struct work *w = me->work;
    uint64_t i;

    while ((i = take(w)) < w->n) {
        struct err e = {0};

        if (!w->fn(w->ctx, i, me->number, &e))
            fail(w, i, &e);
    }
    return NULL;
}

static bool plain_loop(uint64_t n, parallel_fn *fn, void *ctx, struct err *e)
{
    for (uint64_t i = 0; i < n; i++)
        if (!fn(ctx, i, 0, e))
            return false;
    return true;
}

bool parallel_for(unsigned jobs, uint64_t n, parallel_fn *fn, void *ctx,
                  struct err *e)
{
    struct work w = {.fn = fn, .ctx = ctx, .n = n, .failed = n};
    struct worker all[PARALLEL_MOST];
    unsigned started = 1;

    jobs = parallel_threads(jobs);
    if (jobs > n)
        jobs = (unsigned)n;
    if (jobs < 2)
        return plain_loop(n, fn, ctx, e);
    pthread_mutex_init(&w.lock, NULL);
    all[0] = (struct worker){.work = &w};
    for (; started < jobs; started++) {
        struct worker *k = &all[started];

        *k = (struct worker){.work = &w, .number = started};
        if (pthread_create(&k->thread, NULL, run, k) != 0)
            break;
    }
    run(&all[0]);
    while (--started)
        pthread_join(all[started].thread, NULL);
    pthread_mutex_destroy(&w.lock);
    if (w.failed < n && !err_is_set(e))
        *e = w.err;
    return w.failed == n;
}
