/*
 * test_reduce.c - which nodes are folded, and whose classes count as roots.
 */
#include <check.h>

#include "graph/dom.h"
#include "tests/support/graphs.h"
#include "suites.h"

static void build(struct sketch *s, struct core *ret)
{
    struct err e = {0};

    ck_assert(core_build(sketch_finish(s), &s->mem, ret, &e));
}

static void tear_down(struct sketch *s, struct core *c)
{
    core_deinit(c, &s->mem);
    sketch_deinit(s);
    ck_assert_uint_eq(s->mem.held, 0);
}

static bool is_kept(const struct core *c, uint32_t v)
{
    return core_keeps(c, v);
}

/* 1 -> 2 (leaf), 3 -> 4 (a String and its array), 5 <- 6 (a leaf of two). */
START_TEST(leaves_and_what_has_only_such_below)
{
    struct sketch s;
    struct core c;

    sketch_init(&s, 9);
    sketch_root(&s, 1);
    sketch_edge(&s, 1, 2);
    sketch_edge(&s, 1, 3);
    sketch_edge(&s, 3, 4);
    sketch_edge(&s, 1, 5);
    sketch_edge(&s, 1, 6);
    sketch_edge(&s, 6, 5);
    sketch_edge(&s, 6, 7);
    sketch_edge(&s, 7, 8);
    sketch_edge(&s, 8, 7);
    build(&s, &c);
    ck_assert_uint_eq(c.words[0].kept, 1 | 1 << 1 | 7 << 5 | 1 << 8);
    ck_assert_uint_eq(c.n, 6);
    ck_assert_uint_eq(c.words[0].inner & ~c.words[0].kept, 1 << 3);
    ck_assert_uint_eq(core_rank(&c, 8), 5);
    tear_down(&s, &c);
}
END_TEST

START_TEST(roots_classes_and_the_overlay_stay)
{
    struct sketch s;
    struct core c;

    sketch_init(&s, 8);
    sketch_root(&s, 1);
    sketch_root(&s, 2);
    sketch_class(&s, 3);
    for (uint32_t v = 2; v < 8; v++)
        sketch_edge(&s, 1, v);
    sketch_extra(&s, 4, 5);
    build(&s, &c);
    for (uint32_t v = 0; v < 6; v++)
        ck_assert(is_kept(&c, v));
    ck_assert(!is_kept(&c, 6));
    ck_assert(!is_kept(&c, 7));
    tear_down(&s, &c);
}
END_TEST

/* Class 0 is referred to by its instances below root 1 only, class 1 from
 * below root 4 as well, and class 2 is a root. */
static void draw_classes(struct sketch *s)
{
    sketch_init(s, 14);
    sketch_root(s, 1);
    sketch_root(s, 4);
    for (uint32_t k = 0; k < 3; k++)
        sketch_class(s, 2 + k);
    sketch_edge(s, 1, 5);
    sketch_instance(s, 5, 0);
    sketch_edge(s, 1, 6);
    sketch_instance(s, 6, 2);
    /* 7 holds 8 and 9, instances of the same class as each other. */
    sketch_edge(s, 1, 7);
    sketch_edge(s, 7, 8);
    sketch_edge(s, 7, 9);
    sketch_instance(s, 8, 1);
    sketch_instance(s, 9, 1);
    /* 10 holds 11, which is not folded. */
    sketch_edge(s, 1, 10);
    sketch_edge(s, 10, 11);
    sketch_instance(s, 10, 1);
    sketch_instance(s, 11, 0);
    sketch_edge(s, 4, 12);
    sketch_instance(s, 12, 1);
}

START_TEST(instances_of_owned_classes_stay)
{
    struct sketch s;
    struct core c;

    draw_classes(&s);
    build(&s, &c);
    ck_assert_uint_eq(c.live[0], 2);
    ck_assert_uint_eq(c.live[1], NO_NODE);
    ck_assert_uint_eq(c.live[2], NO_NODE);
    ck_assert_uint_eq(c.n_unowned, 1);
    ck_assert_uint_eq(c.unowned[0], 3);
    ck_assert(is_kept(&c, 5) && core_is_edged(&c, 5));
    ck_assert(!is_kept(&c, 6));
    ck_assert(!is_kept(&c, 7));
    ck_assert(is_kept(&c, 10) && !core_is_edged(&c, 10));
    ck_assert(is_kept(&c, 11));
    ck_assert(!is_kept(&c, 12));
    tear_down(&s, &c);
}
END_TEST

START_TEST(what_is_folded_is_found_again)
{
    struct folded_iter it;
    struct sketch s;
    struct core c;

    draw_classes(&s);
    build(&s, &c);
    folded_begin(&c, 1, &it);
    ck_assert_uint_eq(folded_next(&it), 6);
    ck_assert_uint_eq(folded_next(&it), 7);
    ck_assert_uint_eq(it.above, 1);
    ck_assert_uint_eq(folded_next(&it), 8);
    ck_assert_uint_eq(it.above, 7);
    ck_assert_uint_eq(folded_next(&it), 9);
    ck_assert_uint_eq(folded_next(&it), NO_NODE);
    folded_begin(&c, 1, &it);
    it.direct = true;
    for (uint32_t v = 6; v < 8; v++)
        ck_assert_uint_eq(folded_next(&it), v);
    ck_assert_uint_eq(folded_next(&it), NO_NODE);
    folded_begin(&c, 8, &it);
    ck_assert_uint_eq(folded_next(&it), NO_NODE);
    tear_down(&s, &c);
}
END_TEST

/* A leaked class loader: 1 -> 2, an instance of the class whose object is 3,
 * which holds all the rest. With `also` that is referred to as well. */
static void check_last_instance(bool also, uint32_t want)
{
    struct err e = {0};
    uint32_t idom[8];
    struct sketch s;
    struct dom d;

    sketch_init(&s, 8);
    sketch_root(&s, 1);
    sketch_class(&s, 3);
    sketch_edge(&s, 1, 2);
    sketch_instance(&s, 2, 0);
    sketch_edge(&s, 3, 4);
    sketch_edge(&s, 4, 5);
    sketch_instance(&s, 5, 0);
    if (also)
        sketch_edge(&s, 1, 3);
    ck_assert(dom_build(sketch_finish(&s), &s.mem, &d, &e));
    ck_assert(core_keeps(&d.core, 2));
    ck_assert(dom_spell_out(&d, &s.mem, idom, &e));
    ck_assert_uint_eq(idom[3], want);
    ck_assert_uint_eq(idom[2], 1);
    ck_assert_uint_eq(idom[5], 4);
    dom_deinit(&d, &s.mem);
    sketch_deinit(&s);
    ck_assert_uint_eq(s.mem.held, 0);
}

START_TEST(the_last_instance_dominates_its_class)
{
    check_last_instance(false, 2);
    check_last_instance(true, 1);
}
END_TEST

Suite *reduce_suite(void)
{
    Suite *s = suite_create("reduction");
    TCase *t = tcase_create("all");

    tcase_add_test(t, leaves_and_what_has_only_such_below);
    tcase_add_test(t, roots_classes_and_the_overlay_stay);
    tcase_add_test(t, instances_of_owned_classes_stay);
    tcase_add_test(t, what_is_folded_is_found_again);
    tcase_add_test(t, the_last_instance_dominates_its_class);
    suite_add_tcase(s, t);
    return s;
}
