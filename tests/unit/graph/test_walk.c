/*
 * test_walk.c - shortest paths and what lies beyond, against sets of nodes
 * grown edge by edge.
 */
#include <check.h>
#include <string.h>

#include "graph/walk.h"
#include "tests/support/graphs.h"
#include "suites.h"

enum { FEW = 40 };

/* Distance in nodes from the nearest start, 0 if there is no way; rounds of
 * relaxing every edge, which is as plain as it gets. */
static void distances(const struct graph *g, const uint32_t *starts, uint32_t n,
                      uint32_t *ret)
{
    bool changed = true;

    memset(ret, 0, g->nodes * sizeof *ret);
    for (uint32_t i = 0; i < n; i++)
        ret[starts[i]] = 1;
    while (changed) {
        changed = false;
        for (uint32_t v = 1; v < g->nodes; v++) {
            struct edge_iter it;
            uint32_t w;

            edges_begin(g, v, &it);
            while (ret[v] && (w = edges_next(g, &it)) != NO_NODE)
                if (!ret[w] || ret[w] > ret[v] + 1) {
                    ret[w] = ret[v] + 1;
                    changed = true;
                }
        }
    }
}

static bool has_edge(const struct graph *g, uint32_t v, uint32_t target)
{
    struct edge_iter it;
    uint32_t w;

    edges_begin(g, v, &it);
    while ((w = edges_next(g, &it)) != NO_NODE)
        if (w == target)
            return true;
    return false;
}

static bool is_root(const struct graph *g, uint32_t v)
{
    for (uint32_t i = 0; i < g->n_roots; i++)
        if (g->roots[i] == v)
            return true;
    return false;
}

static void check_path(const struct graph *g, const uint32_t *path,
                       uint32_t length, uint32_t target)
{
    ck_assert(is_root(g, path[0]));
    ck_assert_uint_eq(path[length - 1], target);
    for (uint32_t i = 1; i < length; i++)
        ck_assert(has_edge(g, path[i - 1], path[i]));
}

/* Over the graph's own core. */
static bool find(const struct graph *g, const uint32_t *targets, uint32_t n,
                 uint32_t max, struct mem *m, uint32_t **paths,
                 uint32_t *lengths, struct err *e)
{
    struct core c;
    bool ok = core_build(g, m, &c, e);

    ok = ok && walk_paths(g, &c, targets, n, max, m, paths, lengths, e);
    core_deinit(&c, m);
    return ok;
}

START_TEST(paths_are_shortest)
{
    uint64_t state = 21;

    for (int round = 0; round < 10000; round++) {
        uint32_t targets[5], lengths[5], *paths[5], distance[FEW];
        uint32_t max = 1 + random_below(&state, 6);
        struct err e = {0};
        struct sketch s;

        if (round % 2)
            sketch_random(&s, &state, 2 + random_below(&state, FEW - 2));
        else
            sketch_leafy(&s, &state, 4 + random_below(&state, FEW - 4));
        sketch_finish(&s);
        for (int i = 0; i < 5; i++)
            targets[i] = random_below(&state, s.graph.nodes);
        distances(&s.graph, s.graph.roots, s.graph.n_roots, distance);
        ck_assert(find(&s.graph, targets, 5, max, &s.mem, paths, lengths, &e));
        for (int i = 0; i < 5; i++) {
            uint32_t want = distance[targets[i]];

            ck_assert_uint_eq(lengths[i], want <= max ? want : 0);
            if (lengths[i])
                check_path(&s.graph, paths[i], lengths[i], targets[i]);
            mem_free(&s.mem, paths[i]);
        }
        sketch_deinit(&s);
        ck_assert_uint_eq(s.mem.held, 0);
    }
}
END_TEST

START_TEST(a_long_list_is_one_path)
{
    uint32_t target = 100000, length, *path;
    struct err e = {0};
    struct sketch s;

    sketch_shape(&s, SHAPE_LIST, target);
    ck_assert(find(sketch_finish(&s), &target, 1, UINT32_MAX, &s.mem, &path,
                   &length, &e));
    ck_assert_uint_eq(length, target);
    ck_assert_uint_eq(path[0], 1);
    ck_assert_uint_eq(path[target - 1], target);
    mem_free(&s.mem, path);
    sketch_deinit(&s);
}
END_TEST

/* ---- beyond ----------------------------------------------------------- */

struct visits {
    uint32_t times[FEW];
};

static void visit(void *ctx, uint32_t node)
{
    struct visits *v = ctx;

    v->times[node]++;
}

START_TEST(beyond_is_what_was_not_seen)
{
    uint64_t state = 22;

    for (int round = 0; round < 3000; round++) {
        uint32_t starts[3], from_roots[FEW], from_both[FEW], both[FEW];
        uint32_t nodes = 2 + random_below(&state, FEW - 2), n;
        struct visits visits = {{0}};
        uint64_t seen[1] = {1};
        struct err e = {0};
        struct sketch s;

        sketch_random(&s, &state, nodes);
        sketch_finish(&s);
        n = s.graph.n_roots;
        for (uint32_t i = 0; i < n; i++)
            both[i] = s.graph.roots[i];
        for (int i = 0; i < 3; i++)
            both[n + i] = starts[i] = 1 + random_below(&state, nodes - 1);
        distances(&s.graph, both, n, from_roots);
        distances(&s.graph, both, n + 3, from_both);
        for (uint32_t v = 1; v < nodes; v++)
            seen[0] |= (uint64_t)(from_roots[v] != 0) << v;
        ck_assert(
            walk_beyond(&s.graph, starts, 3, seen, visit, &visits, &s.mem, &e));
        for (uint32_t v = 1; v < nodes; v++) {
            ck_assert_uint_eq(visits.times[v], from_both[v] && !from_roots[v]);
            ck_assert_uint_eq(seen[0] >> v & 1, from_both[v] != 0);
        }
        sketch_deinit(&s);
        ck_assert_uint_eq(s.mem.held, 0);
    }
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    const struct graph *g;
    struct sketch s;

    sketch_shape(&s, SHAPE_BINARY_TREE, 30);
    g = sketch_finish(&s);
    for (uint64_t fail = 1;; fail++) {
        uint32_t targets[] = {30, 0, 17, 17}, lengths[4], *paths[4];
        uint64_t seen[1] = {1};
        struct visits visits = {{0}};
        struct err e = {0};
        struct mem m;
        bool ok;

        mem_init(&m, 0);
        m.fail_at = fail;
        ok = walk_beyond(g, targets, 1, seen, visit, &visits, &m, &e) &&
             find(g, targets, 4, 99, &m, paths, lengths, &e);
        ck_assert_int_eq(err_is_set(&e), !ok);
        for (int i = 0; ok && i < 4; i++)
            mem_free(&m, paths[i]);
        ck_assert_uint_eq(m.held, 0);
        if (ok)
            break;
    }
    sketch_deinit(&s);
}
END_TEST

Suite *walk_suite(void)
{
    Suite *s = suite_create("walks");
    TCase *t = tcase_create("all");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, paths_are_shortest);
    tcase_add_test(t, a_long_list_is_one_path);
    tcase_add_test(t, beyond_is_what_was_not_seen);
    tcase_add_test(t, every_allocation_may_fail);
    suite_add_tcase(s, t);
    return s;
}
