/*
 * test_unowned.c - what is said to be dominated by nobody is, and edges are
 * looked at where there are very many.
 */
#include <check.h>

#include "graph/dom.h"
#include "graph/unowned.h"
#include "tests/support/graphs.h"
#include "suites.h"

static void check_claims(struct sketch *s, unsigned *claims)
{
    const struct graph *g = sketch_finish(s);
    struct mem *m = &s->mem;
    struct err e = {0};
    uint8_t *unowned = mem_alloc(m, (uint64_t)g->n_classes + 1, 1, &e);
    uint32_t *idom = mem_alloc(m, g->nodes, sizeof *idom, &e);

    ck_assert(unowned_find(g, unowned, m, &e));
    ck_assert(dom_lengauer_tarjan(g, m, idom, &e));
    for (uint32_t k = 0; k < g->n_classes; k++) {
        ck_assert(!unowned[k] || idom[g->class_node[k]] == 0);
        *claims += unowned[k];
    }
    mem_free(m, unowned);
    mem_free(m, idom);
    sketch_deinit(s);
    ck_assert_uint_eq(s->mem.held, 0);
}

START_TEST(no_claim_is_wrong)
{
    uint64_t state = 5;
    unsigned claims = 0;

    for (int round = 0; round < 10000; round++) {
        struct sketch s;

        if (round % 2)
            sketch_random(&s, &state, 2 + random_below(&state, 18));
        else
            sketch_leafy(&s, &state, 4 + random_below(&state, 36));
        check_claims(&s, &claims);
    }
    ck_assert_uint_gt(claims, 1000);
}
END_TEST

static bool is_unowned(struct sketch *s, uint32_t class)
{
    uint8_t unowned[4] = {0};
    struct err e = {0};
    bool ret;

    ck_assert(unowned_find(sketch_finish(s), unowned, &s->mem, &e));
    ret = unowned[class];
    sketch_deinit(s);
    ck_assert_uint_eq(s->mem.held, 0);
    return ret;
}

/* Roots 1 and 2; the class 3 is the last in a list of 100 that 1 has, and the
 * class of 4, which 2 refers to unless that is `cut` off. */
static bool is_last_of_a_list_unowned(bool cut)
{
    struct sketch s;

    sketch_init(&s, 110);
    sketch_root(&s, 1);
    sketch_root(&s, 2);
    sketch_class(&s, 3);
    for (uint32_t v = 5; v < 105; v++)
        sketch_edge(&s, 1, v);
    sketch_edge(&s, 1, 3);
    if (!cut)
        sketch_edge(&s, 2, 4);
    sketch_instance(&s, 4, 0);
    return is_unowned(&s, 0);
}

START_TEST(long_lists_of_classes_are_read)
{
    ck_assert(is_last_of_a_list_unowned(false));
    ck_assert(!is_last_of_a_list_unowned(true));
}
END_TEST

Suite *unowned_suite(void)
{
    Suite *s = suite_create("unowned classes");
    TCase *t = tcase_create("all");

    tcase_add_test(t, no_claim_is_wrong);
    tcase_add_test(t, long_lists_of_classes_are_read);
    suite_add_tcase(s, t);
    return s;
}
