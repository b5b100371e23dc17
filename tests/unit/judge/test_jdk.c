/*
 * test_jdk.c - which JDK the captured files are of, and what is advised for
 * it.
 */
#include <check.h>
#include <limits.h>
#include <string.h>

#include "captured.h"
#include "judge/facts.h"
#include "suites.h"

/* As JDK 8 has them, and what later ones add. */
#define NMT_8                                                                  \
    "Native Memory Tracking:\n\nTotal: reserved=900KB, committed=590KB\n"      \
    "-  Java Heap (reserved=600KB, committed=300KB)\n\n"                       \
    "-  Internal (reserved=90KB, committed=90KB)\n\n"                          \
    "-  Symbol (reserved=100KB, committed=100KB)\n\n"
#define ERROR "Exception in thread \"main\" java.lang.OutOfMemoryError: "

static const struct {
    const char *text;
    unsigned from, to;
} of[] = {
    {"#\n# A fatal error has been detected by the Java Runtime Environment:\n#"
     "\n# JRE version: OpenJDK Runtime Environment (8.0_402-b06) (build "
     "1.8.0_402-b06)\n#\n",
     8, 8},
    {"OpenJDK 64-Bit Server VM (25.402-b06) for linux-amd64 JRE "
     "(1.8.0_402-b06), built on Jan 20\nCommandLine flags: -XX:+UseG1GC\n",
     8, 8},
    {"1.2: [GC (Allocation Failure)  8K->2K(30K), 0.01 secs]\n", 0, 8},
    {"[0.01s][info][gc] GC(0) Pause Full (System.gc()) 8M->2M(30M) 1ms\n", 9,
     UINT_MAX},
    {"[0.01s][info][gc,init] Version: 21.0.1+12 (release)\n"
     "[0.02s][info][gc] GC(0) Pause Full (System.gc()) 8M->2M(30M) 1ms\n",
     21, 21},
    {"Full thread dump OpenJDK 64-Bit Server VM (25.402-b06 mixed mode):\n\n",
     8, 8},
    {"Full thread dump OpenJDK 64-Bit Server VM (25.0.1+9 mixed mode):\n\n", 25,
     25},
    {"Full thread dump Java HotSpot(TM) Server VM (24.80-b11 mixed mode):\n\n",
     7, 7},
    {ERROR "unable to create new native thread\n", 0, 8},
    {ERROR "unable to create native thread: possibly out of memory or "
           "process/resource limits reached\n",
     9, UINT_MAX},
    {ERROR "Direct buffer memory\n", 0, 15},
    {ERROR "Cannot reserve 1048576 bytes of direct buffer memory (allocated: "
           "33554432, limit: 33554432)\n",
     16, UINT_MAX},
    {ERROR "Java heap space\n\tat a.B.c(B.java:1)\n", 0, UINT_MAX},
    {ERROR "Java heap space\n\tat java.base/java.util.Arrays.copyOf(Arrays."
           "java:3512)\n",
     9, UINT_MAX},
    {NMT_8, 0, 8},
    {NMT_8 "-  Module (reserved=9KB, committed=9KB)\n\n", 9, UINT_MAX},
    {NMT_8 "-  Other (reserved=9KB, committed=9KB)\n\n", 11, UINT_MAX},
};

START_TEST(test_what_tells_the_jdk)
{
    struct facts facts;

    put("a.txt", of[_i].text);
    read_all();
    ck_assert(facts_collect(&inc, &thresholds, &mem, &facts, &err));
    ck_assert_uint_eq(facts.jdk.from, of[_i].from);
    ck_assert_uint_eq(facts.jdk.to, of[_i].to);
    facts_deinit(&facts);
}
END_TEST

/* How the verdict says that a GC log should be captured. */
static const char *gc_log_command(void)
{
    const struct missing *m;

    judged();
    VEC_EACH (&v.missing, m)
        if (strcmp(m->what, "the GC log") == 0)
            return m->command;
    return "";
}

START_TEST(test_advice_for_jdk_8)
{
    put("a.txt", NMT_8);
    ck_assert_int_eq(strncmp(gc_log_command(), "java -Xloggc:", 13), 0);
}
END_TEST

START_TEST(test_advice_for_a_later_jdk)
{
    const char *command;

    put("a.txt", NMT_8 "-  Other (reserved=9KB, committed=9KB)\n\n");
    command = gc_log_command();
    ck_assert_ptr_nonnull(strstr(command, "-Xlog:gc*"));
    ck_assert_ptr_null(strstr(command, "-Xloggc"));
}
END_TEST

START_TEST(test_advice_for_no_known_jdk)
{
    const char *command;

    put("a.txt", ERROR "Java heap space\n");
    command = gc_log_command();
    ck_assert_ptr_nonnull(strstr(command, "-Xlog:gc*"));
    ck_assert_ptr_nonnull(strstr(command, "up to JDK 8: java -Xloggc"));
}
END_TEST

/* A dump was written already: nobody needs to be told how. */
START_TEST(test_the_dump_that_is_not_here)
{
    const struct missing *m;
    const struct action *a;
    bool found = false;

    put("out.txt", "java.lang.OutOfMemoryError: Java heap space\n"
                   "Dumping heap to /dumps/java_pid42.hprof ...\n"
                   "Heap dump file created [63683476 bytes in 0.044 secs]\n");
    gc_log_command();
    VEC_EACH (&v.missing, m)
        found = found || strstr(m->command, " /dumps/java_pid42.hprof ");
    ck_assert(found);
    VEC_EACH (&v.actions, a)
        ck_assert_ptr_null(strstr(a->what, "HeapDumpOnOutOfMemoryError"));
}
END_TEST

TCase *jdk_tcase(void)
{
    TCase *t = tcase_create("jdk");

    tcase_add_checked_fixture(t, captured_begin, captured_end);
    tcase_add_loop_test(t, test_what_tells_the_jdk, 0, sizeof of / sizeof *of);
    tcase_add_test(t, test_advice_for_jdk_8);
    tcase_add_test(t, test_advice_for_a_later_jdk);
    tcase_add_test(t, test_advice_for_no_known_jdk);
    tcase_add_test(t, test_the_dump_that_is_not_here);
    return t;
}
