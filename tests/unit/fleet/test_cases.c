/*
 * test_cases.c - trees of small files, and which of them make one case.
 */
#include <string.h>

#include "fleet/cases.h"
#include "fleet/content.h"
#include "suites.h"
#include "tests/support/tempdir.h"

static const char kernel[] =
    "[ 3168.6] java invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, "
    "oom_score_adj=0\n";
static const char nmt[] = "42:\n\nNative Memory Tracking:\n\n"
                          "Total: reserved=900000KB, committed=9000KB\n";
static const char oome[] = "java.lang.OutOfMemoryError: Java heap space\n";
static const char dump[] = "JAVA PROFILE 1.0.2\0\0\0\0\x08\0\0\0\0\0\0\0\0";

static struct tempdir dir;
static struct mem mem;
static struct err err;
static struct case_list list;

static void setup(void)
{
    tempdir_create(&dir);
    mem_init(&mem, 0);
    memset(&err, 0, sizeof err);
    case_list_init(&list, &mem);
}

static void teardown(void)
{
    case_list_deinit(&list);
    ck_assert_uint_eq(mem.held, 0);
    tempdir_remove(&dir);
}

static void put_dump(const char *name)
{
    tempdir_write_bytes(&dir, name, dump, sizeof dump - 1);
}

static void find(const char *name)
{
    ck_assert_msg(cases_find(tempdir_path(&dir, name), &mem, &list, &err), "%s",
                  err.text);
}

/* The case of that name below the directory; NULL: there is none. */
static const struct fleet_case *named(const char *name)
{
    const struct fleet_case *c;

    VEC_EACH (&list.at, c)
        if (strcmp(c->name, tempdir_path(&dir, name)) == 0)
            return c;
    return NULL;
}

static bool is_folder(const char *name)
{
    return named(name) && named(name)->kind == CASE_FOLDER;
}

START_TEST(a_folder_of_evidence_is_a_case)
{
    tempdir_write(&dir, "a/dmesg.txt", kernel);
    tempdir_write(&dir, "a/notes.txt", "nothing\n");
    find("a");
    ck_assert_uint_eq(list.at.n, 1);
    ck_assert(is_folder("a"));
}
END_TEST

START_TEST(snapshots_belong_to_their_case)
{
    tempdir_write(&dir, "a/dmesg.txt", kernel);
    tempdir_write(&dir, "a/1-start/nmt.txt", nmt);
    tempdir_write(&dir, "a/before/nmt.txt", nmt);
    tempdir_write(&dir, "b/1-start/nmt.txt", nmt);
    tempdir_write(&dir, "b/2-late/nmt.txt", nmt);
    tempdir_write(&dir, "c/20261120T101112Z/nmt.txt", nmt);
    find("");
    ck_assert_uint_eq(list.at.n, 3);
    ck_assert(is_folder("a") && is_folder("b") && is_folder("c"));
}
END_TEST

START_TEST(a_pack_of_cases_is_no_case)
{
    tempdir_write(&dir, "README.md", oome); /* quotes it */
    tempdir_write(&dir, "stdout.txt", oome);
    tempdir_write(&dir, "01-map/jdk17/gc.log", "[0.1s][info][gc] Using G1\n");
    tempdir_write(&dir, "01-map/jdk17/1-start/nmt.txt", nmt);
    tempdir_write(&dir, "01-map/jdk25/1-start/nmt.txt", nmt);
    tempdir_write(&dir, "02-queue/dmesg.txt", kernel);
    find("");
    ck_assert(is_folder("01-map/jdk17"));
    ck_assert(is_folder("01-map/jdk25"));
    ck_assert(is_folder("02-queue"));
    ck_assert_ptr_nonnull(named("stdout.txt")); /* what is left beside them */
    ck_assert_uint_eq(list.at.n, 4);
}
END_TEST

