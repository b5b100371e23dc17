/*
 * test_vminfo.c - hs_err files and VM.info of several JDKs, and the flags.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "jvm_texts.h"
#include "nmt/process.h"
#include "nmt/vminfo.h"
#include "suites.h"

/* ---- texts ------------------------------------------------------------- */

static const char hs_err_8[] =
    "#\n"
    "# There is insufficient memory for the Java Runtime Environment to "
    "continue.\n"
    "# Native memory allocation (mmap) failed to map 754974720 bytes for "
    "committing reserved memory.\n"
    "# Possible reasons:\n"
    "#   The system is out of physical RAM or swap space\n"
    "#\n"
    "#  Out of Memory Error (os_linux.cpp:2749), pid=253, tid=0x00ff\n"
    "#\n"
    "# JRE version: Java(TM) SE Runtime Environment (8.0_211-b12) (build "
    "1.8.0_211-b12)\n"
    "# Java VM: Java HotSpot(TM) 64-Bit Server VM (25.211-b12 mixed mode "
    "linux-amd64 compressed oops)\n"
    "#\n\n"
    "Current thread (0x00007f5ab0000000):  VMThread [stack: 0x1,0x2] "
    "[id=25319]\n\n"
    "Java Threads: ( => current thread )\n"
    "  0x00007f5a00000001 JavaThread \"main\" [_thread_blocked, id=1]\n\n"
    "Other Threads:\n"
    "=>0x00007f5a00000002 VMThread [stack: 0x1,0x2] [id=2]\n\n"
    "OutOfMemory and StackOverflow Exception counts:\n"
    "OutOfMemoryError java_heap_errors=3\n"
    "OutOfMemoryError metaspace_errors=1\n\n"
    "heap address: 0x00000000c0000000, size: 1024 MB, Compressed Oops mode: "
    "32-bit\n\n"
    "Heap:\n"
    " PSYoungGen      total 900K, used 100K [0x1000000, 0x1100000, 0x1200000)\n"
    "  eden space 800K, 10% used [0x1000000,0x1010000,0x1080000)\n"
    " ParOldGen       total 2048K, used 200K [0x2000000, 0x2200000, "
    "0x2800000)\n"
    " Metaspace       used 300K, capacity 310K, committed 320K, reserved "
    "1024K\n\n"
    "GC Heap History (1 events):\n"
    "Event: 1.0 GC heap before\n"
    " PSYoungGen      total 9900K, used 9900K [0x1000000, 0x1100000, "
    "0x1200000)\n\n"
    "VM Arguments:\n"
    "jvm_args: -Xms64m -Xmx512m -Xmx1g -XX:MaxDirectMemorySize=256m\n"
    "java_command: com.example.Main --fast\n"
    "Launcher Type: SUN_STANDARD\n\n"
    "---------------  S Y S T E M  ---------------\n\n"
    "rlimit: STACK 8192k, CORE 0k, NPROC 4096, NOFILE 65535, AS infinity\n"
    "/proc/meminfo:\n"
    "MemTotal:       32773012 kB\n"
    "MemAvailable:     166460 kB\n"
    "CommitLimit:    26978756 kB\n"
    "Committed_AS:   51419196 kB\n\n"
    "/proc/sys/vm/max_map_count (maximum number of memory map areas a process "
    "may have):\n65530\n\n"
    "container (cgroup) information:\n"
    "memory_limit_in_bytes: -1\n"
    "memory_usage_in_bytes: 32391016448\n\n"
    "Memory: 4k page, physical 32773012k(241892k free), swap 100k(4k free)\n\n"
    "vm_info: Java HotSpot(TM) 64-Bit Server VM (25.211-b12)\n\n"
    "time: Tue Nov 10 10:20:10 2020\n"
    "elapsed time: 42016 seconds (0d 11h 40m 16s)\n\n";

