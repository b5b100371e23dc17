/*
 * test_incident.c - directories of small synthetic files: what each is taken
 * for, where it belongs, and what happens to those that are broken.
 */
#define _GNU_SOURCE
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "judge/digest.h"
#include "judge/incident.h"
#include "suites.h"
#include "tests/support/hprof_writer.h"
#include "tests/support/tempdir.h"

#define NMT_TEXT(kb)                                                           \
    "4242:\n\nNative Memory Tracking:\n\n"                                     \
    "Total: reserved=900000KB, committed=" #kb "KB\n\n"                        \
    "-                 Java Heap (reserved=65536KB, committed=8320KB)\n"       \
    "                            (mmap: reserved=65536KB, committed=8320KB)\n" \
    "\n"

static const char nmt_off[] = "4242:\nNative memory tracking is not enabled\n";
static const char kernel[] =
    "[ 3168.6] java invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, "
    "oom_score_adj=0\n"
    "[ 3168.7] Memory cgroup out of memory: Killed process 4242 (java) "
    "total-vm:2420492kB, anon-rss:230000kB, file-rss:10000kB, shmem-rss:0kB, "
    "UID:0 pgtables:600kB oom_score_adj:0\n";
static const char status[] =
    "Name:\tjava\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t4242\n"
    "Pid:\t4242\nPPid:\t1\nVmPeak:\t 2420492 kB\nVmSize:\t 2420492 kB\n"
    "VmHWM:\t  107380 kB\nVmRSS:\t  107380 kB\nRssAnon:\t   84860 kB\n"
    "RssFile:\t   22520 kB\nRssShmem:\t       0 kB\nThreads:\t20\n";
static const char gc_log[] =
    "[2026-11-20T22:29:02.380+0000][0.017s][info][gc     ] Using Serial\n"
    "[2026-11-20T22:29:02.390+0000][0.027s][info][gc] GC(0) Pause Young "
    "(Allocation Failure) 2M->1M(8M) 1.000ms\n";
static const char kernel_and_error[] =
    "java.lang.OutOfMemoryError: Direct buffer memory\n"
    "[ 3168.7] Memory cgroup out of memory: Killed process 4242 (java) "
    "total-vm:2420492kB, anon-rss:230000kB, file-rss:10000kB, shmem-rss:0kB\n";
static const char notes[] = "Met with the team. Nobody knows.\n";

static struct tempdir dir;
static struct mem mem;
static struct incident inc;
static struct err err;

static void setup(void)
{
    tempdir_create(&dir);
    mem_init(&mem, 0);
    incident_init(&inc, &mem);
    memset(&err, 0, sizeof err);
}

static void teardown(void)
{
    incident_deinit(&inc);
    ck_assert_uint_eq(mem.held, 0);
    tempdir_remove(&dir);
}

static bool add(const char *name, enum artifact_kind kind)
{
    return incident_add(&inc, tempdir_path(&dir, name), kind, false, &err);
}

static void read_all(void)
{
    ck_assert_msg(incident_read(&inc, NULL, &err), "%s", err.text);
    ck_assert(!err_is_set(&err));
}

static void load(void)
{
    ck_assert_msg(add("", ARTIFACT_UNKNOWN), "%s", err.text);
    read_all();
}

/* The input whose path ends in `name`; it must be there. */
static const struct input *find(const char *name)
{
    const struct input *in, *found = NULL;

    VEC_EACH (&inc.inputs, in) {
        size_t n = strlen(in->path), k = strlen(name);

        if (n > k && strcmp(in->path + n - k, name) == 0 &&
            in->path[n - k - 1] == '/') {
            ck_assert_ptr_null(found);
            found = in;
        }
    }
    ck_assert_msg(found, "%s is not among the inputs", name);
    return found;
}

static const char *snapshot_name(const struct input *in)
{
    if (in->snapshot == NO_SNAPSHOT)
        return "";
    ck_assert_uint_lt(in->snapshot, inc.snapshots.n);
    ck_assert_uint_eq(inc.snapshots.at[in->snapshot].index, in->snapshot);
    return inc.snapshots.at[in->snapshot].name;
}

