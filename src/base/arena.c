/*
 * arena.c - a chain of blocks, the newest being filled.
 */
#include "arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BLOCK_BYTES ((uint64_t)64 << 10)
#define ALIGN       ((uint64_t)16)

struct arena_block {
    struct arena_block *next;
    uint64_t used, size; /* bytes of data[] */
    _Alignas(16) unsigned char data[];
};

void arena_init(struct arena *a, struct mem *m)
{
    a->mem = m;
    a->blocks = NULL;
}

void arena_deinit(struct arena *a)
{
    struct arena_block *b, *next;

    for (b = a->blocks; b; b = next) {
        next = b->next;
        mem_free(a->mem, b);
    }
    a->blocks = NULL;
}

static struct arena_block *new_block(struct arena *a, uint64_t bytes,
                                     struct err *e)
{
    uint64_t size = bytes > BLOCK_BYTES / 4 ? bytes : BLOCK_BYTES;
    struct arena_block *b = mem_alloc(a->mem, sizeof *b + size, 1, e);

    if (!b)
        return NULL;
    b->size = size;
    if (size == bytes && a->blocks) {
        /* A block of its own; the half-filled one stays in front. */
        b->next = a->blocks->next;
        a->blocks->next = b;
    } else {
        b->next = a->blocks;
        a->blocks = b;
    }
    return b;
}

void *arena_alloc(struct arena *a, uint64_t n, size_t size, struct err *e)
{
    struct arena_block *b = a->blocks;
    uint64_t bytes;
    void *p;

    if (__builtin_mul_overflow(n, (uint64_t)size, &bytes) ||
        bytes > PTRDIFF_MAX - BLOCK_BYTES) {
        err_set(e, ERR_NOMEM, "%llu elements of %zu bytes are too many",
                (unsigned long long)n, size);
        return NULL;
    }
    bytes = (bytes + ALIGN - 1) / ALIGN * ALIGN;
    if (!b || b->size - b->used < bytes)
        b = new_block(a, bytes, e);
    if (!b)
        return NULL;
    p = b->data + b->used;
    b->used += bytes;
    return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t n, struct err *e)
{
    char *p = arena_alloc(a, (uint64_t)n + 1, 1, e);

    if (p && n)
        memcpy(p, s, n);
    return p;
}

char *arena_strdup(struct arena *a, const char *s, struct err *e)
{
    return arena_strndup(a, s, strlen(s), e);
}

char *arena_printf(struct arena *a, struct err *e, const char *fmt, ...)
{
    va_list ap;
    char *p;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0) {
        err_set(e, ERR_FORMAT, "a text could not be formatted");
        return NULL;
    }
    p = arena_alloc(a, (uint64_t)n + 1, 1, e);
    if (!p)
        return NULL;
    va_start(ap, fmt);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return p;
}