static const char vm_info_17[] =
    "12:\n#\n"
    "# JRE version: OpenJDK Runtime Environment (17.0.9+9) (build 17.0.9+9)\n"
    "# Java VM: OpenJDK 64-Bit Server VM (17.0.9+9, mixed mode, g1 gc)\n\n"
    "---------------  S U M M A R Y ------------\n\n"
    "Time: Sat Jan 31 10:00:00 2026 UTC elapsed time: 12.500000 seconds\n\n"
    "---------------  P R O C E S S  ---------------\n\n"
    "GC Precious Log:\n Memory: 384M\n Heap Max Capacity: 48M\n\n"
    "Heap:\n"
    " garbage-first heap   total 40960K, used 20480K [0xfd000000, "
    "0x100000000)\n"
    "  region size 1024K, 1 young (1024K), 0 survivors (0K)\n"
    " Metaspace       used 525K, committed 704K, reserved 1114112K\n"
    "  class space    used 41K, committed 128K, reserved 1048576K\n\n"
    "Dynamic libraries:\n"
    "00400000-00401000 r-xp 00000000 fe:00 1     /usr/bin/java\n"
    "7f0000000000-7f0000001000 rw-p 00000000 00:00 0\n\n"
    "VM Arguments:\n"
    "jvm_args: -Xmx48m -XX:ReservedCodeCacheSize=64m -Xss512k\n"
    "java_command: demo.Main\n\n"
    "Native Memory Tracking:\n\n"
    "Total: reserved=1000KB, committed=400KB\n"
    "-                 Java Heap (reserved=800KB, committed=300KB)\n"
    "                            (mmap: reserved=800KB, committed=300KB) \n \n"
    "-                     Other (reserved=200KB, committed=100KB)\n"
    "                            (malloc=100KB #3) \n \n"
    "Preinit state:entries: 423\n\n"
    "---------------  S Y S T E M  ---------------\n\n"
    "rlimit (soft/hard): STACK 8192k/infinity , NPROC 96365/96366 , AS "
    "infinity/infinity\n\n"
    "Process Memory:\n"
    "Virtual Size: 2518380K (peak: 2579560K)\n"
    "Resident Set Size: 43852K (peak: 50000K) (anon: 23044K, file: 20808K, "
    "shmem: 0K)\n"
    "Swapped out: 0K\n"
    "C-Heap outstanding allocations: 8169K, retained: 1426K (may have "
    "wrapped)\n\n"
    "/proc/sys/kernel/pid_max (system-wide limit on number of process "
    "identifiers): 32768\n\n"
    "container (cgroup) information:\n"
    "memory_limit_in_bytes: 393216 k\n"
    "memory_usage_in_bytes: 26648 k\n"
    "maximum number of tasks: 512\n"
    "current number of tasks: 30\n\n"
    "Memory: 4k page, physical 393216k(366568k free), swap 0k(0k free)\n\n"
    "END.\n";

static const char abort_25[] =
    "#\n# A fatal error has been detected by the Java Runtime Environment:\n"
    "#\n#  Internal Error (debug.cpp:362), pid=7, tid=8\n"
    "#  fatal error: OutOfMemory encountered: Java heap space\n#\n"
    "# JRE version: OpenJDK Runtime Environment Temurin-25.0.1+8 (25.0.1+8) "
    "(build 25.0.1+8-LTS)\n"
    "# Java VM: OpenJDK 64-Bit Server VM (25.0.1+8-LTS, compressed oops)\n"
    "[Global flags]\n"
    "   size_t MaxHeapSize              = 41943040       {product} "
    "{ergonomic}\n"
    "    uintx ReservedCodeCacheSize    = 251658240   {pd product} "
    "{ergonomic}\n"
    "     bool UseSerialGC              = true           {product} {default}\n"
    "\nTotal number of mappings: 187\n";

/* ---- helpers ----------------------------------------------------------- */

static bool read_and_free(struct source *s, struct arena *a, struct err *e)
{
    struct vm_info v;

    if (!vm_info_read(s, a, &v, e))
        return false;
    vm_info_deinit(&v, a->mem);
    return true;
}

static bool read_flags(struct source *s, struct arena *a, struct err *e)
{
    struct vm_flags f;

    return vm_flags_read(s, a, &f, e);
}

/* The text that a test reads, one at a time. */
static struct text t;
static struct vm_info v;

static void done(void)
{
    if (!t.source)
        return;
    vm_info_deinit(&v, &t.mem);
    text_close(&t);
}

static void read_text(const char *s)
{
    done();
    TEXT_READ(&t, s, vm_info_read, &v);
}

/* ---- tests ------------------------------------------------------------- */

