/*
 * test_tree.c - what subtrees weigh, against what goes away with a node.
 */
#include <check.h>
#include <string.h>

#include "graph/load.h"
#include "tests/support/graphs.h"
#include "suites.h"

static uint64_t shallow(void *ctx, uint32_t v, uint32_t class)
{
    (void)class;
    (void)ctx;
    return v ? (uint64_t)v * v + 7 : 0;
}

/* Of all nodes together. */
static struct tree_sizes sizes_of_all(const struct graph *g)
{
    struct tree_sizes s = {.shallow = shallow};

    for (uint32_t v = 0; v < g->nodes; v++)
        s.most += shallow(NULL, v, 0);
    return s;
}

struct fixture {
    struct sketch s;
    struct tree t;
    uint32_t *idom; /* by node */
    struct mem m;
};

/* The same tree without a limit to its weights. */
static void compare_with_wide(const struct fixture *f, const struct graph *g)
{
    const struct tree_sizes sizes = {.shallow = shallow, .most = UINT64_MAX};
    struct err e = {0};
    struct mem m;
    struct tree t;
    struct dom d;

    mem_init(&m, 0);
    ck_assert(dom_build(g, &m, &d, &e));
    ck_assert(tree_build(&d, &sizes, &m, &t, &e));
    ck_assert(t.wide);
    ck_assert_uint_eq(t.reached, f->t.reached);
    for (uint32_t i = 0; i < t.reached; i++)
        ck_assert_uint_eq(tree_bytes(&t, i), tree_bytes(&f->t, i));
    tree_deinit(&t, &m);
    ck_assert_uint_eq(m.held, 0);
}

static void build(struct fixture *f)
{
    const struct graph *g = sketch_finish(&f->s);
    const struct tree_sizes sizes = sizes_of_all(g);
    struct err e = {0};
    struct dom d;

    mem_init(&f->m, 0);
    f->idom = mem_alloc(&f->m, g->nodes, sizeof *f->idom, &e);
    ck_assert(dom_build(g, &f->m, &d, &e));
    ck_assert(dom_spell_out(&d, &f->m, f->idom, &e));
    ck_assert(tree_build(&d, &sizes, &f->m, &f->t, &e));
    ck_assert((sizes.most <= UINT32_MAX) == !f->t.wide);
    compare_with_wide(f, g);
}

static void tear_down(struct fixture *f)
{
    tree_deinit(&f->t, &f->m);
    mem_free(&f->m, f->idom);
    sketch_deinit(&f->s);
    ck_assert_uint_eq(f->m.held, 0);
}

/* ---- by definition ---------------------------------------------------- */

/* Marks what is reached without passing through `without`. */
static void reach(const struct graph *g, uint32_t without, bool *seen)
{
    uint32_t stack[64], depth = 0, w;
    struct edge_iter it;

    memset(seen, 0, g->nodes * sizeof *seen);
    for (uint32_t i = 0; i < g->n_roots; i++)
        if (g->roots[i] != without) {
            seen[g->roots[i]] = true;
            stack[depth++] = g->roots[i];
        }
    while (depth) {
        edges_begin(g, stack[--depth], &it);
        while ((w = edges_next(g, &it)) != NO_NODE)
            if (w != without && !seen[w]) {
                seen[w] = true;
                stack[depth++] = w;
            }
    }
}

/* Bytes and number of what only `v` keeps alive. */
static uint64_t goes_with(const struct graph *g, uint32_t v, uint32_t *count)
{
    bool all[64], rest[64];
    uint64_t bytes = 0;

    reach(g, NO_NODE, all);
    reach(g, v, rest);
    *count = 0;
    for (uint32_t w = 1; w < g->nodes; w++)
        if (all[w] && !rest[w]) {
            bytes += shallow(NULL, w, 0);
            ++*count;
        }
    return bytes;
}

static bool is_above(const struct fixture *f, uint32_t v, uint32_t w)
{
    while (w && w != v)
        w = f->idom[w];
    return w == v;
}

static void check_layout(const struct fixture *f)
{
    const struct tree *t = &f->t;

    ck_assert_uint_eq(t->order[0].node, 0);
    ck_assert_uint_eq(t->span[0], t->reached);
    for (uint32_t v = 0; v < f->s.graph.nodes; v++) {
        ck_assert_int_eq(tree_has(t, v), f->idom[v] != NO_NODE);
        if (tree_has(t, v) && !tree_is_folded(t, v))
            ck_assert_uint_eq(t->order[tree_at(t, v)].node, v);
    }
    for (uint32_t i = 0; i < t->reached; i++)
        for (uint32_t k = 0; k < t->reached; k++) {
            bool inside = i <= k && k - i < t->span[i];

            if (is_above(f, t->order[i].node, t->order[k].node) != inside)
                ck_abort_msg("position %u in the subtree at %u", k, i);
        }
}