/* ---- heap dumps ------------------------------------------------------- */

/* One object and its class, `less` bytes short at the end. */
static void write_cut_dump(const char *name, uint64_t time, size_t less)
{
    const size_t clock = sizeof "JAVA PROFILE 1.0.2" + 4;
    struct hprof_writer w;

    hw_init(&w, "1.0.2", 8);
    hw_jdk(&w);
    HW_INSTANCE(&w, 0x10000, HW_OBJECT, "", 0);
    hw_root(&w, HW_UNKNOWN, 0x10000, 0, 0);
    hw_finish(&w);
    for (unsigned k = 0; k < 8; k++)
        w.at[clock + k] = (uint8_t)(time >> (56 - 8 * k));
    ck_assert_uint_gt(w.n, less);
    tempdir_write_bytes(&dir, name, w.at, w.n - less);
    hw_deinit(&w);
}

static void write_dump(const char *name, uint64_t time)
{
    write_cut_dump(name, time, 0);
}

/* ---- what belongs where ----------------------------------------------- */

START_TEST(snapshots_come_in_natural_order)
{
    tempdir_write(&dir, "10-late/nmt.txt", NMT_TEXT(3));
    tempdir_write(&dir, "2-mid/nmt.txt", NMT_TEXT(2));
    tempdir_write(&dir, "1-ready/nmt.txt", NMT_TEXT(1));
    tempdir_write(&dir, "010-later/nmt.txt", NMT_TEXT(4));
    load();
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
    tempdir_write(&dir, "20261120T222950Z/nmt.txt", NMT_TEXT(2));
    tempdir_write(&dir, "2026-11-20_22-29-02/nmt.txt", NMT_TEXT(1));
    tempdir_write(&dir, "later/nmt.txt", NMT_TEXT(3));
    tempdir_write(&dir, "99999999999999/nmt.txt", NMT_TEXT(3));
    load();
    ck_assert_uint_eq(inc.snapshots.n, 4);
    ck_assert_int_eq(inc.snapshots.at[0].time, INT64_C(1795213742000));
    ck_assert_int_eq(inc.snapshots.at[1].time, INT64_C(1795213790000));
    ck_assert_int_eq(inc.snapshots.at[2].time, INT64_MIN);
    ck_assert_int_eq(inc.snapshots.at[3].time, INT64_MIN);
}
END_TEST

START_TEST(files_belong_to_their_folder)
{
    tempdir_write(&dir, "dmesg.txt", kernel);
    tempdir_write(&dir, "1/status", status);
    tempdir_write(&dir, "1/cgroup/values", "memory.limit_in_bytes 268435456\n");
    tempdir_write(&dir, "1/a/b/status", status);
    load();
    ck_assert_str_eq(snapshot_name(find("dmesg.txt")), "");
    ck_assert_str_eq(snapshot_name(find("1/status")), "1");
    ck_assert_str_eq(snapshot_name(find("values")), "1");
    ck_assert_uint_eq(inc.snapshots.n, 1);
    ck_assert_int_eq(find("1/a/b")->kind, ARTIFACT_UNKNOWN);
    ck_assert_uint_eq(inc.ignored, 1);
    ck_assert_uint_eq(inc.inputs.n, 4);
    ck_assert(!inc.damaged);
}
END_TEST

