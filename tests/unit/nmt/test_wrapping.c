/*
 * test_wrapping.c - a report in a container's log is the same report,
 * whatever the collector put before its lines.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "nmt/artifact.h"
#include "nmt/vminfo.h"
#include "nmt/wrapping.h"
#include "jvm_texts.h"
#include "suites.h"

static const char report[] =
    "#\n"
    "# There is insufficient memory for the Java Runtime Environment to "
    "continue.\n"
    "# Native memory allocation (mmap) failed to map 754974720 bytes for "
    "committing reserved memory.\n"
    "#\n"
    "#  Out of Memory Error (os_linux.cpp:2749), pid=253, tid=255\n"
    "#\n"
    "# JRE version: OpenJDK Runtime Environment (17.0.9+9)\n"
    "\n"
    "---------------  S U M M A R Y ------------\n"
    "\n"
    "---------------  P R O C E S S  ---------------\n"
    "\n"
    "Heap:\n"
    " garbage-first heap   total 262144K, used 5120K [0x1, 0x2)\n"
    "  region size 1024K, 6 young (6144K), 0 survivors (0K)\n"
    " Metaspace       used 63K, committed 192K, reserved 1114112K\n"
    "\n"
    "Native Memory Tracking:\n"
    "\n"
    "Total: reserved=1500000KB, committed=300000KB\n"
    "\n"
    "-                 Java Heap (reserved=262144KB, committed=262144KB)\n"
    "\n"
    "---------------  S Y S T E M  ---------------\n"
    "\n"
    "Memory: 4k page, physical 393216k(366568k free), swap 0k(0k free)\n"
    "\n"
    "END.\n";

static const struct {
    const char *before, *behind;
    bool trimmed; /* blanks at the ends of lines were cut off */
} wrappings[] = {
    {"app-1  | ", "", false},
    {"app-1  | ", "", true},
    {"\033[36mapp-1  | \033[0m", "", false},
    {"[pod/app-7d9c6b9f9-x2v5q/app] ", "", false},
    {"2026-01-05T10:11:12.%d9Z ", "", false},
    {"2026-01-05T10:11:12.%d89+01:00 stderr F ", "", true},
    {"Jan 05 10:%d:12 host java[77]: ", "", false},
    {"[  %d.456789] host java[77]: ", "", true},
    {"%d\t", "", false},
    {"> ", "", true},
    {"{\"log\":\"", "\\n\",\"stream\":\"stdout\",\"time\":\"2026-01-05\"}",
     false},
    {"{\"timestamp\": %d, \"message\": \"", "\"}", false},
};

/* All of `text`, `figure` in every line another. */
static void wrap(int i, const char *text, char *to, size_t room)
{
    size_t n = 0;

    for (int line = 7; *text; line += 13) {
        size_t len = strcspn(text, "\n");

        n += (size_t)snprintf(to + n, room - n, wrappings[i].before, line);
        n += (size_t)snprintf(to + n, room - n, "%.*s", (int)len, text);
        while (wrappings[i].trimmed && n && to[n - 1] == ' ')
            n--;
        n += (size_t)snprintf(to + n, room - n, "%s\n", wrappings[i].behind);
        ck_assert_uint_lt(n, room);
        text += len + 1;
    }
}

static void expect_report(const struct vm_info *v)
{
    ck_assert_int_eq(v->death, VM_OUT_OF_MEMORY);
    ck_assert_uint_eq(v->failure.bytes, 754974720);
    ck_assert_uint_eq(v->pid, 253);
    ck_assert_uint_eq(v->jdk, 17);
    ck_assert_uint_eq(v->heap_used, 5120 << 10);
    ck_assert_uint_eq(v->metaspace_used, 63 << 10);
    ck_assert_uint_eq(v->nmt.total.committed, (uint64_t)300000 << 10);
    ck_assert_uint_eq(v->nmt.categories.n, 1);
    ck_assert_uint_eq(v->physical, (uint64_t)393216 << 10);
    ck_assert(!v->truncated);
}

