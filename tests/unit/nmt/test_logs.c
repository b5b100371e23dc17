/*
 * test_logs.c - errors and warnings in application logs, GC logs of every
 * collector, and the small reports of jcmd.
 */
#define _GNU_SOURCE
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jvm_texts.h"
#include "nmt/javacore.h"
#include "nmt/logs.h"

#define KB(n) ((uint64_t)(n) << 10)
#define MB(n) ((uint64_t)(n) << 20)

Suite *logs_suite(void);

/* ---- readers that free what they read --------------------------------------
 */

#define READER(name, type, read, deinit)                                       \
    static bool name(struct source *s, struct arena *a, struct err *e)         \
    {                                                                          \
        struct type ret;                                                       \
                                                                               \
        if (!read(s, a, &ret, e))                                              \
            return false;                                                      \
        deinit;                                                                \
        return true;                                                           \
    }

READER(app_log, app_log, app_log_read, app_log_deinit(&ret, a->mem))
READER(gc_log, gc_log, gc_log_read, gc_log_deinit(&ret, a->mem))
READER(histogram, class_histogram, class_histogram_read,
       class_histogram_deinit(&ret, a->mem))
READER(thread_dump, thread_dump, thread_dump_read,
       thread_dump_deinit(&ret, a->mem))
READER(heap_info, heap_info, heap_info_read, (void)0)
READER(metaspace, metaspace_info, metaspace_read, (void)0)
READER(codecache, codecache_info, codecache_read, (void)0)
READER(native_heap, native_heap, native_heap_read, (void)0)
READER(javacore, javacore, javacore_read, javacore_deinit(&ret, a->mem))

/* ---- application logs
 * -------------------------------------------------------- */

static void read_app(struct text *t, const char *s, struct app_log *log)
{
    text_open(t, s);
    ck_assert(app_log_read(t->source, &t->arena, log, &t->err));
}

static void app_done(struct text *t, struct app_log *log)
{
    app_log_deinit(log, &t->mem);
    text_close(t);
}

static const char stack_log[] =
    "starting\n"
    "java.lang.OutOfMemoryError: Java heap space\n"
    "Dumping heap to ./java_pid7.hprof ...\n"
    "Heap dump file created [51326880 bytes in 0.034 secs]\n"
    "Exception in thread \"worker \"3\"\" java.lang.OutOfMemoryError: Java "
    "heap space\n"
    "\tat java.lang.OutOfMemoryError.<init>(OutOfMemoryError.java:48)\n"
    "\tat java.base/java.util.Arrays.copyOf(Arrays.java:3509)\n"
    "\tat com.example.Cart.add(Cart.java:13)\n"
    "done\n";

START_TEST(an_error_with_its_stack)
{
    struct app_log log;
    const struct oome *o;
    struct text t;

    read_app(&t, stack_log, &log);
    /* The JVM's announcement and the stack are one error. */
    ck_assert_uint_eq(log.oomes.n, 1);
    ck_assert_uint_eq(log.oome_count, 1);
    o = &log.oomes.at[0];
    ck_assert_int_eq(o->kind, OOME_HEAP_SPACE);
    ck_assert_str_eq(o->message, "Java heap space");
    ck_assert_str_eq(o->thread, "worker \"3\"");
    ck_assert_str_eq(o->top_frame,
                     "java.base/java.util.Arrays.copyOf(Arrays.java:3509)");
    ck_assert_str_eq(o->app_frame, "com.example.Cart.add(Cart.java:13)");
    ck_assert_uint_eq(o->count, 1);
    ck_assert_uint_eq(o->line, 2);
    ck_assert_uint_eq(o->last_line, 5);
    ck_assert_uint_eq(log.warnings.n, 2);
    ck_assert_int_eq(log.warnings.at[0].kind, WARN_DUMPING);
    ck_assert_int_eq(log.warnings.at[1].kind, WARN_DUMP_WRITTEN);
    ck_assert_uint_eq(log.warnings.at[1].bytes, 51326880);
    ck_assert_uint_eq(log.lines, 9);
    app_done(&t, &log);
}
END_TEST

