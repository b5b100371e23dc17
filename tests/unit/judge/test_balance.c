/*
 * test_balance.c - the balance sheet: no page stands in two rows.
 */
#include <check.h>
#include <string.h>

#include "fixture.h"
#include "judge/verdict_parts.h"
#include "suites.h"

static struct balance sheet;

static void teardown(void)
{
    vec_free(&sheet.rows, &b.mem);
    bench_end();
}

static const struct balance_row *row_of(const char *key)
{
    const struct balance_row *r;

    vec_free(&sheet.rows, &b.mem);
    memset(&sheet, 0, sizeof sheet);
    ck_assert(balance_draw(&b.facts, &b.pen, &sheet));
    VEC_EACH (&sheet.rows, r)
        if (strcmp(r->key, key) == 0)
            return r;
    return NULL;
}

/* 200 MiB of heap in 240 MiB of pages, most of them shared memory. */
static void given_shared_heap(uint64_t shmem)
{
    given_kill(&b, 30 * MIB, shmem, 512 * MIB);
    given_heap(&b, 400 * MIB, 80 * MIB);
    b.facts.heap_end = says(&b, LINE_NMT, 200 * MIB);
}

START_TEST(test_shared_memory_of_zgc_is_the_heap)
{
    given_shared_heap(200 * MIB);
    ck_assert_ptr_nonnull(row_of("shmem")); /* nobody says whose it is */
    b.facts.collector = "Z";
    ck_assert_ptr_null(row_of("shmem"));
    ck_assert_uint_eq(row_of("heap_garbage")->high, 120 * MIB);
    ck_assert_uint_eq(row_of("heap_garbage")->low, 120 * MIB); /* seen */
}
END_TEST

START_TEST(test_what_is_beyond_the_heap_stays)
{
    given_shared_heap(210 * MIB);
    b.facts.collector = "Z";
    ck_assert_uint_eq(row_of("shmem")->high, 10 * MIB);
    b.facts.heap_end = figure_none();
    ck_assert_uint_eq(row_of("shmem")->high, 130 * MIB); /* less what lives */
}
END_TEST

TCase *balance_tcase(void)
{
    TCase *t = tcase_create("balance");

    tcase_add_checked_fixture(t, bench_begin, teardown);
    tcase_add_test(t, test_shared_memory_of_zgc_is_the_heap);
    tcase_add_test(t, test_what_is_beyond_the_heap_stays);
    return t;
}
