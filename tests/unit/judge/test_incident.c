/*
 * test_incident.c - directories of small synthetic files: which are taken,
 * where each belongs, and what is an error.
 */
#include <check.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "captured.h"
#include "suites.h"

/* ---- what belongs where ----------------------------------------------- */

START_TEST(snapshots_come_in_natural_order)
{
    put("10-late/nmt.txt", NMT_TEXT(3));
    put("2-mid/nmt.txt", NMT_TEXT(2));
    put("1-ready/nmt.txt", NMT_TEXT(1));
    put("010-later/nmt.txt", NMT_TEXT(4));
    read_all();
    ck_assert_uint_eq(inc.snapshots.n, 4);
    ck_assert_str_eq(inc.snapshots.at[0].name, "1-ready");
    ck_assert_str_eq(inc.snapshots.at[1].name, "2-mid");
    ck_assert_str_eq(inc.snapshots.at[2].name, "10-late");
    ck_assert_str_eq(inc.snapshots.at[3].name, "010-later");
    for (uint32_t k = 0; k < 4; k++) {
        ck_assert_uint_eq(inc.inputs.at[k].snapshot, k);
        ck_assert_uint_eq(inc.inputs.at[k].nmt->total.committed,
                          (uint64_t)(k + 1) << 10);
        ck_assert(inc.snapshots.at[k].has_process);
    }
}
END_TEST

START_TEST(snapshots_named_by_time_have_it)
{
    put("20261120T222950Z/nmt.txt", NMT_TEXT(2));
    put("2026-11-20_22-29-02/nmt.txt", NMT_TEXT(1));
    put("later/nmt.txt", NMT_TEXT(3));
    put("99999999999999/nmt.txt", NMT_TEXT(3));
    read_all();
    ck_assert_uint_eq(inc.snapshots.n, 4);
    ck_assert_int_eq(inc.snapshots.at[0].time, INT64_C(1795213742000));
    ck_assert_int_eq(inc.snapshots.at[1].time, INT64_C(1795213790000));
    ck_assert_int_eq(inc.snapshots.at[2].time, INT64_MIN);
    ck_assert_int_eq(inc.snapshots.at[3].time, INT64_MIN);
}
END_TEST

START_TEST(files_belong_to_their_folder)
{
    put_kill("dmesg.txt", 4242, 230000);
    put_status("1/status", 84860);
    put("1/cgroup/values", "memory.limit_in_bytes 268435456\n");
    put_status("1/a/b/status", 84860);
    read_all();
    ck_assert_str_eq(snapshot_name(file("dmesg.txt")), "");
    ck_assert_str_eq(snapshot_name(file("1/status")), "1");
    ck_assert_str_eq(snapshot_name(file("values")), "1");
    ck_assert_uint_eq(inc.snapshots.n, 1);
    ck_assert_int_eq(file("1/a/b")->kind, ARTIFACT_UNKNOWN);
    ck_assert_uint_eq(inc.ignored, 1);
    ck_assert_uint_eq(inc.inputs.n, 4);
    ck_assert(!inc.damaged);
}
END_TEST

START_TEST(what_followed_a_dump_is_marked)
{
    put("1/nmt.txt", NMT_TEXT(2));
    put("1/after-dump-nmt.txt", NMT_TEXT(1));
    put("1/after-dump/nmt.txt", NMT_TEXT(1));
    put("1/extra-after-trim.txt", NMT_TEXT(1));
    put("1/hereafter-x", NMT_TEXT(1));
    put("1/afternoon-x", NMT_TEXT(1));
    put_status("2-after-all/status", 84860);
    put("after-x", NMT_TEXT(1));
    read_all();
    ck_assert(!file("1/nmt.txt")->after_dump);
    ck_assert(file("after-dump-nmt.txt")->after_dump);
    ck_assert(file("after-dump/nmt.txt")->after_dump);
    ck_assert(file("extra-after-trim.txt")->after_dump);
    ck_assert(!file("hereafter-x")->after_dump);
    ck_assert(!file("afternoon-x")->after_dump);
    ck_assert(!file("status")->after_dump);
    ck_assert(!file("after-x")->after_dump);
}
END_TEST

