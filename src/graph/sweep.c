/*
 * sweep.c - see sweep.h.
 */
#include "graph/sweep.h"

#include "base/parallel.h"

/* Words of a piece: 64 Ki nodes, a fraction of a millisecond. */
#define PIECE 1024
/* With fewer pieces a thread costs more than it saves. */
#define LEAST_PIECES 4

struct sweep {
    uint32_t words;
    sweep_fn *fn;
    void *ctx;
};

unsigned sweep_workers(const struct graph *g)
{
    if (g->jobs < 2 || g->nodes / 64 < LEAST_PIECES * PIECE)
        return 1;
    return g->jobs < PARALLEL_MOST ? g->jobs : PARALLEL_MOST;
}

static bool do_piece(void *sweep, uint64_t i, unsigned worker, struct err *e)
{
    const struct sweep *s = sweep;
    uint32_t begin = (uint32_t)i * PIECE;

    (void)e;
    s->fn(s->ctx, begin, s->words - begin < PIECE ? s->words : begin + PIECE,
          worker);
    return true;
}

void sweep(const struct graph *g, sweep_fn *fn, void *ctx)
{
    struct sweep s = {.words = g->nodes / 64 + 1, .fn = fn, .ctx = ctx};
    struct err none = {0};

    parallel_for(sweep_workers(g), (s.words + PIECE - 1) / PIECE, do_piece, &s,
                 &none);
}
