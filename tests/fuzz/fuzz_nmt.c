/*
 * fuzz_nmt.c - any bytes as an NMT report. Whatever they are, the reader
 * gives back all it allocated, and every site and region is in order.
 */
#include <assert.h>

#include "nmt/nmt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct nmt_report *r)
{
    const struct nmt_category *c;
    const struct nmt_region *g;
    const struct nmt_site *s;

    VEC_EACH (&r->categories, c)
        assert(c->name && *c->name && known(c->committed));
    VEC_EACH (&r->regions, g)
        assert(g->category && g->from < g->to);
    VEC_EACH (&r->sites, s)
        assert(s->category && known(s->bytes));
    assert(!r->has_total || known(r->total.committed));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nmt_reports all;
    struct nmt_report *r;
    struct source *source;
    struct arena arena;
    struct err e = {0};
    struct mem mem;

    mem_init(&mem, (uint64_t)1 << 30);
    arena_init(&arena, &mem);
    if (source_open_memory(data, size, &mem, &source, &e)) {
        if (nmt_read(source, &arena, &all, &e)) {
            VEC_EACH (&all.at, r)
                check(r);
            nmt_reports_deinit(&all, &mem);
        }
        source_close(source);
    }
    arena_deinit(&arena);
    assert(mem.held == 0);
    return 0;
}
