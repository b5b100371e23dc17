/*
 * test_logs.c - errors and warnings in application logs.
 */
#define _GNU_SOURCE
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "jvm_texts.h"
#include "nmt/logs.h"
#include "suites.h"

/* ---- application logs ------------------------------------------------- */

/* The log that a test reads, one at a time. */
static struct text t;
static struct app_log app;

static void app_done(void)
{
    if (!t.source)
        return;
    app_log_deinit(&app, &t.mem);
    text_close(&t);
}

static void read_app(const char *s)
{
    app_done();
    TEXT_READ(&t, s, app_log_read, &app);
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
    const struct oome *o;

    read_app(stack_log);
    /* The JVM's announcement and the stack are one error. */
    ck_assert_uint_eq(app.oomes.n, 1);
    ck_assert_uint_eq(app.oome_count, 1);
    o = &app.oomes.at[0];
    ck_assert_int_eq(o->kind, OOME_HEAP_SPACE);
    ck_assert_str_eq(o->message, "Java heap space");
    ck_assert_str_eq(o->thread, "worker \"3\"");
    ck_assert_str_eq(o->top_frame,
                     "java.base/java.util.Arrays.copyOf(Arrays.java:3509)");
    ck_assert_str_eq(o->app_frame, "com.example.Cart.add(Cart.java:13)");
    ck_assert_uint_eq(o->count, 1);
    ck_assert_uint_eq(o->line, 2);
    ck_assert_uint_eq(o->last_line, 5);
    ck_assert_uint_eq(app.warnings.n, 2);
    ck_assert_int_eq(app.warnings.at[0].kind, WARN_DUMPING);
    ck_assert_int_eq(app.warnings.at[1].kind, WARN_DUMP_WRITTEN);
    ck_assert_uint_eq(app.warnings.at[1].bytes, 51326880);
    ck_assert_uint_eq(app.error_end, 8);
    ck_assert_uint_eq(app.since_error, 1);
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
        {"Out of space in CodeCache for adapters", OOME_CODE_CACHE},
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

    ck_assert_int_eq(oome_classify(all[_i].message), all[_i].kind);
    snprintf(text, sizeof text, "x\njava.lang.OutOfMemoryError: %s\n",
             all[_i].message);
    read_app(text);
    ck_assert_uint_eq(app.oomes.n, 1);
    ck_assert_int_eq(app.oomes.at[0].kind, all[_i].kind);
    ck_assert_str_eq(app.oomes.at[0].message, all[_i].message);
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
        "WARN Client - node-2 answered 500: "
        "{\"error\":\"java.lang.OutOfMemoryError: Java heap space\"}",
    };

    read_app(all[_i]);
    ck_assert_uint_eq(app.oomes.n, 0);
    ck_assert_uint_eq(app.oome_count, 0);
}
END_TEST

/* What announces an error in the logs of this world. */
static const char *const announced[] = {
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
    "{\"level\":\"ERROR \",\"error\":\"java.lang.OutOfMemoryError: Java "
    "heap space\"}",
    "app-1  | {\"error\":\"java.lang.OutOfMemoryError: Java heap space\"}",
    "ERROR api - {\"error\":\"java.lang.OutOfMemoryError: Java heap "
    "space\\n\\tat a.B.c(B.java:1)\"}",
    "#  fatal error: OutOfMemory encountered: Java heap space",
    "2026-01-31T10:00:00Z stderr F Exception in thread \"a\" "
    "java.lang.OutOfMemoryError: Java heap space",
    "    17\tjava.lang.OutOfMemoryError: Java heap space",
};

START_TEST(announcements)
{
    read_app(announced[_i]);
    ck_assert_uint_eq(app.oomes.n, 1);
    ck_assert_int_eq(app.oomes.at[0].kind, OOME_HEAP_SPACE);
    ck_assert_str_eq(app.oomes.at[0].message, "Java heap space");
}
END_TEST

START_TEST(one_line_json)
{
    read_app("{\"stack\":\"java.lang.OutOfMemoryError: Metaspace\\n\\tat "
             "java.base/java.lang.ClassLoader.defineClass1(Native "
             "Method)\\n\\tat a.B.c(B.java:1)\\n\"}\n");
    ck_assert_int_eq(app.oomes.at[0].kind, OOME_METASPACE);
    ck_assert_str_eq(app.oomes.at[0].app_frame, "a.B.c(B.java:1)");
}
END_TEST

START_TEST(a_thread_inside_json)
{
    read_app("{\"log\":\"Exception in thread \\\"main\\\" java.lang."
             "OutOfMemoryError: Java heap space\\n\"}\n");
    ck_assert_uint_eq(app.oomes.n, 1);
    ck_assert_str_eq(app.oomes.at[0].thread, "main");
}
END_TEST

