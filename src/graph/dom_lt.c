/*
 * dom_lt.c - immediate dominators once more, for comparison: the simple
 * algorithm of T. Lengauer and R. E. Tarjan, "A Fast Algorithm for Finding
 * Dominators in a Flowgraph", TOPLAS 1(1), 1979, steps 1 to 4 with simple
 * path compression. It shares no code with dom.c, stores every edge, and
 * keeps to the paper's names; memory and speed are no concern.
 */
#include "graph/dom.h"

#include <string.h>

/* All arrays are [nodes] by depth-first number; NO_NODE is "none". */
struct lt {
    const struct graph *g;
    uint32_t n;         /* nodes reached */
    uint32_t *number;   /* by node of the graph */
    uint32_t *vertex;   /* nodes of the graph */
    uint32_t *parent;   /* in the depth-first tree */
    uint32_t *semi;     /* semidominators */
    uint32_t *dom;      /* relative, in the end immediate dominators */
    uint32_t *ancestor; /* in the forest that LINK makes */
    uint32_t *label;    /* with the least semi on the way to the ancestor */
    uint32_t *bucket;   /* first of those whose semidominator this is */
    uint32_t *next;     /* in that bucket */
    uint32_t *path;     /* stack of COMPRESS */
    struct edge_iter *edges; /* stack of the search: by depth, see search() */
    uint64_t *pred_first;    /* [nodes + 1] */
    uint32_t *pred;
    uint64_t n_pred;
};

enum { WORDS = 10 }; /* u32 arrays above */

static uint32_t **word_array(struct lt *s, unsigned i)
{
    uint32_t **all[WORDS] = {&s->number, &s->vertex,   &s->parent, &s->semi,
                             &s->dom,    &s->ancestor, &s->label,  &s->bucket,
                             &s->next,   &s->path};

    return all[i];
}

static bool lt_init(struct lt *s, const struct graph *g, struct mem *m,
                    struct err *e)
{
    uint64_t n = g->nodes;

    memset(s, 0, sizeof *s);
    s->g = g;
    for (unsigned i = 0; i < WORDS; i++) {
        uint32_t **p = word_array(s, i);

        *p = mem_map(m, n * sizeof **p, e);
        if (!*p)
            return false;
        memset(*p, 0xff, n * sizeof **p);
    }
    s->edges = mem_map(m, n * sizeof *s->edges, e);
    if (!s->edges)
        return false;
    s->pred_first = mem_map(m, (n + 1) * sizeof *s->pred_first, e);
    return s->pred_first != NULL;
}

static void lt_deinit(struct lt *s, struct mem *m)
{
    uint64_t n = s->g->nodes;

    for (unsigned i = 0; i < WORDS; i++)
        mem_unmap(m, *word_array(s, i), n * sizeof(uint32_t));
    mem_unmap(m, s->edges, n * sizeof *s->edges);
    mem_unmap(m, s->pred_first, (n + 1) * sizeof *s->pred_first);
    mem_unmap(m, s->pred, s->n_pred * sizeof *s->pred);
}

/* ---- step 1: number the nodes, gather predecessors -------------------- */

static void number(struct lt *s, uint32_t v, uint32_t parent)
{
    s->number[v] = s->n;
    s->vertex[s->n] = v;
    s->parent[s->n] = parent;
    s->semi[s->n] = s->label[s->n] = s->n;
    s->n++;
}

static void search(struct lt *s, uint32_t root)
{
    uint32_t depth = 1;

    number(s, root, 0);
    edges_begin(s->g, root, &s->edges[0]);
    s->path[0] = s->number[root];
    while (depth) {
        uint32_t w = edges_next(s->g, &s->edges[depth - 1]);

        if (w == NO_NODE) {
            depth--;
        } else if (s->number[w] == NO_NODE) {
            number(s, w, s->path[depth - 1]);
            edges_begin(s->g, w, &s->edges[depth]);
            s->path[depth++] = s->number[w];
        }
    }
}

