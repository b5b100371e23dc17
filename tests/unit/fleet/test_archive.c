/*
 * test_archive.c - what comes out of archives, and what must not: names that
 * lead out, links, too much of anything, and every prefix of one.
 */
#define _GNU_SOURCE
#include <archive.h>
#include <archive_entry.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fleet/archive.h"
#include "suites.h"
#include "tests/support/tempdir.h"

static struct tempdir dir;
static struct mem mem;
static struct err err;
static struct archive_result result;
static struct archive_limits limits;

static void setup(void)
{
    tempdir_create(&dir);
    tempdir_mkdir(&dir, "out");
    mem_init(&mem, 0);
    memset(&err, 0, sizeof err);
    limits = (struct archive_limits){1000, 1 << 20};
}

static void teardown(void)
{
    ck_assert_uint_eq(mem.held, 0);
    tempdir_remove(&dir);
}

struct made { /* an entry */
    const char *name;
    unsigned type; /* AE_IFREG, ... */
    const char *text;
};

static void make(const char *name, bool zip, const struct made *e, size_t n)
{
    struct archive *a = archive_write_new();
    size_t i;

    if (zip) {
        archive_write_set_format_zip(a);
    } else {
        archive_write_set_format_pax_restricted(a);
        archive_write_add_filter_gzip(a);
    }
    ck_assert_int_eq(archive_write_open_filename(a, tempdir_path(&dir, name)),
                     ARCHIVE_OK);
    for (i = 0; i < n; i++) {
        struct archive_entry *entry = archive_entry_new();

        archive_entry_set_pathname(entry, e[i].name);
        archive_entry_set_filetype(entry, e[i].type);
        archive_entry_set_perm(entry, 0644);
        if (e[i].type == AE_IFLNK)
            archive_entry_set_symlink(entry, e[i].text);
        else
            archive_entry_set_size(entry, (la_int64_t)strlen(e[i].text));
        archive_write_header(a, entry);
        if (e[i].type == AE_IFREG)
            archive_write_data(a, e[i].text, strlen(e[i].text));
        archive_entry_free(entry);
    }
    archive_write_free(a);
}

static bool unpack(const char *name)
{
    char path[600];

    snprintf(path, sizeof path, "%s", tempdir_path(&dir, name));
    return archive_unpack(path, tempdir_path(&dir, "out"), &limits, &mem,
                          &result, &err);
}

static bool exists(const char *name)
{
    struct stat st;

    return lstat(tempdir_path(&dir, name), &st) == 0;
}

static const struct made good[] = {
    {"case/dmesg.txt", AE_IFREG, "one"},
    {"./case/1-start/nmt.txt", AE_IFREG, "two"},
};

START_TEST(names_tell_archives)
{
    ck_assert(archive_is("a.tar"));
    ck_assert(archive_is("a.TAR.GZ"));
    ck_assert(archive_is("x/a.tgz"));
    ck_assert(archive_is("a.zip"));
    ck_assert(!archive_is(".zip"));
    ck_assert(!archive_is("heap.hprof.gz"));
}
END_TEST

START_TEST(files_come_out)
{
    const char *name = _i ? "a.zip" : "a.tar.gz";

    make(name, _i, good, 2);
    ck_assert_msg(unpack(name), "%s", err.text);
    ck_assert_uint_eq(result.files, 2);
    ck_assert_uint_eq(result.bytes, 6);
    ck_assert_uint_eq(result.refused, 0);
    ck_assert_str_eq(result.damage, "");
    ck_assert(exists("out/case/dmesg.txt"));
    ck_assert(exists("out/case/1-start/nmt.txt"));
}
END_TEST

START_TEST(nothing_leads_out)
{
    static const struct made bad[] = {
        {"../evil", AE_IFREG, "x"},
        {"/evil", AE_IFREG, "x"},
        {"a/../../evil", AE_IFREG, "x"},
        {"a//b", AE_IFREG, "x"},
        {"link", AE_IFLNK, "/"},
        {"link/evil", AE_IFREG, "below what would be a link"},
        {"fifo", AE_IFIFO, ""},
        {"good", AE_IFREG, "x"},
    };

    make("a.tar.gz", false, bad, sizeof bad / sizeof bad[0]);
    ck_assert(unpack("a.tar.gz"));
    ck_assert(!exists("evil"));
    ck_assert(!exists("out/fifo"));
    ck_assert(exists("out/good"));
    ck_assert(exists("out/link/evil")); /* in a folder of our own */
    ck_assert_uint_eq(result.refused, 6);
    ck_assert_uint_eq(result.files, 2);
}
END_TEST

START_TEST(the_first_of_a_name_stays)
{
    static const struct made twice[] = {
        {"a", AE_IFREG, "first"},
        {"a", AE_IFREG, "second!"},
        {"a/b", AE_IFREG, "a is no folder"},
    };
    struct stat st;

    make("a.tar.gz", false, twice, 3);
    ck_assert(unpack("a.tar.gz"));
    ck_assert_int_eq(stat(tempdir_path(&dir, "out/a"), &st), 0);
    ck_assert_int_eq(st.st_size, 5);
    ck_assert_uint_eq(result.refused, 2);
}
END_TEST

START_TEST(too_much_is_too_much)
{
    make("a.zip", true, good, 2);
    limits.files = 1;
    ck_assert(unpack("a.zip"));
    ck_assert_uint_eq(result.files, 1);
    ck_assert_str_ne(result.damage, "");
    archive_remove(tempdir_path(&dir, "out"));
    ck_assert(!exists("out"));
    tempdir_mkdir(&dir, "out");
    limits = (struct archive_limits){10, 4};
    ck_assert(unpack("a.zip"));
    ck_assert_str_ne(result.damage, "");
}
END_TEST

START_TEST(every_prefix_ends_well)
{
    const char *name = _i ? "a.zip" : "a.tar.gz";
    char whole[4096];
    FILE *f;
    size_t n, k;

    make(name, _i, good, 2);
    f = fopen(tempdir_path(&dir, name), "r");
    n = fread(whole, 1, sizeof whole, f);
    fclose(f);
    for (k = 0; k < n; k++) {
        archive_remove(tempdir_path(&dir, "out"));
        tempdir_mkdir(&dir, "out");
        tempdir_write_bytes(&dir, "cut.zip", whole, k);
        memset(&err, 0, sizeof err);
        if (!unpack("cut.zip"))
            ck_assert_int_eq(err.code, ERR_FORMAT);
        ck_assert_uint_le(result.files, 2);
    }
}
END_TEST

START_TEST(removing_follows_no_link)
{
    tempdir_write(&dir, "kept/file", "x");
    tempdir_write(&dir, "out/deep/er/file", "x");
    tempdir_link(&dir, "out/link", "../kept");
    archive_remove(tempdir_path(&dir, "out"));
    ck_assert(!exists("out"));
    ck_assert(exists("kept/file"));
}
END_TEST

Suite *archive_suite(void)
{
    Suite *s = suite_create("archive");
    TCase *t = tcase_create("archive");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, names_tell_archives);
    tcase_add_loop_test(t, files_come_out, 0, 2);
    tcase_add_test(t, nothing_leads_out);
    tcase_add_test(t, the_first_of_a_name_stays);
    tcase_add_test(t, too_much_is_too_much);
    tcase_add_loop_test(t, every_prefix_ends_well, 0, 2);
    tcase_add_test(t, removing_follows_no_link);
    suite_add_tcase(s, t);
    return s;
}
