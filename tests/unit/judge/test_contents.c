/*
 * test_contents.c - what each captured file is taken for, what is read of it,
 * and which of several heap dumps counts.
 */
#define _GNU_SOURCE
#include <check.h>
#include <string.h>
#include <unistd.h>

#include "captured.h"
#include "judge/digest.h"
#include "suites.h"

static const char nmt_off[] = "4242:\nNative memory tracking is not enabled\n";

START_TEST(content_decides_not_the_name)
{
    put("java.hprof", NMT_TEXT(7));
    read_all();
    ck_assert_int_eq(file("java.hprof")->kind, ARTIFACT_NMT);
    ck_assert_ptr_null(inc.heap);
}
END_TEST

START_TEST(pages_that_quote_are_no_evidence)
{
    put_kill("dmesg.txt", 4242, 230000);
    put_kill("README.md", 4242, 230000);
    put_kill("report.html", 4242, 230000);
    read_all();
    ck_assert_uint_eq(inc.ignored, 2);
    captured_end();
    captured_begin();
    put_kill("README.md", 4242, 230000);
    ck_assert(add("README.md", ARTIFACT_UNKNOWN)); /* by its name */
    read_added();
    ck_assert_int_eq(file("README.md")->kind, ARTIFACT_KERNEL_LOG);
}
END_TEST

START_TEST(what_a_flag_says_is_believed)
{
    put("java.hprof", notes);
    put_kill("dmesg.txt", 4242, 230000);
    ck_assert(add("dmesg.txt", ARTIFACT_UNKNOWN));
    ck_assert(add("java.hprof", ARTIFACT_HPROF));
    read_added();
    ck_assert_ptr_nonnull(
        strstr(file("java.hprof")->error, "is not a heap dump"));
    ck_assert(inc.damaged);
    ck_assert_ptr_null(inc.heap);
    ck_assert_uint_eq(inc.heap_input, NO_INPUT);
}
END_TEST

START_TEST(one_useless_file_is_an_error)
{
    put("java.hprof", notes);
    ck_assert(add("java.hprof", ARTIFACT_HPROF));
    ck_assert(!incident_read(&inc, NULL, &err));
    ck_assert_int_eq(err.code, ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(err.text, "java.hprof: is not a heap dump"));
}
END_TEST

START_TEST(gzip_is_looked_through)
{
    tempdir_write_gzip(&dir, "nmt.txt.gz", NMT_TEXT(7));
    read_all();
    ck_assert_str_eq(file("nmt.txt.gz")->name, "nmt.txt");
    ck_assert_int_eq(file("nmt.txt.gz")->kind, ARTIFACT_NMT);
    ck_assert_uint_eq(file("nmt.txt.gz")->nmt->total.committed, 7 << 10);
    ck_assert(!inc.damaged);
}
END_TEST

START_TEST(cut_gzip_is_damage)
{
    const char *path;

    tempdir_write_gzip(&dir, "nmt.txt.gz", NMT_TEXT(7));
    path = tempdir_path(&dir, "nmt.txt.gz");
    ck_assert_int_eq(truncate(path, 120), 0);
    read_all();
    ck_assert_ptr_nonnull(file("nmt.txt.gz")->damage);
    ck_assert(inc.damaged);
}
END_TEST

START_TEST(broken_gzip_is_damage)
{
    static const uint8_t broken[] = {0x1f, 0x8b, 8, 0, 1, 2, 3};

    put_kill("dmesg.txt", 4242, 230000);
    tempdir_write_bytes(&dir, "heap.hprof.gz", broken, sizeof broken);
    read_all();
    ck_assert_int_eq(file("heap.hprof.gz")->kind, ARTIFACT_UNKNOWN);
    ck_assert_ptr_nonnull(file("heap.hprof.gz")->damage);
    ck_assert(inc.damaged);
}
END_TEST

START_TEST(tracking_off_is_no_error)
{
    put("1/nmt.txt", nmt_off);
    read_all();
    ck_assert_ptr_null(file("nmt.txt")->error);
    ck_assert(!file("nmt.txt")->nmt->enabled);
    ck_assert(inc.snapshots.at[0].has_process);
    ck_assert(!inc.damaged);
}
END_TEST