START_TEST(kinds)
{
    static const struct {
        const char *message;
        enum oome_kind kind;
    } all[] = {
        {"Java heap space", OOME_HEAP_SPACE},
        {"Java heap space: failed reallocation of scalar replaced objects",
         OOME_HEAP_SPACE},
        {"GC overhead limit exceeded", OOME_GC_OVERHEAD},
        {"Requested array size exceeds VM limit", OOME_ARRAY_LIMIT},
        {"Required length exceeds implementation limit", OOME_LENGTH_LIMIT},
        {"Metaspace", OOME_METASPACE},
        {"PermGen space", OOME_PERMGEN},
        {"Compressed class space", OOME_CLASS_SPACE},
        {"Direct buffer memory", OOME_DIRECT_MEMORY},
        {"Cannot reserve 8 bytes of direct buffer memory (allocated: 1, "
         "limit: 8)",
         OOME_DIRECT_MEMORY},
        {"unable to create new native thread", OOME_NATIVE_THREAD},
        {"unable to create native thread: possibly out of memory or "
         "process/resource limits reached",
         OOME_NATIVE_THREAD},
        {"Map failed", OOME_MAP_FAILED},
        {"request 32744 bytes for ChunkPool::allocate. Out of swap space?",
         OOME_NATIVE},
        {"reason stack_trace_with_native_method", OOME_OTHER},
        {"Unable to allocate 1073741824 bytes", OOME_NATIVE},
        {"the dog ate it", OOME_OTHER},
    };
    char text[256];
    struct app_log log;
    struct text t;

    ck_assert_int_eq(oome_classify(all[_i].message), all[_i].kind);
    snprintf(text, sizeof text, "x\njava.lang.OutOfMemoryError: %s\n",
             all[_i].message);
    read_app(&t, text, &log);
    ck_assert_uint_eq(log.oomes.n, 1);
    ck_assert_int_eq(log.oomes.at[0].kind, all[_i].kind);
    ck_assert_str_eq(log.oomes.at[0].message, all[_i].message);
    app_done(&t, &log);
}
END_TEST

/* Lines that name the error without reporting one. */
START_TEST(remarks)
{
    static const char *const all[] = {
        "Picked up JAVA_TOOL_OPTIONS: -XX:+HeapDumpOnOutOfMemoryError",
        "-XX:OnOutOfMemoryError=\"kill -9 %p\"",
        "we once saw a java.lang.OutOfMemoryError: Java heap space here",
        "a java.lang.OutOfMemoryError: Java heap space means raise -Xmx",
        "  12:   8   256  java.lang.OutOfMemoryError (java.base@17)",
        "com.example.OutOfMemoryErrorHandler: Java heap space",
        "\tat java.lang.OutOfMemoryError.<init>(OutOfMemoryError.java:48)",
        "java.lang.OutOfMemoryError",
        "the OutOfMemoryError was handled",
        "OutOfMemoryError java_heap_errors=1",
    };
    struct app_log log;
    struct text t;

    read_app(&t, all[_i], &log);
    ck_assert_uint_eq(log.oomes.n, 0);
    ck_assert_uint_eq(log.oome_count, 0);
    app_done(&t, &log);
}
END_TEST

/* What announces an error in the logs of this world. */
START_TEST(announcements)
{
    static const char *const all[] = {
        "2026-01-31 10:00:00,123 ERROR [main] c.e.Main - Boom: "
        "java.lang.OutOfMemoryError: Java heap space",
        "Caused by: java.lang.OutOfMemoryError: Java heap space",
        "10:00:01.123 java.lang.OutOfMemoryError: Java heap space",
        "2026-01-31T10:00:00.1Z java.lang.OutOfMemoryError: Java heap space",
        "2026-01-31T10:00:00Z stderr F java.lang.OutOfMemoryError: Java heap "
        "space",
        "# java.lang.OutOfMemoryError: Java heap space",
        "Terminating due to java.lang.OutOfMemoryError: Java heap space",
        "Handler dispatch failed; nested exception is "
        "java.lang.OutOfMemoryError: Java heap space",
        "{\"stack\":\"java.lang.OutOfMemoryError: Java heap space\\n\\tat "
        "a.B.c(B.java:1)\"}",
        "#  fatal error: OutOfMemory encountered: Java heap space",
        "2026-01-31T10:00:00Z stderr F Exception in thread \"a\" "
        "java.lang.OutOfMemoryError: Java heap space",
    };
    struct app_log log;
    struct text t;

    read_app(&t, all[_i], &log);
    ck_assert_uint_eq(log.oomes.n, 1);
    ck_assert_int_eq(log.oomes.at[0].kind, OOME_HEAP_SPACE);
    ck_assert_str_eq(log.oomes.at[0].message, "Java heap space");
    app_done(&t, &log);
}
END_TEST

START_TEST(one_line_json)
{
    struct app_log log;
    struct text t;

    read_app(&t,
             "{\"stack\":\"java.lang.OutOfMemoryError: Metaspace\\n\\tat "
             "java.base/java.lang.ClassLoader.defineClass1(Native "
             "Method)\\n\\tat a.B.c(B.java:1)\\n\"}\n",
             &log);
    ck_assert_int_eq(log.oomes.at[0].kind, OOME_METASPACE);
    ck_assert_str_eq(log.oomes.at[0].app_frame, "a.B.c(B.java:1)");
    app_done(&t, &log);
}
END_TEST

