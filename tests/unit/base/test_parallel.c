/*
 * test_parallel.c - every piece once, whoever does it, and the error that a
 * plain loop would have met.
 */
#include <stdatomic.h>
#include <stdio.h>

#include "base/parallel.h"
#include "suites.h"

#define PIECES 1000

struct pieces {
    _Atomic unsigned times[PIECES];
    _Atomic unsigned busy[PARALLEL_MOST]; /* workers at work */
    unsigned jobs;
    uint64_t fail_from; /* this piece and every third after it fail */
};

static bool do_piece(void *ctx, uint64_t i, unsigned worker, struct err *e)
{
    struct pieces *p = ctx;
    bool alone = atomic_fetch_add(&p->busy[worker], 1) == 0;

    atomic_fetch_add(&p->times[i], 1);
    atomic_fetch_sub(&p->busy[worker], 1);
    if (!alone || (p->jobs && worker >= p->jobs))
        return err_set(e, ERR_USAGE, "worker %u is shared", worker);
    if (i >= p->fail_from && (i - p->fail_from) % 3 == 0)
        return err_set(e, ERR_FORMAT, "piece %d", (int)i);
    return true;
}

static const unsigned jobs[] = {0, 1, 2, 3, 8, 1000};

START_TEST(each_piece_once)
{
    struct pieces p = {.jobs = jobs[_i], .fail_from = UINT64_MAX};
    struct err e = {0};

    ck_assert(parallel_for(jobs[_i], PIECES, do_piece, &p, &e));
    ck_assert(!err_is_set(&e));
    for (unsigned i = 0; i < PIECES; i++)
        ck_assert_uint_eq(p.times[i], 1);
    ck_assert(parallel_for(jobs[_i], 0, do_piece, &p, &e));
}
END_TEST

START_TEST(lowest_failure_wins)
{
    for (unsigned from = 0; from < PIECES; from += 37) {
        struct pieces p = {.jobs = jobs[_i], .fail_from = from};
        struct err e = {0};
        char text[32];

        snprintf(text, sizeof text, "piece %u", from);
        ck_assert(!parallel_for(jobs[_i], PIECES, do_piece, &p, &e));
        ck_assert_str_eq(e.text, text);
        for (unsigned i = 0; i <= from; i++)
            ck_assert_uint_eq(p.times[i], 1);
        for (unsigned i = from; i < PIECES; i++)
            ck_assert_uint_le(p.times[i], 1);
    }
}
END_TEST

Suite *parallel_suite(void)
{
    Suite *s = suite_create("parallel");
    TCase *t = tcase_create("parallel");
    int n = sizeof jobs / sizeof *jobs;

    tcase_add_loop_test(t, each_piece_once, 0, n);
    tcase_add_loop_test(t, lowest_failure_wins, 0, n);
    suite_add_tcase(s, t);
    return s;
}