START_TEST(nested_and_caused)
{
    read_app("Exception in thread \"main\" x.ExecutionException: "
             "java.lang.OutOfMemoryError: Java heap space\n"
             "\tat x.FutureTask.report(FutureTask.java:122)\n"
             "Caused by: java.lang.OutOfMemoryError: Java heap space\n"
             "\tat a.Leak.fill(Leak.java:9)\n"
             "\t... 3 more\n");
    ck_assert_uint_eq(app.oomes.n, 1);
    ck_assert_uint_eq(app.oomes.at[0].count, 1);
    ck_assert_str_eq(app.oomes.at[0].thread, "main");
    ck_assert_str_eq(app.oomes.at[0].top_frame, "a.Leak.fill(Leak.java:9)");
}
END_TEST

START_TEST(without_message)
{
    read_app("Caused by: java.lang.OutOfMemoryError\n"
             "\tat sun.misc.Unsafe.allocateMemory(Native Method)\n"
             "\tat a.Off.heap(Off.java:1)\n\n"
             "Exception: java.lang.OutOfMemoryError thrown from the "
             "UncaughtExceptionHandler in thread \"main\"\n");
    ck_assert_uint_eq(app.oomes.n, 2);
    ck_assert_int_eq(app.oomes.at[0].kind, OOME_NATIVE);
    ck_assert_str_eq(app.oomes.at[0].message, "");
    ck_assert_int_eq(app.oomes.at[1].kind, OOME_OTHER);
    ck_assert_str_eq(app.oomes.at[1].thread, "main");
}
END_TEST

/* A log of collections has the failure, not the error that follows. */
START_TEST(metaspace_that_failed)
{
    read_app("[7.559s][info][gc,metaspace,freelist,oom] Metaspace (data) "
             "allocation failed for size 914\n"
             "[7.559s][info][gc,metaspace,freelist,oom]   Both: 43 MB used.\n"
             "[7.600s][info][gc,metaspace,freelist,oom] Metaspace (class) "
             "allocation failed for size 72\n");
    ck_assert_uint_eq(app.oomes.n, 2);
    ck_assert_int_eq(app.oomes.at[0].kind, OOME_METASPACE);
    ck_assert_uint_eq(app.oomes.at[0].line, 1);
    ck_assert_int_eq(app.oomes.at[1].kind, OOME_CLASS_SPACE);
}
END_TEST

START_TEST(figures_of_messages)
{
    read_app("java.lang.OutOfMemoryError: Cannot reserve 65536 bytes of "
             "direct buffer memory (allocated: 64880640, limit: 64880641)\n"
             "x io.example.shaded.io.netty.util.internal."
             "OutOfDirectMemoryError: no\n"
             "Exception in thread \"x\" "
             "io.netty.util.internal.OutOfDirectMemoryError: failed to "
             "allocate 16777216 byte(s) of direct memory (used: 105, max: "
             "107)\n");
    ck_assert_uint_eq(app.oomes.n, 2);
    ck_assert_uint_eq(app.oomes.at[0].requested, 65536);
    ck_assert_uint_eq(app.oomes.at[0].used, 64880640);
    ck_assert_uint_eq(app.oomes.at[0].limit, 64880641);
    ck_assert_int_eq(app.oomes.at[1].kind, OOME_NETTY_DIRECT);
    ck_assert_uint_eq(app.oomes.at[1].requested, 16777216);
    ck_assert_uint_eq(app.oomes.at[1].used, 105);
    ck_assert_uint_eq(app.oomes.at[1].limit, 107);
}
END_TEST

/* The error of a full code cache, before it became an OutOfMemoryError. */
START_TEST(another_class)
{
    read_app("Exception in thread \"main\" java.lang.VirtualMachineError: Out "
             "of space in CodeCache for adapters\n\tat a.B.c(B.java:1)\n"
             "java.lang.VirtualMachineError: OutOfMemory\n");
    ck_assert_uint_eq(app.oomes.n, 1);
    ck_assert_int_eq(app.oomes.at[0].kind, OOME_CODE_CACHE);
    ck_assert_str_eq(app.oomes.at[0].thread, "main");
    ck_assert_str_eq(app.oomes.at[0].top_frame, "a.B.c(B.java:1)");
}
END_TEST