static void draw(struct fixture *f, uint64_t *state, uint32_t nodes)
{
    if (random_below(state, 2))
        sketch_random(&f->s, state, nodes);
    else
        sketch_leafy(&f->s, state, nodes);
    build(f);
}

START_TEST(retained_is_what_goes_away)
{
    uint64_t state = 5;

    for (int round = 0; round < 3000; round++) {
        struct fixture f;
        uint32_t count;

        draw(&f, &state, 4 + random_below(&state, 20));
        check_layout(&f);
        for (uint32_t v = 1; v < f.s.graph.nodes; v++) {
            if (!tree_has(&f.t, v))
                continue;
            ck_assert_uint_eq(tree_retained(&f.t, v),
                              goes_with(&f.s.graph, v, &count));
            ck_assert_uint_eq(tree_objects(&f.t, v), count);
        }
        tear_down(&f);
    }
}
END_TEST

/* More than one byte counts. */
START_TEST(objects_are_counted_below_wide_nodes)
{
    struct fixture f;

    sketch_init(&f.s, 1002);
    sketch_root(&f.s, 1);
    sketch_edge(&f.s, 1, 2);
    sketch_edge(&f.s, 2, 2);
    for (uint32_t v = 3; v < 1002; v++)
        sketch_edge(&f.s, v < 300 ? 1 : 2, v);
    build(&f);
    ck_assert_uint_eq(f.t.reached, 3);
    ck_assert_uint_eq(tree_objects(&f.t, 1), 1001);
    ck_assert_uint_eq(tree_objects(&f.t, 2), 703);
    ck_assert_uint_eq(tree_objects(&f.t, 3), 1);
    tear_down(&f);
}
END_TEST

START_TEST(class_retained_counts_the_outermost)
{
    uint64_t state = 6;

    for (int round = 0; round < 3000; round++) {
        uint64_t want[5] = {0};
        struct fixture f;
        const struct graph *g;

        draw(&f, &state, 4 + random_below(&state, 30));
        g = &f.s.graph;
        for (uint32_t v = 1; v < g->nodes; v++) {
            uint32_t c = graph_class(g, v), up = f.idom[v];

            while (up && up != NO_NODE && graph_class(g, up) != c)
                up = f.idom[up];
            if (!up && c < g->n_classes)
                want[c] += tree_retained(&f.t, v);
        }
        for (uint32_t c = 0; c <= g->n_classes; c++)
            ck_assert_uint_eq(f.t.classes[c].retained, want[c]);
        tear_down(&f);
    }
}
END_TEST

START_TEST(loads_sum_up_the_same_tree)
{
    uint64_t state = 8;

    for (int round = 0; round < 3000; round++) {
        struct load_weight w[10];
        struct err e = {0};
        struct fixture f;
        struct load l;
        uint32_t n;

        draw(&f, &state, 4 + random_below(&state, 30));
        n = f.s.graph.nodes;
        for (int i = 0; i < 10; i++)
            w[i] = (struct load_weight){random_below(&state, n),
                                        random_next(&state) >> 20};
        ck_assert(load_build(&l, &f.t, w, 10, &f.m, &e));
        for (uint32_t v = 0; v < n; v++) {
            uint64_t want = 0;

            if (!tree_has(&f.t, v))
                continue;
            for (int k = 0; k < 10; k++)
                if (f.idom[w[k].node] != NO_NODE && is_above(&f, v, w[k].node))
                    want += w[k].bytes;
            ck_assert_uint_eq(load_below(&l, &f.t, v), want);
        }
        load_deinit(&l, &f.m);
        tear_down(&f);
    }
}
END_TEST

/* ---- children --------------------------------------------------------- */

/* Whether `a` belongs before `b`. */
static bool sorted(const struct tree *t, uint32_t a, uint32_t b)
{
    uint64_t x = tree_retained(t, a), y = tree_retained(t, b);

    return x > y || (x == y && a < b);
}

static void check_children(const struct fixture *f, uint32_t v, uint64_t max,
                           struct mem *m)
{
    uint64_t n, all, want = 0, before = 0;
    struct err e = {0};
    uint32_t *kids;

