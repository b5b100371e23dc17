/*
 * ahead.c - see ahead.h.
 */
#include "ahead.h"

#include <pthread.h>
#include <string.h>

/* Both together stay in a second-level cache of common size. */
#define BUFFER ((size_t)256 << 10)

struct buffer {
    bool full;
    size_t n; /* 0 in a full one: the end */
    uint8_t bytes[BUFFER];
};

struct ahead {
    struct mem *mem;
    ahead_fn *read;
    void *ctx;
    pthread_t thread;
    pthread_mutex_t lock; /* of `stop` and the buffers' `full` */
    pthread_cond_t changed;
    bool stop;
    unsigned taking; /* the reader's buffer */
    size_t taken;    /* of its bytes */
    struct buffer buffers[2];
};

/* Waits until the buffer is the caller's; false: it never will be. */
static bool await(struct ahead *a, const struct buffer *b, bool full)
{
    bool stop;

    pthread_mutex_lock(&a->lock);
    while (b->full != full && !a->stop)
        pthread_cond_wait(&a->changed, &a->lock);
    stop = a->stop;
    pthread_mutex_unlock(&a->lock);
    return !stop;
}

static void hand_over(struct ahead *a, struct buffer *b, bool full)
{
    pthread_mutex_lock(&a->lock);
    b->full = full;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->lock);
}

static void *run(void *ahead)
{
    struct ahead *a = ahead;
    size_t n = 1;

    for (unsigned i = 0; n; i ^= 1) {
        struct buffer *b = &a->buffers[i];

        if (!await(a, b, false))
            break;
        n = b->n = a->read(a->ctx, b->bytes, BUFFER);
        hand_over(a, b, true);
    }
    return NULL;
}

struct ahead *ahead_start(ahead_fn *read, void *ctx, struct mem *m)
{
    struct err ignored = {0};
    struct ahead *a = mem_alloc(m, 1, sizeof *a, &ignored);

    if (!a)
        return NULL;
    a->mem = m;
    a->read = read;
    a->ctx = ctx;
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->changed, NULL);
    if (pthread_create(&a->thread, NULL, run, a) == 0)
        return a;
    mem_free(m, a);
    return NULL;
}

size_t ahead_read(struct ahead *a, uint8_t *to, size_t n)
{
    struct buffer *b = &a->buffers[a->taking];

    await(a, b, true);
    if (n > b->n - a->taken)
        n = b->n - a->taken;
    memcpy(to, b->bytes + a->taken, n);
    a->taken += n;
    if (b->n && a->taken == b->n) {
        a->taken = 0;
        a->taking ^= 1;
        hand_over(a, b, false);
    }
    return n;
}

void ahead_stop(struct ahead *a)
{
    pthread_mutex_lock(&a->lock);
    a->stop = true;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->lock);
    pthread_join(a->thread, NULL);
    pthread_cond_destroy(&a->changed);
    pthread_mutex_destroy(&a->lock);
    mem_free(a->mem, a);
}
