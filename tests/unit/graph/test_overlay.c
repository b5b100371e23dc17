/*
 * test_overlay.c - extra edges, and the order in which a node's edges come.
 */
#include <check.h>

#include "tests/support/graphs.h"
#include "suites.h"

static uint32_t gather(const struct graph *g, uint32_t v, uint32_t *ret)
{
    struct edge_iter it;
    uint32_t n = 0, w;

    edges_begin(g, v, &it);
    while ((w = edges_next(g, &it)) != NO_NODE)
        ret[n++] = w;
    return n;
}

START_TEST(edges_are_sorted_and_unique)
{
    struct edge edges[] = {{70, 3}, {2, 300}, {70, 3}, {2, 9}, {2, 300}};
    struct err e = {0};
    struct overlay o;
    struct mem m;

    mem_init(&m, 0);
    ck_assert(overlay_build(&o, 400, edges, 5, &m, &e));
    ck_assert_uint_eq(o.members.bits[0], 1u << 2);
    ck_assert_uint_eq(o.members.bits[1], 1u << 6);
    ck_assert_uint_eq(o.members.before[0], 0);
    ck_assert_uint_eq(o.members.before[1], 1);
    ck_assert_uint_eq(o.members.before[2], 2);
    ck_assert_uint_eq(o.first[0], 0);
    ck_assert_uint_eq(o.first[1], 2);
    ck_assert_uint_eq(o.first[2], 3);
    ck_assert_uint_eq(o.to[0], 9);
    ck_assert_uint_eq(o.to[1], 300);
    ck_assert_uint_eq(o.to[2], 3);
    overlay_deinit(&o, &m);
    ck_assert_uint_eq(m.held, 0);
}
END_TEST

START_TEST(no_edges_make_an_empty_overlay)
{
    struct err e = {0};
    struct overlay o;
    struct mem m;

    mem_init(&m, 0);
    ck_assert(overlay_build(&o, 64, NULL, 0, &m, &e));
    ck_assert_uint_eq(o.members.bits[0], 0);
    ck_assert_uint_eq(o.first[0], 0);
    overlay_deinit(&o, &m);
    ck_assert_uint_eq(m.held, 0);
}
END_TEST

START_TEST(class_then_fields_then_extra)
{
    uint32_t got[8];
    struct sketch s;

    sketch_init(&s, 6);
    sketch_class(&s, 5);
    sketch_class(&s, NO_NODE);
    sketch_instance(&s, 1, 0);
    sketch_instance(&s, 2, 1);
    sketch_edge(&s, 1, 3);
    sketch_edge(&s, 1, 3);
    sketch_edge(&s, 2, 4);
    sketch_extra(&s, 1, 2);
    sketch_finish(&s);
    ck_assert_uint_eq(gather(&s.graph, 1, got), 4);
    ck_assert_uint_eq(got[0], 5);
    ck_assert_uint_eq(got[1], 3);
    ck_assert_uint_eq(got[2], 3);
    ck_assert_uint_eq(got[3], 2);
    ck_assert_uint_eq(gather(&s.graph, 2, got), 1);
    ck_assert_uint_eq(got[0], 4);
    ck_assert_uint_eq(gather(&s.graph, 3, got), 0);
    sketch_deinit(&s);
    ck_assert_uint_eq(s.mem.held, 0);
}
END_TEST

static bool listed(const struct edge *edges, uint32_t n, struct edge e)
{
    for (uint32_t i = 0; i < n; i++)
        if (edges[i].from == e.from && edges[i].to == e.to)
            return true;
    return false;
}

/* Edges come ascending, and each is in the list; returns how many. */
static uint32_t count_listed(const struct overlay *o, uint32_t nodes,
                             const struct edge *edges, uint32_t n)
{
    static struct span_group none[3001 / SPANS_GROUP + 1]; /* of length 0 */
    const struct graph g = {.nodes = nodes, .edges.at = none, .extra = o};
    uint32_t found = 0, got[400], k;

    for (uint32_t v = 1; v < nodes; v++) {
        k = gather(&g, v, got);
        found += k;
        while (k--)
            if (!listed(edges, n, (struct edge){v, got[k]}) ||
                (k && got[k - 1] >= got[k]))
                ck_abort_msg("an edge of node %u to %u", v, got[k]);
    }
    return found;
}

START_TEST(random_edges_are_found_again)
{
    uint64_t state = 3;

    for (int round = 0; round < 300; round++) {
        uint32_t nodes = 2 + random_below(&state, 2999);
        uint32_t n = random_below(&state, 400), distinct = 0;
        struct edge edges[400], kept[400];
        struct err e = {0};
        struct overlay o;
        struct mem m;

        for (uint32_t i = 0; i < n; i++) {
            kept[i] = (struct edge){1 + random_below(&state, nodes - 1),
                                    random_below(&state, nodes)};
            edges[i] = kept[i];
            distinct += !listed(kept, i, kept[i]);
        }
        mem_init(&m, 0);
        ck_assert(overlay_build(&o, nodes, edges, n, &m, &e));
        ck_assert_uint_eq(count_listed(&o, nodes, kept, n), distinct);
        overlay_deinit(&o, &m);
        ck_assert_uint_eq(m.held, 0);
    }
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    for (uint64_t fail = 1;; fail++) {
        struct edge edges[] = {{3, 4}, {1, 2}, {1, 2}};
        struct err e = {0};
        struct overlay o;
        struct mem m;
        bool ok;

        mem_init(&m, 0);
        m.fail_at = fail;
        ok = overlay_build(&o, 10, edges, 3, &m, &e);
        ck_assert_int_eq(err_is_set(&e), !ok);
        if (ok)
            overlay_deinit(&o, &m);
        ck_assert_uint_eq(m.held, 0);
        if (ok)
            break;
    }
}
END_TEST

Suite *overlay_suite(void)
{
    Suite *s = suite_create("overlay");
    TCase *t = tcase_create("all");

    tcase_add_test(t, edges_are_sorted_and_unique);
    tcase_add_test(t, no_edges_make_an_empty_overlay);
    tcase_add_test(t, class_then_fields_then_extra);
    tcase_add_test(t, random_edges_are_found_again);
    tcase_add_test(t, every_allocation_may_fail);
    suite_add_tcase(s, t);
    return s;
}
