/*
 * test_saved.c - whatever a viewer of logs made of a log, it is the same log.
 */
#define _GNU_SOURCE
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "jvm_texts.h"
#include "kernel_texts.h"
#include "nmt/logs.h"
#include "nmt/saved.h"
#include "suites.h"

static struct text t;

static void saved_done(void)
{
    text_end(&t);
}

static void undo(const char *s, size_t n)
{
    text_end(&t);
    text_open_bytes(&t, s, n);
    ck_assert(saved_undo(&t.source, &t.mem, &t.err));
}

/* Asserts that what is left of `s` are these lines, "NUMBER TEXT" each. */
static void expect(const char *s, const char *const *want)
{
    struct lines l;
    char *line, numbered[256];

    undo(s, strlen(s));
    ck_assert(lines_init(&l, t.source, &t.mem, &t.err));
    while ((line = lines_next(&l, NULL))) {
        snprintf(numbered, sizeof numbered, "%d %s", (int)l.number, line);
        ck_assert_ptr_nonnull(*want);
        ck_assert_str_eq(numbered, *want);
        want++;
    }
    ck_assert_ptr_null(*want);
    lines_deinit(&l);
}

#define A "2026-01-05T10:00:00.000Z "
#define B "2026-01-05T10:00:01.000Z "
#define C "2026-01-05T10:00:02.000Z "

