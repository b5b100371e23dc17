/*
 * test_dom.c - dominators against their definition: u dominates w when
 * nobody reaches w once u is taken away.
 */
#include <check.h>
#include <string.h>

#include "graph/dfs.h"
#include "graph/dom.h"
#include "tests/support/graphs.h"

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

static void check_same(const char *name, const struct dom *a,
                       const struct dom *b)
{
    ck_assert_uint_eq(a->nodes, b->nodes);
    ck_assert_uint_eq(a->reached, b->reached);
    for (uint32_t v = 0; v < a->nodes; v++)
        if (a->idom[v] != b->idom[v])
            ck_abort_msg("%s: node %u: %u or %u", name, v, a->idom[v],
                         b->idom[v]);
}

/* Both algorithms agree and the verifier is content. */
static void check_graph(const char *name, const struct graph *g)
{
    struct err e = {0};
    struct dom d, lt;
    struct mem m;

    mem_init(&m, 0);
    ck_assert_msg(dom_build(g, &m, &d, &e), "%s: %s", name, e.text);
    ck_assert_msg(dom_build_lengauer_tarjan(g, &m, &lt, &e), "%s: %s", name,
                  e.text);
    check_same(name, &d, &lt);
    ck_assert_msg(dom_verify(g, &d, &m, &e), "%s: %s", name, e.text);
    ck_assert_msg(dom_verify(g, &lt, &m, &e), "%s: %s", name, e.text);
    dom_deinit(&d, &m);
    dom_deinit(&lt, &m);
    ck_assert_uint_eq(m.held, 0);
}

/* ---- tests ---------------------------------------------------------------*/

START_TEST(agrees_with_the_definition)
{
    uint64_t state = 1;

    for (int round = 0; round < 3000; round++) {
        uint32_t idom[FEW];
        struct sketch s;
        struct dom d = {.idom = idom};

        sketch_random(&s, &state, 2 + random_below(&state, FEW - 2));
        define_idoms(sketch_finish(&s), idom);
        d.nodes = s.graph.nodes;
        for (uint32_t v = 0; v < d.nodes; v++)
            d.reached += idom[v] != NO_NODE;
        {
            struct err e = {0};
            struct dom got;

            ck_assert(dom_build(&s.graph, &s.mem, &got, &e));
            check_same("random", &d, &got);
            dom_deinit(&got, &s.mem);
        }
        check_graph("random", &s.graph);
        sketch_deinit(&s);
        ck_assert_uint_eq(s.mem.held, 0);
    }
}
END_TEST

START_TEST(no_roots_reach_nothing)
{
    struct err e = {0};
    struct sketch s;
    struct dom d;

    sketch_init(&s, 3);
    sketch_edge(&s, 1, 2);
    ck_assert(dom_build(sketch_finish(&s), &s.mem, &d, &e));
    ck_assert_uint_eq(d.reached, 1);
    ck_assert_uint_eq(d.idom[0], 0);
    ck_assert_uint_eq(d.idom[1], NO_NODE);
    ck_assert_uint_eq(d.idom[2], NO_NODE);
    dom_deinit(&d, &s.mem);
    sketch_deinit(&s);
}
END_TEST

/* A root that another root refers to, and what hangs below it. */
START_TEST(roots_have_no_dominator_but_the_super_root)
{
    struct err e = {0};
    struct sketch s;
    struct dom d;

    sketch_init(&s, 4);
    sketch_root(&s, 1);
    sketch_root(&s, 2);
    sketch_edge(&s, 1, 2);
    sketch_edge(&s, 2, 3);
    sketch_edge(&s, 3, 1);
    ck_assert(dom_build(sketch_finish(&s), &s.mem, &d, &e));
    ck_assert_uint_eq(d.idom[1], 0);
    ck_assert_uint_eq(d.idom[2], 0);
    ck_assert_uint_eq(d.idom[3], 2);
    dom_deinit(&d, &s.mem);
    sketch_deinit(&s);
}
END_TEST

START_TEST(dominators_can_be_dropped_to_idom)
{
    struct err e = {0};
    struct sketch s;
    struct dom d;

    sketch_shape(&s, SHAPE_LIST, 100);
    ck_assert(dom_build(sketch_finish(&s), &s.mem, &d, &e));
    dom_drop_order(&d, &s.mem);
    ck_assert_ptr_null(d.vertex);
    ck_assert_ptr_null(d.above);
    ck_assert_uint_eq(d.idom[100], 99);
    dom_deinit(&d, &s.mem);
    sketch_deinit(&s);
    ck_assert_uint_eq(s.mem.held, 0);
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
        sketch_deinit(&s);
    }
}
END_TEST

/* Numbers are a preorder, and parents come before their children. */
START_TEST(numbers_are_depth_first)
{
    struct err e = {0};
    uint64_t state = 11;
    struct sketch s;
    struct dfs d;

    sketch_heap(&s, &state, 5000);
    ck_assert(dfs_build(sketch_finish(&s), &s.mem, &d, &e));
    for (uint32_t i = 0; i < d.reached; i++) {
        ck_assert_uint_eq(d.number[d.vertex[i]], i);
        ck_assert(i == 0 || d.link[i].up < i);
        ck_assert_uint_le(d.link[i].low, d.link[i].up);
    }
    /* No edge leads from a finished subtree to a later one. */
    for (uint32_t i = 1; i < d.reached; i++) {
        struct edge_iter it;
        uint32_t w, k;

        edges_begin(&s.graph, d.vertex[i], &it);
        while ((w = edges_next(&s.graph, &it)) != NO_NODE) {
            for (k = d.number[w]; k > i; k = d.link[k].up)
                ;
            if (d.number[w] > i && k != i)
                ck_abort_msg("%u leads to %u, numbered later", i, w);
        }
    }
    dfs_deinit(&d, &s.mem);
    sketch_deinit(&s);
}
END_TEST

