/*
 * test_gclog.c - GC logs of every collector, unified and of JDK 8.
 */
#define _GNU_SOURCE
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "jvm_texts.h"
#include "nmt/logs.h"
#include "suites.h"

/* ---- GC logs ---------------------------------------------------------- */

/* The log that a test reads, one at a time. */
static struct text t;
static struct gc_log g;

static void gc_done(void)
{
    if (!t.source)
        return;
    gc_log_deinit(&g, &t.mem);
    text_close(&t);
}

static void read_gc(const char *s)
{
    gc_done();
    TEXT_READ(&t, s, gc_log_read, &g);
}

static const char unified[] =
    "[2026-01-31T10:00:00.000+0000][0.015s][info][gc] Using G1\n"
    "[2026-01-31T10:00:00.000+0000][0.015s][info][gc,init] Memory: 384M\n"
    "[2026-01-31T10:00:00.000+0000][0.015s][info][gc,init] Heap Region Size: "
    "1M\n"
    "[2026-01-31T10:00:00.000+0000][0.015s][info][gc,init] Heap Max Capacity: "
    "48M\n"
    "[2026-01-31T10:00:00.100+0000][0.115s][info][gc,start] GC(0) Pause Young "
    "(Normal) (G1 Evacuation Pause)\n"
    "[2026-01-31T10:00:00.110+0000][0.125s][info][gc,heap] GC(0) Humongous "
    "regions: 9->7\n"
    "[2026-01-31T10:00:00.110+0000][0.125s][info][gc,metaspace] GC(0) "
    "Metaspace: 526K(704K)->526K(704K)\n"
    "[2026-01-31T10:00:00.110+0000][0.125s][info][gc] GC(0) Pause Young "
    "(Normal) (G1 Evacuation Pause) 20M->12M(40M) 9.1ms\n"
    "[2026-01-31T10:00:00.200+0000][0.215s][info][gc] GC(1) Pause Remark "
    "44M->44M(48M) 1.0ms\n"
    "[2026-01-31T10:00:01.000+0000][1.015s][info][gc] GC(2) Pause Full "
    "(System.gc()) 45M->31M(48M) 9.1ms\n"
    "[2026-01-31T10:00:02.000+0000][2.015s][info][gc,heap] GC(3) Humongous "
    "regions: 7->2\n"
    "[2026-01-31T10:00:02.000+0000][2.015s][info][gc] GC(3) Pause Full (G1 "
    "Compaction Pause) 47M->46M(48M) 9.1ms\n";

START_TEST(unified_g1)
{
    read_gc(unified);
    ck_assert_str_eq(g.collector, "G1");
    ck_assert_uint_eq(g.container_memory, MB(384));
    ck_assert_uint_eq(g.heap_max, MB(48));
    ck_assert_uint_eq(g.region_size, MB(1));
    ck_assert_uint_eq(g.count, 3);
    ck_assert_uint_eq(g.full_count, 2);
    ck_assert_uint_eq(g.pauses.n, 3);
    ck_assert(!g.pauses.at[0].full);
    ck_assert_str_eq(g.pauses.at[0].cause, "G1 Evacuation Pause");
    ck_assert(g.pauses.at[0].uptime == 0.125);
    ck_assert_int_eq(g.pauses.at[0].time, 1769853600110);
    ck_assert_uint_eq(g.pauses.at[0].line, 8);
    ck_assert_str_eq(g.pauses.at[1].cause, "System.gc()");
    ck_assert_uint_eq(g.first_full_after, MB(31));
    ck_assert_uint_eq(g.last_full_after, MB(46));
    ck_assert_uint_eq(g.peak_before, MB(47));
    ck_assert_uint_eq(g.peak_capacity, MB(48));
    ck_assert_uint_eq(g.humongous_last, MB(2));
    ck_assert_uint_eq(g.humongous_peak, MB(7));
    ck_assert_uint_eq(g.last_line, 12);
}
END_TEST

