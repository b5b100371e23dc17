/*
 * dom_verify.c - is this the dominator tree of that graph?
 *
 * After L. Georgiadis and R. E. Tarjan, "Dominator Tree Certification and
 * Divergent Spanning Trees", TALG 12(1), 2016. A tree has the parent
 * property if for every edge (v, w) the parent of w is v or above v: then
 * all it claims to dominate does. It has the sibling property if no node
 * dominates a sibling: then it claims all there is to claim. The second is
 * looked at in the derived graph, where an edge (v, w) starts at w's parent
 * or at the sibling of w above v: its own dominators must be the same tree.
 */
#include "graph/dom.h"

#include <string.h>

/* All arrays are [nodes], by node, but for the sizes given. */
struct claim {
    const struct graph *g;
    const uint32_t *idom;
    uint32_t *kid_first; /* [nodes + 1] into kids */
    uint32_t *kids;      /* [reached] by parent, descending by `at` */
    uint32_t *at;        /* position in preorder; NO_NODE: unreachable */
    uint32_t *order;     /* node at a position; a stack before that */
    uint32_t *span;      /* nodes of the subtree */
    uint32_t *first;     /* [nodes + 1] derived graph: CSR */
    uint32_t *roots;     /* derived graph */
    uint32_t *to;        /* [edges] derived graph */
    uint64_t edges;
    uint32_t n_roots;
};

enum { WORDS = 7 };

static uint32_t **word_array(struct claim *c, unsigned i)
{
    uint32_t **all[WORDS] = {&c->kid_first, &c->kids,  &c->at,   &c->order,
                             &c->span,      &c->first, &c->roots};

    return all[i];
}

static bool claim_init(struct claim *c, const struct graph *g,
                       const uint32_t *idom, struct mem *m, struct err *e)
{
    memset(c, 0, sizeof *c);
    c->g = g;
    c->idom = idom;
    for (unsigned i = 0; i < WORDS; i++) {
        uint32_t **p = word_array(c, i);

        *p = mem_map(m, ((uint64_t)g->nodes + 1) * sizeof **p, e);
        if (!*p)
            return false;
    }
    return true;
}

static void claim_deinit(struct claim *c, struct mem *m)
{
    for (unsigned i = 0; i < WORDS; i++)
        mem_unmap(m, *word_array(c, i),
                  ((uint64_t)c->g->nodes + 1) * sizeof(uint32_t));
    mem_unmap(m, c->to, c->edges * sizeof *c->to);
}

static bool wrong(struct err *e, const char *what, uint32_t v, uint32_t w)
{
    return err_set(e, ERR_FORMAT, "%s: nodes %u and %u", what, v, w);
}

static uint32_t count_reached(const struct claim *c)
{
    uint32_t n = 0;

    for (uint32_t v = 0; v < c->g->nodes; v++)
        n += c->idom[v] != NO_NODE;
    return n;
}

/* Counts at first[i], then prefix sums: makes room for groups that are then
 * filled downwards, so that first[i] ends up as the start of group i. */
static uint32_t make_room(uint32_t *first, uint32_t n)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < n; i++)
        first[i] = sum += first[i];
    first[n] = sum;
    return sum;
}

/* ---- the tree claimed ------------------------------------------------- */

static bool group_kids(struct claim *c, struct err *e)
{
    uint32_t n = c->g->nodes;

    if (c->idom[0] != 0)
        return wrong(e, "the super-root has a dominator", 0, c->idom[0]);
    for (uint32_t v = 1; v < n; v++) {
        if (c->idom[v] == NO_NODE)
            continue;
        if (c->idom[v] >= n || c->idom[c->idom[v]] == NO_NODE)
            return wrong(e, "a dominator is unreachable", c->idom[v], v);
        c->kid_first[c->idom[v]]++;
    }
    make_room(c->kid_first, n);
    for (uint32_t v = 1; v < n; v++)
        if (c->idom[v] != NO_NODE)
            c->kids[--c->kid_first[c->idom[v]]] = v;
    return true;
}

/* `order` holds positions already given at its start and, growing down from
 * its end, the nodes waiting; they cannot meet. */