START_TEST(death_of_8)
{
    read_text(hs_err_8);
    ck_assert_int_eq(v.death, VM_OUT_OF_MEMORY);
    ck_assert_str_eq(v.failure.function, "mmap");
    ck_assert_uint_eq(v.failure.bytes, 754974720);
    ck_assert_str_eq(v.failure.purpose, "committing reserved memory");
    ck_assert_uint_eq(v.failure.line, 3);
    ck_assert_str_eq(v.headline,
                     "Out of Memory Error (os_linux.cpp:2749), pid=253, "
                     "tid=0x00ff");
    ck_assert_uint_eq(v.headline_line, 7);
    ck_assert_uint_eq(v.pid, 253);
    ck_assert_uint_eq(v.tid, 255);
    ck_assert_uint_eq(v.jdk, 8);
    ck_assert_str_eq(v.current_thread, "VMThread [stack: 0x1,0x2] [id=25319]");
    ck_assert(v.uptime == 42016);
    ck_assert_int_eq(v.time, INT64_MIN); /* no zone */
    ck_assert(!v.truncated && !v.has_nmt);
}
END_TEST

START_TEST(figures_of_8)
{
    read_text(hs_err_8);
    ck_assert(v.compressed_oops);
    ck_assert_str_eq(v.oops_mode, "32-bit");
    ck_assert_uint_eq(v.heap_max, MB(1024)); /* the later -Xmx */
    ck_assert_uint_eq(v.heap_min, MB(64));
    ck_assert_uint_eq(v.heap_used, KB(300));
    ck_assert_uint_eq(v.heap_committed, MB(1) + MB(2)); /* by addresses */
    ck_assert_uint_eq(v.metaspace_committed, KB(320));
    ck_assert_uint_eq(v.max_direct, MB(256));
    ck_assert_uint_eq(v.physical, KB(32773012));
    ck_assert_uint_eq(v.physical_free, KB(241892));
    ck_assert_uint_eq(v.swap_free, KB(4));
    ck_assert_uint_eq(v.page_size, 4096);
    ck_assert_uint_eq(v.available, KB(166460));
    ck_assert_uint_eq(v.committed_as, KB(51419196));
    ck_assert(!known(v.container_limit));
    ck_assert_uint_eq(v.container_usage, 32391016448);
    ck_assert_uint_eq(v.rlimit_nproc, 4096);
    ck_assert_uint_eq(v.rlimit_as, LIMIT_UNLIMITED);
    ck_assert_uint_eq(v.max_map_count, 65530);
    ck_assert_uint_eq(v.threads, 2);
    ck_assert_uint_eq(v.oome_heap_errors, 3);
    ck_assert_uint_eq(v.oome_metaspace_errors, 1);
    ck_assert(!known(v.oome_class_space_errors));
}
END_TEST

START_TEST(info_of_17)
{
    read_text(vm_info_17);
    ck_assert_int_eq(v.death, VM_ALIVE);
    ck_assert_ptr_null(v.headline);
    ck_assert_uint_eq(v.pid, 12);
    ck_assert_uint_eq(v.jdk, 17);
    ck_assert(!v.compressed_oops);
    ck_assert_str_eq(v.oops_mode, "disabled");
    ck_assert_int_eq(v.time, 1769853600000);
    ck_assert(v.uptime == 12.5);
    ck_assert_str_eq(v.main_class, "demo.Main");
    ck_assert_uint_eq(v.heap_used, KB(20480));
    ck_assert_uint_eq(v.heap_committed, KB(40960));
    ck_assert_uint_eq(v.heap_max, MB(48));
    ck_assert_uint_eq(v.code_cache, MB(64));
    ck_assert_uint_eq(v.stack_size, KB(512));
    ck_assert_uint_eq(v.page_size, 4096);
    ck_assert_uint_eq(v.map_count, 2);
    ck_assert(v.has_nmt);
    ck_assert_uint_eq(v.nmt.categories.n, 2);
    ck_assert_uint_eq(v.nmt.total.committed, KB(400));
    ck_assert(!v.truncated);
}
END_TEST