/* Calls for counting (ret NULL) or storing; pred_first is the cursor. */
static void each_pred(struct lt *s, uint32_t *ret)
{
    for (uint32_t i = 0; i < s->g->n_roots; i++) {
        uint64_t *at = &s->pred_first[s->number[s->g->roots[i]]];

        if (ret)
            ret[*at] = 0;
        ++*at;
    }
    for (uint32_t v = 1; v < s->n; v++) {
        struct edge_iter it;
        uint32_t w;

        edges_begin(s->g, s->vertex[v], &it);
        while ((w = edges_next(s->g, &it)) != NO_NODE) {
            uint64_t *at = &s->pred_first[s->number[w]];

            if (ret)
                ret[*at] = v;
            ++*at;
        }
    }
}

static bool gather_preds(struct lt *s, struct mem *m, struct err *e)
{
    uint64_t sum = 0;

    each_pred(s, NULL);
    for (uint32_t v = 0; v < s->n; v++) {
        uint64_t count = s->pred_first[v];

        s->pred_first[v] = sum;
        sum += count;
    }
    s->n_pred = sum;
    s->pred = mem_map(m, sum * sizeof *s->pred, e);
    if (!s->pred)
        return false;
    each_pred(s, s->pred);
    /* The cursors stand at the ends: move them up to be starts again. */
    memmove(s->pred_first + 1, s->pred_first, s->n * sizeof *s->pred_first);
    s->pred_first[0] = 0;
    return true;
}

/* ---- steps 2 and 3: semidominators and relative dominators ------------ */

static void compress(struct lt *s, uint32_t v)
{
    uint32_t depth = 0;

    for (; s->ancestor[s->ancestor[v]] != NO_NODE; v = s->ancestor[v])
        s->path[depth++] = v;
    while (depth) {
        uint32_t a;

        v = s->path[--depth];
        a = s->ancestor[v];
        if (s->semi[s->label[a]] < s->semi[s->label[v]])
            s->label[v] = s->label[a];
        s->ancestor[v] = s->ancestor[a];
    }
}

static uint32_t eval(struct lt *s, uint32_t v)
{
    if (s->ancestor[v] == NO_NODE)
        return v;
    compress(s, v);
    return s->label[v];
}

static void relative_dominators(struct lt *s)
{
    for (uint32_t w = s->n - 1; w > 0; w--) {
        uint32_t parent = s->parent[w], v, *bucket;

        for (uint64_t k = s->pred_first[w]; k < s->pred_first[w + 1]; k++) {
            uint32_t u = eval(s, s->pred[k]);

            if (s->semi[u] < s->semi[w])
                s->semi[w] = s->semi[u];
        }
        bucket = &s->bucket[s->semi[w]];
        s->next[w] = *bucket;
        *bucket = w;
        s->ancestor[w] = parent;
        while ((v = s->bucket[parent]) != NO_NODE) {
            uint32_t u = eval(s, v);

            s->bucket[parent] = s->next[v];
            s->dom[v] = s->semi[u] < s->semi[v] ? u : parent;
        }
    }
}

/* ---- step 4 ----------------------------------------------------------- */

static void immediate_dominators(struct lt *s)
{
    s->dom[0] = 0;
    for (uint32_t w = 1; w < s->n; w++)
        if (s->dom[w] != s->semi[w])
            s->dom[w] = s->dom[s->dom[w]];
}

static void publish(const struct lt *s, uint32_t *idom)
{
    memset(idom, 0xff, s->g->nodes * sizeof *idom);
    for (uint32_t w = 0; w < s->n; w++)
        idom[s->vertex[w]] = s->vertex[s->dom[w]];
}

bool dom_lengauer_tarjan(const struct graph *g, struct mem *m, uint32_t *idom,
                         struct err *e)
{
    struct lt s;
    bool ok = lt_init(&s, g, m, e);

    if (ok) {
        number(&s, 0, NO_NODE);
        for (uint32_t i = 0; i < g->n_roots; i++)
            if (s.number[g->roots[i]] == NO_NODE)
                search(&s, g->roots[i]);
        ok = gather_preds(&s, m, e);
    }
    if (ok) {
        relative_dominators(&s);
        immediate_dominators(&s);
        publish(&s, idom);
    }
    lt_deinit(&s, m);
    return ok;
}
