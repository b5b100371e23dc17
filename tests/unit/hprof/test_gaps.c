/*
 * test_gaps.c - each object's distance to the next one by address, over
 * pages of ids and class objects in between, in any order of the file.
 */
#include <stdlib.h>

#include "hprof/gaps.h"
#include "sample.h"
#include "suites.h"

enum { NODES = 300, CLASSES = 20 };

static struct hprof_writer w;
static struct opened o;

/* Ids some pages apart in places; `how`: 0 ascending, 1 descending. */
static uint64_t id_of(uint32_t i, int how)
{
    if (how)
        i = NODES - 1 - i;
    return 0x10000000 + 48 * (uint64_t)i + (uint64_t)(i / 40) * 0x500000;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* By its definition. */
static uint32_t gap_of(const uint64_t *ids, uint32_t n, uint64_t id)
{
    for (uint32_t i = 0; i + 1 < n; i++)
        if (ids[i] == id)
            return (uint32_t)((ids[i + 1] - id) >> 3);
    return GAP_UNKNOWN;
}

/* A class object every `apart` objects. */
static void write_dump(int how, uint32_t nodes, uint32_t apart)
{
    hw_init(&w, "1.0.2", 8);
    hw_jdk(&w);
    for (uint32_t c = 0; c < CLASSES; c++) {
        struct hw_class k = {.id = id_of(c * apart, 0) + 24,
                             .super = HW_OBJECT};

        hw_load_class(&w, k.id, "demo/Class");
        hw_class_dump(&w, &k);
    }
    for (uint32_t i = 0; i < nodes; i++)
        HW_INSTANCE(&w, id_of(i, how), HW_OBJECT, "", 0);
    hw_root(&w, HW_STICKY_CLASS, HW_OBJECT, 0, 0);
    hw_finish(&w);
    open_dump(&o, &w);
}

static uint32_t all_ids(uint64_t *ids)
{
    uint32_t n = 0;

    for (uint32_t v = 1; v < o.d.nodes; v++)
        if (hprof_id_of(&o.d, v))
            ids[n++] = hprof_id_of(&o.d, v);
    qsort(ids, n, sizeof *ids, by_number);
    return n;
}

/* The gaps of the first `classes` are right; closes everything. */
static void end_with_classes(struct hprof_gaps *g, const uint64_t *ids,
                             uint32_t n, uint32_t classes)
{
    for (uint32_t c = 0; c < classes; c++)
        if (o.d.classes[c].id)
            ck_assert_uint_eq(g->class_object[c],
                              gap_of(ids, n, o.d.classes[c].id));
    hprof_gaps_deinit(g, &o.mem);
    close_dump(&o);
    hw_deinit(&w);
}

START_TEST(test_gaps)
{
    uint32_t nodes = _i / 2 ? NODES : 0, n, next;
    uint64_t ids[NODES + CLASSES + 40];
    struct hprof_gaps g;
    struct err e = {0};

    write_dump(_i % 2, nodes, NODES / CLASSES);
    n = all_ids(ids);
    next = o.d.n_classes + 1;
    ck_assert(hprof_gaps_init(&g, &o.d, GAPS_ENOUGH, &o.mem, &e));
    while (hprof_gaps_next(&g)) {
        ck_assert_uint_eq(g.from, next);
        for (uint64_t i = 0; i < g.n; i++, next++)
            ck_assert_uint_eq(g.at[i], gap_of(ids, n, hprof_id_of(&o.d, next)));
    }
    ck_assert_uint_eq(next, o.d.nodes);
    end_with_classes(&g, ids, n, o.d.n_classes);
}
END_TEST

/* Many ids at once are those of one node after the other. */
START_TEST(test_ids_of_many)
{
    uint32_t nodes[2 * (NODES + CLASSES)], n = 0;
    uint64_t ids[2 * (NODES + CLASSES)];
    struct err e = {0};

    write_dump(_i % 2, NODES, 2);
    for (uint32_t v = o.d.nodes; v-- > 0;) {
        nodes[n++] = v; /* in no order, and some twice */
        if (v % 3 == 0)
            nodes[n++] = v;
    }
    ck_assert(hprof_ids_of(&o.d, nodes, n, ids, &o.mem, &e));
    for (uint32_t i = 0; i < n; i++)
        ck_assert_uint_eq(ids[i], hprof_id_of(&o.d, nodes[i]));
    close_dump(&o);
}
END_TEST

/* Of more than enough objects some are measured, and rightly; those of pages
 * with class objects always. */
START_TEST(test_sample)
{
    uint64_t ids[NODES + CLASSES + 40], known = 0;
    struct hprof_gaps g;
    struct err e = {0};
    uint32_t n;

    write_dump(_i % 2, NODES, 2);
    n = all_ids(ids);
    ck_assert(hprof_gaps_init(&g, &o.d, NODES / 4, &o.mem, &e));
    while (hprof_gaps_next(&g))
        for (uint32_t i = 0; i < g.n; i++)
            if (g.at[i] != GAP_UNKNOWN) {
                ck_assert_uint_eq(
                    g.at[i], gap_of(ids, n, hprof_id_of(&o.d, g.from + i)));
                known++;
            }
    ck_assert_uint_ge(known, 40);
    ck_assert_uint_lt(known, NODES / 2);
    end_with_classes(&g, ids, n, CLASSES);
}
END_TEST

Suite *gaps_suite(void)
{
    Suite *s = suite_create("gaps");
    TCase *t = tcase_create("gaps");

    tcase_add_loop_test(t, test_gaps, 0, 4);
    tcase_add_loop_test(t, test_ids_of_many, 0, 2);
    tcase_add_loop_test(t, test_sample, 0, 2);
    suite_add_tcase(s, t);
    return s;
}