/* A terminal cuts lines anywhere. */
START_TEST(unified_and_cut)
{
    char text[2 * sizeof unified];
    size_t n = 0, column = 0;

    for (const char *s = unified; *s; s++) {
        if (column == 80 && *s != '\n') {
            text[n++] = '\n';
            column = 0;
        }
        text[n++] = *s;
        column = *s == '\n' ? 0 : column + 1;
    }
    text[n] = '\0';
    read_gc(text);
    ck_assert_uint_eq(g.region_size, MB(1));
    ck_assert_uint_eq(g.count, 3);
    ck_assert_uint_eq(g.full_count, 2);
    ck_assert_str_eq(g.pauses.at[0].cause, "G1 Evacuation Pause");
    ck_assert_uint_eq(g.first_full_after, MB(31));
    ck_assert_uint_eq(g.last_full_after, MB(46));
    ck_assert_uint_eq(g.peak_capacity, MB(48));
    ck_assert_uint_eq(g.humongous_last, MB(2));
}
END_TEST

START_TEST(unified_z)
{
    read_gc("[0.005s][info][gc,init] Initializing The Z Garbage Collector\n"
            "[1.005s][info][gc,heap] GC(0)      Live:         -        36M "
            "(7%)     36M (7%)\n"
            "[1.005s][info][gc] GC(0) Garbage Collection (Warmup) "
            "104M(20%)->54M(11%)\n"
            "[2.005s][info][gc] GC(1) Major Collection (Allocation Rate) "
            "204M(40%)->154M(30%) 0.025s\n"
            "[2.105s][info][gc] GC(2) Minor Collection (Allocation Rate) "
            "205M(40%)->164M(30%) 0.025s\n"
            "[2.205s][info][gc] Allocation Stall (main) 12.345ms\n");
    ck_assert_str_eq(g.collector, "Z");
    ck_assert_uint_eq(g.count, 3);
    ck_assert_uint_eq(g.full_count, 2);
    ck_assert_uint_eq(g.first_full_after, MB(36)); /* marked, not left */
    ck_assert_uint_eq(g.last_full_after, MB(154));
    ck_assert_uint_eq(g.peak_before, MB(205));
    ck_assert(!known(g.pauses.at[0].capacity));
    ck_assert_str_eq(g.pauses.at[1].cause, "Allocation Rate");
    ck_assert_uint_eq(g.stalls, 1);
}
END_TEST

START_TEST(unified_shenandoah)
{
    read_gc("[0.005s][info][gc] Using Shenandoah\n"
            "[1.0s][info][gc] GC(0) Pause Init Mark 0.123ms\n"
            "[1.0s][info][gc] GC(0) Concurrent cleanup 104M->54M(256M) 0.1ms\n"
            "[1.1s][info][gc] GC(1) Pause Degenerated GC (Mark) "
            "250M->240M(256M) 10ms\n"
            "[1.2s][info][gc] GC(2) Pause Full 255M->254M(256M) 99ms\n");
    ck_assert_str_eq(g.collector, "Shenandoah");
    ck_assert_uint_eq(g.count, 3);
    ck_assert_uint_eq(g.full_count, 1);
    ck_assert_uint_eq(g.last_full_after, MB(254));
    ck_assert_uint_eq(g.stalls, 1);
    ck_assert_ptr_null(g.pauses.at[2].cause);
}
END_TEST

START_TEST(shenandoah_starts_over)
{
    read_gc("[1.0s][info][gc] GC(1) Degenerated GC upgrading to Full GC\n"
            "[1.1s][info][gc] GC(1) Pause Degenerated GC (Outside of Cycle) "
            "250M->240M(256M) 10ms\n"
            "[1.2s][info][gc] GC(2) Pause Degenerated GC (Mark) "
            "250M->245M(256M) 10ms\n"
            "[1.3s][info][gc] GC(3) Cancelling GC: Upgrade To Full GC\n"
            "[1.4s][info][gc] GC(3) Pause Degenerated GC (Outside of Cycle) "
            "250M->241M(256M) 10ms\n");
    ck_assert_uint_eq(g.count, 3);
    ck_assert_uint_eq(g.full_count, 2);
    ck_assert_uint_eq(g.first_full_after, MB(240));
    ck_assert_uint_eq(g.last_full_after, MB(241));
    ck_assert_uint_eq(g.stalls, 3);
}
END_TEST