START_TEST(nested_and_caused)
{
    struct app_log log;
    struct text t;

    read_app(&t,
             "Exception in thread \"main\" x.ExecutionException: "
             "java.lang.OutOfMemoryError: Java heap space\n"
             "\tat x.FutureTask.report(FutureTask.java:122)\n"
             "Caused by: java.lang.OutOfMemoryError: Java heap space\n"
             "\tat a.Leak.fill(Leak.java:9)\n"
             "\t... 3 more\n",
             &log);
    ck_assert_uint_eq(log.oomes.n, 1);
    ck_assert_uint_eq(log.oomes.at[0].count, 1);
    ck_assert_str_eq(log.oomes.at[0].thread, "main");
    ck_assert_str_eq(log.oomes.at[0].top_frame, "a.Leak.fill(Leak.java:9)");
    app_done(&t, &log);
}
END_TEST

START_TEST(without_message)
{
    struct app_log log;
    struct text t;

    read_app(&t,
             "Caused by: java.lang.OutOfMemoryError\n"
             "\tat sun.misc.Unsafe.allocateMemory(Native Method)\n"
             "\tat a.Off.heap(Off.java:1)\n\n"
             "Exception: java.lang.OutOfMemoryError thrown from the "
             "UncaughtExceptionHandler in thread \"main\"\n",
             &log);
    ck_assert_uint_eq(log.oomes.n, 2);
    ck_assert_int_eq(log.oomes.at[0].kind, OOME_NATIVE);
    ck_assert_str_eq(log.oomes.at[0].message, "");
    ck_assert_int_eq(log.oomes.at[1].kind, OOME_OTHER);
    ck_assert_str_eq(log.oomes.at[1].thread, "main");
    app_done(&t, &log);
}
END_TEST

START_TEST(figures_of_messages)
{
    struct app_log log;
    struct text t;

    read_app(&t,
             "java.lang.OutOfMemoryError: Cannot reserve 65536 bytes of "
             "direct buffer memory (allocated: 64880640, limit: 64880641)\n"
             "x io.example.shaded.io.netty.util.internal."
             "OutOfDirectMemoryError: no\n"
             "Exception in thread \"x\" "
             "io.netty.util.internal.OutOfDirectMemoryError: failed to "
             "allocate 16777216 byte(s) of direct memory (used: 105, max: "
             "107)\n",
             &log);
    ck_assert_uint_eq(log.oomes.n, 2);
    ck_assert_uint_eq(log.oomes.at[0].requested, 65536);
    ck_assert_uint_eq(log.oomes.at[0].used, 64880640);
    ck_assert_uint_eq(log.oomes.at[0].limit, 64880641);
    ck_assert_int_eq(log.oomes.at[1].kind, OOME_NETTY_DIRECT);
    ck_assert_uint_eq(log.oomes.at[1].requested, 16777216);
    ck_assert_uint_eq(log.oomes.at[1].used, 105);
    ck_assert_uint_eq(log.oomes.at[1].limit, 107);
    app_done(&t, &log);
}
END_TEST

START_TEST(storms)
{
    size_t size = 0;
    char *text = NULL;
    struct app_log log;
    struct text t;
    FILE *f = open_memstream(&text, &size);

    for (int i = 0; i < 3000; i++)
        fprintf(f,
                "java.lang.OutOfMemoryError: Cannot reserve %d bytes of "
                "direct buffer memory (allocated: %d, limit: 9)\n"
                "\tat a.B.c(B.java:1)\n",
                i, 2 * i);
    for (int i = 0; i < 200; i++)
        fprintf(f, "java.lang.OutOfMemoryError: %c%c strange\n", 'a' + i % 26,
                'a' + i / 26);
    fclose(f);
    read_app(&t, text, &log);
    ck_assert_uint_eq(log.oomes.n, APP_LOG_DISTINCT);
    ck_assert_uint_eq(log.oome_count, 3200);
    ck_assert_uint_eq(log.oomes.at[0].count, 3000);
    ck_assert_uint_eq(log.oomes.at[0].last_line, 5999);
    app_done(&t, &log);
    free(text);
}
END_TEST

