/*
 * Lengths in 16 bits and a table against those in 32.
 */
#include <check.h>

#include "hprof/lengths.h"
#include "suites.h"

enum { N = 3000 };

/* Around the limit, and far beyond. */
static uint32_t length_of(uint32_t i)
{
    static const uint32_t odd[] = {0, 65534, 65535, 65536, UINT32_MAX};

    return i % 7 ? i : odd[i / 7 % 5];
}

START_TEST(test_narrow)
{
    struct lengths l = {0};
    struct err e = {0};
    struct mem m;
    uint32_t *all;

    mem_init(&m, 0);
    all = mem_alloc(&m, N, sizeof *all, &e);
    for (uint32_t i = 0; i < N; i++)
        all[i] = length_of(i);
    ck_assert(lengths_narrow(&l, all, N, &m, &e));
    ck_assert_uint_eq(l.n, N);
    for (uint32_t i = 0; i < N; i++)
        ck_assert_uint_eq(lengths_get(&l, i), length_of(i));
    lengths_deinit(&l, &m);
    mem_free(&m, all);
    ck_assert_uint_eq(m.held, 0);
}
END_TEST

START_TEST(test_no_memory)
{
    uint32_t all[] = {1, 100000};
    struct lengths l = {0};
    struct err e = {0};
    struct mem m;

    mem_init(&m, 0);
    m.fail_at = 1;
    ck_assert(!lengths_narrow(&l, all, 2, &m, &e));
    ck_assert_int_eq(e.code, ERR_NOMEM);
    lengths_deinit(&l, &m);
    ck_assert_uint_eq(m.held, 0);
}
END_TEST

Suite *lengths_suite(void)
{
    Suite *s = suite_create("lengths");
    TCase *t = tcase_create("lengths");

    tcase_add_test(t, test_narrow);
    tcase_add_test(t, test_no_memory);
    suite_add_tcase(s, t);
    return s;
}