START_TEST(what_classes_use)
{
    static const char *const last[] = {
        /* 17 and later, 11, 8 */
        "[9.1s][info][gc,metaspace] GC(7) Metaspace: 98958K(99072K)->"
        "98957K(99072K) NonClass: 64064K(64128K)->64064K(64128K) Class: "
        "34893K(34944K)->34893K(34944K)\n",
        "[9.1s][info][gc,metaspace] GC(7) Metaspace: "
        "98958K->98957K(1056768K)\n",
        "9.1: [Full GC (Ergonomics) [PSYoungGen: 496K->0K(7168K)] [ParOldGen: "
        "24K->400K(16384K)] 520K->400K(23552K), [Metaspace: "
        "98958K->98957K(1056768K)], 0.0045 secs]\n",
    };
    char log[1024];

    for (size_t i = 0; i < 3; i++) {
        snprintf(log, sizeof log,
                 "[0.1s][info][gc,metaspace] GC(0) Metaspace: "
                 "526K(704K)->526K(704K)\n%s",
                 last[i]);
        read_gc(log);
        ck_assert_uint_eq(g.first_metaspace, KB(526));
        ck_assert_uint_eq(g.last_metaspace, KB(98957));
        ck_assert_uint_eq(g.metaspace_line, 2);
    }
}
END_TEST

/* Its size at the exit and its address range are no collections. */
START_TEST(what_classes_use_is_not_told)
{
    read_gc("[0.1s][info][gc] GC(0) Pause Young (Metadata GC Threshold) "
            "2M->1M(8M) 1.0ms\n"
            "[0.2s][info][gc,metaspace] CDS archive(s) mapped at: [0x1-0x2)\n"
            "[2.1s][info][gc,heap,exit] Metaspace       used 535K, committed "
            "704K, reserved 1114112K\n");
    ck_assert(!known(g.first_metaspace) && !known(g.last_metaspace));
}
END_TEST

static const char old_log[] =
    "CommandLine flags: -XX:MaxHeapSize=4194304000 -XX:+UseParallelGC \n"
    "0.345: [GC (Allocation Failure) [PSYoungGen: 6144K->496K(7168K)] "
    "6144K->520K(23552K), 0.0012 secs] [Times: user=0.00]\n"
    "2026-01-31T10:00:00.000+0000: 1.345: [Full GC (Ergonomics) [PSYoungGen: "
    "496K->0K(7168K)] [ParOldGen: 24K->400K(16384K)] 520K->400K(23552K), "
    "[Metaspace: 2658K->2658K(1056768K)], 0.0045 secs]\n"
    "2.345: [GC (Allocation Failure) 2.345: [DefNew: 8192K->1024K(9216K), "
    "0.0012 secs] 8192K->2048K(19456K), 0.0013 secs]\n"
    "3.1: [GC pause (G1 Evacuation Pause) (young), 0.0012 secs]\n"
    "   [Parallel Time: 1.0 ms, GC Workers: 2]\n"
    "   [Eden: 24.0M(24.0M)->0.0B(13.0M) Survivors: 0.0B->3072.0K Heap: "
    "24.5M(256.0M)->4000.0K(256.0M)]\n"
    "4.1: [GC pause (G1 Humongous Allocation) (young) 24M->4M(256M), 0.0 "
    "secs]\n"
    "5.0: [Full GC (Allocation Failure)  250M->249M(256M), 0.5 secs]\n"
    "6.0: [GC (CMS Initial Mark) [1 CMS-initial-mark: 100K(200K)] 150K(300K), "
    "0.001 secs]\n"
    "7.0: [GC (Allocation Failure) 7.0: [CMS7.1: [CMS-concurrent-mark: "
    "0.1/0.1 secs]\n"
    " (concurrent mode failure): 1000K->900K(2000K), 0.1 secs] "
    "1900K->950K(3000K), [Metaspace: 2K->2K(10K)], 0.1 secs] [Times: 1 "
    "secs]\n"
    "[GC 325407K->83000K(776768K), 0.2300771 secs]\n";