START_TEST(the_last_report_of_a_loop_counts)
{
    put("loop.txt", NMT_TEXT(1) NMT_TEXT(2) NMT_TEXT(3));
    put("base.txt", NMT_TEXT(4) NMT_TEXT(5));
    ck_assert(add("loop.txt", ARTIFACT_UNKNOWN));
    ck_assert(incident_add(&inc, tempdir_path(&dir, "base.txt"), ARTIFACT_NMT,
                           true, &err));
    read_added();
    ck_assert_uint_eq(file("loop.txt")->nmt_all->at.n, 3);
    ck_assert_uint_eq(file("loop.txt")->nmt->total.committed, 3 << 10);
    ck_assert_uint_eq(file("base.txt")->nmt->total.committed, 4 << 10);
}
END_TEST

START_TEST(times_come_from_contents)
{
    put("gc.log", quiet_gc_log);
    put_kill("dmesg.txt", 4242, 230000);
    put_dump("1/heap.hprof", 1795213750123);
    read_all();
    ck_assert_int_eq(file("gc.log")->time, INT64_C(1795213742380));
    ck_assert_int_eq(file("dmesg.txt")->time, INT64_MIN);
    ck_assert_int_eq(file("heap.hprof")->time, INT64_C(1795213750123));
    ck_assert_int_eq(inc.snapshots.at[0].time, INT64_C(1795213750123));
    ck_assert(!inc.snapshots.at[0].has_process);
}
END_TEST