START_TEST(warnings)
{
    static const struct {
        const char *line;
        enum warning_kind kind;
        uint64_t bytes;
    } all[] = {
        {"OpenJDK 64-Bit Server VM warning: INFO: "
         "os::commit_memory(0x00000000c5330000, 715849728, 0) failed; "
         "error='Cannot allocate memory' (errno=12)",
         WARN_COMMIT_FAILED, 715849728},
        {"[1.393s][warning][os,thread] Failed to start thread - "
         "pthread_create failed (EAGAIN) for attributes: stacksize: 1024k",
         WARN_THREAD_FAILED, UNKNOWN},
        {"CodeCache is full. Compiler has been disabled.", WARN_CODE_CACHE_FULL,
         UNKNOWN},
        {"[1s][warning][codecache] CodeHeap 'profiled nmethods' is full.",
         WARN_CODE_CACHE_FULL, UNKNOWN},
        {"Unable to create java_pid1.hprof: Permission denied",
         WARN_DUMP_FAILED, UNKNOWN},
        {"Killed", WARN_KILLED, UNKNOWN},
        {"run.sh: line 3:  4711 Killed         java -jar x.jar", WARN_KILLED,
         UNKNOWN},
        {"Last State: Terminated, Reason: OOMKilled", WARN_KILLED, UNKNOWN},
        {"# Native memory allocation (malloc) failed to allocate 32744 bytes "
         "for Chunk::new",
         WARN_ALLOC_FAILED, 32744},
        {"Could not reserve enough space for 4194304KB object heap",
         WARN_RESERVE_FAILED, MB(4096)},
    };
    struct app_log log;
    struct text t;

    read_app(&t, all[_i].line, &log);
    ck_assert_uint_eq(log.warnings.n, 1);
    ck_assert_int_eq(log.warnings.at[0].kind, all[_i].kind);
    ck_assert_uint_eq(log.warnings.at[0].bytes, all[_i].bytes);
    ck_assert_str_eq(log.warnings.at[0].text, all[_i].line);
    app_done(&t, &log);
}
END_TEST

START_TEST(exit_status)
{
    static const struct {
        const char *line;
        uint64_t status;
    } all[] = {
        {"process exited with code 137", 137},
        {"Exit Code:    137", 137},
        {"\"exitCode\": 143,", 143},
        {"exit status 1.", 1},
        {"exited with 3", 3},
        {"exit code 1.5", UNKNOWN},
        {"exit code 99999", UNKNOWN},
        {"existing code 12", UNKNOWN},
        {"flexit 12", UNKNOWN},
        {"ExitOnOutOfMemoryError 1", UNKNOWN},
    };
    struct app_log log;
    struct text t;

    read_app(&t, all[_i].line, &log);
    ck_assert_uint_eq(log.exit_status, all[_i].status);
    ck_assert_uint_eq(log.warnings.n, all[_i].status == 137);
    app_done(&t, &log);
}
END_TEST

START_TEST(times)
{
    struct app_log log;
    struct text t;

    read_app(&t,
             "2026-01-31T10:00:00.250Z Exception in thread \"a\" "
             "java.lang.OutOfMemoryError: Metaspace\n",
             &log);
    ck_assert_int_eq(log.oomes.at[0].time, 1769853600250);
    app_done(&t, &log);
}
END_TEST

/* ---- GC logs
 * ------------------------------------------------------------------ */

static void read_gc(struct text *t, const char *s, struct gc_log *log)
{
    text_open(t, s);
    ck_assert(gc_log_read(t->source, &t->arena, log, &t->err));
}

static void gc_done(struct text *t, struct gc_log *log)
{
    gc_log_deinit(log, &t->mem);
    text_close(t);
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
    struct gc_log g;
    struct text t;

    read_gc(&t, unified, &g);
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
    gc_done(&t, &g);
}
END_TEST

START_TEST(unified_z)
{
    struct gc_log g;
    struct text t;

    read_gc(&t,
            "[0.005s][info][gc,init] Initializing The Z Garbage Collector\n"
            "[1.005s][info][gc,heap] GC(0)      Live:         -        36M "
            "(7%)     36M (7%)\n"
            "[1.005s][info][gc] GC(0) Garbage Collection (Warmup) "
            "104M(20%)->54M(11%)\n"
            "[2.005s][info][gc] GC(1) Major Collection (Allocation Rate) "
            "204M(40%)->154M(30%) 0.025s\n"
            "[2.105s][info][gc] GC(2) Minor Collection (Allocation Rate) "
            "205M(40%)->164M(30%) 0.025s\n"
            "[2.205s][info][gc] Allocation Stall (main) 12.345ms\n",
            &g);
    ck_assert_str_eq(g.collector, "Z");
    ck_assert_uint_eq(g.count, 3);
    ck_assert_uint_eq(g.full_count, 2);
    ck_assert_uint_eq(g.first_full_after, MB(36)); /* marked, not left */
    ck_assert_uint_eq(g.last_full_after, MB(154));
    ck_assert_uint_eq(g.peak_before, MB(205));
    ck_assert(!known(g.pauses.at[0].capacity));
    ck_assert_str_eq(g.pauses.at[1].cause, "Allocation Rate");
    ck_assert_uint_eq(g.stalls, 1);
    gc_done(&t, &g);
}
END_TEST

