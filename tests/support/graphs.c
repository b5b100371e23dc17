/*
 * graphs.c - see graphs.h.
 */
#include "tests/support/graphs.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(bool ok, const struct err *e)
{
    if (ok)
        return;
    fprintf(stderr, "a test's own graph: %s\n", e->text);
    abort();
}

void sketch_init(struct sketch *s, uint32_t nodes)
{
    memset(s, 0, sizeof *s);
    mem_init(&s->mem, 0);
    s->graph.nodes = nodes;
}

void sketch_edge(struct sketch *s, uint32_t from, uint32_t to)
{
    struct err e = {0};

    must(vec_push(&s->edges, &s->mem, &e), &e);
    *vec_last(&s->edges) = (struct edge){from, to};
}

void sketch_extra(struct sketch *s, uint32_t from, uint32_t to)
{
    struct err e = {0};

    must(vec_push(&s->extra, &s->mem, &e), &e);
    *vec_last(&s->extra) = (struct edge){from, to};
}

void sketch_root(struct sketch *s, uint32_t node)
{
    struct err e = {0};

    must(vec_push(&s->roots, &s->mem, &e), &e);
    *vec_last(&s->roots) = node;
}

void sketch_class(struct sketch *s, uint32_t node)
{
    struct err e = {0};

    must(vec_push(&s->class_node, &s->mem, &e), &e);
    *vec_last(&s->class_node) = node;
}