START_TEST(memory_of_17)
{
    read_text(vm_info_17);
    ck_assert_uint_eq(v.rss, KB(43852));
    ck_assert_uint_eq(v.rss_peak, KB(50000));
    ck_assert_uint_eq(v.rss_anon, KB(23044));
    ck_assert_uint_eq(v.rss_file, KB(20808));
    ck_assert_uint_eq(v.rss_shmem, 0);
    ck_assert_uint_eq(v.vm_size, KB(2518380));
    ck_assert_uint_eq(v.glibc_outstanding, KB(8169));
    ck_assert_uint_eq(v.glibc_retained, KB(1426));
    ck_assert(v.glibc_wrapped);
    ck_assert_uint_eq(v.container_limit, KB(393216));
    ck_assert_uint_eq(v.container_usage, KB(26648));
    ck_assert_uint_eq(v.pids_limit, 512);
    ck_assert_uint_eq(v.pids_current, 30);
    ck_assert_uint_eq(v.rlimit_nproc, 96365);
    ck_assert_uint_eq(v.pid_max, 32768);
}
END_TEST

START_TEST(abort_of_25)
{
    read_text(abort_25);
    ck_assert_int_eq(v.death, VM_OOME_ABORT);
    ck_assert_str_eq(v.headline,
                     "fatal error: OutOfMemory encountered: Java heap space");
    ck_assert_uint_eq(v.pid, 7);
    ck_assert_uint_eq(v.jdk, 25);
    ck_assert_uint_eq(v.heap_max, 41943040);
    ck_assert_uint_eq(v.code_cache, 251658240);
    ck_assert_uint_eq(v.map_count, 187);
    ck_assert(v.truncated);
}
END_TEST

START_TEST(failures)
{
    static const struct {
        const char *line, *function, *purpose;
        uint64_t bytes;
    } all[] = {
        {"Native memory allocation (malloc) failed to allocate 32744 bytes "
         "for ChunkPool::allocate",
         "malloc", "ChunkPool::allocate", 32744},
        {"Native memory allocation (mmap) failed to map 65536 bytes. Error "
         "detail: committing reserved memory.",
         "mmap", "committing reserved memory", 65536},
        {"Native memory allocation (mmap) failed to map 8 bytes for Failed to "
         "commit area from 0x3 to 0x5 of length 8.",
         "mmap", "Failed to commit area from 0x3 to 0x5 of length 8", 8},
        {"Cannot create GC thread. Out of system resources.", "thread", NULL,
         UNKNOWN},
        {"Out of swap space to map in thread stack.", "thread", NULL, UNKNOWN},
    };
    char text[512] = "# There is insufficient memory for the Java Runtime "
                     "Environment to continue.\n# ";

    strcat(text, all[_i].line);
    read_text(text);
    ck_assert_int_eq(v.death, VM_OUT_OF_MEMORY);
    ck_assert_str_eq(v.failure.sentence, all[_i].line);
    ck_assert_str_eq(v.failure.function, all[_i].function);
    ck_assert_uint_eq(v.failure.bytes, all[_i].bytes);
    if (all[_i].purpose)
        ck_assert_str_eq(v.failure.purpose, all[_i].purpose);
    else
        ck_assert_ptr_null(v.failure.purpose);
}
END_TEST

START_TEST(windows)
{
    read_text("Memory: 4k page, system-wide physical 16383M (5994M free)\n"
              "current process WorkingSet (physical memory assigned to "
              "process): 30M, peak: 31M\n");
    ck_assert_uint_eq(v.physical, MB(16383));
    ck_assert_uint_eq(v.physical_free, MB(5994));
    ck_assert_uint_eq(v.rss, MB(30));
}
END_TEST

START_TEST(flags_of_jcmd)
{
    struct vm_flags f;

    TEXT_READ(&t,
              "99:\n-XX:CICompilerCount=2 -XX:MaxHeapSize=50331648 "
              "-XX:+UseSerialGC -XX:-UseCompressedOops "
              "-XX:NativeMemoryTracking=detail "
              "-XX:+HeapDumpOnOutOfMemoryError -XX:ThreadStackSize=256 "
              "-XX:MaxDirectMemorySize=0\n",
              vm_flags_read, &f);
    ck_assert_uint_eq(f.pid, 99);
    ck_assert_uint_eq(f.xmx, 50331648);
    ck_assert_str_eq(f.gc, "Serial");
    ck_assert_str_eq(f.nmt, "detail");
    ck_assert(f.heap_dump_on_oome && !f.exit_on_oome);
    ck_assert(f.compressed_oops_off);
    ck_assert_uint_eq(f.stack_size, KB(256));
    ck_assert(!known(f.max_direct)); /* 0 is the default, not a limit */
    ck_assert_uint_eq(f.line, 2);
}
END_TEST

