/*
 * pieces.c - see pieces.h.
 *
 * The list is scanned: it is short, and inflating a piece costs more than
 * ten thousand steps.
 */
#include "pieces.h"

#include <string.h>

#define MOST_BYTES ((uint64_t)8 << 20)
/* Of a limit it takes a share. */
#define SHARE 128

void pieces_init(struct pieces *p, struct mem *m)
{
    memset(p, 0, sizeof *p);
    p->mem = m;
    p->most = MOST_BYTES;
    if (m->limit && m->limit / SHARE < p->most)
        p->most = m->limit / SHARE;
}

static void drop(struct pieces *p, struct piece *it)
{
    p->bytes -= it->n;
    mem_free(p->mem, it->bytes);
    *it = p->all[--p->n];
}

void pieces_deinit(struct pieces *p)
{
    while (p->n)
        drop(p, &p->all[p->n - 1]);
}

static struct piece *find(struct pieces *p, uint64_t at)
{
    for (uint32_t i = 0; i < p->n; i++)
        if (at - p->all[i].at < p->all[i].n)
            return &p->all[i];
    return NULL;
}

size_t pieces_read(struct pieces *p, uint64_t at, uint8_t *to, size_t n)
{
    struct piece *it = find(p, at);
    size_t from;

    if (!it)
        return 0;
    from = (size_t)(at - it->at);
    if (n > it->n - from)
        n = it->n - from;
    memcpy(to, it->bytes + from, n);
    it->used = ++p->now;
    return n;
}

static bool is_room(const struct pieces *p, size_t n)
{
    return p->n < PIECES && p->bytes + n <= p->most;
}

static void drop_oldest(struct pieces *p)
{
    struct piece *oldest = &p->all[0];

    for (uint32_t i = 1; i < p->n; i++)
        if (p->all[i].used < oldest->used)
            oldest = &p->all[i];
    drop(p, oldest);
}

void pieces_keep(struct pieces *p, uint64_t at, const uint8_t *bytes, size_t n)
{
    struct err ignored = {0};
    uint8_t *copy;

    if (!n || n > p->most || find(p, at))
        return;
    while (!is_room(p, n))
        drop_oldest(p);
    copy = mem_alloc(p->mem, n, 1, &ignored);
    if (!copy)
        return; /* that only costs time */
    memcpy(copy, bytes, n);
    p->all[p->n++] = (struct piece){at, n, ++p->now, copy};
    p->bytes += n;
}
