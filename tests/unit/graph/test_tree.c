/*
 * test_tree.c - what subtrees weigh, against what goes away with a node.
 */
#include <check.h>
#include <string.h>

#include "graph/tree.h"
#include "tests/support/graphs.h"

struct sizes {
    uint32_t calls;
    bool disordered;
};

static uint64_t size_of(uint32_t v)
{
    return v ? (uint64_t)v * v + 7 : 0;
}

/* Also checks the promise: every node once, ascending. */
static uint64_t shallow(void *ctx, uint32_t node)
{
    struct sizes *s = ctx;

    s->disordered |= s->calls++ != node;
    return size_of(node);
}

struct fixture {
    struct sketch s;
    struct dom d;
    struct tree t;
    struct mem m;
};

static void build(struct fixture *f)
{
    struct sizes sizes = {0};
    struct err e = {0};

    mem_init(&f->m, 0);
    ck_assert(dom_build(sketch_finish(&f->s), &f->m, &f->d, &e));
    ck_assert(tree_build(&f->d, shallow, &sizes, &f->m, &f->t, &e));
    ck_assert_uint_eq(sizes.calls, f->s.graph.nodes);
    ck_assert(!sizes.disordered);
}

static void tear_down(struct fixture *f)
{
    tree_deinit(&f->t, &f->m);
    dom_deinit(&f->d, &f->m);
    sketch_deinit(&f->s);
    ck_assert_uint_eq(f->m.held, 0);
}

/* ---- by definition -------------------------------------------------------*/

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
            bytes += size_of(w);
            ++*count;
        }
    return bytes;
}

static bool is_above(const struct dom *d, uint32_t v, uint32_t w)
{
    while (w && w != v)
        w = d->idom[w];
    return w == v;
}

static void check_layout(const struct fixture *f)
{
    const struct tree *t = &f->t;

    ck_assert_uint_eq(t->reached, f->d.reached);
    ck_assert_uint_eq(t->order[0], 0);
    ck_assert_uint_eq(t->span[0], t->reached);
    for (uint32_t v = 0; v < t->nodes; v++)
        if (f->d.idom[v] == NO_NODE)
            ck_assert_uint_eq(t->at[v], NO_NODE);
        else
            ck_assert_uint_eq(t->order[t->at[v]], v);
    for (uint32_t i = 0; i < t->reached; i++)
        for (uint32_t k = 0; k < t->reached; k++) {
            bool inside = i <= k && k - i < t->span[i];

            if (is_above(&f->d, t->order[i], t->order[k]) != inside)
                ck_abort_msg("position %u in the subtree at %u", k, i);
        }
}

START_TEST(retained_is_what_goes_away)
{
    uint64_t state = 5;

    for (int round = 0; round < 1500; round++) {
        struct fixture f;
        uint32_t count;

        sketch_random(&f.s, &state, 2 + random_below(&state, 20));
        build(&f);
        check_layout(&f);
        for (uint32_t i = 1; i < f.t.reached; i++) {
            uint64_t bytes = goes_with(&f.s.graph, f.t.order[i], &count);

            ck_assert_uint_eq(f.t.retained[i], bytes);
            ck_assert_uint_eq(f.t.span[i], count);
        }
        tear_down(&f);
    }
}
END_TEST

START_TEST(class_retained_counts_the_outermost)
{
    uint64_t state = 6;

    for (int round = 0; round < 1500; round++) {
        uint32_t class_of[32];
        uint64_t want[3] = {0}, got[3] = {0};
        struct err e = {0};
        struct fixture f;

        sketch_random(&f.s, &state, 2 + random_below(&state, 30));
        build(&f);
        for (uint32_t v = 0; v < f.t.nodes; v++)
            class_of[v] = random_below(&state, 4); /* 3: none */
        for (uint32_t i = 1; i < f.t.reached; i++) {
            uint32_t v = f.t.order[i], c = class_of[v], up = f.d.idom[v];

            while (up && class_of[up] != c)
                up = f.d.idom[up];
            if (!up && c < 3)
                want[c] += f.t.retained[i];
        }
        ck_assert(tree_class_retained(&f.t, class_of, 3, &f.m, got, &e));
        for (int c = 0; c < 3; c++)
            ck_assert_uint_eq(got[c], want[c]);
        tear_down(&f);
    }
}
END_TEST

START_TEST(other_weights_sum_up_the_same_tree)
{
    uint64_t state = 8;

    for (int round = 0; round < 1000; round++) {
        struct tree_weight w[10];
        uint64_t got[40] = {0};
        struct fixture f;

        sketch_random(&f.s, &state, 2 + random_below(&state, 30));
        build(&f);
        for (int i = 0; i < 10; i++)
            w[i] = (struct tree_weight){random_below(&state, f.t.nodes),
                                        random_next(&state) >> 20};
        tree_sum(&f.t, w, 10, got);
        for (uint32_t i = 0; i < f.t.reached; i++) {
            uint64_t want = 0;

            for (int k = 0; k < 10; k++)
                if (f.d.idom[w[k].node] != NO_NODE &&
                    is_above(&f.d, f.t.order[i], w[k].node))
                    want += w[k].bytes;
            ck_assert_uint_eq(got[i], want);
        }
        tear_down(&f);
    }
}
END_TEST

/* ---- children ------------------------------------------------------------*/

/* Whether `a` belongs before `b`. */
static bool sorted(const struct tree *t, uint32_t a, uint32_t b)
{
    uint64_t x = t->retained[t->at[a]], y = t->retained[t->at[b]];

    return x > y || (x == y && a < b);
}