static void expect_wrapped(const char *text)
{
    struct vm_info v;
    struct text t;

    text_open(&t, text);
    ck_assert_int_eq(artifact_sniff(t.source, "a"), ARTIFACT_VM_INFO);
    ck_assert(vm_info_read(t.source, &t.arena, &v, &t.err));
    expect_report(&v);
    vm_info_deinit(&v, &t.mem);
    text_close(&t);
}

START_TEST(a_report_behind_names_and_times)
{
    char text[16384];

    wrap(_i, report, text, sizeof text);
    expect_wrapped(text);
}
END_TEST

/* What the application said before is no part of the wrapping. */
START_TEST(a_report_behind_other_output)
{
    char text[32768], all[8192];
    size_t n = 0;

    for (int i = 0; i < 20; i++)
        n += (size_t)snprintf(all + n, sizeof all - n,
                              "2026-01-05 10:11:%02d INFO took %d\n", i, i);
    snprintf(all + n, sizeof all - n, "%s", report);
    wrap(_i, all, text, sizeof text);
    expect_wrapped(text);
}
END_TEST

START_TEST(what_is_not_wrapped_stays)
{
    static const char few[] = "a 1\na 2\na 3\n";
    struct wrapping w;
    char line[] = "  text";

    ck_assert(!wrapping_find((const uint8_t *)report, sizeof report - 1,
                             WRAPPING_LINES, &w));
    ck_assert_str_eq(wrapping_strip(&w, line), "  text");
    ck_assert(!wrapping_find((const uint8_t *)few, sizeof few - 1,
                             WRAPPING_LINES, &w));
    ck_assert_str_eq(wrapping_strip(&w, line), "  text");
    ck_assert(!wrapping_find((const uint8_t *)"", 0, 0, &w));
}
END_TEST

START_TEST(a_line_of_another_is_left_alone)
{
    char text[8192] = "", strange[] = "Terminated", own[] = "app-12 |   x";
    struct wrapping w;

    for (int i = 0; i < 60; i++)
        strcat(text, i == 30 ? "Terminated\n"
                     : i % 2 ? "app-3  | y\n"
                             : "app-10 | z\n");
    ck_assert(
        wrapping_find((const uint8_t *)text, strlen(text), WRAPPING_LINES, &w));
    ck_assert_str_eq(wrapping_strip(&w, strange), "Terminated");
    ck_assert_str_eq(wrapping_strip(&w, own), "  x");
}
END_TEST

/* ---- reports of a process --------------------------------------------- */

static const struct {
    enum artifact_kind kind;
    const char *text;
} reports[] = {
    {ARTIFACT_SMAPS, "7f0000000000-7f0000400000 rw-p 00000000 00:00 0 \n"
                     "Size:               4096 kB\n"
                     "Rss:                3000 kB\n"
                     "Pss:                3000 kB\n"
                     "Anonymous:          3000 kB\n"
                     "7f0000400000-7f0000500000 r-xp 00000000 08:01 7  /x.so\n"
                     "Size:               1024 kB\n"
                     "Rss:                1000 kB\n"
                     "Anonymous:             0 kB\n"},
    {ARTIFACT_SMAPS_ROLLUP,
     "55c0e0000000-7ffd00000000 ---p 00000000 00:00 0    [rollup]\n"
     "Rss:              400000 kB\n"
     "Pss:              400000 kB\n"
     "Anonymous:        390000 kB\n"},
    {ARTIFACT_PROC_STATUS, "Name:\tjava\nTgid:\t7\nPid:\t7\n"
                           "VmRSS:\t  400000 kB\nRssAnon:\t  390000 kB\n"},
    {ARTIFACT_VM_FLAGS, "4711:\n-XX:MaxHeapSize=67108864 -XX:+UseG1GC \n"},
    {ARTIFACT_CGROUP_VALUES, "memory.usage_in_bytes 5000\n"
                             "memory.limit_in_bytes 6000\n"
                             "memory.failcnt 0\n"
                             "memory.max_usage_in_bytes 6000\n"},
    /* which names errors */
    {ARTIFACT_CLASS_HISTOGRAM,
     " num     #instances         #bytes  class name (module)\n"
     "-------------------------------------------------------\n"
     "   1:           100          32000  [B (java.base@17.0.9)\n"
     "   2:             4            128  java.lang.OutOfMemoryError "
     "(java.base@17.0.9)\n"
     "Total           104          32128\n"},
};