START_TEST(old_format)
{
    const struct gc_pause *p;

    read_gc(old_log);
    ck_assert_str_eq(g.collector, "Parallel");
    ck_assert_uint_eq(g.heap_max, 4194304000);
    ck_assert_uint_eq(g.pauses.n, 8);
    p = g.pauses.at;
    ck_assert_uint_eq(p[0].before, KB(6144));
    ck_assert_uint_eq(p[0].after, KB(520));
    ck_assert_uint_eq(p[0].capacity, KB(23552));
    ck_assert_str_eq(p[0].cause, "Allocation Failure");
    ck_assert(p[0].uptime > 0.3449 && p[0].uptime < 0.3451);
    ck_assert(p[1].full);
    ck_assert(p[1].uptime > 1.3449 && p[1].uptime < 1.3451);
    ck_assert_uint_eq(p[1].after, KB(400));
    ck_assert_uint_eq(p[2].after, KB(2048));
    ck_assert_uint_eq(p[3].before, KB(25088)); /* from the Heap: line */
    ck_assert_uint_eq(p[3].after, KB(4000));
    ck_assert_uint_eq(p[3].line, 7);
    ck_assert_str_eq(p[4].cause, "G1 Humongous Allocation");
    ck_assert(p[5].full);
    ck_assert(p[6].full); /* concurrent mode failure */
    ck_assert_uint_eq(p[6].after, KB(950));
    ck_assert(p[7].uptime < 0);
    ck_assert_uint_eq(g.last_full_after, KB(950));
}
END_TEST

/* JDK 8, every message that breaks a line switched on. */
static const char broken[] =
    "OpenJDK 64-Bit Server VM (25.402-b06) for linux-amd64 JRE (1.8.0_402)\n"
    "CommandLine flags: -XX:MaxHeapSize=67108864 -XX:+UseParallelGC \n"
    "{Heap before GC invocations=1 (full 0):\n"
    " PSYoungGen      total 18944K, used 16384K [0x00000000feb00000, "
    "0x0000000100000000, 0x0000000100000000)\n"
    "2026-01-31T10:00:00.250+0000: 0.250: [GC (Allocation Failure) "
    "2026-01-31T10:00:00.251+0000: 0.251: [SoftReference, 0 refs, 0.01 secs]"
    "AdaptiveSizeStart: 0.251 collection: 1 \n"
    "PSAdaptiveSizePolicy::compute_eden_space_size limits: desired: 3\n"
    "[PSYoungGen: 16384K->2528K(18944K)] 16384K->9000K(62976K), 0.01 secs] "
    "[Times: user=0.00 sys=0.01, real=0.01 secs] \n"
    "Heap after GC invocations=1 (full 0):\n"
    "2026-01-31T10:00:01.000+0000: [Full GC (Ergonomics) AdaptiveSizeStart: "
    "1.0 collection: 2 \n"
    "[PSYoungGen: 2528K->0K(18944K)] [ParOldGen: 7000K->8000K(44032K)] "
    "9528K->8000K(62976K), [Metaspace: 3728K->3728K(1056768K)], 0.02 secs] "
    "[Times: user=0.02 sys=0.00, real=0.02 secs] \n";