START_TEST(unified_shenandoah)
{
    struct gc_log g;
    struct text t;

    read_gc(&t,
            "[0.005s][info][gc] Using Shenandoah\n"
            "[1.0s][info][gc] GC(0) Pause Init Mark 0.123ms\n"
            "[1.0s][info][gc] GC(0) Concurrent cleanup 104M->54M(256M) 0.1ms\n"
            "[1.1s][info][gc] GC(1) Pause Degenerated GC (Mark) "
            "250M->240M(256M) 10ms\n"
            "[1.2s][info][gc] GC(2) Pause Full 255M->254M(256M) 99ms\n",
            &g);
    ck_assert_str_eq(g.collector, "Shenandoah");
    ck_assert_uint_eq(g.count, 3);
    ck_assert_uint_eq(g.full_count, 1);
    ck_assert_uint_eq(g.last_full_after, MB(254));
    ck_assert_uint_eq(g.stalls, 1);
    ck_assert_ptr_null(g.pauses.at[2].cause);
    gc_done(&t, &g);
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
    struct gc_log g;
    struct text t;

    read_gc(&t, old_log, &g);
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
    gc_done(&t, &g);
}
END_TEST

START_TEST(long_logs)
{
    const uint64_t n = 2 * GC_LOG_KEPT + 1234;
    size_t size = 0;
    char *text = NULL;
    struct gc_log g;
    struct text t;
    FILE *f = open_memstream(&text, &size);

    for (uint64_t i = 0; i < n; i++)
        fprintf(f, "[%lu.0s][info][gc] GC(%lu) Pause Young 5M->4M(9M) 1ms\n",
                (unsigned long)i, (unsigned long)i);
    fclose(f);
    read_gc(&t, text, &g);
    ck_assert_uint_eq(g.count, n);
    ck_assert_uint_eq(g.pauses.n, 2 * GC_LOG_KEPT);
    for (uint64_t i = 0; i < GC_LOG_KEPT; i++) {
        ck_assert_uint_eq(g.pauses.at[i].line, i + 1);
        ck_assert_uint_eq(g.pauses.at[GC_LOG_KEPT + i].line,
                          n - GC_LOG_KEPT + i + 1);
    }
    gc_done(&t, &g);
    free(text);
}
END_TEST

/* ---- jcmd
 * ------------------------------------------------------------------------ */

static const char histogram_text[] =
    "12:\n num     #instances         #bytes  class name (module)\n"
    "-------------------------------------------------------\n"
    "   1:            10           4000  [B (java.base@17.0.21)\n"
    "   2:             5            400  [[Ljava.lang.Object; (java.base@17)\n"
    "   3:             2             48  com.example.Cart\n"
    "   4:             1             24  [LX;\n"
    "Total            18           4472\n"
    "   1:             9           9999  [I\n";

START_TEST(class_histograms)
{
    struct class_histogram h;
    struct text t;

    text_open(&t, histogram_text);
    ck_assert(class_histogram_read(t.source, &t.arena, &h, &t.err));
    ck_assert_uint_eq(h.rows.n, 4);
    ck_assert_str_eq(h.rows.at[0].class_name, "byte[]");
    ck_assert_uint_eq(h.rows.at[0].bytes, 4000);
    ck_assert_uint_eq(h.rows.at[0].line, 4);
    ck_assert_str_eq(h.rows.at[1].class_name, "java.lang.Object[][]");
    ck_assert_str_eq(h.rows.at[2].class_name, "com.example.Cart");
    ck_assert_str_eq(h.rows.at[3].class_name, "X[]");
    ck_assert_uint_eq(h.objects, 18);
    ck_assert_uint_eq(h.bytes, 4472);
    class_histogram_deinit(&h, &t.mem);
    text_close(&t);
}
END_TEST

START_TEST(histogram_without_total)
{
    struct class_histogram h;
    struct text t;

    text_open_bytes(&t, histogram_text,
                    (size_t)(strstr(histogram_text, "Total") - histogram_text));
    ck_assert(class_histogram_read(t.source, &t.arena, &h, &t.err));
    ck_assert_uint_eq(h.objects, 18);
    ck_assert_uint_eq(h.bytes, 4472);
    class_histogram_deinit(&h, &t.mem);
    text_close(&t);
}
END_TEST

