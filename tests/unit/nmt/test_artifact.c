/*
 * test_artifact.c - what a file is, from its first lines.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "nmt/artifact.h"
#include "jvm_texts.h"
#include "suites.h"

static const struct {
    enum artifact_kind kind;
    const char *name, *text;
} samples[] = {
    {ARTIFACT_UNKNOWN, "README", "Some words on something else.\n"},
    {ARTIFACT_UNKNOWN, "x.hprof", "This is text, whatever it is called\n"},
    {ARTIFACT_UNKNOWN, "timeline.csv", "ms,VmRSS_kB,Threads\n2,3232,1\n"},
    {ARTIFACT_UNKNOWN, "a.json",
     "{\n \"end\": \"java.lang.OutOfMemoryError: "
     "Java heap space\"\n}\n"},
    {ARTIFACT_UNKNOWN, "dump.txt",
     "12:\nDumping heap to /tmp/x.hprof ...\n"
     "Heap dump file created [1 bytes in 0.02 "
     "secs]\n"},
    {ARTIFACT_GC_LOG, "gc.log",
     "Using Serial\nGC(0) Pause Young (Allocation Failure) 8M->2M(30M) 2ms\n"},
    {ARTIFACT_UNKNOWN, "jcmd.txt",
     "12:\njava.lang.IllegalArgumentException: Unknown diagnostic command\n"},
    {ARTIFACT_UNKNOWN, "report.txt",
     "ON THE HEAP: objects kept that are no longer needed [heap_leak, high\n"
     "confidence]\njava.lang.OutOfMemoryError: Java heap space\n"},
    {ARTIFACT_APP_LOG, "app.log",
     "FATAL: no confidence\njava.lang.OutOfMemoryError: Java heap space\n"},
    {ARTIFACT_UNKNOWN, "oom_score", "668\n"},
    {ARTIFACT_VM_FLAGS, "jinfo.txt",
     "Java System Properties:\n#Mon\na=1\nb=2\nc=3\nd=4\ne=5\nf=6\ng=7\n"
     "VM Flags:\n-XX:+UseG1GC\n"},
    {ARTIFACT_VM_FLAGS, "jinfo.txt",
     "Attaching to process ID 7, please wait...\n"
     "Non-default VM flags: -XX:+UseG1GC \nCommand line:  -Xmx64m\n"},
    {ARTIFACT_VM_COMMAND_LINE, "ps.txt",
     "root 7 1 0 10:00 ? 00:00:01 /opt/jdk/bin/java -Xmx64m -jar a.jar\n"},
    {ARTIFACT_UNKNOWN, "ps.txt",
     "root 7 1 0 10:00 ? 00:00:01 java -Xmx64m -jar a.jar\n"
     "root 8 1 0 10:00 ? 00:00:01 java -Xmx32m -jar b.jar\n"},
    {ARTIFACT_SMAPS, "pmap.txt",
     "7:   java A\nAddress           Kbytes     RSS   Dirty Mode  Mapping\n"},
    {ARTIFACT_UNKNOWN, "pmap.txt",
     "7:   java A\n0000000010000000   4096K rw---   [ anon ]\n"},
    {ARTIFACT_CONTAINER, "stats.txt",
     "CONTAINER ID   NAME   CPU %   MEM USAGE / LIMIT   MEM %\n"
     "f2d3c4b5a697   shop   1.23%   498.2MiB / 512MiB   97.30%\n"},
    {ARTIFACT_UNKNOWN, "statm", "605123 19521 5582 1 0 19525 0\n"},
    {ARTIFACT_HPROF_ASCII, "x.hprof",
     "JAVA PROFILE 1.0.1, created Mon Jan 1 10:00:00 2000\n"},
    {ARTIFACT_NMT, "a",
     "12:\n\nNative Memory Tracking:\n\nTotal: "
     "reserved=1KB, committed=1KB\n"},
    {ARTIFACT_NMT, "a",
     "-                 Java Heap (reserved=8KB, "
     "committed=4KB)\n"},
    {ARTIFACT_NMT, "a", "12:\nNative memory tracking is not enabled\n"},
    {ARTIFACT_NMT, "a", "12:\nBaseline taken\n"},
    {ARTIFACT_KERNEL_LOG, "a",
     "Jan 15 03:08:35 h kernel: [ 1.5] java invoked "
     "oom-killer: gfp_mask=0x0, order=0\n"},
    {ARTIFACT_KERNEL_LOG, "a",
     "<6>[    0.000000] Linux version 6.1.0\n"
     "<6>[    0.000000] Command line: quiet\n"
     "<6>[    0.000001] KERNEL supported cpus:\n"},
    {ARTIFACT_KERNEL_LOG, "a", "Killed process 12 (java) total-vm:1kB\n"},
    {ARTIFACT_KERNEL_LOG, "a",
     "{\"MESSAGE\":\"Out of memory: Killed process "
     "12 (java) total-vm:1kB\"}\n"},
    {ARTIFACT_KERNEL_LOG, "a", "    Reason:       OOMKilled\n"},
    {ARTIFACT_KERNEL_LOG, "a", "{\"OOMKilled\": true, \"ExitCode\": 137}\n"},
    {ARTIFACT_APP_LOG, "a", "{\"OOMKilled\": false, \"ExitCode\": 137}\n"},
    {ARTIFACT_UNKNOWN, "a", "{\"OOMKilled\": false, \"ExitCode\": 0}\n"},
    {ARTIFACT_APP_LOG, "a", "      Exit Code:    137\n"},
    {ARTIFACT_APP_LOG, "a", "sv: shop: exited: signal 9 (SIGKILL)\n"},
    {ARTIFACT_APP_LOG, "a", "sv: shop pid 12 exited: status 0\n"},
    {ARTIFACT_UNKNOWN, "a", "in 30 s SIGKILL will be sent to pid 7\n"},
    {ARTIFACT_APP_LOG, "a",
     "Error occurred during initialization of VM\n"
     "Could not reserve enough space for 4194304 KB object heap\n"},
    {ARTIFACT_UNKNOWN, "a", "Error occurred during initialization of view\n"},
    {ARTIFACT_VM_INFO, "a",
     "#\n# There is insufficient memory for the Java "
     "Runtime Environment to continue.\n"},
    {ARTIFACT_VM_INFO, "a", "12:\n#\n# JRE version: OpenJDK (17)\n"},
    {ARTIFACT_VM_INFO, "a", "---------------  P R O C E S S  -----------\n"},
    {ARTIFACT_HEAP_INFO, "a",
     "Attaching to process ID 7, please wait...\nDebugger attached.\n\n"
     "Heap Configuration:\n   MinHeapFreeRatio         = 0\n"},
    {ARTIFACT_HEAP_INFO, "a", " S0C    S1C    S0U    S1U  EC  EU   OC  OU  \n"},
    {ARTIFACT_UNKNOWN, "a", "  S0     S1     E      O      M     CCS    YGC\n"},
    {ARTIFACT_GC_LOG, "a", "[0.017s][info][gc     ] Using Serial\n"},
    {ARTIFACT_GC_LOG, "a",
     "{Heap before GC invocations=1 (full 0):\n"
     " PSYoungGen      total 18944K, used 16384K [0x1, 0x2, 0x2)\n"},
    /* No collection came yet. */
    {ARTIFACT_GC_LOG, "a",
     "OpenJDK 64-Bit Server VM (25.402-b06) for linux-amd64 JRE\n"
     "Memory: 4k page, physical 24682416k(18460168k free)\n"
     "CommandLine flags: -XX:InitialHeapSize=67108864 \n"},
    {ARTIFACT_GC_LOG, "a",
     "1.2: [GC (Allocation Failure) 1K->1K(2K), 1 "
     "secs]\n"},
    {ARTIFACT_APP_LOG, "a",
     "Exception in thread \"main\" "
     "java.lang.OutOfMemoryError: Java heap space\n"
     "\tat a.B.main(B.java:7)\n"},
    {ARTIFACT_APP_LOG, "a",
     "[0.1s][info][gc] GC(0) Pause\n"
     "java.lang.OutOfMemoryError: Metaspace\n"},
    {ARTIFACT_APP_LOG, "a",
     "[1.4s][warning][os,thread] Failed to start "
     "thread - pthread_create failed (EAGAIN)\n"},
    {ARTIFACT_APP_LOG, "a",
     "java.lang.OutOfMemoryError: Java heap space\n"
     "#\n# A fatal error has been detected by the "
     "Java Runtime Environment:\n"},
    {ARTIFACT_APP_LOG, "a", "{\"log\":\"java.lang.OutOfMemoryError: x\\n\"}"},
    {ARTIFACT_PROC_STATUS, "a", "Name:\tjava\nUmask:\t0022\nTgid:\t1\n"},
    {ARTIFACT_PROC_STATUS, "a", "VmRSS:\t   63596 kB\n"},
    {ARTIFACT_SMAPS, "a",
     "0c000000-0c001000 ---p 00000000 00:00 0 \n"
     "Size:                  4 kB\n"
     "Rss:                   4 kB\n"},
    {ARTIFACT_UNKNOWN, "maps", "0c000000-0c001000 ---p 00000000 00:00 0 \n"},
    {ARTIFACT_SMAPS_ROLLUP, "a",
     "0c000000-7ffd00000000 ---p 00000000 00:00 0 "
     "                             [rollup]\n"},
    {ARTIFACT_PROC_LIMITS, "a",
     "Limit                     Soft Limit     "
     "      Hard Limit           Units     \n"},
    {ARTIFACT_PROC_LIMITS, "a",
     "real-time priority                  (-r) 0\n"
     "virtual memory              (kbytes, -v) 2662400\n"},
    {ARTIFACT_PROC_LIMITS, "start.sh", "#!/bin/sh\nulimit -v 600000\n"},
    {ARTIFACT_PROC_LIMITS, "maps.txt",
     "$ wc -l /proc/8835/maps\n56696 /proc/8835/maps\n"},
    {ARTIFACT_UNKNOWN, "lines.txt", "56696 /proc/8835/smaps\n"},
    {ARTIFACT_UNKNOWN, "start.sh", "#!/bin/sh\nulimit -c 0\necho ulimit -v\n"},
    {ARTIFACT_UNKNOWN, "capture.sh",
     "#!/bin/sh\ndmesg | grep \"Killed process 1\"\ncat VmRSS:\nVmRSS: 1\n"},
    {ARTIFACT_APP_LOG, "a",
     "+ ulimit -v 600000\njava.lang.OutOfMemoryError: Metaspace\n"},
    {ARTIFACT_CGROUP_STAT, "a", "cache 4096\nrss 0\nshmem 0\nfoo 1\n"},
    {ARTIFACT_CGROUP_STAT, "a", "anon 4096\nfile 0\nkernel 0\nshmem 1\n"},
    {ARTIFACT_CGROUP_STAT, "a", "anon 4096 <1>\nfile 0\nshmem 1 <2>\n"},
    {ARTIFACT_CGROUP_VALUES, "a", "memory.limit_in_bytes 268435456\n"},
    {ARTIFACT_CGROUP_VALUES, "a", "/sys/fs/cgroup/memory.max:max\n"},
    {ARTIFACT_CGROUP_VALUES, "a", "pids.events max 4\n"},
    {ARTIFACT_CGROUP_VALUES, "a", "oom_kill_disable 0\nunder_oom 0\n"},
    {ARTIFACT_CGROUP_VALUES, "a", "low 0\nhigh 0\nmax 3\noom 1\noom_kill 1\n"},
    {ARTIFACT_CGROUP_VALUES, "a", "==> memory.max <==\n268435456\n"},
    {ARTIFACT_CGROUP_VALUES, "a", "$ cat /sys/fs/cgroup/pids.max\nmax\n"},
    {ARTIFACT_UNKNOWN, "a", "it died for want of\nmemory.\n"},
    {ARTIFACT_CGROUP_VALUES, "memory.max", "max\n"},
    {ARTIFACT_CGROUP_VALUES, "memory.current", "1048576\n"},
    {ARTIFACT_CGROUP_VALUES, "x/pids.peak.txt", "150"},
    {ARTIFACT_CLASS_HISTOGRAM, "a",
     "12:\n num     #instances         #bytes  "
     "class name (module)\n"},
    {ARTIFACT_THREAD_DUMP, "a",
     "12:\n2026-01-01 10:00:00\nFull thread dump "
     "OpenJDK 64-Bit Server VM (17):\n"},
    {ARTIFACT_HEAP_INFO, "a", "12:\n garbage-first heap   total 1K, used 1K\n"},
    {ARTIFACT_HEAP_INFO, "a", "12:\nDefNew     total 2432K, used 498K\n"},
    {ARTIFACT_METASPACE, "a", "12:\n\nTotal Usage - 8 loaders, 9 classes:\n"},
    {ARTIFACT_METASPACE, "a",
     "12:\nMetaspace  used 5K, committed 5K, "
     "reserved 9K\n\nTotal Usage ( 8 loaders):\n"},
    {ARTIFACT_CODECACHE, "a", "12:\nCodeCache: size=245760Kb used=1Kb\n"},
    {ARTIFACT_CODECACHE, "a", "12:\nCodeHeap 'non-nmethods': size=5696Kb\n"},
    {ARTIFACT_NATIVE_HEAP_INFO, "a", "12:\n<malloc version=\"1\">\n"},
    {ARTIFACT_NATIVE_TRIM, "a", "12:\nTrim native heap: RSS+Swap: 2M->1M\n"},
    {ARTIFACT_VM_FLAGS, "a", "12:\n-XX:CICompilerCount=1 -XX:+UseG1GC\n"},
    {ARTIFACT_VM_FLAGS, "a", "[Global flags]\n int ActiveProcessorCount\n"},
    {ARTIFACT_VM_COMMAND_LINE, "a", "12:\nVM Arguments:\njvm_args: -Xmx1m\n"},
    {ARTIFACT_VM_COMMAND_LINE, "a",
     "#!/bin/sh\nexec /opt/jdk/bin/java -Xms1g -Xmx1g -cp /app a.Main\n"},
    {ARTIFACT_VM_COMMAND_LINE, "a",
     "#!/bin/sh\nJAVA_OPTS=\" -XX:+UseG1GC\"\njava $JAVA_OPTS a.Main\n"},
    /* Whose options are they? */
    {ARTIFACT_UNKNOWN, "a",
     "#!/bin/sh\njava -Xmx1g a.Main &\njava -Xmx2g a.Other\n"},
    {ARTIFACT_UNKNOWN, "a", "#!/bin/sh\n# java -Xmx1g a.Main\nsleep 1\n"},
    {ARTIFACT_PROCESS_LIST, "a",
     "$ ps -eo pid,ppid,rss,comm\n"
     "    PID    PPID   RSS COMMAND\n"
     "     12       1  9000 java\n"},
    {ARTIFACT_PROCESS_LIST, "a",
     "UID        PID  PPID  C STIME TTY          TIME CMD\n"},
    {ARTIFACT_PROCESS_LIST, "a", "  PID   RSS COMMAND\n   12  9000 java\n"},
    {ARTIFACT_JAVACORE, "a", "0SECTION       NATIVEMEMINFO subcomponent\n"},
};