START_TEST(two_directories_make_one_incident)
{
    put("pod/2/nmt.txt", NMT_TEXT(2));
    put_status("node/1/status", 84860);
    put_status("node/2/status", 84860);
    put_kill("dmesg.txt", 4242, 230000);
    ck_assert(add("pod", ARTIFACT_UNKNOWN));
    ck_assert(add("node/", ARTIFACT_UNKNOWN));
    ck_assert(add("dmesg.txt", ARTIFACT_UNKNOWN));
    read_added();
    ck_assert_uint_eq(inc.snapshots.n, 2);
    ck_assert_str_eq(snapshot_name(file("node/1/status")), "1");
    ck_assert_str_eq(snapshot_name(file("node/2/status")), "2");
    ck_assert_str_eq(snapshot_name(file("nmt.txt")), "2");
    ck_assert_uint_eq(file("dmesg.txt")->kernel->kills.n, 1);
}
END_TEST

START_TEST(order_is_not_the_file_systems)
{
    static const char *const names[] = {"b10", "b9", "a", "B", "1/z", "1/y"};
    static const char *const sorted[] = {"B", "a", "b9", "b10", "1/y", "1/z"};
    const size_t n = sizeof names / sizeof *names;

    for (size_t turn = 0; turn < n; turn++) {
        captured_end();
        captured_begin();
        for (size_t k = 0; k < n; k++)
            put(names[(k + turn) % n], NMT_TEXT(1));
        read_all();
        ck_assert_uint_eq(inc.inputs.n, n);
        for (size_t k = 0; k < n; k++)
            ck_assert_str_eq(inc.inputs.at[k].path + strlen(dir.path) + 1,
                             sorted[k]);
    }
}
END_TEST

START_TEST(one_file_given_twice_is_one_input)
{
    put("1/nmt.txt", NMT_TEXT(1));
    put("2/notes", notes);
    ck_assert(incident_add(&inc, tempdir_path(&dir, "1/nmt.txt"), ARTIFACT_NMT,
                           true, &err));
    ck_assert(add("", ARTIFACT_UNKNOWN));
    ck_assert(add("2/notes", ARTIFACT_APP_LOG));
    read_added();
    ck_assert_uint_eq(inc.inputs.n, 2);
    ck_assert(file("nmt.txt")->baseline);
    ck_assert_str_eq(snapshot_name(file("nmt.txt")), "1");
    ck_assert_int_eq(file("notes")->kind, ARTIFACT_APP_LOG);
    ck_assert(file("notes")->kind_given);
    ck_assert_uint_eq(inc.ignored, 0);
}
END_TEST

/* ---- what is no evidence ---------------------------------------------- */

START_TEST(unknown_files_are_listed)
{
    put_kill("dmesg.txt", 4242, 230000);
    put("notes.txt", notes);
    put("src/Main.java", "class Main {}\n");
    put("empty", "");
    read_all();
    ck_assert_uint_eq(inc.ignored, 3);
    ck_assert_uint_eq(inc.snapshots.n, 0);
    ck_assert_int_eq(file("Main.java")->kind, ARTIFACT_UNKNOWN);
    ck_assert_str_eq(snapshot_name(file("Main.java")), "");
    ck_assert_ptr_null(file("notes.txt")->error);
    ck_assert_ptr_null(file("empty")->error);
    ck_assert_ptr_null(file("empty")->any);
    ck_assert(!inc.damaged);
}
END_TEST

START_TEST(only_plain_visible_files_are_taken)
{
    put("case/1/nmt.txt", NMT_TEXT(1));
    put_kill("case/.hidden", 4242, 230000);
    put_kill("case/.git/dmesg.txt", 4242, 230000);
    put_kill("elsewhere.txt", 4242, 230000);
    tempdir_fifo(&dir, "case/pipe");
    put("case/memory.reclaim", "");
    ck_assert_int_eq(chmod(tempdir_path(&dir, "case/memory.reclaim"), 0200), 0);
    tempdir_link(&dir, "case/last", "1");
    tempdir_link(&dir, "case/self", ".");
    tempdir_link(&dir, "case/linked.txt", "../elsewhere.txt");
    ck_assert(add("case", ARTIFACT_UNKNOWN));
    read_added();
    ck_assert_uint_eq(inc.inputs.n, 2);
    ck_assert_int_eq(file("linked.txt")->kind, ARTIFACT_KERNEL_LOG);
}
END_TEST

/* It is told, and the rest is whole. */
START_TEST(a_link_to_nowhere_is_no_damage)
{
    put_kill("dmesg.txt", 4242, 230000);
    tempdir_link(&dir, "gone", "nowhere");
    read_all();
    ck_assert_ptr_nonnull(strstr(file("gone")->error, "cannot be opened"));
    ck_assert_uint_eq(file("dmesg.txt")->kernel->kills.n, 1);
    ck_assert(!inc.damaged);
    ck_assert_uint_eq(inc.ignored, 0);
}
END_TEST

