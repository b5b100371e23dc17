/*
 * test_ids.c - the bitmap of ids against plain arrays.
 */
#include <stdlib.h>
#include <string.h>

#include "hprof/ids.h"
#include "suites.h"

#define N 5000

static struct mem mem;
static struct err e;
static struct hprof_ids ids;
static uint64_t all[N];

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* Ids in clusters far apart. */
static void fill(uint64_t align, bool ascending)
{
    uint64_t seed = 1;

    for (unsigned i = 0; i < N; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        all[i] = (seed >> 60) << 40 | ((seed >> 30 & 0x3fffff) * align);
    }
    qsort(all, N, sizeof *all, by_value);
    for (unsigned i = 1; i < N; i++)
        if (all[i] <= all[i - 1])
            all[i] = all[i - 1] + align;
    mem_init(&mem, 0);
    memset(&e, 0, sizeof e);
    ck_assert(ids_init(&ids, align == 8 ? 3 : 0, true, &mem, &e));
    for (unsigned i = 0; i < N; i++)
        ck_assert(ids_add(&ids, all[ascending ? i : i * 1237 % N], &e));
    ck_assert(ids_freeze(&ids, &e));
}

static void done(void)
{
    ids_deinit(&ids);
    ck_assert_uint_eq(mem.held, 0);
}

START_TEST(test_rank_and_select)
{
    fill(_i & 1 ? 1 : 8, _i & 2);
    ck_assert_int_eq(ids.ascend, (_i & 2) != 0);
    if (_i & 4)
        ids_thin(&ids);
    for (uint32_t i = 0; i < N; i++) {
        ck_assert_uint_eq(ids_rank_of(&ids, all[i]), i);
        ck_assert_uint_eq(ids_select(&ids, i), all[i]);
    }
    done();
}
END_TEST

START_TEST(test_absent)
{
    fill(8, true);
    ck_assert_uint_eq(ids_rank_of(&ids, all[0] + 1), UINT32_MAX);
    ck_assert_uint_eq(ids_rank_of(&ids, UINT64_MAX & ~7ull), UINT32_MAX);
    for (unsigned i = 1; i < N; i++)
        if (all[i] != all[i - 1] + 8)
            ck_assert_uint_eq(ids_rank_of(&ids, all[i] - 8), UINT32_MAX);
    done();
}
END_TEST

START_TEST(test_order_kept)
{
    fill(8, false);
    ck_assert_uint_eq(ids.slots.n, N);
    for (unsigned i = 0; i < N; i++)
        ck_assert_uint_eq(ids_address(&ids, ids.slots.at[i]),
                          all[i * 1237 % N]);
    done();
}
END_TEST

START_TEST(test_order_lost_late)
{
    mem_init(&mem, 0);
    ck_assert(ids_init(&ids, 3, true, &mem, &e));
    for (uint64_t i = 1; i <= 1000; i++)
        ck_assert(ids_add(&ids, i << 16, &e));
    ck_assert(ids.ascend);
    ck_assert(ids_add(&ids, 500 << 16, &e));
    ck_assert(!ids.ascend);
    ck_assert_uint_eq(ids.duplicates, 1);
    ck_assert_uint_eq(ids.slots.n, 1001);
    for (uint64_t i = 1; i <= 1000; i++)
        ck_assert_uint_eq(ids_address(&ids, ids.slots.at[i - 1]), i << 16);
    done();
}
END_TEST

START_TEST(test_gcd)
{
    mem_init(&mem, 0);
    ck_assert(ids_init(&ids, 3, true, &mem, &e));
    for (uint64_t i = 1; i <= 100; i++)
        ck_assert(ids_add(&ids, 8 + i * 1000 * 32, &e));
    ck_assert(ids_freeze(&ids, &e));
    ck_assert_uint_eq(hprof_ids_gcd(&ids), 32000);
    done();
}
END_TEST

static void looked_up(uint64_t id)
{
    uint64_t it = ids_look_up_id(ids.dir, id),
             slot = ids_slot(&ids, id & ~7ull);

    if (!id)
        ck_assert_uint_eq(it, IDS_NULL);
    else if (ids_found(it))
        ck_assert_uint_eq(ids_address(&ids, it - IDS_KNOWN), id);
    else
        ck_assert_uint_lt(it, IDS_KNOWN);
    if (slot != IDS_NONE)
        ck_assert_uint_eq(ids_address(&ids, slot), id & ~7ull);
}

/* Pages with one place in the directory, the place of null, ids that are no
 * multiples of 8: what is known is right. */
START_TEST(test_look_up)
{
    const uint64_t pages[] = {0,
                              0x700000000,
                              0x700100000,
                              0x7000fff8,
                              (uint64_t)1 << 36,
                              0x2700000000,
                              UINT64_MAX & ~7ull,
                              0x80000};
    const unsigned n = sizeof pages / sizeof *pages;

    mem_init(&mem, 0);
    ck_assert(ids_init(&ids, 3, false, &mem, &e));
    for (unsigned i = 0; i <= n; i++) {
        for (unsigned k = 0; k < n; k++)
            for (uint64_t top = 0; top < 32; top++)
                for (uint64_t low = 0; low < 16; low++)
                    looked_up(pages[k] + low + (top << 36 | top << 59));
        if (i < n)
            ck_assert_uint_ne(ids_slot_new(&ids, pages[i], &e), IDS_NONE);
    }
    ck_assert(ids_found(ids_look_up_id(ids.dir, 0x700000008)));
    ck_assert(!ids_found(ids_look_up_id(ids.dir, 0x2700000008)));
    ck_assert_uint_ne(ids_slot(&ids, 0x2700000008), IDS_NONE);
    done();
}
END_TEST

/* Ids that lie nowhere near each other cost too much to be a heap. */
START_TEST(test_scattered)
{
    uint64_t i;

    mem_init(&mem, 0);
    memset(&e, 0, sizeof e);
    ck_assert(ids_init(&ids, 3, false, &mem, &e));
    for (i = 1; i < 1000000; i++)
        if (!ids_add(&ids, i << 24, &e))
            break;
    ck_assert_uint_lt(i, 100000);
    ck_assert_int_eq(e.code, ERR_FORMAT);
    done();
}
END_TEST

Suite *ids_suite(void)
{
    Suite *s = suite_create("ids");
    TCase *t = tcase_create("ids");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_rank_and_select, 0, 8);
    tcase_add_test(t, test_absent);
    tcase_add_test(t, test_order_kept);
    tcase_add_test(t, test_order_lost_late);
    tcase_add_test(t, test_gcd);
    tcase_add_test(t, test_look_up);
    tcase_add_test(t, test_scattered);
    suite_add_tcase(s, t);
    return s;
}