static enum artifact_kind sniff(const char *bytes, size_t n, const char *name)
{
    enum artifact_kind kind;
    struct text t;

    text_open_bytes(&t, bytes, n);
    kind = artifact_sniff(t.source, name);
    ck_assert_uint_eq(source_offset(t.source), 0);
    text_close(&t);
    return kind;
}

START_TEST(a_file_is_what_it_holds)
{
    const char *text = samples[_i].text;
    enum artifact_kind kind = sniff(text, strlen(text), samples[_i].name);

    ck_assert_msg(kind == samples[_i].kind, "%s instead of %s: %s",
                  artifact_name(kind), artifact_name(samples[_i].kind), text);
}
END_TEST

START_TEST(dumps_by_their_first_bytes)
{
    static const char dump[] = "JAVA PROFILE 1.0.2\0\0\0\0\x08";

    ck_assert_int_eq(sniff(dump, sizeof dump, "notes.txt"), ARTIFACT_HPROF);
    ck_assert_int_eq(sniff("\0\1\2\3", 4, "x.bin"), ARTIFACT_UNKNOWN);
    ck_assert_int_eq(sniff("", 0, "empty"), ARTIFACT_UNKNOWN);
}
END_TEST

START_TEST(a_log_may_tell_late)
{
    static const char line[] = "[    1.000001] usb 1-1: new device found\n";
    static const char kill[] = "Out of memory: Killed process 1 (java)\n";
    size_t n = sizeof line - 1, many = 3000;
    char *text = malloc(n * many + sizeof kill);

    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < many; i++)
        memcpy(text + i * n, "plain words, nothing that tells; nothing\n", n);
    memcpy(text + n * many, kill, sizeof kill);
    ck_assert_int_eq(sniff(text, n * many, "a"), ARTIFACT_UNKNOWN);
    ck_assert_int_eq(sniff(text, n * many + sizeof kill - 1, "a"),
                     ARTIFACT_KERNEL_LOG);
    free(text);
}
END_TEST