START_TEST(nothing_there_is_an_error)
{
    ck_assert(!add("", ARTIFACT_UNKNOWN));
    ck_assert_int_eq(err.code, ERR_FORMAT);
    ck_assert_str_eq(err.text, "is an empty directory");
    memset(&err, 0, sizeof err);
    ck_assert(!add("nowhere", ARTIFACT_UNKNOWN));
    ck_assert_int_eq(err.code, ERR_IO);
    memset(&err, 0, sizeof err);
    put("notes.txt", notes);
    ck_assert(!add("", ARTIFACT_UNKNOWN));
    ck_assert_int_eq(err.code, ERR_FORMAT);
    memset(&err, 0, sizeof err);
    ck_assert(!incident_read(&inc, NULL, &err));
    ck_assert_int_eq(err.code, ERR_FORMAT);
}
END_TEST

START_TEST(no_input_at_all_is_a_wrong_command)
{
    ck_assert(!incident_read(&inc, NULL, &err));
    ck_assert_int_eq(err.code, ERR_USAGE);
}
END_TEST

START_TEST(a_flag_wants_a_file)
{
    put("cg/memory.stat", "cache 4096\nrss 8192\nrss_huge 0\nshmem 0\n"
                          "mapped_file 0\npgpgin 1\n");
    ck_assert(!add("cg", ARTIFACT_NMT));
    ck_assert_int_eq(err.code, ERR_USAGE);
    memset(&err, 0, sizeof err);
    ck_assert(add("cg", ARTIFACT_CGROUP_STAT));
    read_added();
    ck_assert_uint_eq(cgroup_get(file("memory.stat")->cgroup, "rss"), 8192);
}
END_TEST

/* ---- memory ----------------------------------------------------------- */

static const char kernel_and_error[] =
    "java.lang.OutOfMemoryError: Direct buffer memory\n"
    "[ 3168.7] Memory cgroup out of memory: Killed process 4242 (java) "
    "total-vm:2420492kB, anon-rss:230000kB, file-rss:10000kB, shmem-rss:0kB\n";

static void put_everything(void)
{
    put_kill("dmesg.txt", 4242, 230000);
    put("gc.log", quiet_gc_log);
    put("notes", notes);
    put("stdout", kernel_and_error);
    tempdir_link(&dir, "gone", "nowhere");
    put_status("2/status", 84860);
    tempdir_write_gzip(&dir, "2/nmt.txt.gz", NMT_TEXT(1));
    put("1/nmt.txt", NMT_TEXT(1));
    put_dump("1/heap.hprof", 1000);
    put_dump("2/heap.hprof", 2000);
}

START_TEST(every_allocation_may_fail)
{
    uint64_t calls;

    put_everything();
    read_all();
    calls = mem.calls;
    ck_assert_uint_gt(calls, 50);
    for (uint64_t n = 1; n <= calls; n++) {
        bool ok;

        captured_again();
        mem.fail_at = n;
        ok = add("", ARTIFACT_UNKNOWN) && incident_read(&inc, NULL, &err);
        ck_assert_msg(!ok, "call %" PRIu64 " failed unseen", n);
        ck_assert_int_eq(err.code, ERR_NOMEM);
    }
}
END_TEST

START_TEST(a_budget_too_small_is_said)
{
    put_everything();
    mem_init(&mem, 1 << 20);
    ck_assert(!add("", ARTIFACT_UNKNOWN));
    ck_assert_int_eq(err.code, ERR_BUDGET);
}
END_TEST

TCase *incident_tcase(void)
{
    TCase *t = tcase_create("incident");

    tcase_add_checked_fixture(t, captured_begin, captured_end);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, snapshots_come_in_natural_order);
    tcase_add_test(t, snapshots_named_by_time_have_it);
    tcase_add_test(t, files_belong_to_their_folder);
    tcase_add_test(t, what_followed_a_dump_is_marked);
    tcase_add_test(t, two_directories_make_one_incident);
    tcase_add_test(t, order_is_not_the_file_systems);
    tcase_add_test(t, one_file_given_twice_is_one_input);
    tcase_add_test(t, unknown_files_are_listed);
    tcase_add_test(t, only_plain_visible_files_are_taken);
    tcase_add_test(t, a_link_to_nowhere_is_no_damage);
    tcase_add_test(t, nothing_there_is_an_error);
    tcase_add_test(t, no_input_at_all_is_a_wrong_command);
    tcase_add_test(t, a_flag_wants_a_file);
    tcase_add_test(t, every_allocation_may_fail);
    tcase_add_test(t, a_budget_too_small_is_said);
    return t;
}
