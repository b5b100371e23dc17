/*
 * test_store.c - the SQLite file: rows come back, places add up, versions
 * are respected.
 */
#include <sqlite3.h>
#include <string.h>

#include "fleet/store.h"
#include "suites.h"
#include "tests/support/tempdir.h"

static struct tempdir dir;
static struct mem mem;
static struct arena arena;
static struct err err;
static struct stored_rows rows;

static void setup(void)
{
    tempdir_create(&dir);
    mem_init(&mem, 0);
    arena_init(&arena, &mem);
    memset(&err, 0, sizeof err);
    memset(&rows, 0, sizeof rows);
}

static void teardown(void)
{
    vec_free(&rows.at, &mem);
    arena_deinit(&arena);
    ck_assert_uint_eq(mem.held, 0);
    tempdir_remove(&dir);
}

static struct store *opened(bool create)
{
    struct store *s;

    ck_assert_msg(
        store_open(tempdir_path(&dir, "a.sqlite"), create, &mem, &s, &err),
        "%s", err.text);
    return s;
}

static struct row row_named(const char *content)
{
    struct row r;

    row_init(&r);
    r.content = content;
    r.status = STATUS_ANALYSED;
    r.kind = "heap_leak";
    r.rss = UINT64_MAX - 1;
    return r;
}

START_TEST(rows_come_back)
{
    struct row b = row_named("b"), a = row_named("a");
    struct store *s = opened(true);

    b.time = 12345;
    ck_assert(store_put(s, &b, "z/two", &err));
    ck_assert(store_put(s, &a, "x", &err));
    ck_assert(store_put_place(s, "a/two", "b", &err));
    store_close(s);
    s = opened(false);
    ck_assert(store_rows(s, &arena, &rows, &err));
    store_close(s);
    ck_assert_uint_eq(rows.at.n, 2);
    ck_assert_str_eq(rows.at.at[0].row.content, "a");
    ck_assert(!known_delta(rows.at.at[0].row.time));
    ck_assert_str_eq(rows.at.at[1].place, "a/two");
    ck_assert_uint_eq(rows.at.at[1].places, 2);
    ck_assert_int_eq(rows.at.at[1].row.time, 12345);
    ck_assert_uint_eq(rows.at.at[1].row.rss, UINT64_MAX - 1);
    ck_assert_ptr_null(rows.at.at[1].row.error);
}
END_TEST

START_TEST(a_second_row_takes_the_place_of_the_first)
{
    struct row r = row_named("a");
    struct store *s = opened(true);

    ck_assert(store_put(s, &r, "x", &err));
    r.status = STATUS_DAMAGED;
    ck_assert(store_put(s, &r, "x", &err));
    ck_assert(store_rows(s, &arena, &rows, &err));
    store_close(s);
    ck_assert_uint_eq(rows.at.n, 1);
    ck_assert_uint_eq(rows.at.at[0].places, 1);
    ck_assert_str_eq(rows.at.at[0].row.status, STATUS_DAMAGED);
}
END_TEST

static bool count(void *ctx, const char *content, struct err *e)
{
    (void)content, (void)e;
    ++*(unsigned *)ctx;
    return true;
}

static bool count_case(void *ctx, const char *place, const char *content,
                       const char *status, struct err *e)
{
    (void)content, (void)status;
    ck_assert_ptr_nonnull(strstr(place, "a.zip!"));
    return count(ctx, NULL, e);
}

START_TEST(archives_know_their_cases)
{
    struct row one = row_named("1"), two = row_named("2");
    struct store *s = opened(true);
    unsigned n = 0;

    ck_assert(store_put(s, &one, "a.zip!x", &err));
    ck_assert(store_put(s, &two, "a.zip!y/z", &err));
    ck_assert(store_put(s, &two, "a.zip.d/x", &err));
    ck_assert(store_put(s, &two, "b/a.zip", &err));
    ck_assert(store_put_archive(s, "abc", 2, &err));
    ck_assert(store_cases_of(s, "a.zip", count_case, &n, &err));
    ck_assert_uint_eq(n, 2);
    n = 0;
    ck_assert(store_archives(s, count, &n, &err));
    ck_assert_uint_eq(n, 1);
    store_close(s);
}
END_TEST

static void set_version(int version)
{
    char sql[64];
    sqlite3 *db;

    ck_assert_int_eq(sqlite3_open(tempdir_path(&dir, "a.sqlite"), &db), 0);
    snprintf(sql, sizeof sql, "PRAGMA user_version = %d", version);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), 0);
    sqlite3_close(db);
}

START_TEST(a_newer_one_is_refused)
{
    struct store *s = opened(true);

    store_close(s);
    set_version(STORE_VERSION + 1);
    ck_assert(
        !store_open(tempdir_path(&dir, "a.sqlite"), true, &mem, &s, &err));
    ck_assert_int_eq(err.code, ERR_UNSUPPORTED);
}
END_TEST

START_TEST(an_empty_one_is_made_only_for_writing)
{
    struct store *s;

    ck_assert(!store_open(tempdir_path(&dir, "none"), false, &mem, &s, &err));
    ck_assert_int_eq(err.code, ERR_IO);
    memset(&err, 0, sizeof err);
    set_version(0);
    ck_assert(
        !store_open(tempdir_path(&dir, "a.sqlite"), false, &mem, &s, &err));
    ck_assert_int_eq(err.code, ERR_FORMAT);
    store_close(opened(true));
    store_close(opened(false));
}
END_TEST

START_TEST(what_is_no_database_is_refused)
{
    struct store *s;

    tempdir_write(&dir, "a.sqlite", "JAVA PROFILE 1.0.2, or so it says ....");
    ck_assert(
        !store_open(tempdir_path(&dir, "a.sqlite"), true, &mem, &s, &err));
    ck_assert_int_eq(err.code, ERR_IO);
}
END_TEST

Suite *store_suite(void)
{
    Suite *s = suite_create("store");
    TCase *t = tcase_create("store");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, rows_come_back);
    tcase_add_test(t, a_second_row_takes_the_place_of_the_first);
    tcase_add_test(t, archives_know_their_cases);
    tcase_add_test(t, a_newer_one_is_refused);
    tcase_add_test(t, an_empty_one_is_made_only_for_writing);
    tcase_add_test(t, what_is_no_database_is_refused);
    suite_add_tcase(s, t);
    return s;
}