START_TEST(old_format_in_pieces)
{
    const struct gc_pause *p;

    read_gc(broken);
    ck_assert_uint_eq(g.count, 2);
    p = g.pauses.at;
    ck_assert_uint_eq(p[0].after, KB(9000));
    ck_assert_uint_eq(p[0].capacity, KB(62976));
    ck_assert(!p[0].full && p[1].full);
    ck_assert(p[0].uptime > 0.249 && p[0].uptime < 0.2501);
    ck_assert(p[1].uptime < 0); /* a date alone */
    ck_assert_int_eq(p[1].time - p[0].time, 750);
    ck_assert_uint_eq(g.last_full_after, KB(8000));
}
END_TEST

/* What is a full collection all the same, and what is none at all. */
static const char covert[] =
    "1.0: [GC (Allocation Failure) 1.0: [DefNew: 19647K->19647K(19648K), 0.00 "
    "secs]1.0: [Tenured: 32493K->13738K(43712K), 0.06 secs] "
    "52141K->13738K(63360K), [Metaspace: 3K->3K(10K)], 0.06 secs] [Times: 1]\n"
    "2.0: [GC (Allocation Failure) 2.0: [ParNew: 17472K->2174K(19648K), 0.01 "
    "secs] 31209K->25773K(63360K), 0.01 secs] [Times: user=0.01, real=1 secs]\n"
    "2.1: [GC (CMS Initial Mark) [1 CMS-initial-mark: 33456K(43712K)] "
    "35631K(63360K), 0.01 secs] [Times: user=0.00, real=0.00 secs]\n"
    "2.2: [GC (CMS Final Remark) [YG occupancy: 2K (9K)]2.2: [Rescan , 0.0 "
    "secs][1 CMS-remark: 33456K(43712K)] 35631K(63360K), 0.01 secs]\n"
    "3.0: [GC (Allocation Failure) 3.0: [ParNew: 19646K->19646K(19648K), 0.00 "
    "secs]3.0: [CMS: 33455K->13570K(43712K), 0.03 secs] "
    "53101K->13570K(63360K), [Metaspace: 3K->3K(10K)], 0.03 secs]\n"
    "4.0: [GC pause (G1 Evacuation Pause) (young), 0.0063 secs]\n"
    "      [GC Worker Start (ms): Min: 152.0, Avg: 153.0, Diff: 1.9]\n"
    "   [Eden: 24.0M(24.0M)->0.0B(13.0M) Heap: 24.5M(256.0M)->4.0M(256.0M)]\n";

START_TEST(old_generation_is_told)
{
    const struct gc_pause *p;

    read_gc(covert);
    ck_assert_uint_eq(g.count, 4);
    ck_assert_uint_eq(g.full_count, 2);
    p = g.pauses.at;
    ck_assert(p[0].full && !p[1].full && p[2].full && !p[3].full);
    ck_assert_uint_eq(p[2].after, KB(13570));
    ck_assert(p[3].uptime == 4.0); /* not the worker's */
    ck_assert_str_eq(p[3].cause, "G1 Evacuation Pause");
}
END_TEST

static const char detailed[] =
    "[0.01s][info][gc,init] Heap Max Capacity: 64M\n"
    "[0.10s][info][gc,start    ] GC(0) Pause Young (Allocation Failure)\n"
    "[0.11s][info][gc,metaspace] GC(0) Metaspace: 526K(704K)->526K(704K)\n"
    "[0.11s][info][gc          ] GC(0) Pause Young (Allocation Failure) "
    "20M->12M(40M) 9.1ms\n"
    "[0.11s][info][gc,cpu      ] GC(0) User=0.00s Sys=0.00s Real=0.00s\n";

static void read_ending(const char *end)
{
    char all[2048];

    snprintf(all, sizeof all, "%s%s", detailed, end);
    read_gc(all);
}

START_TEST(how_a_log_ends)
{
    read_ending("");
    ck_assert(g.detailed);
    ck_assert_uint_eq(g.exit_line, 0);
    read_ending("[9.0s][info][gc,heap,exit  ] Heap\n");
    ck_assert_uint_eq(g.exit_line, 6);
    read_ending("[9.0s][info][gc,exit       ] Heap\n");
    ck_assert_uint_eq(g.exit_line, 6);
    /* Another life in the same log. */
    read_ending("[9.0s][info][gc,exit       ] Heap\n"
                "[0.1s][info][gc] GC(0) Pause Young (Normal) "
                "20M->12M(40M) 9.1ms\n");
    ck_assert_uint_eq(g.exit_line, 0);
}
END_TEST