    ck_assert(tree_children(&f->t, v, max, m, &kids, &n, &all, &e));
    for (uint32_t w = 1; w < f->s.graph.nodes; w++)
        want += f->idom[w] == v;
    ck_assert_uint_eq(all, want);
    ck_assert_uint_eq(n, max && max < all ? max : all);
    for (uint64_t i = 0; i < n; i++) {
        ck_assert_uint_eq(f->idom[kids[i]], v);
        ck_assert(i == 0 || sorted(&f->t, kids[i - 1], kids[i]));
    }
    for (uint32_t w = 1; n && w < f->s.graph.nodes; w++)
        before += f->idom[w] == v && sorted(&f->t, w, kids[n - 1]);
    ck_assert(n == 0 || before == n - 1);
    mem_free(m, kids);
}

START_TEST(children_come_largest_first)
{
    uint64_t state = 9;

    for (int round = 0; round < 1000; round++) {
        struct fixture f;

        draw(&f, &state, 4 + random_below(&state, 58));
        for (uint32_t v = 0; v < f.s.graph.nodes; v++)
            if (tree_has(&f.t, v))
                check_children(&f, v, random_below(&state, 5), &f.m);
        tear_down(&f);
    }
}
END_TEST

START_TEST(equal_children_come_by_node)
{
    struct err e = {0};
    struct fixture f;
    uint32_t *kids;
    uint64_t n, all;

    sketch_init(&f.s, 200);
    for (uint32_t v = 1; v < 200; v++)
        sketch_root(&f.s, v);
    build(&f);
    for (uint32_t i = 1; i < f.t.reached; i++)
        f.t.order[i].weight = 24;
    ck_assert(tree_children(&f.t, 0, 5, &f.m, &kids, &n, &all, &e));
    ck_assert_uint_eq(n, 5);
    ck_assert_uint_eq(all, 199);
    for (uint32_t i = 0; i < n; i++)
        ck_assert_uint_eq(kids[i], 1 + i);
    mem_free(&f.m, kids);
    tear_down(&f);
}
END_TEST

START_TEST(unreachable_nodes_have_no_children)
{
    struct err e = {0};
    struct fixture f;
    uint32_t *kids;
    uint64_t n = 1, all;

    sketch_init(&f.s, 4);
    sketch_root(&f.s, 1);
    sketch_edge(&f.s, 2, 3);
    build(&f);
    ck_assert(tree_children(&f.t, 2, 0, &f.m, &kids, &n, &all, &e));
    ck_assert_uint_eq(n, 0);
    mem_free(&f.m, kids);
    tear_down(&f);
}
END_TEST

/* ---- large, and without memory ---------------------------------------- */

/* A node's subtree is itself and its children's, all over. */
START_TEST(large_trees_add_up)
{
    uint64_t state = 10, *sum;
    struct fixture f;
    struct err e = {0};
    uint32_t n;

    sketch_heap(&f.s, &state, 100000);
    build(&f);
    n = f.s.graph.nodes;
    sum = mem_alloc(&f.m, n, sizeof *sum, &e);
    ck_assert_ptr_nonnull(sum);
    for (uint32_t v = 1; v < n; v++)
        if (f.idom[v] != NO_NODE)
            sum[f.idom[v]] += tree_retained(&f.t, v);
    for (uint32_t v = 0; v < n; v++)
        if (f.idom[v] != NO_NODE &&
            sum[v] + shallow(NULL, v, 0) != tree_retained(&f.t, v))
            ck_abort_msg("node %u", v);
    mem_free(&f.m, sum);
    tear_down(&f);
}
END_TEST

/* Everything that allocates, once; false as soon as something fails. */
/* ---- threads ----------------------------------------------------------- */

static void build_with(const struct graph *g, unsigned jobs, struct mem *m,
                       struct tree *ret)
{
    const struct tree_sizes sizes = sizes_of_all(g);
    struct graph view = *g;
    struct err e = {0};
    struct dom d;

    view.jobs = jobs;
    ck_assert(dom_build(&view, m, &d, &e));
    ck_assert(tree_build(&d, &sizes, m, ret, &e));
    ret->core.graph = g;
}

static void same_core(const struct core *a, const struct core *b)
{
    ck_assert_uint_eq(a->n, b->n);
    for (uint32_t i = 0; i < a->n_words; i++) {
        ck_assert_uint_eq(a->words[i].kept, b->words[i].kept);
        ck_assert_uint_eq(a->words[i].inner, b->words[i].inner);
        ck_assert_uint_eq(a->words[i].edged, b->words[i].edged);
        ck_assert_uint_eq(a->words[i].before, b->words[i].before);
    }
}