static const char threads_text[] =
    "12:\n2026-01-31 10:00:00\nFull thread dump OpenJDK:\n\n"
    "\"main\" #1 prio=5 os_prio=0 cpu=41.55ms tid=0x1 nid=0x2 runnable\n"
    "\tat a.B.c(B.java:1)\n\n"
    "\"say \"hi\"\" #12 [9298] daemon prio=5 os_prio=0 tid=0x1 waiting\n\n"
    "\"old style\" daemon prio=10 tid=0x1 nid=0x2 runnable\n\n"
    "\"VM Thread\" os_prio=0 cpu=1.53ms tid=0x1 nid=0x314c runnable\n\n"
    "#22 \"virt\" virtual\n"
    "#23 \"plat\"\n";

START_TEST(thread_dumps)
{
    struct thread_dump d;
    struct text t;

    text_open(&t, threads_text);
    ck_assert(thread_dump_read(t.source, &t.arena, &d, &t.err));
    ck_assert_uint_eq(d.threads, 4);
    ck_assert_uint_eq(d.internal, 1);
    ck_assert_uint_eq(d.virtual_threads, 1);
    ck_assert_uint_eq(d.names.n, 4);
    ck_assert_str_eq(d.names.at[0], "main");
    ck_assert_str_eq(d.names.at[1], "say \"hi\"");
    ck_assert_str_eq(d.names.at[3], "plat");
    thread_dump_deinit(&d, &t.mem);
    text_close(&t);
}
END_TEST

START_TEST(heap_infos)
{
    static const struct {
        const char *text, *collector;
        uint64_t used, committed, reserved;
    } all[] = {
        {"12:\n def new generation   total 900K, used 100K [0x1000000, "
         "0x1100000, 0x1200000)\n  eden space 800K, 1% used [0x0, 0x0, 0x0)\n"
         " tenured generation   total 1024K, used 50K [0x2000000, 0x2100000, "
         "0x2200000)\n",
         "Serial", KB(150), MB(2), MB(4)},
        {"DefNew     total 900K, used 1K [0x0000000001000000, "
         "0x0000000001100000, 0x0000000001200000)\n",
         "Serial", KB(1), MB(1), MB(2)},
        {" par new generation   total 900K, used 1K [0x1000000, 0x1100000, "
         "0x1200000)\n concurrent mark-sweep generation total 1024K, used 2K "
         "[0x2000000, 0x2100000, 0x2200000)\n",
         "CMS", KB(3), MB(2), MB(4)},
        {" garbage-first heap   total 4096K, used 512K [0x1000000, "
         "0x2000000)\n  region size 1024K\n",
         "G1", KB(512), MB(4), MB(16)},
        {" garbage-first heap   total reserved 8192K, committed 4096K, used "
         "512K [0x1000000, 0x1800000)\n",
         "G1", KB(512), MB(4), MB(8)},
        {" ZHeap           used 24M, capacity 64M, max capacity 512M\n", "Z",
         MB(24), MB(64), MB(512)},
        {"Shenandoah Heap\n 512M max, 400M soft max, 128M committed, 40M "
         "used\n",
         "Shenandoah", MB(40), MB(128), MB(512)},
    };
    struct heap_info h;
    struct text t;

    text_open(&t, all[_i].text);
    ck_assert(heap_info_read(t.source, &t.arena, &h, &t.err));
    ck_assert_str_eq(h.collector, all[_i].collector);
    ck_assert_uint_eq(h.used, all[_i].used);
    ck_assert_uint_eq(h.committed, all[_i].committed);
    ck_assert_uint_eq(h.reserved, all[_i].reserved);
    text_close(&t);
}
END_TEST

static const char metaspace_text[] =
    "12:\n\nTotal Usage - 53 loaders, 1057 classes (918 shared):\n"
    "  Non-Class:  255 chunks, 7.80 MB capacity, 4.48 MB ( 58%) committed, "
    "4.00 MB ( 56%) used\n"
    "      Class:   53 chunks, 350.00 KB capacity, 158.00 KB ( 45%) "
    "committed, 100.00 KB ( 31%) used\n"
    "       Both:  308 chunks, 8.14 MB capacity, 4.64 MB ( 57%) committed, "
    "4.50 MB ( 55%) used\n\n"
    "Virtual space:\n"
    "  Non-class space:       64.00 MB reserved,  4.50 MB (  7%) committed\n"
    "      Class space:       32.00 MB reserved, 192.00 KB ( <1%) committed\n"
    "             Both:       96.00 MB reserved,  4,75 MB (  5%) committed\n\n"
    "Chunk freelists:\n        Both:\n\n"
    "Waste (unused committed space):(percentages refer to 4.69 MB):\n"
    "                       -total-:    286.00 KB (  6%)\n\n"
    "MaxMetaspaceSize: 40.00 MB\n"
    "CompressedClassSpaceSize: 32.00 MB\n";