START_TEST(what_followed_a_dump_is_marked)
{
    tempdir_write(&dir, "1/nmt.txt", NMT_TEXT(2));
    tempdir_write(&dir, "1/after-dump-nmt.txt", NMT_TEXT(1));
    tempdir_write(&dir, "1/after-dump/nmt.txt", NMT_TEXT(1));
    tempdir_write(&dir, "1/extra-after-trim.txt", NMT_TEXT(1));
    tempdir_write(&dir, "1/hereafter-x", NMT_TEXT(1));
    tempdir_write(&dir, "1/afternoon-x", NMT_TEXT(1));
    tempdir_write(&dir, "2-after-all/status", status);
    tempdir_write(&dir, "after-x", NMT_TEXT(1));
    load();
    ck_assert(!find("1/nmt.txt")->after_dump);
    ck_assert(find("after-dump-nmt.txt")->after_dump);
    ck_assert(find("after-dump/nmt.txt")->after_dump);
    ck_assert(find("extra-after-trim.txt")->after_dump);
    ck_assert(!find("hereafter-x")->after_dump);
    ck_assert(!find("afternoon-x")->after_dump);
    ck_assert(!find("status")->after_dump);
    ck_assert(!find("after-x")->after_dump);
}
END_TEST

START_TEST(two_directories_make_one_incident)
{
    tempdir_write(&dir, "pod/2/nmt.txt", NMT_TEXT(2));
    tempdir_write(&dir, "node/1/status", status);
    tempdir_write(&dir, "node/2/status", status);
    tempdir_write(&dir, "dmesg.txt", kernel);
    ck_assert(add("pod", ARTIFACT_UNKNOWN));
    ck_assert(add("node/", ARTIFACT_UNKNOWN));
    ck_assert(add("dmesg.txt", ARTIFACT_UNKNOWN));
    read_all();
    ck_assert_uint_eq(inc.snapshots.n, 2);
    ck_assert_str_eq(snapshot_name(find("node/1/status")), "1");
    ck_assert_str_eq(snapshot_name(find("node/2/status")), "2");
    ck_assert_str_eq(snapshot_name(find("nmt.txt")), "2");
    ck_assert_uint_eq(find("dmesg.txt")->kernel->kills.n, 1);
}
END_TEST

START_TEST(order_is_not_the_file_systems)
{
    static const char *const names[] = {"b10", "b9", "a", "B", "1/z", "1/y"};
    static const char *const sorted[] = {"B", "a", "b9", "b10", "1/y", "1/z"};
    const size_t n = sizeof names / sizeof *names;

    for (size_t turn = 0; turn < n; turn++) {
        teardown();
        setup();
        for (size_t k = 0; k < n; k++)
            tempdir_write(&dir, names[(k + turn) % n], NMT_TEXT(1));
        load();
        ck_assert_uint_eq(inc.inputs.n, n);
        for (size_t k = 0; k < n; k++)
            ck_assert_str_eq(inc.inputs.at[k].path + strlen(dir.path) + 1,
                             sorted[k]);
    }
}
END_TEST

START_TEST(one_file_given_twice_is_one_input)
{
    tempdir_write(&dir, "1/nmt.txt", NMT_TEXT(1));
    tempdir_write(&dir, "2/notes", notes);
    ck_assert(incident_add(&inc, tempdir_path(&dir, "1/nmt.txt"), ARTIFACT_NMT,
                           true, &err));
    ck_assert(add("", ARTIFACT_UNKNOWN));
    ck_assert(add("2/notes", ARTIFACT_APP_LOG));
    read_all();
    ck_assert_uint_eq(inc.inputs.n, 2);
    ck_assert(find("nmt.txt")->baseline);
    ck_assert_str_eq(snapshot_name(find("nmt.txt")), "1");
    ck_assert_int_eq(find("notes")->kind, ARTIFACT_APP_LOG);
    ck_assert(find("notes")->kind_given);
    ck_assert_uint_eq(inc.ignored, 0);
}
END_TEST

/* ---- what is no evidence ---------------------------------------------- */

START_TEST(unknown_files_are_listed)
{
    tempdir_write(&dir, "dmesg.txt", kernel);
    tempdir_write(&dir, "notes.txt", notes);
    tempdir_write(&dir, "src/Main.java", "class Main {}\n");
    tempdir_write(&dir, "empty", "");
    load();
    ck_assert_uint_eq(inc.ignored, 3);
    ck_assert_uint_eq(inc.snapshots.n, 0);
    ck_assert_int_eq(find("Main.java")->kind, ARTIFACT_UNKNOWN);
    ck_assert_str_eq(snapshot_name(find("Main.java")), "");
    ck_assert_ptr_null(find("notes.txt")->error);
    ck_assert_ptr_null(find("empty")->error);
    ck_assert_ptr_null(find("empty")->any);
    ck_assert(!inc.damaged);
}
END_TEST