START_TEST(checksums_are_of_the_bytes_on_disk)
{
    uint64_t bytes;
    char sha[DIGEST_TEXT];

    put("abc", "abc");
    put_kill("dmesg.txt", 4242, 230000);
    read_all();
    ck_assert_str_eq(
        file("abc")->sha256,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    ck_assert_uint_eq(file("abc")->bytes, 3);
    ck_assert(digest_file(tempdir_path(&dir, "abc"), 2, sha, &bytes, &err));
    ck_assert_str_eq(sha, "");
    ck_assert(!digest_file(tempdir_path(&dir, "none"), 2, sha, &bytes, &err));
    ck_assert_int_eq(err.code, ERR_IO);
}
END_TEST

START_TEST(large_files_have_no_checksum)
{
    put_kill("dmesg.txt", 4242, 230000);
    put("large", "");
    ck_assert_int_eq(
        truncate(tempdir_path(&dir, "large"), (off_t)INCIDENT_DIGEST_MAX + 1),
        0);
    read_all();
    ck_assert_str_eq(file("large")->sha256, "");
    ck_assert_uint_eq(file("large")->bytes, INCIDENT_DIGEST_MAX + 1);
}
END_TEST

START_TEST(mixed_texts_are_read_twice)
{
    putf("1/stdout.txt",
         "%sException in thread \"main\" java.lang.OutOfMemoryError: "
         "Java heap space\n\tat app.Main.main(Main.java:3)\n",
         quiet_gc_log);
    put("gc.log", quiet_gc_log);
    read_all();
    ck_assert_uint_eq(inc.inputs.n, 3);
    ck_assert_int_eq(inc.inputs.at[0].kind, ARTIFACT_GC_LOG);
    ck_assert_int_eq(inc.inputs.at[1].kind, ARTIFACT_APP_LOG);
    ck_assert_int_eq(inc.inputs.at[2].kind, ARTIFACT_GC_LOG);
    ck_assert_str_eq(inc.inputs.at[2].path, inc.inputs.at[1].path);
    ck_assert_str_eq(snapshot_name(&inc.inputs.at[2]), "1");
    ck_assert_uint_eq(inc.inputs.at[2].gc->count, 1);
    ck_assert_uint_eq(inc.inputs.at[1].log->oomes.n, 1);
    ck_assert_uint_eq(inc.ignored, 0);
}
END_TEST

/* A script that gathers everything into one file asks the kernel first. */
START_TEST(answers_may_stand_behind_files_of_proc)
{
    put("1/triage.txt",
        "$ cat /proc/4242/status\nName:\tjava\nPid:\t4242\n"
        "VmRSS:\t   70000 kB\nRssAnon:\t   50000 kB\n\n"
        "$ jcmd 4242 VM.native_memory summary\n" NMT_TEXT(
            20000) "$ jcmd 4242 "
                   "GC.heap_info\n4242:\n garbage-first heap   total 65536K, "
                   "used 2965K "
                   "[0x00000000fc000000, 0x0000000100000000)\n");
    read_all();
    ck_assert_uint_eq(inc.inputs.n, 3);
    ck_assert_int_eq(inc.inputs.at[0].kind, ARTIFACT_PROC_STATUS);
    ck_assert_int_eq(inc.inputs.at[1].kind, ARTIFACT_NMT);
    ck_assert_uint_eq(inc.inputs.at[1].nmt->total.committed, 20000 * KIB);
    ck_assert_int_eq(inc.inputs.at[2].kind, ARTIFACT_HEAP_INFO);
    ck_assert_uint_eq(inc.inputs.at[2].heap_info->used, 2965 * KIB);
}
END_TEST

/* What a list shows of the only JVM in it is that JVM's, and its options. */
START_TEST(a_list_of_processes_has_a_status)
{
    put("1/ps.txt",
        "USER  PID %CPU %MEM   VSZ   RSS TTY STAT START TIME COMMAND\n"
        "root    1  0.0  0.3 16000 12000 ?   Ss   Jan01 0:03 /sbin/init\n"
        "app  4711 12.0 75.0 90000 30000 ?   Sl   Jan01 9:11 java -Xmx64m "
        "a.Main\n");
    put("2/ps.txt", "  PID   RSS COMMAND\n 4711 50000 java\n");
    put("top.txt", "  PID   RES COMMAND\n 7 50 java\n 8 60 java\n");
    read_all();
    ck_assert_uint_eq(inc.inputs.n, 6);
    ck_assert_int_eq(inc.inputs.at[3].kind, ARTIFACT_VM_COMMAND_LINE);
    ck_assert_uint_eq(inc.inputs.at[3].flags->xmx, 64 * MIB);
    ck_assert_int_eq(inc.inputs.at[4].kind, ARTIFACT_PROC_STATUS);
    ck_assert_uint_eq(inc.inputs.at[4].status->rss, 30000 << 10);
    ck_assert_uint_eq(inc.inputs.at[4].status->pid, 4711);
    ck_assert_str_eq(snapshot_name(&inc.inputs.at[4]), "1");
    ck_assert_uint_eq(inc.inputs.at[5].status->rss, 50000 << 10);
}
END_TEST

static const char crash[] =
    "#\n# A fatal error has been detected by the Java Runtime Environment:\n#\n"
    "#  SIGSEGV (0xb) at pc=0x00007f0000000001, pid=7, tid=8\n#\n"
    "# JRE version: OpenJDK Runtime Environment (8.0_402-b06) (build 1.8.0)\n";

/* Standard output has the head of hs_err, which counts where it is alone. */
START_TEST(a_crash_in_the_output)
{
    putf("out.txt", "java.lang.Exception: x\n%s", crash);
    read_all();
    ck_assert_uint_eq(inc.inputs.n, 2);
    ck_assert_int_eq(inc.inputs.at[0].kind, ARTIFACT_APP_LOG);
    ck_assert_int_eq(inc.inputs.at[1].kind, ARTIFACT_VM_INFO);
    ck_assert_int_eq(inc.inputs.at[1].vm_info->death, VM_CRASH);
}
END_TEST

START_TEST(a_crash_in_the_output_and_its_file)
{
    putf("out.txt", "java.lang.Exception: x\n%s", crash);
    put("hs_err_pid7.log", crash);
    read_all();
    ck_assert_uint_eq(inc.inputs.n, 2);
}
END_TEST

/* ---- which dump ------------------------------------------------------- */

static const char *heap_path(uint32_t input)
{
    return input == NO_INPUT ? "none"
                             : inc.inputs.at[input].path + strlen(dir.path) + 1;
}

START_TEST(the_newest_dump_is_analysed)
{
    put_dump("oome.hprof", 3000);
    put_dump("1/heap.hprof", 1000);
    put_dump("2/heap.hprof", 2000);
    read_all();
    ck_assert_str_eq(heap_path(inc.heap_input), "oome.hprof");
    ck_assert_str_eq(heap_path(inc.heap_before_input), "1/heap.hprof");
    ck_assert(inc.heap_before->quick);
    ck_assert(!inc.heap->quick);
    ck_assert_int_eq(inc.heap->dump.time, 3000);
    ck_assert_uint_eq(inc.heap->all.objects, inc.heap_before->all.objects);
    ck_assert(!inc.damaged);
}
END_TEST

START_TEST(clocks_outrank_places)
{
    put_dump("oome.hprof", 1000);
    put_dump("1/heap.hprof", 4000);
    put_dump("2/heap.hprof", 2000);
    read_all();
    ck_assert_str_eq(heap_path(inc.heap_input), "1/heap.hprof");
    ck_assert_str_eq(heap_path(inc.heap_before_input), "oome.hprof");
}
END_TEST

START_TEST(copies_of_a_dump_show_no_growth)
{
    put_dump("oome.hprof", 1000);
    put_dump("1/heap.hprof", 1000);
    read_all();
    ck_assert_str_eq(heap_path(inc.heap_input), "oome.hprof");
    ck_assert_str_eq(heap_path(inc.heap_before_input), "none");
}
END_TEST

START_TEST(without_clocks_places_decide)
{
    put_dump("2/heap.hprof", 0);
    put_dump("10/heap.hprof", 0);
    read_all();
    ck_assert_str_eq(heap_path(inc.heap_input), "10/heap.hprof");
    ck_assert_str_eq(heap_path(inc.heap_before_input), "2/heap.hprof");
}
END_TEST

START_TEST(a_broken_dump_gives_way)
{
    put_dump("broken.hprof", 9000);
    ck_assert_int_eq(truncate(tempdir_path(&dir, "broken.hprof"), 31), 0);
    put_dump("1/heap.hprof", 1000);
    read_all();
    ck_assert_ptr_nonnull(file("broken.hprof")->error);
    ck_assert_str_eq(heap_path(inc.heap_input), "1/heap.hprof");
    ck_assert_str_eq(heap_path(inc.heap_before_input), "none");
    ck_assert(inc.damaged);
}
END_TEST

START_TEST(a_cut_dump_is_damaged)
{
    put_cut_dump("cut.hprof", 9000, 12);
    read_all();
    ck_assert_str_eq(heap_path(inc.heap_input), "cut.hprof");
    ck_assert_ptr_nonnull(file("cut.hprof")->damage);
    ck_assert_ptr_nonnull(strstr(file("cut.hprof")->damage, "inside a record"));
    ck_assert(inc.damaged);
}
END_TEST

TCase *contents_tcase(void)
{
    TCase *t = tcase_create("contents");

    tcase_add_checked_fixture(t, captured_begin, captured_end);
    tcase_add_test(t, content_decides_not_the_name);
    tcase_add_test(t, pages_that_quote_are_no_evidence);
    tcase_add_test(t, what_a_flag_says_is_believed);
    tcase_add_test(t, one_useless_file_is_an_error);
    tcase_add_test(t, gzip_is_looked_through);
    tcase_add_test(t, cut_gzip_is_damage);
    tcase_add_test(t, broken_gzip_is_damage);
    tcase_add_test(t, tracking_off_is_no_error);
    tcase_add_test(t, the_last_report_of_a_loop_counts);
    tcase_add_test(t, times_come_from_contents);
    tcase_add_test(t, checksums_are_of_the_bytes_on_disk);
    tcase_add_test(t, large_files_have_no_checksum);
    tcase_add_test(t, mixed_texts_are_read_twice);
    tcase_add_test(t, answers_may_stand_behind_files_of_proc);
    tcase_add_test(t, a_list_of_processes_has_a_status);
    tcase_add_test(t, a_crash_in_the_output);
    tcase_add_test(t, a_crash_in_the_output_and_its_file);
    tcase_add_test(t, the_newest_dump_is_analysed);
    tcase_add_test(t, clocks_outrank_places);
    tcase_add_test(t, copies_of_a_dump_show_no_growth);
    tcase_add_test(t, without_clocks_places_decide);
    tcase_add_test(t, a_broken_dump_gives_way);
    tcase_add_test(t, a_cut_dump_is_damaged);
    return t;
}