/* A terminal of any width cuts the one line of options. */
START_TEST(flags_cut_by_a_terminal)
{
    static const char line[] =
        "-XX:CICompilerCount=3 -XX:InitialHeapSize=8388608 "
        "-XX:MaxHeapSize=67108864 -XX:MaxNewSize=44695552 "
        "-XX:NativeMemoryTracking=summary -XX:-UseCompressedOops "
        "-XX:+UseSerialGC ";

    for (int width = 60; width < 140; width++) {
        char cut[512] = "4711:\n";
        struct vm_flags f;

        for (size_t at = 0; at < sizeof line - 1; at += (size_t)width)
            sprintf(cut + strlen(cut), "%.*s\n", width, line + at);
        TEXT_READ(&t, cut, vm_flags_read, &f);
        ck_assert_uint_eq(f.pid, 4711);
        ck_assert_uint_eq(f.xmx, MB(64));
        ck_assert_uint_eq(f.xms, MB(8));
        ck_assert_str_eq(f.gc, "Serial");
        ck_assert_str_eq(f.nmt, "summary");
        ck_assert(f.compressed_oops_off);
    }
}
END_TEST

START_TEST(flags_of_a_command_line)
{
    struct vm_flags f;

    TEXT_READ(&t,
              "VM Arguments:\njvm_args: -Xms1g -Xmx2g -Xmx3G "
              "-XX:MaxRAMPercentage=75.0 -XX:+UseZGC\n"
              "java_command: com.x.Main -Xmx9g\n",
              vm_flags_read, &f);
    ck_assert_uint_eq(f.xmx, MB(3072));
    ck_assert_uint_eq(f.xms, MB(1024));
    ck_assert(f.max_ram_percentage == 75);
    ck_assert_str_eq(f.gc, "Z");
    ck_assert_str_eq(f.main_class, "com.x.Main");
}
END_TEST

START_TEST(flags_of_a_start_script)
{
    struct vm_flags f;

    TEXT_READ(&t,
              "#!/bin/sh\n# was -Xmx9g\n"
              "exec java -Xms1g -Xmx2g -XX:+AlwaysPreTouch a.Main\n",
              vm_flags_read, &f);
    ck_assert_uint_eq(f.xms, MB(1024));
    ck_assert_uint_eq(f.xmx, MB(2048));
    ck_assert(f.pretouch);
    ck_assert_uint_eq(f.line, 3);
}
END_TEST

START_TEST(later_flags_win)
{
    struct vm_flags f;

    TEXT_READ(&t,
              "jvm_args: -Xss1m -XX:+UseG1GC -XX:-UseG1GC "
              "-XX:+ExitOnOutOfMemoryError -XX:MaxMetaspaceSize=1x\n",
              vm_flags_read, &f);
    ck_assert_uint_eq(f.stack_size, MB(1));
    ck_assert_ptr_null(f.gc);
    ck_assert(f.exit_on_oome);
    ck_assert(!known(f.xmx));
    ck_assert(f.max_ram_percentage < 0);
}
END_TEST

START_TEST(cut_anywhere)
{
    static const char *const texts[] = {hs_err_8, vm_info_17, abort_25};

    sweep_prefixes(texts[_i], read_and_free);
    sweep_failures(texts[_i], read_and_free);
    sweep_failures(texts[_i], read_flags);
}
END_TEST

Suite *vminfo_suite(void)
{
    Suite *s = suite_create("vminfo");
    TCase *c = tcase_create("hs_err, VM.info, flags");

    tcase_add_checked_fixture(c, NULL, done);
    tcase_add_test(c, death_of_8);
    tcase_add_test(c, figures_of_8);
    tcase_add_test(c, info_of_17);
    tcase_add_test(c, memory_of_17);
    tcase_add_test(c, abort_of_25);
    tcase_add_loop_test(c, failures, 0, 5);
    tcase_add_test(c, windows);
    tcase_add_test(c, flags_of_jcmd);
    tcase_add_test(c, flags_cut_by_a_terminal);
    tcase_add_test(c, flags_of_a_command_line);
    tcase_add_test(c, flags_of_a_start_script);
    tcase_add_test(c, later_flags_win);
    tcase_set_timeout(c, 60); /* sweeps, under sanitizers */
    tcase_add_loop_test(c, cut_anywhere, 0, 3);
    suite_add_tcase(s, c);
    return s;
}
