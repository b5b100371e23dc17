/*
 * test_overlay.c - extra edges, and the order in which a node's edges come.
 */
#include <check.h>
#include <string.h>

#include "tests/support/graphs.h"

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
    ck_assert_uint_eq(o.bits[0], 1u << 2);
    ck_assert_uint_eq(o.bits[1], 1u << 6);
    ck_assert_uint_eq(o.ranks[0], 0);
    ck_assert_uint_eq(o.ranks[1], 1);
    ck_assert_uint_eq(o.ranks[2], 2);
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
    ck_assert_uint_eq(o.bits[0], 0);
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

/* Against a list searched from end to end. */
START_TEST(random_edges_are_found_again)
{
    uint64_t state = 3;

    for (int round = 0; round < 300; round++) {
        uint32_t nodes = 1 + random_below(&state, 3000);
        uint32_t n = random_below(&state, 400);
        struct edge edges[400], kept[400];
        struct err e = {0};
        struct overlay o;
        struct mem m;
        uint32_t found = 0;

        for (uint32_t i = 0; i < n; i++)
            edges[i] = kept[i] = (struct edge){random_below(&state, nodes),
                                               random_below(&state, nodes)};
        mem_init(&m, 0);
        ck_assert(overlay_build(&o, nodes, edges, n, &m, &e));
        for (uint32_t v = 0; v < nodes; v++) {
            uint64_t word = o.bits[v >> 6], bit = (uint64_t)1 << (v & 63);
            uint32_t r = o.ranks[v >> 6] +
                         (uint32_t)__builtin_popcountll(word & (bit - 1));
            bool has = false;

            for (uint32_t i = 0; i < n; i++)
                if (kept[i].from == v) {
                    uint32_t k = o.first[r];

                    has = true;
                    while (k < o.first[r + 1] && o.to[k] != kept[i].to)
                        k++;
                    ck_assert_uint_lt(k, o.first[r + 1]);
                }
            ck_assert_int_eq(has, !!(word & bit));
            for (uint32_t k = has ? o.first[r] : 1; has && k < o.first[r + 1];
                 k++, found++)
                ck_assert(k == o.first[r] || o.to[k - 1] < o.to[k]);
        }
        ck_assert_uint_le(found, n);
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
