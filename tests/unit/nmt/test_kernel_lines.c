/*
 * test_kernel_lines.c - one report behind every prefix, and wrapped at every
 * width, reads the same.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_texts.h"
#include "suites.h"

/* ---- prefixes --------------------------------------------------------- */

#define NO_TIME INT64_MIN

static const struct {
    const char *prefix, *end;
    const char *clock;
    int64_t time;
    double uptime;
} prefixes[] = {
    {"", "\n", NULL, NO_TIME, -1},
    {"", "\r\n", NULL, NO_TIME, -1},
    {"\t", "  \t\n", NULL, NO_TIME, -1},
    {"", "\n\n", NULL, NO_TIME, -1},
    {">> > ", "\n", NULL, NO_TIME, -1},
    {"kernel: ", "\n", NULL, NO_TIME, -1},
    {"[ 3504.250000] ", "\n", "boot", NO_TIME, 3504.25},
    {"[ 3504.250000] ", "\n\n", "boot", NO_TIME, 3504.25},
    {"<6>[ 3504.250000] ", "\n", "boot", NO_TIME, 3504.25},
    {"[ 3504.250000][ T5241] ", "\n", "boot", NO_TIME, 3504.25},
    {"> [ 3504.250000] ", "\n", "boot", NO_TIME, 3504.25},
    {"*  [ 3504.250000] ", "\n", "boot", NO_TIME, 3504.25},
    {"kern  :warn  : [ 3504.250000] ", "\n", "boot", NO_TIME, 3504.25},
    {"[ 3504.250000] web-01 kernel: ", "\n", "boot", NO_TIME, 3504.25},
    {"\033[32m[ 3504.250000] \033[0m\033[33m", "\033[0m\n", "boot", NO_TIME,
     3504.25},
    {"[Thu Dec  7 00:05:14 2017] ", "\n", "dmesg -T", 1512605114000, -1},
    {"[Di Aug 12 03:54:03 2025] ", "\n", "dmesg -T", 1754970843000, -1},
    {"[mar. août 12 03:54:03 2025] ", "\n", "dmesg -T", 1754970843000, -1},
    {"[火  8月 12 03:54:03 2025] ", "\n", "dmesg -T", 1754970843000, -1},
    {"[wto sie 12 03:54:03 2025] ", "\n", "dmesg -T", 1754970843000, -1},
    {"[?? ??? 12 03:54:03 2025] ", "\n", "dmesg -T", NO_TIME, -1},
    {"Jan 15 03:08:35 web-01 kernel: ", "\n", "syslog", NO_TIME, -1},
    {"Jan 15 03:08:35 kernel: ", "\n", "syslog", NO_TIME, -1},
    {"Jan 15 03:08:35 web-01 kernel: [ 3504.250000] ", "\n", "syslog", NO_TIME,
     3504.25},
    {"Jan  5 03:08:35 web-01 [ 3504.250000] ", "\n", "syslog", NO_TIME,
     3504.25},
    {"kern: warning: [2025-05-18T15:40:20.654317542Z]: ", "\n", "rfc3339",
     1747582820654, -1},
    {"172.20.0.5: kern: warning: [2025-05-18T15:40:20.654317542Z]: ", "\n",
     "rfc3339", 1747582820654, -1},
    {"2025-05-18T17:40:20+0200 web-01 kernel: ", "\n", "rfc3339", 1747582820000,
     -1},
    {"2025-05-18T15:40:20,654317+00:00 ", "\n", "rfc3339", 1747582820654, -1},
    {"Sun 2025-05-18 15:40:20 UTC web-01 kernel: ", "\n", "rfc3339",
     1747582820000, -1},
    {"<4>1 2025-05-18T15:40:20Z web-01 kernel - - - ", "\n", "rfc3339",
     1747582820000, -1},
    {"2025-05-18T15:40:20Z stdout F [ 3504.250000] ", "\n", "container",
     1747582820000, 3504.25},
    {"{\"log\":\"[ 3504.250000] ",
     "\\n\",\"stream\":\"stdout\",\"time\":\"2025-05-18T15:40:20Z\"}\n",
     "container", 1747582820000, 3504.25},
    {"{\"PRIORITY\":\"4\",\"__REALTIME_TIMESTAMP\":\"1747582820654317\","
     "\"MESSAGE\":\"",
     "\"}\n", "journald", 1747582820654, -1},
    {"\t\"MESSAGE\" : \"", "\",\n\t\"_HOSTNAME\" : \"x\"\n", NULL, NO_TIME, -1},
    {"_TRANSPORT=kernel\nMESSAGE=", "\n\n", NULL, NO_TIME, -1},
    {"[ 3504.250000 <    0.000012>] ", "\n", "boot", NO_TIME, 3504.25},
    {"[ 3504.250000 <    0.000012 >] web-01 kernel: ", "\n", "boot", NO_TIME,
     3504.25},
    {"[Sun May 18 15:40:20 2025 <    0.000012>] ", "\n", "dmesg -T",
     1747582820000, -1},
    {"[  +0.000012] ", "\n", NULL, NO_TIME, -1},
    {"[May18 15:40] ", "\n", NULL, NO_TIME, -1},
    {"[May 18 15:40] ", "\n", NULL, NO_TIME, -1},
    {"4,1234,3504250000,-;", "\n", "boot", NO_TIME, 3504.25},
    {"4,1234,3504250000,-,caller=T7;", "\n", "boot", NO_TIME, 3504.25},
    {" 5\xe6\x9c\x88 18 15:40:20 web-01 kernel: ", "\n", "syslog", NO_TIME, -1},
    {"2025-05-18T15:40:20Z\tweb-01\tkernel\t", "\n", "rfc3339", 1747582820000,
     -1},
    {"2025-05-18T15:40:20Z {host=\"web-01\", transport=\"kernel\"} ", "\n",
     "rfc3339", 1747582820000, -1},
    {"\"2025-05-18T15:40:20Z\",\"web-01\",\"", "\"\n", "rfc3339", 1747582820000,
     -1},
    {"app-7d9c-x2 | [ 3504.250000] ", "\n", "boot", NO_TIME, 3504.25},
    {"[pod/debug/app] [ 3504.250000] ", "\n", "boot", NO_TIME, 3504.25},
    {"debug app ", "\n", NULL, NO_TIME, -1},
    {"17:[ 3504.250000] ", "\n", "boot", NO_TIME, 3504.25},
    {"/var/log/messages:Jan 15 03:08:35 web-01 kernel: ", "\n", "syslog",
     NO_TIME, -1},
    {"/var/log/kern.log.1-17-Jan 15 03:08:35 web-01 kernel: [ 3504.250000] ",
     "\n", "boot", NO_TIME, 3504.25},
    {"2025-05-18T15:40:20Z kernel web-01 ", "\n", "rfc3339", 1747582820000, -1},
    {"1747582820000\t", "\n", NULL, NO_TIME, -1},
    {"2025-05-18T15:40:20Z,web-01,kernel,\"", "\"\n", "rfc3339", 1747582820000,
     -1},
    {"<4>1 2025-05-18T15:40:20Z web-01 kernel - - [meta sequenceId=\"7\"] ",
     "\n", "rfc3339", 1747582820000, -1},
    {"1 2025-05-18T15:40:20Z web-01 kernel 0 - - ", "\n", "rfc3339",
     1747582820000, -1},
    {"2025-05-18 15:40:20.000 +0000 kern.warn: {\"host\":\"web-01\","
     "\"message\":\"",
     "\"}\n", "rfc3339", 1747582820000, -1},
    {"2025-05-18T15:40:20Z\tkernel\t{\"message\":\"", "\",\"host\":\"x\"}\n",
     "rfc3339", 1747582820000, -1},
    {"05-18 15:40:20.123     0     0 W kernel: ", "\n", NULL, NO_TIME, -1},
};

