/*
 * test_texts.c - the sample of Strings: from windows all over the heap, the
 * same however the dump is packed and read.
 */
#include <check.h>
#include <stdio.h>

#include "graph/heap.h"
#include "tests/support/hprof_writer.h"
#include "suites.h"

#define GROUPS 700 /* of 32 KiB and some Strings */
#define EACH   10
#define FILLER 32768

static struct hprof_writer w;
static struct mem mem;

static void setup(void)
{
    mem_init(&mem, 0);
    hw_init(&w, "1.0.2", 8);
    hw_jdk(&w);
}

static void teardown(void)
{
    hw_deinit(&w);
    ck_assert_uint_eq(mem.held, 0);
}

static uint64_t id_of(uint64_t group, uint64_t k)
{
    return 0x100000 + group * 0x10000 + k * 0x40;
}

/* One of so many texts. */
static void string(uint64_t group, uint64_t k, unsigned texts)
{
    char text[16];

    snprintf(text, sizeof text, "text %llu",
             (unsigned long long)((group * EACH + k) * 7919 % texts));
    hw_java_string(&w, id_of(group, 2 * k), id_of(group, 2 * k + 1), text);
}

static void filler(uint64_t group)
{
    hw_primitive_array(&w, id_of(group, 200), 'B', FILLER, NULL);
    if (group % 30 == 0)
        hw_segment(&w);
}

static struct heap_strings look(unsigned jobs)
{
    struct heap_options options = {.jobs = jobs};
    struct heap_strings ret;
    struct err e = {0};
    struct source *s;
    struct heap h;

    ck_assert(source_open_memory(w.at, w.n, &mem, &s, &e));
    source_set_jobs(s, jobs);
    ck_assert(heap_analyse(s, "test", &options, &mem, &h, &e));
    ret = h.strings;
    heap_deinit(&h);
    source_close(s);
    return ret;
}

static void expect_same(const struct heap_strings *want, unsigned jobs)
{
    struct heap_strings got = look(jobs);

    ck_assert_uint_eq(got.count, want->count);
    ck_assert_uint_eq(got.sampled, want->sampled);
    ck_assert_uint_eq(got.distinct, want->distinct);
    ck_assert_uint_eq(got.duplicate_bytes, want->duplicate_bytes);
}

START_TEST(a_sample_is_of_the_same_strings_however_packed)
{
    static const size_t members[] = {0, 1 << 20, 70000};
    struct heap_strings plain;

    for (uint64_t g = 0; g < GROUPS; g++) {
        for (uint64_t k = 0; k < EACH; k++)
            string(g, k, 100);
        filler(g);
    }
    hw_finish(&w);
    plain = look(1);
    ck_assert_uint_eq(plain.count, GROUPS * EACH);
    ck_assert_uint_gt(plain.sampled, GROUPS * EACH / 3);
    ck_assert_uint_lt(plain.sampled, GROUPS * EACH);
    ck_assert_uint_eq(plain.distinct, 100);
    expect_same(&plain, 2);
    hw_gzip(&w, members[_i]);
    expect_same(&plain, 1);
    expect_same(&plain, 2);
}
END_TEST

START_TEST(a_small_heap_is_looked_at_whole)
{
    for (uint64_t g = 0; g < 100; g++) {
        for (uint64_t k = 0; k < EACH; k++)
            string(g, k, 100000);
        filler(g);
    }
    hw_finish(&w);
    ck_assert_uint_eq(look(1).sampled, 100 * EACH);
    ck_assert_uint_eq(look(1).distinct, 100 * EACH);
}
END_TEST

/* A String whose text takes going elsewhere is left out: group 45 lies in the
 * second MiB, and every other one is looked at. */
START_TEST(arrays_lie_in_the_windows_too)
{
    for (uint64_t g = 0; g < GROUPS; g++) {
        for (uint64_t k = 0; k < EACH; k++)
            string(g, k, 100000);
        for (uint64_t k = EACH; k < 2 * EACH; k++)
            HW_INSTANCE(&w, id_of(g, 2 * k), HW_STRING, "LIB", id_of(45, 1), 0,
                        0);
        filler(g);
    }
    hw_finish(&w);
    ck_assert_uint_gt(look(1).sampled, GROUPS * EACH / 3);
    ck_assert_uint_ge(look(1).distinct + 1, look(1).sampled);
}
END_TEST

/* Half of them are in no window. */
START_TEST(where_there_are_few_all_are_looked_at)
{
    for (uint64_t g = 0; g < GROUPS; g++) {
        for (uint64_t k = 0; g > 40 && g < 60 && k < EACH; k++)
            string(g, k, 100);
        filler(g);
    }
    hw_finish(&w);
    ck_assert_uint_eq(look(1).sampled, 19 * EACH);
    ck_assert_uint_lt(look(1).distinct, 101);
}
END_TEST

Suite *texts_suite(void)
{
    Suite *s = suite_create("texts");
    TCase *t = tcase_create("all");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, a_sample_is_of_the_same_strings_however_packed, 0,
                        3);
    tcase_add_test(t, a_small_heap_is_looked_at_whole);
    tcase_add_test(t, arrays_lie_in_the_windows_too);
    tcase_add_test(t, where_there_are_few_all_are_looked_at);
    suite_add_tcase(s, t);
    return s;
}
