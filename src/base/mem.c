/*
 * mem.c - the one place that calls malloc and mmap.
 */
#define _GNU_SOURCE
#include "mem.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void mem_init(struct mem *m, uint64_t limit)
{
    memset(m, 0, sizeof *m);
    m->limit = limit;
}

/* Asks the budget for `bytes`; the error is set when it says no. */
static bool take(struct mem *m, uint64_t bytes, struct err *e)
{
    uint64_t call = atomic_fetch_add(&m->calls, 1) + 1;
    uint64_t held, peak;

    if (m->fail_at && call >= m->fail_at)
        return err_set(e, ERR_NOMEM, "out of memory (failure injected)");
    held = atomic_fetch_add(&m->held, bytes) + bytes;
    if (m->limit && held > m->limit) {
        atomic_fetch_sub(&m->held, bytes);
        return err_set(e, ERR_BUDGET,
                       "the memory limit of %llu bytes is too small: "
                       "%llu bytes are needed at this point",
                       (unsigned long long)m->limit, (unsigned long long)held);
    }
    peak = atomic_load(&m->peak);
    while (held > peak && !atomic_compare_exchange_weak(&m->peak, &peak, held))
        ;
    return true;
}

static void give(struct mem *m, uint64_t bytes)
{
    atomic_fetch_sub(&m->held, bytes);
}

static bool product(uint64_t n, size_t size, uint64_t *ret, struct err *e)
{
    if (__builtin_mul_overflow(n, (uint64_t)size, ret) || *ret > PTRDIFF_MAX)
        return err_set(e, ERR_NOMEM, "%llu elements of %zu bytes are too many",
                       (unsigned long long)n, size);
    if (*ret == 0)
        *ret = 1;
    return true;
}

void *mem_alloc(struct mem *m, uint64_t n, size_t size, struct err *e)
{
    uint64_t bytes;
    void *p;

    if (!product(n, size, &bytes, e) || !take(m, bytes, e))
        return NULL;
    p = calloc(1, bytes);
    if (!p) {
        give(m, bytes);
        err_set(e, ERR_NOMEM, "out of memory: no %llu bytes",
                (unsigned long long)bytes);
        return NULL;
    }
    /* What malloc rounded up to is what mem_free will hand back. */
    atomic_fetch_add(&m->held, malloc_usable_size(p) - bytes);
    return p;
}

void *mem_grow(struct mem *m, void *p, uint64_t old, uint64_t n, size_t size,
               struct err *e)
{
    uint64_t bytes, had = p ? malloc_usable_size(p) : 0;
    char *q;

    if (!p)
        return mem_alloc(m, n, size, e);
    if (!product(n, size, &bytes, e))
        return NULL;
    if (!take(m, bytes > had ? bytes - had : 0, e))
        return NULL;
    q = realloc(p, bytes);
    if (!q) {
        give(m, bytes > had ? bytes - had : 0);
        err_set(e, ERR_NOMEM, "out of memory: no %llu bytes",
                (unsigned long long)bytes);
        return NULL;
    }
    if (n > old)
        memset(q + old * size, 0, (n - old) * size);
    if (bytes > had)
        had = bytes;
    atomic_fetch_add(&m->held, malloc_usable_size(q) - had);
    return q;
}

void mem_free(struct mem *m, void *p)
{
    if (!p)
        return;
    give(m, malloc_usable_size(p));
    free(p);
}

char *mem_strndup(struct mem *m, const char *s, size_t n, struct err *e)
{
    char *p = mem_alloc(m, (uint64_t)n + 1, 1, e);

    if (p && n)
        memcpy(p, s, n);
    return p;
}

char *mem_strdup(struct mem *m, const char *s, struct err *e)
{
    return mem_strndup(m, s, strlen(s), e);
}

/* Huge pages halve the price of first touch and of TLB misses; a kernel
 * without them ignores the advice. Small maps would only waste memory. */
static void advise(void *p, uint64_t bytes)
{
    if (bytes >= (uint64_t)4 << 20)
        madvise(p, bytes, MADV_HUGEPAGE);
}

void *mem_map(struct mem *m, uint64_t bytes, struct err *e)
{
    void *p;

    if (bytes == 0)
        bytes = 1;
    if (!take(m, bytes, e))
        return NULL;
    p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) {
        give(m, bytes);
        err_set(e, ERR_NOMEM, "out of memory: no %llu bytes: %s",
                (unsigned long long)bytes, strerror(errno));
        return NULL;
    }
    advise(p, bytes);
    return p;
}

void *mem_remap(struct mem *m, void *p, uint64_t old, uint64_t bytes,
                struct err *e)
{
    void *q;

    if (!p)
        return mem_map(m, bytes, e);
    if (old == 0)
        old = 1;
    if (bytes == 0)
        bytes = 1;
    if (!take(m, bytes > old ? bytes - old : 0, e))
        return NULL;
    q = mremap(p, old, bytes, MREMAP_MAYMOVE);
    if (q == MAP_FAILED) {
        give(m, bytes > old ? bytes - old : 0);
        err_set(e, ERR_NOMEM, "out of memory: no %llu bytes: %s",
                (unsigned long long)bytes, strerror(errno));
        return NULL;
    }
    if (bytes < old)
        give(m, old - bytes);
    else
        advise(q, bytes);
    return q;
}

void mem_unmap(struct mem *m, void *p, uint64_t bytes)
{
    if (!p)
        return;
    if (bytes == 0)
        bytes = 1;
    munmap(p, bytes);
    give(m, bytes);
}
