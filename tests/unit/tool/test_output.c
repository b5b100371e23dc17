/*
 * test_output.c - a report appears whole or not at all.
 */
#define _GNU_SOURCE
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suites.h"
#include "tests/support/tempdir.h"
#include "tool/output.h"

static struct mem mem;
static struct tempdir dir;

static void setup(void)
{
    mem_init(&mem, 0);
    tempdir_create(&dir);
}

static void teardown(void)
{
    tempdir_remove(&dir);
}

static void expect(const char *path, const char *want)
{
    char text[64] = "";
    FILE *f = fopen(path, "r");

    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fread(text, 1, sizeof text - 1, f), strlen(want));
    ck_assert_str_eq(text, want);
    fclose(f);
}

static void write_one(const char *path, const char *text, bool keep)
{
    struct output o;
    struct err e = {0};

    ck_assert_msg(output_open(path, &mem, &o, &e), "%s", e.text);
    fputs(text, o.file);
    ck_assert_msg(output_close(&o, keep, &e), "%s", e.text);
    ck_assert_uint_eq(mem.held, 0);
}

START_TEST(the_old_stays_until_the_new_is_whole)
{
    const char *path = tempdir_path(&dir, "report");

    write_one(path, "old", true);
    write_one(path, "half of the n", false);
    expect(path, "old");
    write_one(path, "new", true);
    expect(path, "new");
}
END_TEST

START_TEST(the_mode_is_kept)
{
    const char *path = tempdir_path(&dir, "report");
    struct stat st;

    write_one(path, "old", true);
    ck_assert_int_eq(chmod(path, 0640), 0);
    write_one(path, "new", true);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0640);
}
END_TEST

START_TEST(a_link_is_followed)
{
    struct stat st;

    tempdir_write(&dir, "report", "old");
    tempdir_link(&dir, "link", "report");
    write_one(tempdir_path(&dir, "link"), "new", true);
    expect(tempdir_path(&dir, "report"), "new");
    ck_assert_int_eq(lstat(tempdir_path(&dir, "link"), &st), 0);
    ck_assert(S_ISLNK(st.st_mode));
}
END_TEST

START_TEST(devices_are_written_to)
{
    struct stat st;

    write_one("/dev/null", "gone", true);
    ck_assert_int_eq(stat("/dev/null", &st), 0);
    ck_assert(S_ISCHR(st.st_mode));
}
END_TEST

START_TEST(no_folder_no_file)
{
    struct output o;
    struct err e = {0};

    ck_assert(!output_open(tempdir_path(&dir, "none/report"), &mem, &o, &e));
    ck_assert_int_eq(e.code, ERR_IO);
    ck_assert_uint_eq(mem.held, 0);
}
END_TEST

Suite *output_suite(void)
{
    Suite *s = suite_create("output");
    TCase *t = tcase_create("output");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, the_old_stays_until_the_new_is_whole);
    tcase_add_test(t, the_mode_is_kept);
    tcase_add_test(t, a_link_is_followed);
    tcase_add_test(t, devices_are_written_to);
    tcase_add_test(t, no_folder_no_file);
    suite_add_tcase(s, t);
    return s;
}
