/*
 * test_dom.c - dominators against their definition: u dominates w when
 * nobody reaches w once u is taken away.
 */
#include <check.h>
#include <string.h>

#include "graph/dfs.h"
#include "graph/dom.h"
#include "tests/support/graphs.h"
#include "suites.h"

/* ---- by definition, for a few nodes --------------------------------------*/

enum { FEW = 24 };

/* Bit w is set when node w is reached without passing through `without`. */
static uint32_t reach(const struct graph *g, uint32_t without)
{
    uint32_t stack[FEW], depth = 0, seen = 1, w;
    struct edge_iter it;

    for (uint32_t i = 0; i < g->n_roots; i++)
        if (g->roots[i] != without) {
            seen |= (uint32_t)1 << g->roots[i];
            stack[depth++] = g->roots[i];
        }
    while (depth) {
        edges_begin(g, stack[--depth], &it);
        while ((w = edges_next(g, &it)) != NO_NODE)
            if (w != without && !(seen >> w & 1)) {
                seen |= (uint32_t)1 << w;
                stack[depth++] = w;
            }
    }
    return seen;
}

/* The immediate dominator is the one that all others dominate: it has the
 * most dominators of its own. */
static void define_idoms(const struct graph *g, uint32_t *idom)
{
    uint32_t all = reach(g, NO_NODE), lost[FEW] = {0}, depth[FEW] = {0};

    for (uint32_t u = 1; u < g->nodes; u++) {
        lost[u] = all & ~reach(g, u);
        for (uint32_t w = 1; w < g->nodes; w++)
            depth[w] += lost[u] >> w & 1;
    }
    for (uint32_t w = 0; w < g->nodes; w++) {
        idom[w] = all >> w & 1 ? 0 : NO_NODE;
        for (uint32_t u = 1; u < g->nodes; u++)
            if (u != w && lost[u] >> w & 1 && depth[u] > depth[idom[w]])
                idom[w] = u;
    }
}

/* ---- helpers -------------------------------------------------------------*/

static void check_same(const char *name, uint32_t nodes, const uint32_t *a,
                       const uint32_t *b)
{
    for (uint32_t v = 0; v < nodes; v++)
        if (a[v] != b[v])
            ck_abort_msg("%s: node %u: %u or %u", name, v, a[v], b[v]);
}

/* Dominators come before what they dominate; numbers that are nobody's are
 * their own. */
static void check_numbers(const struct dom *d)
{
    uint32_t n = 1;

    for (uint32_t i = 1; i < d->numbers; i++) {
        ck_assert_uint_le(d->above[i], i);
        n += d->above[i] < i;
    }
    ck_assert_uint_eq(n, d->reached);
}

/* dom_build's result by node, in memory of `m`. */
static uint32_t *idoms_with(unsigned jobs, const struct graph *g, struct mem *m)
{
    struct graph view = *g;
    struct err e = {0};
    struct dom d;
    uint32_t *idom = mem_map(m, g->nodes * sizeof *idom, &e);

    view.jobs = jobs;
    ck_assert_msg(dom_build(&view, m, &d, &e), "%s", e.text);
    ck_assert(dom_spell_out(&d, m, idom, &e));
    check_numbers(&d);
    dom_deinit(&d, m);
    return idom;
}

static uint32_t *idoms_of(const struct graph *g, struct mem *m)
{
    return idoms_with(1, g, m);
}

static void idoms_free(const struct graph *g, uint32_t *idom, struct mem *m)
{
    mem_unmap(m, idom, g->nodes * sizeof *idom);
}

/* Both algorithms agree and the verifier is content. */
static void check_graph(const char *name, const struct graph *g)
{
    struct err e = {0};
    uint32_t *got, *lt;
    struct mem m;

    mem_init(&m, 0);
    got = idoms_of(g, &m);
    lt = mem_map(&m, g->nodes * sizeof *lt, &e);
    ck_assert_msg(dom_lengauer_tarjan(g, &m, lt, &e), "%s: %s", name, e.text);
    check_same(name, g->nodes, got, lt);
    ck_assert_msg(dom_verify(g, got, &m, &e), "%s: %s", name, e.text);
    idoms_free(g, got, &m);
    idoms_free(g, lt, &m);
    ck_assert_uint_eq(m.held, 0);
}