START_TEST(every_kind_has_a_name)
{
    for (int k = 0; k < ARTIFACT_KINDS; k++)
        ck_assert_ptr_nonnull(artifact_name((enum artifact_kind)k));
    ck_assert_ptr_null(artifact_name(ARTIFACT_KINDS));
}
END_TEST

START_TEST(answers_follow_each_other)
{
    const uint32_t want =
        1u << ARTIFACT_VM_FLAGS | 1u << ARTIFACT_NMT | 1u << ARTIFACT_HEAP_INFO;
    struct text t;

    text_open(&t, "$ jcmd 12 VM.flags\n12:\n-XX:+UseG1GC \n"
                  "$ jcmd 12 VM.native_memory\n12:\n\n"
                  "Native Memory Tracking:\n\n"
                  "Total: reserved=1KB, committed=1KB\n"
                  "12:\n garbage-first heap   total 1K, used 1K [0x1, 0x2)\n"
                  "12:\nCommand executed successfully\n");
    ck_assert_uint_eq(artifact_answers(t.source), want);
    text_close(&t);
    text_open(&t, "-XX:+UseG1GC\nNative Memory Tracking:\n");
    ck_assert_uint_eq(artifact_answers(t.source), 0); /* nobody asked jcmd */
    text_close(&t);
}
END_TEST

Suite *artifact_suite(void)
{
    Suite *s = suite_create("artifact");
    TCase *t = tcase_create("sniff");

    tcase_add_loop_test(t, a_file_is_what_it_holds, 0,
                        sizeof samples / sizeof *samples);
    tcase_add_test(t, dumps_by_their_first_bytes);
    tcase_add_test(t, a_log_may_tell_late);
    tcase_add_test(t, every_kind_has_a_name);
    tcase_add_test(t, answers_follow_each_other);
    suite_add_tcase(s, t);
    return s;
}
