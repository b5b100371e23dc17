/*
 * exits.c - looks at each class whose edges count, after the dominators of
 * the core are known.
 */
#include "graph/exits.h"

static bool note(struct exits *x, const struct dfs *d, struct exit exit,
                 const uint32_t *from, uint32_t n, struct mem *m, struct err *e)
{
    exit.parent = d->link[exit.number].up;
    exit.begin = x->from.n;
    exit.end = exit.begin + n;
    if (!vec_push(&x->all, m, e) || !vec_reserve(&x->from, m, n, e))
        return false;
    *vec_last(&x->all) = exit;
    for (uint32_t i = 0; i < n; i++)
        x->from.at[x->from.n++] = from[i];
    return true;
}

bool exits_note(struct exits *x, const struct dfs *d, const uint32_t *begin,
                const uint32_t *from, uint32_t n, struct mem *m, struct err *e)
{
    const struct core *c = d->core;

    for (uint32_t k = 0; k < c->graph->n_classes; k++) {
        uint32_t v = c->live[k], number, end;

        if (v == NO_NODE || !c->graph->class_node)
            continue;
        number = dfs_number(d, v);
        if (!number)
            continue;
        end = number + 1 < d->reached ? begin[number + 1] : n;
        if (!note(x, d, (struct exit){.class = k, .number = number},
                  from + begin[number], end - begin[number], m, e))
            return false;
    }
    return true;
}

void exits_deinit(struct exits *x, struct mem *m)
{
    vec_free(&x->all, m);
    vec_free(&x->from, m);
}

/* Whether `x` dominates `p`; also true when `steps` run out. */
static bool is_below(const uint32_t *idom, uint32_t p, uint32_t x,
                     uint64_t *steps)
{
    while (p > x && *steps) {
        p = idom[p];
        --*steps;
    }
    return p == x || !*steps;
}

static bool all_below(const struct exits *x, const struct exit *exit,
                      const uint32_t *idom, uint64_t *steps)
{
    for (uint64_t i = exit->begin; i < exit->end; i++)
        if (!is_below(idom, x->from.at[i], exit->number, steps))
            return false;
    return true;
}

/* Whether the only edge from `r` to `v` is that of one folded node. */
static bool is_single(const struct core *c, uint32_t r, uint32_t v)
{
    const struct graph *g = c->graph;
    uint32_t n = 0, j, jend;
    uint64_t i, end;

    if (core_exit(c, r) == v)
        return false;
    graph_extra(g, r, &j, &jend);
    for (; j < jend; j++)
        if (g->extra->to[j] == v)
            return false;
    graph_range(g, r, &i, &end);
    for (; i < end && n < 2; i++) {
        if (g->to[i] == v)
            return false;
        n += !core_keeps(c, g->to[i]) && core_exit(c, g->to[i]) == v;
    }
    return n == 1;
}

bool exits_hide_any(const struct exits *x, const struct dfs *d,
                    const uint32_t *vertex, const uint32_t *idom,
                    uint8_t *barred)
{
    uint64_t steps = d->reached;
    const struct exit *it;
    bool any = false;

    VEC_EACH (&x->all, it) {
        uint32_t r = idom[it->number];

        if (!r || r != it->parent || !all_below(x, it, idom, &steps) ||
            !is_single(d->core, vertex[r], vertex[it->number]))
            continue;
        barred[it->class] = 1;
        any = true;
    }
    return any;
}