/* ---- the verifier can say no ---------------------------------------------*/

/* Writes `order` anew so that nothing but the tree is wrong. */
static void reorder(struct dom *d)
{
    uint32_t n = 1;

    memset(d->vertex, 0, d->nodes * sizeof *d->vertex);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t v = 1; v < d->nodes; v++)
            if (d->idom[v] == d->vertex[i]) {
                d->above[n] = i;
                d->vertex[n++] = v;
            }
    ck_assert_uint_eq(n, d->reached);
}

/* In a graph of some nodes, `v` is said to hang below `idom` instead. */
static void check_refused(uint32_t v, uint32_t idom, const char *why)
{
    struct err e = {0};
    struct sketch s;
    struct dom d;

    sketch_init(&s, 8);
    sketch_root(&s, 1);
    sketch_edge(&s, 1, 2);
    sketch_edge(&s, 1, 3);
    sketch_edge(&s, 2, 4);
    sketch_edge(&s, 3, 4);
    sketch_edge(&s, 4, 5);
    sketch_edge(&s, 5, 4);
    sketch_edge(&s, 6, 5);
    ck_assert(dom_build(sketch_finish(&s), &s.mem, &d, &e));
    ck_assert(dom_verify(&s.graph, &d, &s.mem, &e));
    d.reached += idom == NO_NODE ? -1 : d.idom[v] == NO_NODE;
    d.idom[v] = idom;
    if (idom != NO_NODE && v)
        reorder(&d);
    ck_assert(!dom_verify(&s.graph, &d, &s.mem, &e));
    ck_assert_msg(strncmp(e.text, why, strlen(why)) == 0, "%s", e.text);
    dom_deinit(&d, &s.mem);
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

START_TEST(the_verifier_refuses_a_wrong_order)
{
    struct err e = {0};
    struct sketch s;
    struct dom d;

    sketch_shape(&s, SHAPE_LIST, 5);
    ck_assert(dom_build(sketch_finish(&s), &s.mem, &d, &e));
    d.above[4] = 2;
    ck_assert(!dom_verify(&s.graph, &d, &s.mem, &e));
    ck_assert_str_eq(e.text, "the order tells another tree: nodes 4 and 4");
    dom_deinit(&d, &s.mem);
    sketch_deinit(&s);
}
END_TEST

/* ---- memory --------------------------------------------------------------*/

typedef bool build_fn(const struct graph *, struct mem *, struct dom *,
                      struct err *);

static void sweep(build_fn *build, const struct graph *g)
{
    for (uint64_t fail = 1;; fail++) {
        struct err e = {0};
        struct dom d;
        struct mem m;
        bool ok;

        mem_init(&m, 0);
        m.fail_at = fail;
        ok = build(g, &m, &d, &e);
        if (ok)
            dom_deinit(&d, &m);
        ck_assert_uint_eq(m.held, 0);
        if (ok)
            return;
        ck_assert_int_eq(e.code, ERR_NOMEM);
    }
}

START_TEST(every_allocation_may_fail)
{
    struct sketch s;

    /* Deep enough for the stack to grow: payloads wait on the way down. */
    sketch_shape(&s, SHAPE_QUEUE_AND_MAP, 5000);
    sweep(dom_build, sketch_finish(&s));
    sweep(dom_build_lengauer_tarjan, &s.graph);
    sketch_deinit(&s);
}
END_TEST

START_TEST(the_verifier_may_run_out_of_memory)
{
    struct err e = {0};
    struct sketch s;
    struct dom d;
    struct mem m;

    sketch_shape(&s, SHAPE_QUEUE_AND_MAP, 100);
    ck_assert(dom_build(sketch_finish(&s), &s.mem, &d, &e));
    for (uint64_t fail = 1;; fail++) {
        memset(&e, 0, sizeof e);
        mem_init(&m, 0);
        m.fail_at = fail;
        if (dom_verify(&s.graph, &d, &m, &e))
            break;
        ck_assert_int_eq(e.code, ERR_NOMEM);
        ck_assert_uint_eq(m.held, 0);
    }
    ck_assert_uint_eq(m.held, 0);
    dom_deinit(&d, &s.mem);
    sketch_deinit(&s);
}
END_TEST

/* A long list with links both ways keeps no stack: 20 bytes a node for the
 * numbering, 4 for parents, 4 for the one edge stored, and a bit. */
START_TEST(long_lists_need_little_memory)
{
    struct err e = {0};
    struct sketch s;
    struct dom d;
    struct mem m;

    mem_init(&m, 0);
    sketch_shape(&s, SHAPE_DOUBLE_LIST, 100000);
    ck_assert(dom_build(sketch_finish(&s), &m, &d, &e));
    ck_assert_uint_lt(m.peak, 29 * 100000);
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
    tcase_add_test(t, no_roots_reach_nothing);
    tcase_add_test(t, roots_have_no_dominator_but_the_super_root);
    tcase_add_test(t, dominators_can_be_dropped_to_idom);
    tcase_add_test(t, shapes_agree);
    tcase_add_test(t, large_random_graphs_agree);
    tcase_add_test(t, numbers_are_depth_first);
    tcase_add_test(t, the_verifier_refuses_each_fault);
    tcase_add_test(t, the_verifier_refuses_a_wrong_order);
    tcase_add_test(t, long_lists_need_little_memory);
    tcase_add_test(t, every_allocation_may_fail);
    tcase_add_test(t, the_verifier_may_run_out_of_memory);
    suite_add_tcase(s, t);
    return s;
}