/* However many threads number the nodes. */
static void check_threads(const char *name, const struct graph *g)
{
    uint32_t *one, *some;
    struct mem m;

    mem_init(&m, 0);
    one = idoms_of(g, &m);
    for (unsigned threads = 2; threads < 6; threads++) {
        some = idoms_with(threads, g, &m);
        check_same(name, g->nodes, one, some);
        idoms_free(g, some, &m);
    }
    idoms_free(g, one, &m);
    ck_assert_uint_eq(m.held, 0);
}

static void check_definition(const struct graph *g, struct mem *m)
{
    uint32_t want[FEW], *got = idoms_of(g, m);

    define_idoms(g, want);
    check_same("random", g->nodes, want, got);
    idoms_free(g, got, m);
    check_graph("random", g);
}

/* ---- tests ---------------------------------------------------------------*/

START_TEST(agrees_with_the_definition)
{
    uint64_t state = 1;

    for (int round = 0; round < 3000; round++) {
        struct sketch s;

        sketch_random(&s, &state, 2 + random_below(&state, FEW - 2));
        check_definition(sketch_finish(&s), &s.mem);
        sketch_deinit(&s);
        ck_assert_uint_eq(s.mem.held, 0);
    }
}
END_TEST

START_TEST(agrees_where_most_nodes_fold)
{
    uint64_t state = 12;

    for (int round = 0; round < 20000; round++) {
        struct sketch s;

        sketch_leafy(&s, &state, 4 + random_below(&state, FEW - 4));
        check_definition(sketch_finish(&s), &s.mem);
        sketch_deinit(&s);
        ck_assert_uint_eq(s.mem.held, 0);
    }
}
END_TEST

START_TEST(no_roots_reach_nothing)
{
    struct sketch s;
    uint32_t *idom;

    sketch_init(&s, 3);
    sketch_edge(&s, 1, 2);
    idom = idoms_of(sketch_finish(&s), &s.mem);
    ck_assert_uint_eq(idom[0], 0);
    ck_assert_uint_eq(idom[1], NO_NODE);
    ck_assert_uint_eq(idom[2], NO_NODE);
    idoms_free(&s.graph, idom, &s.mem);
    sketch_deinit(&s);
}
END_TEST

/* A root that another root refers to, and what hangs below it. */
START_TEST(roots_have_no_dominator_but_the_super_root)
{
    struct sketch s;
    uint32_t *idom;

    sketch_init(&s, 4);
    sketch_root(&s, 1);
    sketch_root(&s, 2);
    sketch_edge(&s, 1, 2);
    sketch_edge(&s, 2, 3);
    sketch_edge(&s, 3, 1);
    idom = idoms_of(sketch_finish(&s), &s.mem);
    ck_assert_uint_eq(idom[1], 0);
    ck_assert_uint_eq(idom[2], 0);
    ck_assert_uint_eq(idom[3], 2);
    idoms_free(&s.graph, idom, &s.mem);
    sketch_deinit(&s);
}
END_TEST

START_TEST(shapes_agree)
{
    const char *name;
    struct sketch s;

    for (uint32_t n = 40; n < 100000; n *= 50)
        for (unsigned i = 0; i < SHAPES; i++) {
            name = sketch_shape(&s, i, n);
            check_graph(name, sketch_finish(&s));
            check_threads(name, &s.graph);
            sketch_deinit(&s);
        }
}
END_TEST

START_TEST(large_random_graphs_agree)
{
    uint64_t state = 7;

    for (int round = 0; round < 3; round++) {
        struct sketch s;

        sketch_heap(&s, &state, 100000);
        check_graph("heap", sketch_finish(&s));
        check_threads("heap", &s.graph);
        sketch_deinit(&s);
    }
}
END_TEST

/* Edges into these are not followed, or need not be. */
static bool is_root(const struct core *c, uint32_t v)
{
    for (uint32_t i = 0; i < c->graph->n_roots; i++)
        if (c->graph->roots[i] == v)
            return true;
    for (uint32_t i = 0; i < c->n_unowned; i++)
        if (c->unowned[i] == v)
            return true;
    return false;
}