START_TEST(a_prefix_changes_nothing)
{
    char *text =
        kernel_text(modern_report, prefixes[_i].prefix, prefixes[_i].end);
    const struct oom_kill *k;

    read_kernel(text);
    assert_modern(&kernel);
    k = &kernel.kills.at[0];
    ck_assert_pstr_eq(k->clock, prefixes[_i].clock);
    ck_assert_int_eq(k->time, prefixes[_i].time);
    ck_assert_double_eq_tol(k->uptime, prefixes[_i].uptime, 1e-9);
    free(text);
}
END_TEST

/* What a report's own lines have in common is no wrapping. */
START_TEST(lines_of_one_kind_stay_whole)
{
    char text[4096] = "";

    for (int i = 1; i <= 12; i++)
        sprintf(text + strlen(text),
                "[%d.000001] Memory cgroup out of memory: Killed process %d "
                "(java) total-vm:8kB, anon-rss:4kB, file-rss:0kB\n",
                i, i);
    read_kernel(text);
    ck_assert_uint_eq(kernel.kills.n, 12);
    for (int i = 0; i < 12; i++) {
        ck_assert_uint_eq(kernel.kills.at[i].pid, i + 1);
        ck_assert(kernel.kills.at[i].memcg);
    }
}
END_TEST

START_TEST(a_message_may_be_an_array_of_bytes)
{
    static const char sentence[] = "Killed process 9 (\xE9t\xE9)";
    char text[512] = "{\"MESSAGE\":[";

    for (const char *p = sentence; *p; p++)
        sprintf(text + strlen(text), "%s%d", p == sentence ? "" : ",",
                (unsigned char)*p);
    strcat(text, "],\"PRIORITY\":\"3\"}\n");
    read_kernel(text);
    ck_assert_uint_eq(kernel.kills.n, 1);
    ck_assert_uint_eq(kernel.kills.at[0].pid, 9);
    ck_assert_str_eq(kernel.kills.at[0].name, "\xE9t\xE9");
}
END_TEST

START_TEST(json_escapes_are_decoded)
{
    read_kernel("{\"message\":\"Killed process 7 (a\\u0062\\\"c)\"}");
    ck_assert_uint_eq(kernel.kills.n, 1);
    ck_assert_str_eq(kernel.kills.at[0].name, "ab\"c");
}
END_TEST