START_TEST(metaspaces)
{
    struct metaspace_info m;
    struct text t;

    text_open(&t, metaspace_text);
    ck_assert(metaspace_read(t.source, &t.arena, &m, &t.err));
    ck_assert_uint_eq(m.loaders, 53);
    ck_assert_uint_eq(m.classes, 1057);
    ck_assert_uint_eq(m.used, KB(4608));
    ck_assert_uint_eq(m.class_used, KB(100));
    ck_assert_uint_eq(m.reserved, MB(96));
    ck_assert_uint_eq(m.committed, KB(4864));
    ck_assert_uint_eq(m.class_committed, KB(192));
    ck_assert_uint_eq(m.waste, KB(286));
    ck_assert_uint_eq(m.max, MB(40));
    ck_assert_uint_eq(m.class_limit, MB(32));
    text_close(&t);
    text_open(&t, "MaxMetaspaceSize: unlimited\n"
                  "CompressedClassSpaceSize: 17179869184.00 GB\n");
    ck_assert(metaspace_read(t.source, &t.arena, &m, &t.err));
    ck_assert(!known(m.max) && !known(m.class_limit) && !known(m.used));
    text_close(&t);
}
END_TEST

static const char codecache_text[] =
    "CodeHeap 'non-profiled nmethods': size=120Kb used=10Kb max_used=20Kb "
    "free=110Kb\n bounds [0x1, 0x2, 0x3]\n"
    "CodeHeap 'non-nmethods': size=80Kb used=5Kb max_used=6Kb free=75Kb\n"
    "CodeCache: size=200Kb, used=15Kb, max_used=26Kb, free=185Kb\n"
    " total_blobs=632, nmethods=228, adapters=311, full_count=0\n"
    "Compilation: enabled, stopped_count=0, restarted_count=0\n";

START_TEST(codecaches)
{
    struct codecache_info c;
    struct text t;

    text_open(&t, codecache_text);
    ck_assert(codecache_read(t.source, &t.arena, &c, &t.err));
    ck_assert_uint_eq(c.size, KB(200));
    ck_assert_uint_eq(c.used, KB(15));
    ck_assert_uint_eq(c.max_used, KB(26));
    ck_assert_uint_eq(c.free, KB(185));
    ck_assert(!c.full);
    text_close(&t);
    text_open(&t, "CodeCache: size=240Kb used=239Kb max_used=240Kb free=1Kb\n"
                  " compilation: disabled (not enough contiguous free space "
                  "left)\n");
    ck_assert(codecache_read(t.source, &t.arena, &c, &t.err));
    ck_assert_uint_eq(c.size, KB(240));
    ck_assert(c.full);
    text_close(&t);
}
END_TEST

static const char malloc_info[] =
    "12:\n<malloc version=\"1\">\n<heap nr=\"0\">\n"
    "<total type=\"rest\" count=\"1\" size=\"7\"/>\n"
    "<system type=\"current\" size=\"9\"/>\n</heap>\n"
    "<heap nr=\"1\">\n</heap>\n"
    "<total type=\"fast\" count=\"2\" size=\"100\"/>\n"
    "<total type=\"rest\" count=\"23\" size=\"900\"/>\n"
    "<total type=\"mmap\" count=\"5\" size=\"4000\"/>\n"
    "<system type=\"current\" size=\"8000\"/>\n"
    "<system type=\"max\" size=\"9000\"/>\n</malloc>\n";

START_TEST(native_heaps)
{
    struct native_heap h;
    struct text t;

    text_open(&t, malloc_info);
    ck_assert(native_heap_read(t.source, &t.arena, &h, &t.err));
    ck_assert_uint_eq(h.arenas, 2);
    ck_assert_uint_eq(h.system, 8000);
    ck_assert_uint_eq(h.mmapped, 4000);
    ck_assert_uint_eq(h.free_bytes, 1000);
    ck_assert_uint_eq(h.in_use, 11000);
    text_close(&t);

    text_open(&t, "Arena 0:\nsystem bytes     =     135168\n"
                  "Total (incl. mmap):\nsystem bytes     =     9000\n"
                  "in use bytes     =     4000\n");
    ck_assert(native_heap_read(t.source, &t.arena, &h, &t.err));
    ck_assert_uint_eq(h.system, 9000);
    ck_assert_uint_eq(h.free_bytes, 5000);
    text_close(&t);
}
END_TEST