START_TEST(a_plain_log_never_tells_of_its_end)
{
    read_gc("[0.01s][info][gc] Using Serial\n"
            "[0.11s][info][gc] GC(0) Pause Young (Allocation Failure) "
            "20M->12M(40M) 9.1ms\n");
    ck_assert(!g.detailed && !g.exit_line);
    read_gc("0.345: [GC (Allocation Failure) [PSYoungGen: 6144K->512K(7168K)] "
            "6144K->520K(23552K), 0.001 secs] [Times: user=0.00 sys=0.00, "
            "real=0.00 secs]\n"
            "Heap\n"
            " PSYoungGen      total 7168K, used 600K\n");
    ck_assert(g.detailed && g.exit_line == 2);
}
END_TEST

START_TEST(long_logs)
{
    const uint64_t n = 2 * GC_LOG_KEPT + 1234;
    size_t size = 0;
    char *text = NULL;
    FILE *f = open_memstream(&text, &size);

    for (uint64_t i = 0; i < n; i++)
        fprintf(f, "[%lu.0s][info][gc] GC(%lu) Pause Young 5M->4M(9M) 1ms\n",
                (unsigned long)i, (unsigned long)i);
    fclose(f);
    read_gc(text);
    ck_assert_uint_eq(g.count, n);
    ck_assert_uint_eq(g.pauses.n, 2 * GC_LOG_KEPT);
    for (uint64_t i = 0; i < GC_LOG_KEPT; i++) {
        ck_assert_uint_eq(g.pauses.at[i].line, i + 1);
        ck_assert_uint_eq(g.pauses.at[GC_LOG_KEPT + i].line,
                          n - GC_LOG_KEPT + i + 1);
    }
    free(text);
}
END_TEST

static bool read_and_free(struct source *s, struct arena *a, struct err *e)
{
    struct gc_log log;

    if (!gc_log_read(s, a, &log, e))
        return false;
    gc_log_deinit(&log, a->mem);
    return true;
}

START_TEST(cut_anywhere)
{
    /* and at a width, too */
    static const char narrow[] =
        "[0.100s][info][gc] GC(0) Pause Full (Allocation Failure) 30M->2\n"
        "0M(64M) 1.000ms\n"
        "[0.200s][info][gc] GC(1) Pause Full (Allocation Failure) 40M->2\n"
        "1M(64M) 1.000ms\n"
        "[0.300s][info][gc] GC(2) Pause Full (Allocation Failure) 50M->2\n"
        "2M(64M) 1.000ms\n";
    const char *const all[] = {unified, old_log, narrow};

    sweep_prefixes(all[_i], read_and_free);
    sweep_failures(all[_i], read_and_free);
}
END_TEST

TCase *gclog_case(void)
{
    TCase *c = tcase_create("GC logs");

    tcase_add_checked_fixture(c, NULL, gc_done);
    tcase_add_test(c, unified_g1);
    tcase_add_test(c, unified_and_cut);
    tcase_add_test(c, unified_z);
    tcase_add_test(c, unified_shenandoah);
    tcase_add_test(c, shenandoah_starts_over);
    tcase_add_test(c, old_format);
    tcase_add_test(c, old_format_in_pieces);
    tcase_add_test(c, old_generation_is_told);
    tcase_add_test(c, how_a_log_ends);
    tcase_add_test(c, a_plain_log_never_tells_of_its_end);
    tcase_add_test(c, what_classes_use);
    tcase_add_test(c, what_classes_use_is_not_told);
    tcase_add_test(c, long_logs);
    tcase_set_timeout(c, 60); /* sweeps, under sanitizers */
    tcase_add_loop_test(c, cut_anywhere, 0, 3);
    return c;
}
