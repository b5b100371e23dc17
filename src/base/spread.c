/*
 * spread.c - see spread.h.
 *
 * The first windows stay whatever their number. What a JVM begins with lies
 * there, and is asked for in any heap: its own threads, their names, the
 * loaders, the first steps of the paths to what was allocated later.
 */
#include "spread.h"

#include <string.h>

#define FIRST ((uint64_t)4 * SPREAD_WINDOW)
/* Of a limit it takes a share. */
#define SHARE 64

void spread_init(struct spread *s, struct mem *m)
{
    *s =
        (struct spread){.most = SPREAD_MOST, .stride = SPREAD_WINDOW, .mem = m};
    if (m->limit && m->limit / SHARE / SPREAD_WINDOW < s->most)
        s->most = (uint32_t)(m->limit / SHARE / SPREAD_WINDOW);
}

void spread_deinit(struct spread *s)
{
    while (s->n)
        mem_free(s->mem, s->all[--s->n].bytes);
}

/* Where there is room for few the first ones have no right to it. */
static bool is_wanted(const struct spread *s, uint64_t at)
{
    return at % s->stride == 0 || (at < FIRST && s->most == SPREAD_MOST);
}

static void thin_out(struct spread *s)
{
    uint32_t kept = 0;

    s->stride *= 2;
    for (uint32_t i = 0; i < s->n; i++)
        if (is_wanted(s, s->all[i].at))
            s->all[kept++] = s->all[i];
        else
            mem_free(s->mem, s->all[i].bytes);
    s->n = kept;
}

static void begin_window(struct spread *s, uint64_t at)
{
    struct err ignored = {0};
    uint8_t *bytes;

    while (s->n == s->most && is_wanted(s, at))
        thin_out(s);
    bytes =
        is_wanted(s, at) ? mem_alloc(s->mem, SPREAD_WINDOW, 1, &ignored) : NULL;
    if (bytes)
        s->all[s->n++] = (struct spread_window){.at = at, .bytes = bytes};
}

/* Bytes that lie in one window. */
static void keep_part(struct spread *s, uint64_t at, const uint8_t *bytes,
                      size_t n)
{
    struct spread_window *last;

    if (at % SPREAD_WINDOW == 0)
        begin_window(s, at);
    last = s->n ? &s->all[s->n - 1] : NULL;
    if (!last || last->n == SPREAD_WINDOW || at != last->at + last->n)
        return; /* left out, or the beginning is */
    memcpy(last->bytes + last->n, bytes, n);
    last->n += n;
}

/* Bytes from `at` to the end of its window, `n` at most. */
static size_t within(uint64_t at, size_t n)
{
    uint64_t left = SPREAD_WINDOW - at % SPREAD_WINDOW;

    return left < n ? (size_t)left : n;
}

void spread_keep(struct spread *s, uint64_t at, const uint8_t *bytes, size_t n)
{
    size_t k;

    if (!s->most)
        return;
    for (; n; at += k, bytes += k, n -= k) {
        k = within(at, n);
        keep_part(s, at, bytes, k);
    }
}

size_t spread_read(const struct spread *s, uint64_t at, uint8_t *to, size_t n)
{
    for (uint32_t i = 0; i < s->n; i++) {
        const struct spread_window *w = &s->all[i];
        uint64_t from = at - w->at;

        if (at < w->at || from >= w->n)
            continue;
        if (n > w->n - from)
            n = (size_t)(w->n - from);
        memcpy(to, w->bytes + from, n);
        return n;
    }
    return 0;
}

uint64_t spread_stride(uint64_t bytes)
{
    struct spread s = {.most = SPREAD_MOST, .stride = SPREAD_WINDOW};
    uint32_t n;

    for (;; s.stride *= 2) {
        n = 0;
        for (uint64_t at = 0; at < bytes && n <= s.most; at += SPREAD_WINDOW)
            n += is_wanted(&s, at);
        if (n <= s.most)
            return s.stride;
    }
}