START_TEST(trims)
{
    struct native_heap h;
    struct text t;

    text_open(&t, "1:\nTrim native heap: RSS+Swap: 193M->192M (-144K)\n");
    ck_assert(native_heap_read(t.source, &t.arena, &h, &t.err));
    ck_assert_uint_eq(h.trim_before, MB(193));
    ck_assert_uint_eq(h.trim_after, MB(192));
    ck_assert_int_eq(h.trim_delta, -144 * 1024);
    ck_assert_uint_eq(h.line, 2);
    text_close(&t);
    text_open(&t, "Done.\nRSS before: 171084k, after: 154348k, (-16736k)\n");
    ck_assert(native_heap_read(t.source, &t.arena, &h, &t.err));
    ck_assert_uint_eq(h.trim_before, KB(171084));
    ck_assert_uint_eq(h.trim_after, KB(154348));
    text_close(&t);
}
END_TEST

static const char javacore_text[] =
    "0SECTION       NATIVEMEMINFO subcomponent dump routine\n0MEMUSER\n"
    "1MEMUSER       JRE: 782,554,848 bytes / 1710 allocations\n"
    "1MEMUSER       |\n"
    "2MEMUSER       +--VM: 769,429,864 bytes / 1219 allocations\n"
    "3MEMUSER       |  +--Memory Manager (GC): 548,270,384 bytes / 254 "
    "allocations\n"
    "4MEMUSER       |  |  +--Java Heap: 536,870,912 bytes / 1 allocation\n";

START_TEST(javacores)
{
    struct javacore j;
    struct text t;

    text_open(&t, javacore_text);
    ck_assert(javacore_read(t.source, &t.arena, &j, &t.err));
    ck_assert_uint_eq(j.jre, 782554848);
    ck_assert_uint_eq(j.rows.n, 4);
    ck_assert_str_eq(j.rows.at[2].name, "Memory Manager (GC)");
    ck_assert_uint_eq(j.rows.at[2].depth, 3);
    ck_assert_uint_eq(javacore_find(&j, "Java Heap")->bytes, 536870912);
    ck_assert_ptr_null(javacore_find(&j, "Nothing"));
    javacore_deinit(&j, &t.mem);
    text_close(&t);
}
END_TEST

/* ---- all of them
 * ------------------------------------------------------------------ */

START_TEST(cut_anywhere)
{
    static const struct {
        const char *text;
        text_reader *read;
    } all[] = {
        {stack_log, app_log},        {unified, gc_log},
        {old_log, gc_log},           {histogram_text, histogram},
        {threads_text, thread_dump}, {metaspace_text, metaspace},
        {codecache_text, codecache}, {malloc_info, native_heap},
        {javacore_text, javacore},   {metaspace_text, heap_info},
    };

    sweep_prefixes(all[_i].text, all[_i].read);
    sweep_failures(all[_i].text, all[_i].read);
}
END_TEST

Suite *logs_suite(void)
{
    Suite *s = suite_create("logs");
    TCase *app = tcase_create("application logs");
    TCase *gc = tcase_create("GC logs");
    TCase *jcmd = tcase_create("jcmd");

    tcase_add_test(app, an_error_with_its_stack);
    tcase_add_loop_test(app, kinds, 0, 17);
    tcase_add_loop_test(app, remarks, 0, 10);
    tcase_add_loop_test(app, announcements, 0, 11);
    tcase_add_test(app, one_line_json);
    tcase_add_test(app, nested_and_caused);
    tcase_add_test(app, without_message);
    tcase_add_test(app, figures_of_messages);
    tcase_add_test(app, storms);
    tcase_add_loop_test(app, warnings, 0, 10);
    tcase_add_loop_test(app, exit_status, 0, 10);
    tcase_add_test(app, times);
    suite_add_tcase(s, app);
    tcase_add_test(gc, unified_g1);
    tcase_add_test(gc, unified_z);
    tcase_add_test(gc, unified_shenandoah);
    tcase_add_test(gc, old_format);
    tcase_add_test(gc, long_logs);
    suite_add_tcase(s, gc);
    tcase_add_test(jcmd, class_histograms);
    tcase_add_test(jcmd, histogram_without_total);
    tcase_add_test(jcmd, thread_dumps);
    tcase_add_loop_test(jcmd, heap_infos, 0, 7);
    tcase_add_test(jcmd, metaspaces);
    tcase_add_test(jcmd, codecaches);
    tcase_add_test(jcmd, native_heaps);
    tcase_add_test(jcmd, trims);
    tcase_add_test(jcmd, javacores);
    tcase_set_timeout(jcmd, 60); /* sweeps, under sanitizers */
    tcase_add_loop_test(jcmd, cut_anywhere, 0, 10);
    suite_add_tcase(s, jcmd);
    return s;
}