static const struct {
    const char *text;
    const char *want[4];
} documents[] = {
    /* a list on one line, compact or not, the time before or behind */
    {"[{\"timestamp\":\"2026-01-05T10:00:00Z\",\"message\":\"a \\u003e \\\"b"
     "\\\"\"},{\"timestamp\":\"2026-01-05T10:00:01Z\",\"message\":\"c},{d\"}]",
     {"1 " A "a > \"b\"", "1 " B "c},{d"}},
    {"[ {\"message\": \"a\\n\", \"timestamp\": 1767607200000},\n"
     "  {\"message\": \"b\", \"timestamp\": 1767607201000} ]\n",
     {"1 " A "a", "2 " B "b"}},
    /* aws logs get-log-events */
    {"{\n  \"events\": [\n    {\n      \"timestamp\": 1767607200000,\n"
     "      \"message\": \"a\",\n      \"ingestionTime\": 1767607300000\n"
     "    }\n  ],\n  \"nextForwardToken\": \"f/3\"\n}\n",
     {"5 " A "a"}},
    /* CloudWatch's Insights */
    {"{\"results\":[[{\"field\":\"@timestamp\",\"value\":\"2026-01-05 "
     "10:00:00.000\"},{\"field\":\"@message\",\"value\":\"a\"},{\"field\":"
     "\"@ptr\",\"value\":\"Cm\"}],[{\"field\":\"@message\",\"value\":\"b\"}]],"
     "\"status\":\"Complete\"}",
     {"1 " A "a", "1 b"}},
    /* Loki: the newest first */
    {"{\"status\":\"success\",\"data\":{\"result\":[{\"stream\":{\"log\":\"x\""
     "},\"values\":[[\"1767607202000000000\",\"c\"],[\"1767607201000000000\","
     "\"b\",{}],[\"1767607200000000000\",\"a\"]]}]}}",
     {"1 " A "a", "1 " B "b", "1 " C "c"}},
    /* Elasticsearch, a stack beside the message */
    {"{\"took\":3,\"hits\":{\"hits\":[{\"_id\":\"1\",\"_source\":{\"message\":"
     "\"a\",\"stack_trace\":\"b\\n\\tat c\",\"@timestamp\":"
     "\"2026-01-05T10:00:00.000Z\"},\"sort\":[1,\"2\"]}]}}",
     {"1 " A "a", "1 b", "1 \tat c"}},
    /* Google: the time outside the payload */
    {"[{\"jsonPayload\":{\"message\":\"a\"},\"resource\":{\"labels\":{\"line\":"
     "1}},\"timestamp\":\"2026-01-05T10:00:00Z\"}]",
     {"1 " A "a"}},
    /* dmesg --json */
    {"{\n   \"dmesg\": [\n      {\n         \"pri\": 6,\n         \"time\":  "
     " 12.500000,\n         \"msg\": \"a\"\n      },{\n         \"time\":   "
     "13.000000,\n         \"msg\": \"b\"\n      }\n   ]\n}\n",
     {"6 [   12.500000] a", "9 [   13.000000] b"}},
    /* journalctl -o json-pretty: documents behind each other */
    {"{\n\t\"__REALTIME_TIMESTAMP\" : \"1767607200000000\",\n"
     "\t\"MESSAGE\" : \"a\"\n}\n{\n\t\"MESSAGE\" : \"b\",\n"
     "\t\"_PID\" : \"1\"\n}\n",
     {"3 " A "a", "6 b"}},
    /* tables */
    {"timestamp,message\n2026-01-05T10:00:00Z,a, b\n1767607201,\"c, \"\"d\"\""
     "\"\n",
     {"2 " A "a, b", "3 " B "c, \"d\""}},
    {"\"Message\";\"Host\";\"Date\"\r\n\"a\nb\";w1;\"2026-01-05 10:00:00\"\r\n"
     "c;w1;\"2026-01-05 10:00:01\"\r\n",
     {"2 " A "a", "2 b", "4 " B "c"}},
    {"time\thost\tmessage\n2026-01-05T10:00:00Z\tw1\ta\tb\n", {"2 " A "a\tb"}},
    /* the journal's */
    {"__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1767607200000000\nPRIORITY=6\n"
     "MESSAGE=a\n_PID=1\n\n__CURSOR=s=1;i=3\n"
     "__REALTIME_TIMESTAMP=1767607201000000\nMESSAGE=b\n",
     {"4 " A "a", "9 " B "b"}},
    {"Mon 2026-01-05 10:00:00.000000 UTC [s=1;i=2;b=3;m=4;t=5;x=6]\n"
     "    PRIORITY=6\n    MESSAGE=a\n            b\n    _PID=1\n"
     "Mon 2026-01-05 10:00:01.000000 UTC [s=1;i=3;b=3;m=4;t=5;x=7]\n"
     "    MESSAGE=c\n",
     {"3 " A "a", "3             b", "7 " B "c"}},
    /* plain, the newest first: by records, and by lines */
    {"[2026-01-05T10:00:02Z] c\n\tat d\n[2026-01-05T10:00:01Z] b\n"
     "[2026-01-05T10:00:00Z] a\n",
     {"4 [2026-01-05T10:00:00Z] a", "3 [2026-01-05T10:00:01Z] b",
      "1 [2026-01-05T10:00:02Z] c", "2 \tat d"}},
    {" d\n3.5: [GC c\n2.5: [GC b\n1.5: [GC a\n",
     {"4 1.5: [GC a", "3 2.5: [GC b", "2 3.5: [GC c", "1  d"}},
};

START_TEST(a_document_is_its_messages)
{
    const char *want[5] = {0};

    memcpy(want, documents[_i].want, sizeof documents[_i].want);
    expect(documents[_i].text, want);
}
END_TEST

/* What is none is left alone, byte for byte. */
START_TEST(what_is_no_such_document_stays)
{
    static const char *const texts[] = {
        "",
        "[1,2,3]",
        "[{\"a\":1}]",
        "[   12.5] java invoked oom-killer: order=0\n",
        "{\"message\":\"a\"}\n{\"message\":\"b\"}\n",
        "{\"message\":\"a",
        "a message, and more\n1,2\n",
        "message\na\nb\n",
        "ms,VmRSS_kB,Threads\n2,3232,1\n",
        "[0.1s][info][gc] a\n[0.3s][info][gc] b\n[0.2s][info][gc] c\n",
        "{\n\"items\": [{\"status\": {\"containerStatuses\": [\n"
        "{\"message\": \"back-off\"}]}}]}\n",
    };
    const uint8_t *p;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t n = strlen(texts[i]);

        undo(texts[i], n);
        ck_assert_uint_eq(source_peek(t.source, SOURCE_WINDOW, &p), n);
        ck_assert_mem_eq(p, texts[i], n);
    }
}
END_TEST