/* Scripts, sources, and what only says how a JVM was started. */
START_TEST(what_is_no_evidence_is_no_case)
{
    static const char capture[] =
        "#!/bin/sh\ndmesg | grep 'Killed process 1'\nkill -9 $(cat pid)\n";
    static const char start[] = "#!/bin/sh\nexec java -Xmx1g a.Main\n";

    tempdir_write(&dir, "capture.sh", capture);
    tempdir_write(&dir, "start.sh", start);
    tempdir_write(&dir, "Main.java", oome);
    tempdir_write(&dir, "tools/start.sh", start);
    tempdir_write(&dir, "a/dmesg.txt", kernel);
    tempdir_write(&dir, "b/dmesg.txt", kernel);
    find("");
    ck_assert(is_folder("a") && is_folder("b"));
    ck_assert_uint_eq(list.at.n, 2);
}
END_TEST

START_TEST(numbered_folders_are_cases)
{
    tempdir_write(&dir, "pods/0001/nmt.txt", nmt);
    tempdir_write(&dir, "pods/0002/nmt.txt", nmt);
    find("pods");
    ck_assert_uint_eq(list.at.n, 2);
    ck_assert(is_folder("pods/0001") && is_folder("pods/0002"));
}
END_TEST

START_TEST(loose_dumps_take_their_neighbours)
{
    const struct fleet_case *c;

    put_dump("java_pid17.hprof");
    put_dump("java_pid170.hprof.1");
    put_dump("orders.hprof");
    tempdir_write(&dir, "nmt-17.txt", nmt);
    tempdir_write(&dir, "orders-dmesg.txt", kernel);
    tempdir_write(&dir, "ordersmore.txt", kernel);
    find("");
    ck_assert_uint_eq(list.at.n, 4);
    c = named("java_pid17.hprof");
    ck_assert_ptr_nonnull(c);
    ck_assert_uint_eq(c->n, 2);
    ck_assert_ptr_nonnull(strstr(c->paths[1], "nmt-17.txt"));
    ck_assert_uint_eq(named("java_pid170.hprof.1")->n, 1);
    ck_assert_uint_eq(named("orders.hprof")->n, 2);
    ck_assert_ptr_nonnull(named("ordersmore.txt"));
}
END_TEST

START_TEST(a_dump_given_alone_takes_its_neighbours)
{
    put_dump("java_pid17.hprof");
    put_dump("java_pid18.hprof");
    tempdir_write(&dir, "hs_err_pid17.log", oome);
    find("java_pid17.hprof");
    ck_assert_uint_eq(list.at.n, 1);
    ck_assert_uint_eq(list.at.at[0].n, 2);
}
END_TEST

START_TEST(archives_are_cases_to_unpack)
{
    tempdir_write(&dir, "a/x.zip", "PK");
    tempdir_write(&dir, "a/dmesg.txt", kernel);
    find("");
    ck_assert_uint_eq(list.at.n, 2);
    ck_assert_int_eq(named("a/x.zip")->kind, CASE_ARCHIVE);
    ck_assert(is_folder("a"));
}
END_TEST

START_TEST(nothing_is_found_in_nothing)
{
    tempdir_write(&dir, "a/notes.txt", "nothing\n");
    find("a");
    ck_assert_uint_eq(list.at.n, 0);
    ck_assert(!cases_find(tempdir_path(&dir, "none"), &mem, &list, &err));
    ck_assert_int_eq(err.code, ERR_IO);
}
END_TEST

START_TEST(links_to_folders_are_no_second_case)
{
    tempdir_write(&dir, "a/dmesg.txt", kernel);
    tempdir_link(&dir, "b", "a");
    tempdir_link(&dir, "a/loop", "..");
    find("");
    ck_assert_uint_eq(list.at.n, 1);
}
END_TEST