START_TEST(storms)
{
    size_t size = 0;
    char *text = NULL;
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
    read_app(text);
    ck_assert_uint_eq(app.oomes.n, APP_LOG_DISTINCT);
    ck_assert_uint_eq(app.oome_count, 3200);
    ck_assert_uint_eq(app.oomes.at[0].count, 3000);
    ck_assert_uint_eq(app.oomes.at[0].last_line, 5999);
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
        {"shop pid 12 exited: signal 9 (SIGKILL)", WARN_KILLED, UNKNOWN},
        {"shop.service: Main process exited, code=killed, status=9/KILL",
         WARN_KILLED, UNKNOWN},
        {"run: signal: killed", WARN_KILLED, UNKNOWN},
        {"shop pid 12 exited: signal 15 (SIGTERM), reported as 143",
         WARN_STOPPED, UNKNOWN},
        {"Terminated", WARN_STOPPED, UNKNOWN},
        {"run.sh: line 3:  4711 Aborted      (core dumped) java -jar x.jar",
         WARN_ABORTED, UNKNOWN},
        {"Aborted (core dumped)", WARN_ABORTED, UNKNOWN},
        {"free(): double free detected in tcache 2", WARN_ABORTED, UNKNOWN},
        {"malloc(): unsorted double linked list corrupted", WARN_ABORTED,
         UNKNOWN},
        {"munmap_chunk(): invalid pointer", WARN_ABORTED, UNKNOWN},
        {"*** Error in `java': free(): invalid pointer: 0x00007f2c08000b10 ***",
         WARN_ABORTED, UNKNOWN},
        {"double free or corruption (!prev)", WARN_ABORTED, UNKNOWN},
        {"# Native memory allocation (malloc) failed to allocate 32744 bytes "
         "for Chunk::new",
         WARN_ALLOC_FAILED, 32744},
        {"java: cannot allocate memory for thread-local data: ABORT",
         WARN_ALLOC_FAILED, UNKNOWN},
        {"java.io.IOException: error=11, Resource temporarily unavailable",
         WARN_FORK_FAILED, UNKNOWN},
        {"Exception in thread \"main\" java.lang.IllegalStateException: x",
         WARN_UNCAUGHT, UNKNOWN},
        {"Could not reserve enough space for 4194304KB object heap",
         WARN_RESERVE_FAILED, MB(4096)},
        {"Could not reserve enough space for 4194304 KB object heap",
         WARN_RESERVE_FAILED, MB(4096)},
        {"Could not allocate metaspace: 1073741824 bytes", WARN_RESERVE_FAILED,
         MB(1024)},
        {"[0.003s][error][gc] Failed to reserve 6G address space for Java heap",
         WARN_RESERVE_FAILED, MB(6144)},
    };

    read_app(all[_i].line);
    ck_assert_uint_eq(app.warnings.n, 1);
    ck_assert_int_eq(app.warnings.at[0].kind, all[_i].kind);
    ck_assert_uint_eq(app.warnings.at[0].bytes, all[_i].bytes);
    ck_assert_str_eq(app.warnings.at[0].text, all[_i].line);
}
END_TEST

START_TEST(pids_it_names)
{
    read_app("job 7: convert pid 4300\nstarted (pid=4301)\nrapid 12\n");
    ck_assert_uint_eq(app.pids.n, 2);
    ck_assert_uint_eq(app.pids.at[0].pid, 4300);
    ck_assert_uint_eq(app.pids.at[1].pid, 4301);
    ck_assert_uint_eq(app.pids.at[1].line, 2);
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
        {"a.service: Main process exited, code=exited, status=143/n/a", 143},
        {"exit code 1.5", UNKNOWN},
        {"exit code 99999", UNKNOWN},
        {"existing code 12", UNKNOWN},
        {"flexit 12", UNKNOWN},
        {"ExitOnOutOfMemoryError 1", UNKNOWN},
    };

    read_app(all[_i].line);
    ck_assert_uint_eq(app.exit_status, all[_i].status);
    ck_assert_uint_eq(app.warnings.n, all[_i].status == 137);
}
END_TEST

START_TEST(times)
{
    read_app("2026-01-31T10:00:00.250Z Exception in thread \"a\" "
             "java.lang.OutOfMemoryError: Metaspace\n");
    ck_assert_int_eq(app.oomes.at[0].time, 1769853600250);
}
END_TEST

static bool read_and_free(struct source *s, struct arena *a, struct err *e)
{
    struct app_log log;

    if (!app_log_read(s, a, &log, e))
        return false;
    app_log_deinit(&log, a->mem);
    return true;
}

START_TEST(cut_anywhere)
{
    sweep_prefixes(stack_log, read_and_free);
    sweep_failures(stack_log, read_and_free);
}
END_TEST

Suite *logs_suite(void)
{
    Suite *s = suite_create("logs");
    TCase *c = tcase_create("application logs");

    tcase_add_checked_fixture(c, NULL, app_done);
    tcase_add_test(c, an_error_with_its_stack);
    tcase_add_loop_test(c, kinds, 0, 18);
    tcase_add_loop_test(c, remarks, 0, 10);
    tcase_add_loop_test(c, announcements, 0,
                        sizeof announced / sizeof *announced);
    tcase_add_test(c, one_line_json);
    tcase_add_test(c, a_thread_inside_json);
    tcase_add_test(c, nested_and_caused);
    tcase_add_test(c, without_message);
    tcase_add_test(c, metaspace_that_failed);
    tcase_add_test(c, figures_of_messages);
    tcase_add_test(c, another_class);
    tcase_add_test(c, storms);
    tcase_add_test(c, pids_it_names);
    tcase_add_loop_test(c, warnings, 0, 25);
    tcase_add_loop_test(c, exit_status, 0, 11);
    tcase_add_test(c, times);
    tcase_set_timeout(c, 60); /* sweeps, under sanitizers */
    tcase_add_test(c, cut_anywhere);
    suite_add_tcase(s, c);
    suite_add_tcase(s, gclog_case());
    suite_add_tcase(s, jcmd_case());
    return s;
}