START_TEST(a_message_of_bytes)
{
    static const char head[] = "__REALTIME_TIMESTAMP=1767607200000000\n"
                               "PRIORITY=6\n_HOSTNAME=web-01.example.com\n"
                               "_TRANSPORT=kernel\n_MACHINE_ID="
                               "0123456789abcdef0123456789abcdef\n"
                               "_BOOT_ID=0123456789abcdef0123456789abcdef\n";
    char text[2048] = "";
    size_t n = 0;
    const uint8_t *p;

    for (int i = 0; i < 3; i++)
        n += (size_t)sprintf(text + n, "%s", head);
    n += (size_t)sprintf(text + n, "MESSAGE\n");
    memcpy(text + n, "\003\0\0\0\0\0\0\0a\nb\n\n", 13);
    undo(text, n + 13);
    n = source_peek(t.source, SOURCE_WINDOW, &p);
    ck_assert_uint_eq(n, strlen(A) + 4);
    ck_assert_mem_eq(p, A "a\nb\n", n);
}
END_TEST

/* ---- logs ------------------------------------------------------------- */

static const char *const collections[] = {
    "[0.010s][info][gc] Using G1",
    "[1.000s][info][gc,metaspace] GC(0) Metaspace: 10M(11M)->10M(11M)",
    "[1.000s][info][gc] GC(0) Pause Full (System.gc()) 30M->20M(64M) 1.0ms",
    "[2.000s][info][gc,metaspace] GC(1) Metaspace: 40M(41M)->40M(41M)",
    "[2.000s][info][gc] GC(1) Pause Full (G1 Compaction Pause) "
    "60M->50M(64M) 1.0ms",
};

#define COLLECTIONS (sizeof collections / sizeof *collections)

static void expect_collections(const char *text)
{
    struct gc_log g;

    undo(text, strlen(text));
    ck_assert(gc_log_read(t.source, &t.arena, &g, &t.err));
    ck_assert_str_eq(g.collector, "G1");
    ck_assert_uint_eq(g.count, 2);
    ck_assert_uint_eq(g.first_full_after, MB(20));
    ck_assert_uint_eq(g.last_full_after, MB(50));
    ck_assert_uint_eq(g.first_metaspace, MB(10));
    ck_assert_uint_eq(g.last_metaspace, MB(40));
    ck_assert_str_eq(g.pauses.at[1].cause, "G1 Compaction Pause");
    gc_log_deinit(&g, &t.mem);
}

START_TEST(collections_newest_first)
{

    char text[2048];
    size_t n = 0;

    for (size_t i = COLLECTIONS; i-- > 0;)
        n += (size_t)sprintf(text + n, "%s\n", collections[i]);
    expect_collections(text);
}
END_TEST

START_TEST(collections_in_json)
{
    char text[4096];
    size_t n = (size_t)sprintf(text, "[");

    for (size_t i = COLLECTIONS; i-- > 0;)
        n += (size_t)sprintf(
            text + n, "%s{\"timestamp\":%zu,\"message\":\"%s\"}",
            n > 1 ? "," : "", i + 1767607200000, collections[i]);
    sprintf(text + n, "]");
    expect_collections(text);
    n = 0;
    for (size_t i = 0; i < COLLECTIONS; i++) {
        const char *arrow = strstr(collections[i], "->");

        n += (size_t)sprintf(text + n, "{\"log\":\"%.*s-\\u003e%s\\n\"}\n",
                             arrow ? (int)(arrow - collections[i])
                                   : (int)strlen(collections[i]),
                             collections[i], arrow ? arrow + 2 : "");
    }
    expect_collections(text);
}
END_TEST