void sketch_instance(struct sketch *s, uint32_t node, uint32_t class)
{
    struct err e = {0};

    while (s->class_of.n < s->graph.nodes) {
        must(vec_push(&s->class_of, &s->mem, &e), &e);
        *vec_last(&s->class_of) = UINT32_MAX;
    }
    s->class_of.at[node] = class;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static uint32_t sort_roots(uint32_t *roots, uint64_t n)
{
    uint32_t kept = 0;

    if (n)
        qsort(roots, n, sizeof *roots, by_number);
    for (uint64_t i = 0; i < n; i++)
        if (!kept || roots[kept - 1] != roots[i])
            roots[kept++] = roots[i];
    return kept;
}

/* Count, prefix sum, fill; edges of a node keep their order. */
static void build_csr(struct sketch *s)
{
    uint32_t n = s->graph.nodes;
    struct err e = {0};
    struct edge *it;
    uint32_t *first = mem_alloc(&s->mem, (uint64_t)n + 1, sizeof *first, &e);
    uint32_t sum = 0;

    s->to = mem_alloc(&s->mem, s->edges.n, sizeof *s->to, &e);
    must(!err_is_set(&e), &e);
    VEC_EACH (&s->edges, it) {
        assert(it->from < n && it->to < n);
        first[it->from]++;
    }
    for (uint32_t v = 0; v <= n; v++) {
        uint32_t count = first[v];

        first[v] = sum;
        sum += count;
    }
    VEC_EACH (&s->edges, it)
        s->to[first[it->from]++] = it->to;
    memmove(first + 1, first, n * sizeof *first);
    first[0] = 0;
    must(spans_of_offsets(&s->spans, first, n, &s->mem, &e), &e);
    mem_free(&s->mem, first);
}

const struct graph *sketch_finish(struct sketch *s)
{
    struct graph *g = &s->graph;
    struct err e = {0};

    build_csr(s);
    g->edges = s->spans;
    g->to = s->to;
    if (s->class_node.n) {
        sketch_instance(s, 0, UINT32_MAX);
        g->class_node = s->class_node.at;
        g->class_of.wide = s->class_of.at;
        g->n_classes = (uint32_t)s->class_node.n;
    }
    if (s->extra.n) {
        must(overlay_build(&s->overlay, g->nodes, s->extra.at, s->extra.n,
                           &s->mem, &e),
             &e);
        g->extra = &s->overlay;
    }
    g->n_roots = sort_roots(s->roots.at, s->roots.n);
    g->roots = s->roots.at;
    return g;
}

void sketch_deinit(struct sketch *s)
{
    vec_free(&s->edges, &s->mem);
    vec_free(&s->extra, &s->mem);
    vec_free(&s->roots, &s->mem);
    vec_free(&s->class_node, &s->mem);
    vec_free(&s->class_of, &s->mem);
    overlay_deinit(&s->overlay, &s->mem);
    spans_deinit(&s->spans, &s->mem);
    mem_free(&s->mem, s->to);
}

/* ---- random ----------------------------------------------------------- */

static uint32_t random_node(uint64_t *state, uint32_t nodes)
{
    return 1 + random_below(state, nodes - 1);
}

void sketch_random(struct sketch *s, uint64_t *state, uint32_t nodes)
{
    uint32_t edges = random_below(state, 3 * nodes);
    uint32_t extra = random_below(state, 2) * random_below(state, nodes);
    uint32_t classes = random_below(state, 2) * random_below(state, 4);
    uint32_t roots = random_below(state, 4);

    sketch_init(s, nodes);
    while (edges--)
        sketch_edge(s, random_node(state, nodes), random_node(state, nodes));
    while (extra--)
        sketch_extra(s, random_node(state, nodes), random_node(state, nodes));
    while (roots--)
        sketch_root(s, random_node(state, nodes));
    for (uint32_t i = 0; i < classes; i++)
        sketch_class(s, random_below(state, 8) ? random_node(state, nodes)
                                               : NO_NODE);
    for (uint32_t v = 1; classes && v < nodes; v++)
        sketch_instance(s, v, random_below(state, classes + 1));
}

static void draw_neighbours(struct sketch *s, uint64_t *state, uint32_t v)
{
    uint32_t near = v - 1 < 64 ? v - 1 : 64;
    uint32_t from = v - 1 - random_below(state, near);

    if (random_below(state, 10) == 0)
        from = random_node(state, v);
    sketch_edge(s, from, v);
    if (random_below(state, 5) == 0)
        sketch_edge(s, v, random_node(state, s->graph.nodes));
    if (random_below(state, 5) == 0)
        sketch_edge(s, v, v - random_below(state, near));
    if (random_below(state, 2000) == 0)
        for (uint32_t i = 0; i < 500; i++)
            sketch_edge(s, v, random_node(state, s->graph.nodes));
}

void sketch_heap(struct sketch *s, uint64_t *state, uint32_t nodes)
{
    uint32_t classes = nodes / 1000 + 2;

    sketch_init(s, nodes);
    for (uint32_t i = 0; i < classes; i++)
        sketch_class(s, random_node(state, nodes));
    for (uint32_t i = 0; i < 20; i++)
        sketch_root(s, random_node(state, nodes));
    sketch_root(s, 1);
    for (uint32_t v = 2; v < nodes; v++) {
        draw_neighbours(s, state, v);
        sketch_instance(s, v, random_below(state, classes));
        if (random_below(state, 100) == 0)
            sketch_extra(s, v, random_node(state, nodes));
    }
}

void sketch_leafy(struct sketch *s, uint64_t *state, uint32_t nodes)
{
    uint32_t inner = 2 + random_below(state, nodes / 3);
    uint32_t classes = 1 + random_below(state, 3);
    uint32_t edges = random_below(state, 2 * inner);

    sketch_init(s, nodes);
    sketch_root(s, 1);
    if (random_below(state, 4) == 0)
        sketch_root(s, random_node(state, nodes));
    for (uint32_t i = 0; i < classes; i++)
        sketch_class(s, 1 + random_below(state, inner));
    while (edges--)
        sketch_edge(s, 1 + random_below(state, inner),
                    1 + random_below(state, inner));
    if (random_below(state, 3) == 0)
        sketch_extra(s, random_node(state, nodes), random_node(state, nodes));
    for (uint32_t v = 1; v < nodes; v++) {
        uint32_t by =
            1 + random_below(state, random_below(state, 3) ? inner : v);

        if (v > inner && by < v)
            sketch_edge(s, by, v);
        if (v > inner && random_below(state, 8) == 0)
            sketch_edge(s, random_node(state, nodes), v);
        if (random_below(state, 3))
            sketch_instance(s, v, random_below(state, classes + 1));
    }
}

/* ---- shapes ----------------------------------------------------------- */

static void draw_list(struct sketch *s, uint32_t n)
{
    sketch_init(s, n + 1);
    sketch_root(s, 1);
    for (uint32_t v = 1; v < n; v++)
        sketch_edge(s, v, v + 1);
}

/* next and prev, as java.util.LinkedList has them */
static void draw_double_list(struct sketch *s, uint32_t n)
{
    draw_list(s, n);
    for (uint32_t v = n; v > 1; v--)
        sketch_edge(s, v, v - 1);
}

/*
 * 1 -> queue 2, then map 3. Each entry of the queue holds the next one and
 * a payload; the map holds each payload. The walk goes down the queue first,
 * so payload k hangs k deep, but only node 1 dominates it.
 */
static void draw_queue_and_map(struct sketch *s, uint32_t n)
{
    uint32_t entries = (n - 3) / 2, entry = 4, payload = 4 + entries;

    sketch_init(s, 4 + 2 * entries);
    sketch_root(s, 1);
    sketch_edge(s, 1, 2);
    sketch_edge(s, 1, 3);
    sketch_edge(s, 2, entry);
    for (uint32_t i = 0; i < entries; i++) {
        if (i + 1 < entries)
            sketch_edge(s, entry + i, entry + i + 1);
        sketch_edge(s, entry + i, payload + i);
        sketch_edge(s, 3, payload + i);
    }
}

/* Each payload of a list is also held by some entry nearer to its head: that
 * entry dominates it, and may be far above. */
static void draw_shared_payloads(struct sketch *s, uint32_t n)
{
    uint32_t entries = n / 2;
    uint64_t state = 3;

    sketch_init(s, 2 * entries + 1);
    sketch_root(s, 1);
    for (uint32_t v = 1; v <= entries; v++) {
        if (v < entries)
            sketch_edge(s, v, v + 1);
        sketch_edge(s, v, entries + v);
        sketch_edge(s, 1 + random_below(&state, v), entries + v);
    }
}

static void draw_list_in_array(struct sketch *s, uint32_t n)
{
    sketch_init(s, n + 3);
    sketch_root(s, 1);
    sketch_edge(s, 1, 3);
    sketch_edge(s, 1, 2);
    for (uint32_t v = 3; v < n + 3; v++) {
        if (v + 1 < n + 3)
            sketch_edge(s, v, v + 1);
        sketch_edge(s, 2, v);
    }
}

/* Two lists with rungs both ways. */
static void draw_ladder(struct sketch *s, uint32_t n)
{
    uint32_t half = n / 2;

    sketch_init(s, 2 * half + 2);
    sketch_root(s, 1);
    sketch_edge(s, 1, 2);
    for (uint32_t i = 0; i < half; i++) {
        uint32_t left = 2 + 2 * i;

        if (i + 1 < half)
            sketch_edge(s, left, left + 2);
        if (i + 1 == half)
            break;
        sketch_edge(s, left, left + 1);
        sketch_edge(s, left + 1, left + 2);
        sketch_edge(s, left + 3, left + 1);
    }
}

static void draw_fan_in(struct sketch *s, uint32_t n)
{
    sketch_init(s, n + 1);
    sketch_root(s, 1);
    for (uint32_t v = 2; v < n; v++) {
        sketch_edge(s, 1, v);
        sketch_edge(s, v, n);
    }
}

/* One array, and every object of one class whose object is no root. */
static void draw_fan_out(struct sketch *s, uint32_t n)
{
    sketch_init(s, n + 1);
    sketch_root(s, 1);
    sketch_class(s, n);
    for (uint32_t v = 2; v < n; v++) {
        sketch_edge(s, 1, v);
        sketch_instance(s, v, 0);
    }
}

/* A chain whose every element refers to the same object. */
static void draw_shared_by_chain(struct sketch *s, uint32_t n)
{
    sketch_init(s, n + 1);
    sketch_root(s, 1);
    for (uint32_t v = 1; v < n - 1; v++) {
        sketch_edge(s, v, v + 1);
        sketch_edge(s, v, n);
    }
}

static void draw_binary_tree(struct sketch *s, uint32_t n)
{
    sketch_init(s, n + 1);
    sketch_root(s, 1);
    for (uint32_t v = 2; v <= n; v++) {
        sketch_edge(s, v / 2, v);
        if (v % 2)
            sketch_edge(s, v, v / 2);
    }
}

/* Four on one side, the rest on the other. */
static void draw_bipartite(struct sketch *s, uint32_t n)
{
    uint32_t left = 4;

    sketch_init(s, n + left + 2);
    sketch_root(s, 1);
    for (uint32_t i = 2; i < 2 + left; i++) {
        sketch_edge(s, 1, i);
        for (uint32_t v = 2 + left; v < n + 2 + left; v++)
            sketch_edge(s, i, v);
    }
}

/* Binary tree whose leaves all refer back to a node on the way to them. */
static void draw_parents(struct sketch *s, uint32_t n)
{
    draw_binary_tree(s, n);
    for (uint32_t v = n / 2 + 1; v <= n; v++) {
        uint32_t up = (v >> v % 8) | 1;

        sketch_edge(s, v, up < v ? up : 1);
    }
}

const char *sketch_shape(struct sketch *s, enum shape shape, uint32_t n)
{
    static const struct {
        const char *name;
        void (*draw)(struct sketch *s, uint32_t n);
    } shapes[SHAPES] = {
        [SHAPE_LIST] = {"list", draw_list},
        [SHAPE_DOUBLE_LIST] = {"double list", draw_double_list},
        [SHAPE_QUEUE_AND_MAP] = {"queue and map", draw_queue_and_map},
        [SHAPE_SHARED_PAYLOADS] = {"shared payloads", draw_shared_payloads},
        [SHAPE_LIST_IN_ARRAY] = {"list in array", draw_list_in_array},
        [SHAPE_LADDER] = {"ladder", draw_ladder},
        [SHAPE_FAN_IN] = {"fan in", draw_fan_in},
        [SHAPE_FAN_OUT] = {"fan out", draw_fan_out},
        [SHAPE_SHARED_BY_CHAIN] = {"shared by a chain", draw_shared_by_chain},
        [SHAPE_BINARY_TREE] = {"binary tree", draw_binary_tree},
        [SHAPE_BIPARTITE] = {"bipartite", draw_bipartite},
        [SHAPE_PARENTS] = {"parents", draw_parents},
    };

    shapes[shape].draw(s, n);
    return shapes[shape].name;
}
