/*
 * exits.c - looks at each class whose edges count, after the dominators of
 * the core are known.
 */
#include "graph/exits.h"

#include "graph/sweep.h"

static bool note(struct exits *x, const struct dfs *d, struct exit exit,
                 const uint32_t *from, uint32_t n, struct mem *m, struct err *e)
{
    exit.parent = d->parent[exit.number];
    exit.begin = x->from.n;
    exit.end = exit.begin + n;
    if (!vec_push(&x->all, m, e) || !vec_reserve(&x->from, m, n, e))
        return false;
    *vec_last(&x->all) = exit;
    for (uint32_t i = 0; i < n; i++)
        x->from.at[x->from.n++] = from[i];
    return true;
}

bool exits_note(struct exits *x, const struct dfs *d, const struct ranks *joins,
                const uint32_t *begin, const uint32_t *from, uint32_t n,
                struct mem *m, struct err *e)
{
    const struct core *c = d->core;

    for (uint32_t k = 0; k < c->graph->n_classes; k++) {
        uint32_t v = c->live[k], number, j, at = n, end = n;

        if (v == NO_NODE || !c->graph->class_node)
            continue;
        number = dfs_number(d, v);
        if (!number)
            continue;
        if (ranks_has(joins, number)) {
            j = ranks_of(joins, number);
            at = begin[j];
            end = j + 1 < joins->n ? begin[j + 1] : n;
        }
        if (!note(x, d, (struct exit){.class = k, .number = number}, from + at,
                  end - at, m, e))
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

/* Exits that a folded node may dominate, and the nodes that one is folded
 * into. */
struct hidden {
    const struct dfs *d;
    bool *maybe;          /* by exit */
    struct ranks parents; /* numbers of those nodes, never 0 */
    struct hint hint;     /* of the same */
    uint32_t *node;       /* [parents.n] */
};

static void find_some_nodes(void *hidden, uint32_t w, uint32_t end,
                            unsigned worker)
{
    const struct hidden *h = hidden;
    const struct core *c = h->d->core;
    const uint32_t *number = h->d->number + c->words[w].before;

    (void)worker;
    for (; w < end; w++)
        for (uint64_t b = c->words[w].kept; b; b &= b - 1, number++)
            if (hint_allows(&h->hint, *number) &&
                ranks_has(&h->parents, *number))
                h->node[ranks_of(&h->parents, *number)] =
                    w << 6 | (uint32_t)__builtin_ctzll(b);
}

/* Exits whose one edge into them may be that of a folded node are marked;
 * whether there are any. */
static bool mark(const struct exits *x, const uint32_t *idom, struct hidden *h)
{
    uint64_t steps = h->d->reached;
    const struct exit *it;

    for (uint64_t i = 0; i < x->all.n; i++) {
        uint32_t r;

        it = &x->all.at[i];
        r = idom[it->number];
        h->maybe[i] = r && r == it->parent && all_below(x, it, idom, &steps);
        if (h->maybe[i]) {
            bits_add(h->parents.bits, r);
            hint_add(&h->hint, r);
        }
    }
    ranks_count(&h->parents);
    return h->parents.n != 0;
}

static void bar(const struct exits *x, const struct hidden *h, uint8_t *barred,
                bool *any)
{
    for (uint64_t i = 0; i < x->all.n; i++) {
        const struct exit *it = &x->all.at[i];
        uint32_t r;

        if (!h->maybe[i])
            continue;
        r = h->node[ranks_of(&h->parents, it->parent)];
        if (is_single(h->d->core, r, h->d->core->live[it->class])) {
            barred[it->class] = 1;
            *any = true;
        }
    }
}

bool exits_hide_any(const struct exits *x, const struct dfs *d,
                    const uint32_t *idom, uint8_t *barred, struct mem *m,
                    bool *any, struct err *e)
{
    struct hidden h = {.d = d};
    bool ok;

    if (!x->all.n)
        return true;
    h.maybe = mem_alloc(m, x->all.n, sizeof *h.maybe, e);
    ok = h.maybe && ranks_init(&h.parents, d->reached, m, e);
    if (ok && mark(x, idom, &h)) {
        h.node = mem_alloc(m, h.parents.n, sizeof *h.node, e);
        ok = h.node != NULL;
        if (ok) {
            sweep(d->core->graph, find_some_nodes, &h);
            bar(x, &h, barred, any);
        }
    }
    mem_free(m, h.node);
    ranks_deinit(&h.parents, m);
    mem_free(m, h.maybe);
    return ok;
}