static void check_children(const struct fixture *f, uint32_t v, uint64_t max,
                           struct mem *m)
{
    uint64_t n, all = 0, before = 0;
    struct err e = {0};
    uint32_t *kids;

    ck_assert(tree_children(&f->t, v, max, m, &kids, &n, &e));
    for (uint32_t w = 1; w < f->t.nodes; w++)
        all += f->d.idom[w] == v;
    ck_assert_uint_eq(n, max && max < all ? max : all);
    for (uint64_t i = 0; i < n; i++) {
        ck_assert_uint_eq(f->d.idom[kids[i]], v);
        ck_assert(i == 0 || sorted(&f->t, kids[i - 1], kids[i]));
    }
    for (uint32_t w = 1; n && w < f->t.nodes; w++)
        before += f->d.idom[w] == v && sorted(&f->t, w, kids[n - 1]);
    ck_assert(n == 0 || before == n - 1);
    mem_free(m, kids);
}

START_TEST(children_come_largest_first)
{
    uint64_t state = 9;

    for (int round = 0; round < 1000; round++) {
        struct fixture f;

        sketch_random(&f.s, &state, 2 + random_below(&state, 60));
        build(&f);
        for (uint32_t v = 0; v < f.t.nodes; v++)
            if (f.d.idom[v] != NO_NODE || v == 0)
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
    uint64_t n;

    sketch_init(&f.s, 200);
    sketch_root(&f.s, 1);
    for (uint32_t v = 2; v < 200; v++)
        sketch_edge(&f.s, 1, v);
    build(&f);
    for (uint32_t i = 2; i < f.t.reached; i++)
        f.t.retained[i] = 24;
    ck_assert(tree_children(&f.t, 1, 5, &f.m, &kids, &n, &e));
    ck_assert_uint_eq(n, 5);
    for (uint32_t i = 0; i < n; i++)
        ck_assert_uint_eq(kids[i], 2 + i);
    mem_free(&f.m, kids);
    tear_down(&f);
}
END_TEST

START_TEST(unreachable_nodes_have_no_children)
{
    struct err e = {0};
    struct fixture f;
    uint32_t *kids;
    uint64_t n = 1;

    sketch_init(&f.s, 4);
    sketch_root(&f.s, 1);
    sketch_edge(&f.s, 2, 3);
    build(&f);
    ck_assert(tree_children(&f.t, 2, 0, &f.m, &kids, &n, &e));
    ck_assert_uint_eq(n, 0);
    mem_free(&f.m, kids);
    tear_down(&f);
}
END_TEST

/* ---- large, and without memory -------------------------------------------*/

START_TEST(large_trees_add_up)
{
    uint64_t state = 10, total = 0;
    struct fixture f;
    struct err e = {0};
    uint64_t *sum;

    sketch_heap(&f.s, &state, 100000);
    build(&f);
    sum = mem_alloc(&f.m, f.t.nodes, sizeof *sum, &e);
    ck_assert_ptr_nonnull(sum);
    for (uint32_t i = f.d.reached; i-- > 0;) {
        uint32_t v = f.d.vertex[i];

        total += size_of(v);
        sum[v] += size_of(v);
        if (sum[v] != f.t.retained[f.t.at[v]])
            ck_abort_msg("node %u", v);
        sum[f.d.idom[v]] += sum[v];
    }
    ck_assert_uint_eq(f.t.retained[0], total);
    mem_free(&f.m, sum);
    tear_down(&f);
}
END_TEST

/* Everything that allocates, once; false as soon as something fails. */
static bool use_all(const struct dom *d, struct mem *m, struct err *e)
{
    uint32_t class_of[64] = {0}, *kids = NULL;
    uint64_t by_class[1] = {0}, n;
    struct sizes sizes = {0};
    struct tree t;
    bool ok;

    if (!tree_build(d, shallow, &sizes, m, &t, e))
        return false;
    ok = tree_class_retained(&t, class_of, 1, m, by_class, e) &&
         tree_children(&t, 1, 0, m, &kids, &n, e);
    mem_free(m, kids);
    tree_deinit(&t, m);
    return ok;
}

START_TEST(every_allocation_may_fail)
{
    struct fixture f;

    sketch_shape(&f.s, SHAPE_BINARY_TREE, 60);
    build(&f);
    for (uint64_t fail = 1;; fail++) {
        struct err e = {0};
        struct mem m;
        bool ok;

        mem_init(&m, 0);
        m.fail_at = fail;
        ok = use_all(&f.d, &m, &e);
        ck_assert_uint_eq(m.held, 0);
        ck_assert_int_eq(err_is_set(&e), !ok);
        if (ok)
            break;
    }
    tear_down(&f);
}
END_TEST

Suite *tree_suite(void)
{
    Suite *s = suite_create("dominator tree");
    TCase *t = tcase_create("all");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, retained_is_what_goes_away);
    tcase_add_test(t, class_retained_counts_the_outermost);
    tcase_add_test(t, other_weights_sum_up_the_same_tree);
    tcase_add_test(t, children_come_largest_first);
    tcase_add_test(t, equal_children_come_by_node);
    tcase_add_test(t, unreachable_nodes_have_no_children);
    tcase_add_test(t, large_trees_add_up);
    tcase_add_test(t, every_allocation_may_fail);
    suite_add_tcase(s, t);
    return s;
}