START_TEST(only_plain_visible_files_are_taken)
{
    tempdir_write(&dir, "case/1/nmt.txt", NMT_TEXT(1));
    tempdir_write(&dir, "case/.hidden", kernel);
    tempdir_write(&dir, "case/.git/dmesg.txt", kernel);
    tempdir_write(&dir, "elsewhere.txt", kernel);
    tempdir_fifo(&dir, "case/pipe");
    tempdir_write(&dir, "case/memory.reclaim", "");
    ck_assert_int_eq(chmod(tempdir_path(&dir, "case/memory.reclaim"), 0200), 0);
    tempdir_link(&dir, "case/last", "1");
    tempdir_link(&dir, "case/self", ".");
    tempdir_link(&dir, "case/linked.txt", "../elsewhere.txt");
    ck_assert(add("case", ARTIFACT_UNKNOWN));
    read_all();
    ck_assert_uint_eq(inc.inputs.n, 2);
    ck_assert_int_eq(find("linked.txt")->kind, ARTIFACT_KERNEL_LOG);
}
END_TEST

/* It is told, and the rest is whole. */
START_TEST(a_link_to_nowhere_is_no_damage)
{
    tempdir_write(&dir, "dmesg.txt", kernel);
    tempdir_link(&dir, "gone", "nowhere");
    load();
    ck_assert_ptr_nonnull(strstr(find("gone")->error, "cannot be opened"));
    ck_assert_uint_eq(find("dmesg.txt")->kernel->kills.n, 1);
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
    tempdir_write(&dir, "notes.txt", notes);
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
    tempdir_write(&dir, "cg/memory.stat",
                  "cache 4096\nrss 8192\nrss_huge 0\nshmem 0\n"
                  "mapped_file 0\npgpgin 1\n");
    ck_assert(!add("cg", ARTIFACT_NMT));
    ck_assert_int_eq(err.code, ERR_USAGE);
    memset(&err, 0, sizeof err);
    ck_assert(add("cg", ARTIFACT_CGROUP_STAT));
    read_all();
    ck_assert_uint_eq(cgroup_get(find("memory.stat")->cgroup, "rss"), 8192);
}
END_TEST

/* ---- contents --------------------------------------------------------- */

START_TEST(content_decides_not_the_name)
{
    tempdir_write(&dir, "java.hprof", NMT_TEXT(7));
    load();
    ck_assert_int_eq(find("java.hprof")->kind, ARTIFACT_NMT);
    ck_assert_ptr_null(inc.heap);
}
END_TEST

START_TEST(pages_that_quote_are_no_evidence)
{
    tempdir_write(&dir, "dmesg.txt", kernel);
    tempdir_write(&dir, "README.md", kernel);
    tempdir_write(&dir, "report.html", kernel);
    load();
    ck_assert_uint_eq(inc.ignored, 2);
    teardown();
    setup();
    tempdir_write(&dir, "README.md", kernel);
    ck_assert(add("README.md", ARTIFACT_UNKNOWN)); /* by its name */
    read_all();
    ck_assert_int_eq(find("README.md")->kind, ARTIFACT_KERNEL_LOG);
}
END_TEST

START_TEST(what_a_flag_says_is_believed)
{
    tempdir_write(&dir, "java.hprof", notes);
    tempdir_write(&dir, "dmesg.txt", kernel);
    ck_assert(add("dmesg.txt", ARTIFACT_UNKNOWN));
    ck_assert(add("java.hprof", ARTIFACT_HPROF));
    read_all();
    ck_assert_ptr_nonnull(
        strstr(find("java.hprof")->error, "is not a heap dump"));
    ck_assert(inc.damaged);
    ck_assert_ptr_null(inc.heap);
    ck_assert_uint_eq(inc.heap_input, NO_INPUT);
}
END_TEST