/* By number: the node, or 0 where it is nobody's. */
static void find_vertices(const struct dfs *d, uint32_t *vertex)
{
    uint32_t n = 1;

    for (uint32_t v = 1; v < d->core->graph->nodes; v++)
        if (core_keeps(d->core, v) && dfs_number(d, v)) {
            ck_assert_uint_lt(dfs_number(d, v), d->numbers);
            vertex[dfs_number(d, v)] = v;
            n++;
        }
    ck_assert_uint_eq(n, d->reached);
    for (uint32_t i = 1; i < d->numbers; i++)
        if (vertex[i])
            ck_assert_uint_lt(d->link[i].up, i);
        else
            ck_assert_uint_eq(d->link[i].up, i);
}

/* No edge leads from a finished subtree to a later one of the same walk, nor
 * to one of another, but for those that the super-root's would do for. */
static void check_edges_of(const struct dfs *d, uint32_t i, uint32_t v)
{
    struct edge_iter it;
    uint32_t w, k;

    edges_begin(d->core->graph, v, &it);
    while ((w = edges_next(d->core->graph, &it)) != NO_NODE) {
        uint32_t to;

        if (!core_keeps(d->core, w) || is_root(d->core, w))
            continue;
        to = dfs_number(d, w);
        if (d->owner[i / DRAWER] != d->owner[to / DRAWER]) {
            ck_assert_msg(bits_has(d->top, to), "%u: of another walk", w);
            continue;
        }
        for (k = to; k > i; k = d->link[k].up)
            ;
        if (to > i && k != i)
            ck_abort_msg("%u leads to %u, numbered later", v, w);
    }
}

static void check_room(uint32_t n, unsigned walks, uint32_t room, unsigned left)
{
    ck_assert_uint_eq(dfs_room(n, &walks), room);
    ck_assert_uint_eq(walks, left);
}

/* A drawer more for each walk, as long as 32 bits will do. */
START_TEST(numbers_never_wrap)
{
    check_room(100, 2, 100, 1);
    check_room(1000000, 1, 1000000, 1);
    check_room(4 * DRAWER - 1, 3, 7 * DRAWER, 3);
    check_room(4 * DRAWER, 3, 8 * DRAWER, 3);
    check_room(((uint32_t)1 << 31) + 5, 64, 32768 * DRAWER + 65 * DRAWER, 64);
    check_room(UINT32_MAX - 3 * DRAWER, 2, 65535 * DRAWER, 2);
    check_room(UINT32_MAX - 2 * DRAWER, 2, UINT32_MAX - 2 * DRAWER, 1);
    check_room(UINT32_MAX - 1, 64, UINT32_MAX - 1, 1);
}
END_TEST

/* Numbers are a preorder, and parents come before their children. */
START_TEST(numbers_are_depth_first)
{
    struct err e = {0};
    uint64_t state = 11;
    uint32_t *vertex;
    struct sketch s;
    struct core c;
    struct dfs d;

    sketch_heap(&s, &state, 50000);
    ck_assert(core_build(sketch_finish(&s), &s.mem, &c, &e));
    s.graph.jobs = 1 + (unsigned)_i;
    ck_assert(dfs_build(&c, &s.mem, &d, &e));
    ck_assert_uint_eq(d.walks, s.graph.jobs);
    vertex = mem_alloc(&s.mem, d.numbers, sizeof *vertex, &e);
    find_vertices(&d, vertex);
    for (uint32_t i = 1; i < d.numbers; i++)
        if (vertex[i])
            check_edges_of(&d, i, vertex[i]);
    mem_free(&s.mem, vertex);
    dfs_deinit(&d, &s.mem);
    core_deinit(&c, &s.mem);
    sketch_deinit(&s);
}
END_TEST

/* ---- the verifier can say no ---------------------------------------------*/

/* In a graph of some nodes, `v` is said to hang below `wrong` instead. */
static void check_refused(uint32_t v, uint32_t wrong, const char *why)
{
    struct err e = {0};
    struct sketch s;
    uint32_t *idom;

    sketch_init(&s, 8);
    sketch_root(&s, 1);
    sketch_edge(&s, 1, 2);
    sketch_edge(&s, 1, 3);
    sketch_edge(&s, 2, 4);
    sketch_edge(&s, 3, 4);
    sketch_edge(&s, 4, 5);
    sketch_edge(&s, 5, 4);
    sketch_edge(&s, 6, 5);
    idom = idoms_of(sketch_finish(&s), &s.mem);
    ck_assert(dom_verify(&s.graph, idom, &s.mem, &e));
    idom[v] = wrong;
    ck_assert(!dom_verify(&s.graph, idom, &s.mem, &e));
    ck_assert_msg(strncmp(e.text, why, strlen(why)) == 0, "%s", e.text);
    idoms_free(&s.graph, idom, &s.mem);
    sketch_deinit(&s);
    ck_assert_uint_eq(s.mem.held, 0);
}

