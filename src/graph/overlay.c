/*
 * overlay.c - builds the extra edges of a few nodes: sorted, without
 * duplicates, found again through a bitmap and its ranks.
 */
#include "graph/graph.h"

#include <assert.h>
#include <string.h>

static unsigned digit(struct edge e, unsigned pass)
{
    return (pass < 4 ? e.to >> (8 * pass) : e.from >> (8 * (pass - 4))) & 255;
}

/* One pass of a radix sort; false when the digit is the same in all. */
static bool scatter(const struct edge *in, uint64_t n, unsigned pass,
                    struct edge *ret)
{
    uint64_t at[256] = {0}, sum = 0;

    for (uint64_t i = 0; i < n; i++)
        at[digit(in[i], pass)]++;
    if (at[digit(in[0], pass)] == n)
        return false;
    for (unsigned d = 0; d < 256; d++) {
        uint64_t count = at[d];

        at[d] = sum;
        sum += count;
    }
    for (uint64_t i = 0; i < n; i++)
        ret[at[digit(in[i], pass)]++] = in[i];
    return true;
}

/* By `from`, then by `to`; linear, where qsort(3) would call malloc. */
static bool sort_edges(struct edge *edges, uint64_t n, struct mem *m,
                       struct err *e)
{
    uint64_t bytes = n * sizeof *edges;
    struct edge *scratch, *in = edges, *out, *swap;

    if (n < 2)
        return true;
    out = scratch = mem_map(m, bytes, e);
    if (!scratch)
        return false;
    for (unsigned pass = 0; pass < 8; pass++) {
        if (!scatter(in, n, pass, out))
            continue;
        swap = in;
        in = out;
        out = swap;
    }
    if (in != edges)
        memcpy(edges, in, bytes);
    mem_unmap(m, scratch, bytes);
    return true;
}

/* Drops repeated edges of a sorted list and returns how many remain. */
static uint64_t unique(struct edge *edges, uint64_t n)
{
    uint64_t kept = 0;

    for (uint64_t i = 0; i < n; i++) {
        if (kept && edges[i].from == edges[kept - 1].from &&
            edges[i].to == edges[kept - 1].to)
            continue;
        edges[kept++] = edges[i];
    }
    return kept;
}

static uint64_t count_members(const struct edge *edges, uint64_t n)
{
    uint64_t members = 0;

    for (uint64_t i = 0; i < n; i++)
        members += i == 0 || edges[i].from != edges[i - 1].from;
    return members;
}

static void fill(struct overlay *o, uint32_t nodes, const struct edge *edges,
                 uint64_t n)
{
    uint32_t member = 0;

    for (uint64_t i = 0; i < n; i++) {
        uint32_t from = edges[i].from;

        assert(from < nodes && edges[i].to < nodes);
        if (i == 0 || from != edges[i - 1].from) {
            bits_add(o->members.bits, from);
            o->first[member++] = (uint32_t)i;
        }
        o->to[i] = edges[i].to;
    }
    o->first[member] = (uint32_t)n;
    ranks_count(&o->members);
}

bool overlay_build(struct overlay *o, uint32_t nodes, struct edge *edges,
                   uint64_t n, struct mem *m, struct err *e)
{
    memset(o, 0, sizeof *o);
    if (!sort_edges(edges, n, m, e))
        return false;
    n = unique(edges, n);
    if (n > UINT32_MAX)
        return err_set(e, ERR_UNSUPPORTED, "more than 2^32 extra references");
    if (!ranks_init(&o->members, nodes, m, e))
        return false;
    o->first = mem_alloc(m, count_members(edges, n) + 1, sizeof *o->first, e);
    o->to = o->first ? mem_alloc(m, n, sizeof *o->to, e) : NULL;
    if (!o->to) {
        overlay_deinit(o, m);
        return false;
    }
    fill(o, nodes, edges, n);
    return true;
}

void overlay_deinit(struct overlay *o, struct mem *m)
{
    ranks_deinit(&o->members, m);
    mem_free(m, o->first);
    mem_free(m, o->to);
    memset(o, 0, sizeof *o);
}