START_TEST(one_useless_file_is_an_error)
{
    tempdir_write(&dir, "java.hprof", notes);
    ck_assert(add("java.hprof", ARTIFACT_HPROF));
    ck_assert(!incident_read(&inc, NULL, &err));
    ck_assert_int_eq(err.code, ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(err.text, "java.hprof: is not a heap dump"));
}
END_TEST

START_TEST(gzip_is_looked_through)
{
    tempdir_write_gzip(&dir, "nmt.txt.gz", NMT_TEXT(7));
    load();
    ck_assert_str_eq(find("nmt.txt.gz")->name, "nmt.txt");
    ck_assert_int_eq(find("nmt.txt.gz")->kind, ARTIFACT_NMT);
    ck_assert_uint_eq(find("nmt.txt.gz")->nmt->total.committed, 7 << 10);
    ck_assert(!inc.damaged);
}
END_TEST

START_TEST(cut_gzip_is_damage)
{
    const char *path;

    tempdir_write_gzip(&dir, "nmt.txt.gz", NMT_TEXT(7));
    path = tempdir_path(&dir, "nmt.txt.gz");
    ck_assert_int_eq(truncate(path, 120), 0);
    load();
    ck_assert_ptr_nonnull(find("nmt.txt.gz")->damage);
    ck_assert(inc.damaged);
}
END_TEST

START_TEST(broken_gzip_is_damage)
{
    static const uint8_t broken[] = {0x1f, 0x8b, 8, 0, 1, 2, 3};

    tempdir_write(&dir, "dmesg.txt", kernel);
    tempdir_write_bytes(&dir, "heap.hprof.gz", broken, sizeof broken);
    load();
    ck_assert_int_eq(find("heap.hprof.gz")->kind, ARTIFACT_UNKNOWN);
    ck_assert_ptr_nonnull(find("heap.hprof.gz")->damage);
    ck_assert(inc.damaged);
}
END_TEST

START_TEST(tracking_off_is_no_error)
{
    tempdir_write(&dir, "1/nmt.txt", nmt_off);
    load();
    ck_assert_ptr_null(find("nmt.txt")->error);
    ck_assert(!find("nmt.txt")->nmt->enabled);
    ck_assert(inc.snapshots.at[0].has_process);
    ck_assert(!inc.damaged);
}
END_TEST

START_TEST(the_last_report_of_a_loop_counts)
{
    tempdir_write(&dir, "loop.txt", NMT_TEXT(1) NMT_TEXT(2) NMT_TEXT(3));
    tempdir_write(&dir, "base.txt", NMT_TEXT(4) NMT_TEXT(5));
    ck_assert(add("loop.txt", ARTIFACT_UNKNOWN));
    ck_assert(incident_add(&inc, tempdir_path(&dir, "base.txt"), ARTIFACT_NMT,
                           true, &err));
    read_all();
    ck_assert_uint_eq(find("loop.txt")->nmt_all->at.n, 3);
    ck_assert_uint_eq(find("loop.txt")->nmt->total.committed, 3 << 10);
    ck_assert_uint_eq(find("base.txt")->nmt->total.committed, 4 << 10);
}
END_TEST

START_TEST(times_come_from_contents)
{
    tempdir_write(&dir, "gc.log", gc_log);
    tempdir_write(&dir, "dmesg.txt", kernel);
    write_dump("1/heap.hprof", 1795213750123);
    load();
    ck_assert_int_eq(find("gc.log")->time, INT64_C(1795213742380));
    ck_assert_int_eq(find("dmesg.txt")->time, INT64_MIN);
    ck_assert_int_eq(find("heap.hprof")->time, INT64_C(1795213750123));
    ck_assert_int_eq(inc.snapshots.at[0].time, INT64_C(1795213750123));
    ck_assert(!inc.snapshots.at[0].has_process);
}
END_TEST