START_TEST(the_verifier_refuses_each_fault)
{
    check_refused(4, 2, "parent property");
    check_refused(3, 2, "parent property");
    check_refused(4, 0, "sibling property");
    check_refused(5, 1, "sibling property");
    check_refused(6, 1, "parent property");
    check_refused(7, 1, "sibling property");
    check_refused(5, NO_NODE, "parent property");
    check_refused(0, 1, "the super-root has a dominator");
}
END_TEST

/* ---- memory --------------------------------------------------------------*/

/* Everything that allocates, once; false as soon as something fails. */
static bool use_all(const struct graph *g, struct mem *m, struct err *e)
{
    uint32_t *idom = mem_map(m, g->nodes * sizeof *idom, e);
    struct dom d = {0};
    bool ok = idom && dom_build(g, m, &d, e);

    ok = ok && dom_spell_out(&d, m, idom, e) &&
         dom_lengauer_tarjan(g, m, idom, e) && dom_verify(g, idom, m, e);
    dom_deinit(&d, m);
    mem_unmap(m, idom, g->nodes * sizeof *idom);
    return ok;
}

START_TEST(every_allocation_may_fail)
{
    uint64_t state = 13;
    struct sketch s;

    /* Deep enough for the stack to grow: payloads wait on the way down. */
    sketch_shape(&s, SHAPE_QUEUE_AND_MAP, 5000 + 15000 * (uint32_t)_i);
    sketch_class(&s, 3);
    sketch_class(&s, 5);
    sketch_instance(&s, 4, 0);
    sketch_instance(&s, 4999, random_below(&state, 2));
    sketch_finish(&s);
    s.graph.jobs = 1 + (unsigned)_i;
    for (uint64_t fail = 1;; fail++) {
        struct err e = {0};
        struct mem m;
        bool ok;

        mem_init(&m, 0);
        m.fail_at = fail;
        ok = use_all(&s.graph, &m, &e);
        ck_assert_uint_eq(m.held, 0);
        if (ok)
            break;
        ck_assert_int_eq(e.code, ERR_NOMEM);
    }
    sketch_deinit(&s);
}
END_TEST

/* A long list with links both ways keeps no stack: 12 bytes a node for the
 * numbering, 12 for the one edge stored, and what the log, its last slab, and
 * the ends of large maps have to spare. */
START_TEST(long_lists_need_little_memory)
{
    struct err e = {0};
    struct sketch s;
    struct dom d;
    struct mem m;

    mem_init(&m, 0);
    sketch_shape(&s, SHAPE_DOUBLE_LIST, 1000000);
    ck_assert(dom_build(sketch_finish(&s), &m, &d, &e));
    ck_assert_uint_lt(m.peak, 29 * 1000000 + (5 << 20));
    dom_deinit(&d, &m);
    sketch_deinit(&s);
}
END_TEST

Suite *dom_suite(void)
{
    Suite *s = suite_create("dominators");
    TCase *t = tcase_create("all");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, agrees_with_the_definition);
    tcase_add_test(t, agrees_where_most_nodes_fold);
    tcase_add_test(t, no_roots_reach_nothing);
    tcase_add_test(t, roots_have_no_dominator_but_the_super_root);
    tcase_add_test(t, shapes_agree);
    tcase_add_test(t, large_random_graphs_agree);
    tcase_add_test(t, numbers_never_wrap);
    tcase_add_loop_test(t, numbers_are_depth_first, 0, 4);
    tcase_add_test(t, the_verifier_refuses_each_fault);
    tcase_add_test(t, long_lists_need_little_memory);
    tcase_add_loop_test(t, every_allocation_may_fail, 0, 2);
    suite_add_tcase(s, t);
    return s;
}
