/*
 * test_progress.c - what the line says, and what phases are charged for.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "suites.h"
#include "tool/progress.h"
#include "tool/timings.h"

static const char *text(struct progress p, uint64_t done, uint64_t total)
{
    static char buf[160];

    progress_text(&p, done, total, buf, sizeof buf);
    return buf;
}

START_TEST(the_line_tells_what_is_known)
{
    struct progress p = {.phase = "reading", .since = 1000, .last = 1100};
    const uint64_t mib = 1 << 20;

    ck_assert_str_eq(text(p, 0, 0), "reading");
    ck_assert_str_eq(text(p, 43 * mib, 100 * mib), "reading  43%");
    p.last = 5000;
    p.since_done = 20 * mib;
    ck_assert_str_eq(text(p, 40 * mib, 100 * mib),
                     "reading  40%, 5.0 MiB/s, 12 s left");
    ck_assert_str_eq(text(p, 20 * mib, 100 * mib), "reading  20%");
    ck_assert_str_eq(text(p, 101 * mib, 100 * mib), "reading, for 4 s");
    p.last = 126000;
    ck_assert_str_eq(text(p, 0, 0), "reading, for 2:05 min");
    p.counts = true;
    p.since_done = 0;
    ck_assert_str_eq(text(p, 1, 3), "reading  33%, 4:10 min left");
}
END_TEST

START_TEST(phases_are_charged_for_what_runs_in_them)
{
    struct timings t = {.on = true};
    char *out = NULL;
    size_t n;
    FILE *f = open_memstream(&out, &n);

    timings_enter(&t, "one");
    timings_enter(&t, "two");
    timings_enter(&t, "one");
    for (volatile int i = 0; i < 10000000; i++)
        ;
    timings_enter(&t, NULL);
    ck_assert_uint_eq(t.n, 2);
    ck_assert_uint_gt(t.phases[0].cost.cpu, t.phases[1].cost.cpu);
    ck_assert_uint_gt(t.phases[0].peak, 0);
    timings_print(&t, f, 1000, 0);
    fclose(f);
    ck_assert_ptr_nonnull(strstr(out, "\none "));
    ck_assert_ptr_nonnull(strstr(out, "\nall "));
    free(out);
}
END_TEST

START_TEST(timings_have_room_for_so_many_phases)
{
    static char names[TIMINGS_MAX + 8][8];
    struct timings t = {.on = true};

    for (int i = 0; i < TIMINGS_MAX + 8; i++) {
        snprintf(names[i], sizeof names[i], "p%d", i);
        timings_enter(&t, names[i]);
    }
    ck_assert_uint_eq(t.n, TIMINGS_MAX);
    t = (struct timings){.on = false};
    timings_enter(&t, "none");
    ck_assert_uint_eq(t.n, 0);
}
END_TEST

Suite *progress_suite(void)
{
    Suite *s = suite_create("progress");
    TCase *t = tcase_create("all");

    tcase_add_test(t, the_line_tells_what_is_known);
    tcase_add_test(t, phases_are_charged_for_what_runs_in_them);
    tcase_add_test(t, timings_have_room_for_so_many_phases);
    suite_add_tcase(s, t);
    return s;
}