#define REPORTS (sizeof reports / sizeof *reports)

static void expect_same_text(struct source *s, const struct wrapping *w,
                             const char *plain)
{
    struct unwrapped u;
    struct err e = {0};
    struct mem m;
    const uint8_t *p;
    size_t n;

    mem_init(&m, 0);
    ck_assert(unwrapped_init(&u, w, s, &m, &e));
    n = source_peek(u.source, SOURCE_WINDOW, &p);
    ck_assert_uint_ge(n, strlen(plain) - 1);
    for (size_t at = 0; *plain; plain += *plain == '\n') {
        size_t len = strcspn(plain, "\n"), end = len;

        while (end && plain[end - 1] == ' ')
            end--; /* may have been cut off */
        ck_assert_uint_le(at + end, n);
        ck_assert_mem_eq(p + at, plain, end);
        at += strcspn((const char *)p + at, "\n") + 1;
        plain += len;
    }
    unwrapped_deinit(&u);
    ck_assert_uint_eq(m.held, 0);
}

START_TEST(a_short_report_behind_names_and_times)
{
    const size_t n = REPORTS;
    struct wrapping w;
    char text[8192];
    struct text t;

    for (size_t r = 0; r < n; r++) {
        wrap(_i, reports[r].text, text, sizeof text);
        text_open(&t, text);
        ck_assert_int_eq(artifact_sniff(t.source, "a"), reports[r].kind);
        ck_assert(artifact_is_wrapped(t.source, reports[r].kind, &w));
        expect_same_text(t.source, &w, reports[r].text);
        text_close(&t);
    }
}
END_TEST

START_TEST(a_plain_report_is_left_alone)
{
    struct wrapping w;
    struct text t;

    text_open(&t, reports[_i].text);
    ck_assert_int_eq(artifact_sniff(t.source, "a"), reports[_i].kind);
    ck_assert(!artifact_is_wrapped(t.source, reports[_i].kind, &w));
    text_close(&t);
}
END_TEST

static bool read_unwrapped(struct source *s, struct arena *a, struct err *e)
{
    struct wrapping w;
    struct unwrapped u;

    if (!artifact_is_wrapped(s, ARTIFACT_VM_FLAGS, &w))
        return true;
    if (!unwrapped_init(&u, &w, s, a->mem, e))
        return false;
    unwrapped_deinit(&u);
    return true;
}

START_TEST(every_allocation_may_fail)
{
    sweep_failures("app | 4711:\napp | -XX:+UseG1GC\n", read_unwrapped);
}
END_TEST

Suite *wrapping_suite(void)
{
    const int n = sizeof wrappings / sizeof *wrappings;
    Suite *s = suite_create("wrapping");
    TCase *c = tcase_create("wrapping");

    tcase_add_loop_test(c, a_report_behind_names_and_times, 0, n);
    tcase_add_loop_test(c, a_report_behind_other_output, 0, n);
    tcase_add_test(c, what_is_not_wrapped_stays);
    tcase_add_test(c, a_line_of_another_is_left_alone);
    tcase_add_loop_test(c, a_short_report_behind_names_and_times, 0, n);
    tcase_add_loop_test(c, a_plain_report_is_left_alone, 0, REPORTS);
    tcase_add_test(c, every_allocation_may_fail);
    suite_add_tcase(s, c);
    return s;
}