START_TEST(a_prefix_may_stand_on_its_own_line)
{
    const struct oom_kill *k;

    read_kernel("Jun  4 07:41:59 web-01 kernel: \n\t[70667120.897649]\n"
                "\tOut of memory: Kill process 29957 (java) score 366 or "
                "sacrifice child\n"
                "Jun  4 07:41:59 web-01 kernel: \n\t[70667120.897701]\n"
                "\tKilled process 29957 (java) total-vm:2532680kB, "
                "anon-rss:1416508kB, file-rss:0kB\n");
    ck_assert_uint_eq(kernel.kills.n, 1);
    k = &kernel.kills.at[0];
    ck_assert_uint_eq(k->line, 6);
    ck_assert_double_eq_tol(k->uptime, 70667120.897701, 1e-6);
    ck_assert(!k->memcg);
}
END_TEST

START_TEST(output_before_the_clock_is_no_name)
{
    read_kernel("Creating journal: [   34.739137] mkfs.ext4 invoked "
                "oom-killer: gfp_mask=0x1, order=2, "
                "oom_score_adj=0\n");
    ck_assert_uint_eq(kernel.reports.n, 1);
    ck_assert_str_eq(kernel.reports.at[0].invoker, "mkfs.ext4");
    ck_assert_int_eq(kernel.reports.at[0].order, 2);
}
END_TEST

/* ---- wrapping --------------------------------------------------------- */

/* As mail programs do: at the last blank that fits, which is lost. */
static char *wrap_softly(const char *line, size_t width, const char *quote,
                         char *to)
{
    while (strlen(line) > width) {
        size_t n = width;

        while (n && line[n] != ' ')
            n--;
        if (!n)
            n = strcspn(line, " ");
        if (!line[n])
            break;
        to += sprintf(to, "%s%.*s\n", quote, (int)n, line);
        line += n + strspn(line + n, " ");
    }
    return to + sprintf(to, "%s%s\n", quote, line);
}

/* As terminals do: at the edge, whatever stands there. */
static char *wrap_hard(const char *line, size_t width, char *to)
{
    for (; strlen(line) > width; line += width)
        to += sprintf(to, "%.*s\n", (int)width, line);
    return to + sprintf(to, "%s\n", line);
}

static const char *const wrapped_prefixes[] = {
    "", "[ 3504.250000] ", "Jan 15 03:08:35 web-01 kernel: [ 3504.250000] "};

static char *wrapped(const char *prefix, size_t width, const char *quote)
{
    char line[1024], *text = malloc(1 << 16), *to = text;

    ck_assert_ptr_nonnull(text);
    for (const char *const *l = modern_report; *l; l++) {
        snprintf(line, sizeof line, "%s%s", prefix, *l);
        to = quote ? wrap_softly(line, width, quote, to)
                   : wrap_hard(line, width, to);
    }
    return text;
}

static void assert_wrapped(const char *prefix, size_t width, const char *quote)
{
    char *text = wrapped(prefix, width, quote);

    read_kernel(text);
    assert_modern(&kernel);
    free(text);
}

START_TEST(mail_wraps_at_blanks)
{
    for (size_t width = 72; width <= 132; width++) {
        assert_wrapped(wrapped_prefixes[_i], width, "");
        assert_wrapped(wrapped_prefixes[_i], width, "> ");
    }
}
END_TEST

/* Without any prefix a cut line cannot always be told from a new one. */
START_TEST(terminals_cut_anywhere)
{
    for (size_t width = 72; width <= 132; width++)
        assert_wrapped(wrapped_prefixes[_i + 1], width, NULL);
}
END_TEST

START_TEST(prose_is_not_joined)
{
    read_kernel("[1.000000] Killed process 5 (java) total-vm:8kB, "
                "anon-rss:4kB, file-rss:0kB\n"
                "This was on the old machine, pid 12.\n"
                "12345\n");
    ck_assert_uint_eq(kernel.kills.n, 1);
    ck_assert_uint_eq(kernel.kills.at[0].file, 0);
    ck_assert(!known(kernel.kills.at[0].shmem));
}
END_TEST

Suite *kernel_lines_suite(void)
{
    Suite *s = suite_create("kernel_lines");
    TCase *t = tcase_create("prefixes");

    tcase_add_checked_fixture(t, NULL, kernel_done);
    tcase_add_loop_test(t, a_prefix_changes_nothing, 0,
                        sizeof prefixes / sizeof *prefixes);
    tcase_add_test(t, lines_of_one_kind_stay_whole);
    tcase_add_test(t, a_message_may_be_an_array_of_bytes);
    tcase_add_test(t, json_escapes_are_decoded);
    tcase_add_test(t, a_prefix_may_stand_on_its_own_line);
    tcase_add_test(t, output_before_the_clock_is_no_name);
    suite_add_tcase(s, t);
    t = tcase_create("wrapping");
    tcase_add_checked_fixture(t, NULL, kernel_done);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, mail_wraps_at_blanks, 0, 3);
    tcase_add_loop_test(t, terminals_cut_anywhere, 0, 2);
    tcase_add_test(t, prose_is_not_joined);
    suite_add_tcase(s, t);
    return s;
}