static bool lay_out(struct claim *c, struct err *e)
{
    uint32_t n = 0, waiting = c->g->nodes, reached = count_reached(c);

    memset(c->at, 0xff, (uint64_t)c->g->nodes * sizeof *c->at);
    c->order[--waiting] = 0;
    while (waiting < c->g->nodes) {
        uint32_t v = c->order[waiting++];

        c->at[v] = n;
        c->order[n++] = v;
        for (uint32_t k = c->kid_first[v]; k < c->kid_first[v + 1]; k++)
            c->order[--waiting] = c->kids[k];
    }
    if (n != reached || n != c->kid_first[c->g->nodes] + 1)
        return wrong(e, "dominators make no tree", n, reached);
    for (uint32_t i = n; i-- > 0;) {
        uint32_t v = c->order[i];

        c->span[v]++;
        if (v)
            c->span[c->idom[v]] += c->span[v];
    }
    return true;
}

static bool is_above(const struct claim *c, uint32_t v, uint32_t w)
{
    return c->at[v] <= c->at[w] && c->at[w] - c->at[v] < c->span[v];
}

/* ---- the two properties ----------------------------------------------- */

/* Edges lead from what is claimed to be reachable to the same; that all of
 * it is, the derived graph shows. */
static bool check_parents(const struct claim *c, struct err *e)
{
    for (uint32_t i = 0; i < c->g->n_roots; i++)
        if (c->idom[c->g->roots[i]] != 0)
            return wrong(e, "parent property", 0, c->g->roots[i]);
    for (uint32_t v = 1; v < c->g->nodes; v++) {
        struct edge_iter it;
        uint32_t w;

        if (c->idom[v] == NO_NODE)
            continue;
        edges_begin(c->g, v, &it);
        while ((w = edges_next(c->g, &it)) != NO_NODE)
            if (c->idom[w] == NO_NODE || !is_above(c, c->idom[w], v))
                return wrong(e, "parent property", v, w);
    }
    return true;
}

/* Where the edge (v, w) starts in the derived graph. */
static uint32_t derived_start(const struct claim *c, uint32_t v, uint32_t w)
{
    uint32_t x = c->idom[w], low, high;

    if (v == x)
        return v;
    low = c->kid_first[x];
    high = c->kid_first[x + 1];
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;

        if (c->at[c->kids[mid]] <= c->at[v])
            high = mid;
        else
            low = mid + 1;
    }
    return c->kids[low];
}

/* Counts the derived edges at their starts, or stores them. */
static void derive(struct claim *c, bool counting)
{
    for (uint32_t v = 1; v < c->g->nodes; v++) {
        struct edge_iter it;
        uint32_t w, s;

        if (c->idom[v] == NO_NODE)
            continue;
        edges_begin(c->g, v, &it);
        while ((w = edges_next(c->g, &it)) != NO_NODE) {
            if (w == 0 || (s = derived_start(c, v, w)) == w)
                continue;
            if (counting)
                c->first[s]++;
            else
                c->to[--c->first[s]] = w;
        }
    }
}

static bool check_siblings(struct claim *c, struct mem *m, struct err *e)
{
    struct graph derived = {
        .nodes = c->g->nodes, .roots = c->g->roots, .n_roots = c->g->n_roots};
    uint32_t *idom;
    bool ok;

    derive(c, true);
    c->edges = make_room(c->first, c->g->nodes);
    c->to = mem_map(m, c->edges * sizeof *c->to, e);
    if (!c->to)
        return false;
    derive(c, false);
    derived.to = c->to;
    idom = mem_map(m, (uint64_t)c->g->nodes * sizeof *idom, e);
    ok = idom && spans_of_offsets(&derived.edges, c->first, c->g->nodes, m, e);
    ok = ok && dom_lengauer_tarjan(&derived, m, idom, e);
    for (uint32_t v = 0; ok && v < c->g->nodes; v++)
        if (idom[v] != c->idom[v])
            ok = wrong(e, "sibling property", c->idom[v], v);
    spans_deinit(&derived.edges, m);
    mem_unmap(m, idom, (uint64_t)c->g->nodes * sizeof *idom);
    return ok;
}

bool dom_verify(const struct graph *g, const uint32_t *idom, struct mem *m,
                struct err *e)
{
    struct claim c;
    bool ok = claim_init(&c, g, idom, m, e) && group_kids(&c, e) &&
              lay_out(&c, e) && check_parents(&c, e) &&
              check_siblings(&c, m, e);

    claim_deinit(&c, m);
    return ok;
}