START_TEST(checksums_are_of_the_bytes_on_disk)
{
    uint64_t bytes;
    char sha[DIGEST_TEXT];

    tempdir_write(&dir, "abc", "abc");
    tempdir_write(&dir, "dmesg.txt", kernel);
    load();
    ck_assert_str_eq(
        find("abc")->sha256,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    ck_assert_uint_eq(find("abc")->bytes, 3);
    ck_assert(digest_file(tempdir_path(&dir, "abc"), 2, sha, &bytes, &err));
    ck_assert_str_eq(sha, "");
    ck_assert(!digest_file(tempdir_path(&dir, "none"), 2, sha, &bytes, &err));
    ck_assert_int_eq(err.code, ERR_IO);
}
END_TEST

START_TEST(large_files_have_no_checksum)
{
    tempdir_write(&dir, "dmesg.txt", kernel);
    tempdir_write(&dir, "large", "");
    ck_assert_int_eq(
        truncate(tempdir_path(&dir, "large"), (off_t)INCIDENT_DIGEST_MAX + 1),
        0);
    load();
    ck_assert_str_eq(find("large")->sha256, "");
    ck_assert_uint_eq(find("large")->bytes, INCIDENT_DIGEST_MAX + 1);
}
END_TEST

START_TEST(mixed_texts_are_read_twice)
{
    char text[1024];

    snprintf(text, sizeof text,
             "%sException in thread \"main\" java.lang.OutOfMemoryError: "
             "Java heap space\n\tat app.Main.main(Main.java:3)\n",
             gc_log);
    tempdir_write(&dir, "1/stdout.txt", text);
    tempdir_write(&dir, "gc.log", gc_log);
    load();
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

static const char crash[] =
    "#\n# A fatal error has been detected by the Java Runtime Environment:\n#\n"
    "#  SIGSEGV (0xb) at pc=0x00007f0000000001, pid=7, tid=8\n#\n"
    "# JRE version: OpenJDK Runtime Environment (8.0_402-b06) (build 1.8.0)\n";

/* Standard output has the head of hs_err, which counts where it is alone. */
START_TEST(a_crash_in_the_output)
{
    char text[1024];

    snprintf(text, sizeof text, "java.lang.Exception: x\n%s", crash);
    tempdir_write(&dir, "out.txt", text);
    load();
    ck_assert_uint_eq(inc.inputs.n, 2);
    ck_assert_int_eq(inc.inputs.at[0].kind, ARTIFACT_APP_LOG);
    ck_assert_int_eq(inc.inputs.at[1].kind, ARTIFACT_VM_INFO);
    ck_assert_int_eq(inc.inputs.at[1].vm_info->death, VM_CRASH);
}
END_TEST

START_TEST(a_crash_in_the_output_and_its_file)
{
    char text[1024];

    snprintf(text, sizeof text, "java.lang.Exception: x\n%s", crash);
    tempdir_write(&dir, "out.txt", text);
    tempdir_write(&dir, "hs_err_pid7.log", crash);
    load();
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
    write_dump("oome.hprof", 3000);
    write_dump("1/heap.hprof", 1000);
    write_dump("2/heap.hprof", 2000);
    load();
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
    write_dump("oome.hprof", 1000);
    write_dump("1/heap.hprof", 4000);
    write_dump("2/heap.hprof", 2000);
    load();
    ck_assert_str_eq(heap_path(inc.heap_input), "1/heap.hprof");
    ck_assert_str_eq(heap_path(inc.heap_before_input), "oome.hprof");
}
END_TEST

START_TEST(copies_of_a_dump_show_no_growth)
{
    write_dump("oome.hprof", 1000);
    write_dump("1/heap.hprof", 1000);
    load();
    ck_assert_str_eq(heap_path(inc.heap_input), "oome.hprof");
    ck_assert_str_eq(heap_path(inc.heap_before_input), "none");
}
END_TEST

START_TEST(without_clocks_places_decide)
{
    write_dump("2/heap.hprof", 0);
    write_dump("10/heap.hprof", 0);
    load();
    ck_assert_str_eq(heap_path(inc.heap_input), "10/heap.hprof");
    ck_assert_str_eq(heap_path(inc.heap_before_input), "2/heap.hprof");
}
END_TEST

START_TEST(a_broken_dump_gives_way)
{
    write_dump("broken.hprof", 9000);
    ck_assert_int_eq(truncate(tempdir_path(&dir, "broken.hprof"), 31), 0);
    write_dump("1/heap.hprof", 1000);
    load();
    ck_assert_ptr_nonnull(find("broken.hprof")->error);
    ck_assert_str_eq(heap_path(inc.heap_input), "1/heap.hprof");
    ck_assert_str_eq(heap_path(inc.heap_before_input), "none");
    ck_assert(inc.damaged);
}
END_TEST

START_TEST(a_cut_dump_is_damaged)
{
    write_cut_dump("cut.hprof", 9000, 12);
    load();
    ck_assert_str_eq(heap_path(inc.heap_input), "cut.hprof");
    ck_assert_ptr_nonnull(find("cut.hprof")->damage);
    ck_assert_ptr_nonnull(strstr(find("cut.hprof")->damage, "inside a record"));
    ck_assert(inc.damaged);
}
END_TEST

/* ---- memory ----------------------------------------------------------- */

static void write_everything(void)
{
    tempdir_write(&dir, "dmesg.txt", kernel);
    tempdir_write(&dir, "gc.log", gc_log);
    tempdir_write(&dir, "notes", notes);
    tempdir_write(&dir, "stdout", kernel_and_error);
    tempdir_link(&dir, "gone", "nowhere");
    tempdir_write(&dir, "2/status", status);
    tempdir_write_gzip(&dir, "2/nmt.txt.gz", NMT_TEXT(1));
    tempdir_write(&dir, "1/nmt.txt", NMT_TEXT(1));
    write_dump("1/heap.hprof", 1000);
    write_dump("2/heap.hprof", 2000);
}

START_TEST(every_allocation_may_fail)
{
    uint64_t calls;

    write_everything();
    load();
    calls = mem.calls;
    ck_assert_uint_gt(calls, 50);
    for (uint64_t n = 1; n <= calls; n++) {
        bool ok;

        incident_deinit(&inc);
        ck_assert_uint_eq(mem.held, 0);
        mem_init(&mem, 0);
        mem.fail_at = n;
        memset(&err, 0, sizeof err);
        incident_init(&inc, &mem);
        ok = add("", ARTIFACT_UNKNOWN) && incident_read(&inc, NULL, &err);
        ck_assert_msg(!ok, "call %" PRIu64 " failed unseen", n);
        ck_assert_int_eq(err.code, ERR_NOMEM);
    }
}
END_TEST

START_TEST(a_budget_too_small_is_said)
{
    write_everything();
    mem_init(&mem, 1 << 20);
    ck_assert(!add("", ARTIFACT_UNKNOWN));
    ck_assert_int_eq(err.code, ERR_BUDGET);
}
END_TEST

TCase *incident_tcase(void)
{
    TCase *t = tcase_create("incident");

    tcase_add_checked_fixture(t, setup, teardown);
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
    tcase_add_test(t, a_crash_in_the_output);
    tcase_add_test(t, a_crash_in_the_output_and_its_file);
    tcase_add_test(t, the_newest_dump_is_analysed);
    tcase_add_test(t, clocks_outrank_places);
    tcase_add_test(t, copies_of_a_dump_show_no_growth);
    tcase_add_test(t, without_clocks_places_decide);
    tcase_add_test(t, a_broken_dump_gives_way);
    tcase_add_test(t, a_cut_dump_is_damaged);
    tcase_add_test(t, every_allocation_may_fail);
    tcase_add_test(t, a_budget_too_small_is_said);
    return t;
}