/* Positions may differ, as siblings stand in no promised order. */
static void same_node(const struct tree *a, const struct tree *b, uint32_t v)
{
    uint32_t i = tree_at(a, v), k = tree_at(b, v);

    ck_assert_uint_eq(a->order[i].node, v);
    ck_assert_uint_eq(b->order[k].node, v);
    ck_assert_uint_eq(a->span[i], b->span[k]);
    ck_assert_uint_eq(a->folded[i], b->folded[k]);
    ck_assert_uint_eq(tree_bytes(a, i), tree_bytes(b, k));
}

static void same_tree(const struct tree *a, const struct tree *b)
{
    same_core(&a->core, &b->core);
    ck_assert_uint_eq(a->reached, b->reached);
    ck_assert_uint_eq(a->n_tops, b->n_tops);
    for (uint32_t i = 0; i < a->core.n_words; i++)
        ck_assert_uint_eq(a->seen[i], b->seen[i]);
    for (uint32_t v = 0; v < a->core.graph->nodes; v++)
        if (tree_has(a, v) && !tree_is_folded(a, v))
            same_node(a, b, v);
    for (uint32_t c = 0; c <= a->core.graph->n_classes; c++) {
        ck_assert_uint_eq(a->classes[c].retained, b->classes[c].retained);
        ck_assert_uint_eq(a->classes[c].nests, b->classes[c].nests);
    }
}

/* Enough nodes for several pieces, and not a whole number of them. */
START_TEST(threads_change_nothing)
{
    uint64_t state = 12;
    const struct graph *g;
    struct tree one, some;
    struct sketch s;
    struct mem m;

    sketch_heap(&s, &state, 330001);
    g = sketch_finish(&s);
    mem_init(&m, 0);
    build_with(g, 1, &m, &one);
    for (unsigned jobs = 2; jobs < 5; jobs++) {
        build_with(g, jobs, &m, &some);
        same_tree(&one, &some);
        tree_deinit(&some, &m);
    }
    tree_deinit(&one, &m);
    ck_assert_uint_eq(m.held, 0);
    sketch_deinit(&s);
}
END_TEST

static bool use_all(const struct graph *g, struct mem *m, struct err *e)
{
    const struct load_weight w[] = {{3, 5}, {60, 7}};
    const struct tree_sizes sizes = sizes_of_all(g);
    uint32_t *kids = NULL;
    uint64_t n, all;
    struct load l = {0};
    struct tree t;
    struct dom d;
    bool ok;

    if (!dom_build(g, m, &d, e))
        return false;
    if (!tree_build(&d, &sizes, m, &t, e))
        return false;
    ok = tree_children(&t, 1, 0, m, &kids, &n, &all, e) &&
         load_build(&l, &t, w, 2, m, e);
    mem_free(m, kids);
    load_deinit(&l, m);
    tree_deinit(&t, m);
    return ok;
}

START_TEST(every_allocation_may_fail)
{
    struct sketch s;

    sketch_shape(&s, SHAPE_BINARY_TREE, 60);
    sketch_class(&s, 2);
    sketch_instance(&s, 60, 0);
    sketch_finish(&s);
    for (uint64_t fail = 1;; fail++) {
        struct err e = {0};
        struct mem m;
        bool ok;

        mem_init(&m, 0);
        m.fail_at = fail;
        ok = use_all(&s.graph, &m, &e);
        ck_assert_uint_eq(m.held, 0);
        ck_assert_int_eq(err_is_set(&e), !ok);
        if (ok)
            break;
    }
    sketch_deinit(&s);
}
END_TEST

Suite *tree_suite(void)
{
    Suite *s = suite_create("dominator tree");
    TCase *t = tcase_create("all");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, retained_is_what_goes_away);
    tcase_add_test(t, class_retained_counts_the_outermost);
    tcase_add_test(t, objects_are_counted_below_wide_nodes);
    tcase_add_test(t, loads_sum_up_the_same_tree);
    tcase_add_test(t, children_come_largest_first);
    tcase_add_test(t, equal_children_come_by_node);
    tcase_add_test(t, unreachable_nodes_have_no_children);
    tcase_add_test(t, large_trees_add_up);
    tcase_add_test(t, threads_change_nothing);
    tcase_add_test(t, every_allocation_may_fail);
    suite_add_tcase(s, t);
    return s;
}
