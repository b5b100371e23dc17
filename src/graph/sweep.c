/*
 * sweep.c - see sweep.h.
 */
#include "graph/sweep.h"

#include "base/parallel.h"

/* Words of a piece: 64 Ki nodes, a fraction of a millisecond. */
#define PIECE 1024u
/* With fewer pieces a thread costs more than it saves. */
#define LEAST_PIECES 4

struct sweep {
    uint32_t n, piece; /* words or numbers */
    sweep_fn *fn;
    void *ctx;
};

unsigned sweep_workers(const struct graph *g)
{
    if (g->nodes / 64 < LEAST_PIECES * PIECE)
        return 1;
    return parallel_threads(g->jobs);
}

static bool do_piece(void *sweep, uint64_t i, unsigned worker, struct err *e)
{
    const struct sweep *s = sweep;
    uint32_t begin = (uint32_t)i * s->piece;

    (void)e;
    s->fn(s->ctx, begin, s->n - begin < s->piece ? s->n : begin + s->piece,
          worker);
    return true;
}

static void run(const struct graph *g, struct sweep s)
{
    struct err none = {0};

    parallel_for(sweep_workers(g), ((uint64_t)s.n + s.piece - 1) / s.piece,
                 do_piece, &s, &none);
}

void sweep(const struct graph *g, sweep_fn *fn, void *ctx)
{
    run(g, (struct sweep){g->nodes / 64 + 1, PIECE, fn, ctx});
}

void sweep_numbers(const struct graph *g, uint32_t n, sweep_fn *fn, void *ctx)
{
    run(g, (struct sweep){n, 64 * PIECE, fn, ctx});
}
