/*
 * test_kernel_order.c - a log saved newest first reads like the log.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_texts.h"
#include "suites.h"

#define LINES_MAX 64

static size_t count(const char *const *lines)
{
    size_t n = 0;

    while (lines[n])
        n++;
    ck_assert_uint_lt(n, LINES_MAX);
    return n;
}

/* The lines from the last to the first, behind a prefix each. */
static char *turned(const char *const *lines, const char *prefix,
                    const char *end)
{
    const char *other[LINES_MAX] = {0};
    size_t n = count(lines);

    for (size_t i = 0; i < n; i++)
        other[i] = lines[n - 1 - i];
    return kernel_text(other, prefix, end);
}

static const char *const prefixes[] = {
    "",
    "[ 3504.250000] ",
    "Jan 15 03:08:35 web-01 kernel: ",
    "2025-05-18T17:40:20+0200 web-01 kernel: ",
    "[Di Aug 12 03:54:03 2025] ",
};

START_TEST(the_newest_line_comes_first)
{
    char *text = turned(modern_report, prefixes[_i], "\n");

    read_kernel(text);
    assert_modern(&kernel);
    ck_assert_uint_eq(kernel.kills.at[0].line, 1);
    ck_assert_uint_eq(kernel.reports.at[0].line, count(modern_report));
    free(text);
}
END_TEST

START_TEST(in_json_too)
{
    char *text = turned(modern_report, "{\"message\":\"", "\"}\n");

    read_kernel(text);
    assert_modern(&kernel);
    free(text);
}
END_TEST

/* What a pager wrapped goes on below, in whichever order lines are. */
START_TEST(a_wrapped_line_goes_on_below)
{
    const char *other[LINES_MAX] = {0};
    size_t n = count(modern_report);
    char *text;

    for (size_t i = 0; i < n; i++)
        other[i] = modern_report[n - 1 - i];
    ck_assert(strncmp(other[0], "Memory cgroup out of memory: Killed", 35) ==
              0);
    other[0] = "Memory cgroup out of memory: Killed process 4711 (java)\n"
               "total-vm:2800000kB, anon-rss:460000kB, file-rss:20000kB,\n"
               "shmem-rss:0kB, UID:1000 pgtables:1024kB oom_score_adj:900";
    text = kernel_text(other, "[ 3504.250000] ", "\n");
    read_kernel(text);
    assert_modern(&kernel);
    free(text);
}
END_TEST

START_TEST(kills_alone_are_told_by_their_clocks)
{
    read_kernel("[30.000003] Killed process 3 (c)\n"
                "[20.000002] Killed process 2 (b)\n"
                "[10.000001] Killed process 1 (a)\n");
    ck_assert_uint_eq(kernel.kills.n, 3);
    ck_assert_uint_eq(kernel.kills.at[0].pid, 1);
    ck_assert_uint_eq(kernel.kills.at[0].line, 3);
    ck_assert_uint_eq(kernel.kills.at[2].pid, 3);
}
END_TEST

/* The clock begins anew, the log does not. */
START_TEST(a_boot_in_between_turns_nothing)
{
    read_kernel("[10.000001] Killed process 1 (a)\n"
                "[30.000003] Killed process 2 (b)\n"
                "[ 5.000002] Killed process 3 (c)\n"
                "[ 9.000002] Killed process 4 (d)\n"
                "[ 1.000002] Killed process 5 (e)\n");
    ck_assert_uint_eq(kernel.kills.n, 5);
    ck_assert_uint_eq(kernel.kills.at[4].pid, 5);
}
END_TEST

START_TEST(reports_are_in_the_order_of_time)
{
    char *text = turned(modern_report, "[ 3504.250000] ", "\n");
    char *more = turned(modern_report, "[ 1404.250000] ", "\n");
    char all[16384];

    snprintf(all, sizeof all, "%s%s", text, more);
    read_kernel(all);
    ck_assert_uint_eq(kernel.reports.n, 2);
    ck_assert_uint_eq(kernel.kills.n, 2);
    ck_assert_double_eq_tol(kernel.kills.at[0].uptime, 1404.25, 1e-6);
    ck_assert_uint_eq(kernel.kills.at[0].report, 0);
    ck_assert_uint_eq(kernel.reports.at[0].tasks.n, 2);
    ck_assert_uint_eq(kernel.reports.at[1].tasks.n, 2);
    free(text);
    free(more);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    char *text = turned(modern_report, "[ 3504.250000] ", "\n");

    sweep_failures(text, kernel_read_and_free);
    free(text);
}
END_TEST

Suite *kernel_order_suite(void)
{
    Suite *s = suite_create("kernel_order");
    TCase *t = tcase_create("newest first");

    tcase_add_checked_fixture(t, NULL, kernel_done);
    tcase_add_loop_test(t, the_newest_line_comes_first, 0,
                        sizeof prefixes / sizeof *prefixes);
    tcase_add_test(t, in_json_too);
    tcase_add_test(t, a_wrapped_line_goes_on_below);
    tcase_add_test(t, kills_alone_are_told_by_their_clocks);
    tcase_add_test(t, a_boot_in_between_turns_nothing);
    tcase_add_test(t, reports_are_in_the_order_of_time);
    tcase_add_test(t, every_allocation_may_fail);
    suite_add_tcase(s, t);
    return s;
}