START_TEST(names_of_neighbours)
{
    ck_assert(case_is_neighbour("java_pid17.hprof", "hs_err_pid17.log"));
    ck_assert(case_is_neighbour("java_pid17.hprof.gz", "gc-17.log"));
    ck_assert(!case_is_neighbour("java_pid17.hprof", "gc-170.log"));
    ck_assert(!case_is_neighbour("java_pid17.hprof", "gc-217.log"));
    ck_assert(case_is_neighbour("pod-a.hprof", "pod-a.nmt"));
    ck_assert(!case_is_neighbour("pod-a.hprof", "pod-ab.nmt"));
    ck_assert(!case_is_neighbour("heap-17.hprof", "gc-17.log"));
}
END_TEST

START_TEST(names_of_snapshots)
{
    ck_assert(case_is_snapshot_name("1-ready"));
    ck_assert(case_is_snapshot_name("20261120T101112Z"));
    ck_assert(case_is_snapshot_name("20261120101112"));
    ck_assert(!case_is_snapshot_name("0001"));
    ck_assert(!case_is_snapshot_name("late"));
}
END_TEST

static void content(const char *name, char ret[CONTENT_TEXT])
{
    struct fleet_case *c;

    case_list_deinit(&list);
    case_list_init(&list, &mem);
    find(name);
    c = &list.at.at[0];
    ck_assert_msg(content_of_case(c, &mem, ret, &err), "%s", err.text);
}

START_TEST(content_is_that_of_a_copy)
{
    char a[CONTENT_TEXT], b[CONTENT_TEXT], c[CONTENT_TEXT], d[CONTENT_TEXT];

    tempdir_write(&dir, "a/1-x/nmt.txt", nmt);
    tempdir_write(&dir, "b/1-x/nmt.txt", nmt);
    tempdir_write(&dir, "b/.hidden/x", "x");
    tempdir_write(&dir, "c/1-y/nmt.txt", nmt);
    ;
    tempdir_write(&dir, "d/1-x/nmt.txt",
                  "Native memory tracking is not enabled\n");
    content("a", a);
    content("b", b);
    content("c", c);
    content("d", d);
    ck_assert_str_eq(a, b);
    ck_assert_str_ne(a, c);
    ck_assert_str_ne(a, d);
    ck_assert_uint_eq(strlen(a), 64);
}
END_TEST

START_TEST(memory_runs_out)
{
    uint64_t calls, at;
    bool ok;

    tempdir_write(&dir, "a/dmesg.txt", kernel);
    put_dump("b/java_pid17.hprof");
    put_dump("b/java_pid18.hprof");
    find("");
    calls = mem.calls;
    for (at = 1; at <= calls; at++) {
        case_list_deinit(&list);
        mem_init(&mem, 0);
        mem.fail_at = at;
        memset(&err, 0, sizeof err);
        case_list_init(&list, &mem);
        ok = cases_find(tempdir_path(&dir, ""), &mem, &list, &err);
        ck_assert(ok || err.code == ERR_NOMEM);
    }
}
END_TEST

Suite *cases_suite(void)
{
    Suite *s = suite_create("cases");
    TCase *t = tcase_create("cases");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_folder_of_evidence_is_a_case);
    tcase_add_test(t, snapshots_belong_to_their_case);
    tcase_add_test(t, a_pack_of_cases_is_no_case);
    tcase_add_test(t, what_is_no_evidence_is_no_case);
    tcase_add_test(t, numbered_folders_are_cases);
    tcase_add_test(t, loose_dumps_take_their_neighbours);
    tcase_add_test(t, a_dump_given_alone_takes_its_neighbours);
    tcase_add_test(t, archives_are_cases_to_unpack);
    tcase_add_test(t, nothing_is_found_in_nothing);
    tcase_add_test(t, links_to_folders_are_no_second_case);
    tcase_add_test(t, names_of_neighbours);
    tcase_add_test(t, names_of_snapshots);
    tcase_add_test(t, content_is_that_of_a_copy);
    tcase_add_test(t, memory_runs_out);
    suite_add_tcase(s, t);
    return s;
}