/* JDK 8's: a young collection of G1 is told over several lines. */
START_TEST(old_collections_newest_first)
{
    static const char newest[] =
        " [Times: user=0.02 sys=0.00, real=0.01 secs] \n"
        "   [Eden: 24.0M(24.0M)->0.0B(20.0M) Heap: 60.0M(256.0M)->"
        "50.0M(256.0M)]\n"
        "2.500: [GC pause (G1 Evacuation Pause) (young), 0.01 secs]\n"
        "1.600: [Full GC (System.gc())  40M->30M(256M), 0.1 secs]\n"
        "1.500: [Full GC (System.gc())  20M->10M(256M), 0.1 secs]\n";
    struct gc_log g;

    undo(newest, strlen(newest));
    ck_assert(gc_log_read(t.source, &t.arena, &g, &t.err));
    ck_assert_uint_eq(g.count, 3);
    ck_assert_uint_eq(g.first_full_after, MB(10));
    ck_assert_uint_eq(g.last_full_after, MB(30));
    ck_assert_uint_eq(g.pauses.at[2].after, MB(50));
    ck_assert_uint_eq(g.pauses.at[2].line, 2);
    gc_log_deinit(&g, &t.mem);
}
END_TEST

START_TEST(an_error_newest_first)
{
    static const char newest[] =
        "2026-01-05T10:00:03Z \tat com.example.Cart.add(Cart.java:13)\n"
        "2026-01-05T10:00:02Z java.lang.OutOfMemoryError: Java heap space\n"
        "2026-01-05T10:00:01Z INFO started\n";
    struct app_log log;

    undo(newest, strlen(newest));
    ck_assert(app_log_read(t.source, &t.arena, &log, &t.err));
    ck_assert_uint_eq(log.oomes.n, 1);
    ck_assert_str_eq(log.oomes.at[0].top_frame,
                     "com.example.Cart.add(Cart.java:13)");
    ck_assert_uint_eq(log.oomes.at[0].line, 2);
    ck_assert_uint_eq(log.error_end, 1);
    ck_assert_uint_eq(log.since_error, 0);
    app_log_deinit(&log, &t.mem);
}
END_TEST

START_TEST(a_kernel_report_in_a_list)
{
    char *list = kernel_text(modern_report, "{\"message\":\"", "\"},");
    char text[8192];

    snprintf(text, sizeof text, "[%.*s]", (int)strlen(list) - 1, list);
    read_kernel(text);
    assert_modern(&kernel);
    ck_assert_uint_eq(kernel.kills.at[0].line, 1);
    ck_assert_uint_eq(kernel.kills.at[0].offset, UNKNOWN);
    kernel_done();
    free(list);
}
END_TEST

/* ---- the two sweeps ---------------------------------------------------- */

START_TEST(any_prefix)
{
    const char *s = documents[_i].text;

    for (size_t n = 0; n <= strlen(s); n++)
        undo(s, n);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    const char *s = documents[_i].text;
    bool ok = false;

    for (uint64_t n = 1; !ok; n++) {
        text_end(&t);
        text_open(&t, s);
        t.mem.fail_at = t.mem.calls + n;
        ok = saved_undo(&t.source, &t.mem, &t.err);
        if (!ok)
            ck_assert_int_eq(t.err.code, ERR_NOMEM);
    }
}
END_TEST

Suite *saved_suite(void)
{
    const int n = sizeof documents / sizeof *documents;
    Suite *s = suite_create("saved");
    TCase *c = tcase_create("saved");

    tcase_add_checked_fixture(c, NULL, saved_done);
    tcase_add_loop_test(c, a_document_is_its_messages, 0, n);
    tcase_add_test(c, what_is_no_such_document_stays);
    tcase_add_test(c, a_message_of_bytes);
    tcase_add_test(c, collections_newest_first);
    tcase_add_test(c, collections_in_json);
    tcase_add_test(c, old_collections_newest_first);
    tcase_add_test(c, an_error_newest_first);
    tcase_add_test(c, a_kernel_report_in_a_list);
    tcase_add_loop_test(c, any_prefix, 0, n);
    tcase_add_loop_test(c, every_allocation_may_fail, 0, n);
    suite_add_tcase(s, c);
    return s;
}
