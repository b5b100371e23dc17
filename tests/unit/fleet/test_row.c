/*
 * test_row.c - rows as text: nothing gets lost, and what was cut off is not
 * taken for whole.
 */
#include <string.h>

#include "fleet/row.h"
#include "suites.h"

static struct mem mem;
static struct arena arena;

static void setup(void)
{
    mem_init(&mem, 0);
    arena_init(&arena, &mem);
}

static void teardown(void)
{
    arena_deinit(&arena);
    ck_assert_uint_eq(mem.held, 0);
}

static const char *sample(struct out *o)
{
    struct row r;

    row_init(&r);
    r.content = "abc";
    r.status = STATUS_ANALYSED;
    r.kind = "heap_leak";
    r.summary = "two\nlines \033[1m";
    r.time = -5;
    r.rss = 1ULL << 40;
    r.culprit_bytes = 0;
    out_to_memory(o, &mem);
    row_write(o, &r);
    return out_string(o);
}

START_TEST(comes_back_as_it_went)
{
    struct err e = {0};
    struct out o;
    struct row r;
    bool complete;

    row_init(&r);
    ck_assert(row_read(sample(&o), &arena, &r, &complete, &e));
    ck_assert(complete);
    ck_assert_str_eq(r.content, "abc");
    ck_assert_str_eq(r.kind, "heap_leak");
    ck_assert_str_eq(r.summary, "two lines ?[1m");
    ck_assert_int_eq(r.time, -5);
    ck_assert_uint_eq(r.rss, 1ULL << 40);
    ck_assert_uint_eq(r.culprit_bytes, 0);
    ck_assert(!known(r.xmx));
    ck_assert_ptr_null(r.error);
    ck_assert(row_is_analysed(&r));
    out_deinit(&o);
}
END_TEST

START_TEST(is_not_whole_when_cut)
{
    struct err e = {0};
    struct out o;
    size_t n = strlen(sample(&o)), i;

    for (i = 0; i < n; i++) {
        bool complete;
        struct row r;
        char cut[512];

        memcpy(cut, o.text.at, i);
        cut[i] = '\0';
        row_init(&r);
        ck_assert(row_read(cut, &arena, &r, &complete, &e));
        ck_assert(!complete);
        ck_assert(!r.content || strcmp(r.content, "abc") == 0);
    }
    out_deinit(&o);
}
END_TEST

START_TEST(unknown_names_are_passed_over)
{
    struct err e = {0};
    bool complete;
    struct row r;

    row_init(&r);
    ck_assert(row_read("colour red\n\nkind x\nbare\nend\n", &arena, &r,
                       &complete, &e));
    ck_assert(complete);
    ck_assert_str_eq(r.kind, "x");
}
END_TEST

START_TEST(memory_runs_out)
{
    struct err e = {0};
    struct out o;
    const char *text = sample(&o);
    bool complete;
    struct row r;

    mem.fail_at = mem.calls + 1;
    row_init(&r);
    ck_assert(!row_read(text, &arena, &r, &complete, &e));
    ck_assert_int_eq(e.code, ERR_NOMEM);
    out_deinit(&o);
}
END_TEST

Suite *row_suite(void)
{
    Suite *s = suite_create("row");
    TCase *t = tcase_create("row");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, comes_back_as_it_went);
    tcase_add_test(t, is_not_whole_when_cut);
    tcase_add_test(t, unknown_names_are_passed_over);
    tcase_add_test(t, memory_runs_out);
    suite_add_tcase(s, t);
    return s;
}
