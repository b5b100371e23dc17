/*
 * test_memory.c - errors keep the first, budgets are kept, failures can be
 * injected, and what is freed is given back.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/size.h"
#include "base/arena.h"
#include "base/bits.h"
#include "base/tempfile.h"
#include "base/vec.h"
#include "suites.h"

START_TEST(first_error_wins)
{
    struct err e = {0};

    ck_assert(!err_is_set(&e));
    ck_assert(!err_at_offset(&e, ERR_FORMAT, 77, "bad tag 0x%02x", 0x73));
    ck_assert(!err_at_line(&e, ERR_IO, 3, "later"));
    ck_assert_int_eq(e.code, ERR_FORMAT);
    ck_assert_int_eq(e.where, ERR_AT_OFFSET);
    ck_assert_uint_eq(e.at, 77);
    ck_assert_str_eq(e.text, "bad tag 0x73");
    ck_assert(!err_set(NULL, ERR_IO, "no place to put it"));
}
END_TEST

START_TEST(long_errors_are_cut)
{
    struct err e = {0};
    char text[1000];

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    err_set(&e, ERR_IO, "%s", text);
    ck_assert_uint_eq(strlen(e.text), sizeof e.text - 1);
}
END_TEST

START_TEST(everything_is_given_back)
{
    struct mem m;
    struct err e = {0};
    char *p, *q;

    mem_init(&m, 0);
    p = mem_alloc(&m, 10, 100, &e);
    q = mem_map(&m, 5 << 20, &e);
    ck_assert(p && q && m.held >= 1000 + (5 << 20));
    ck_assert_int_eq(p[999], 0);
    p = mem_grow(&m, p, 10, 10000, 100, &e);
    ck_assert(p && p[999999] == 0);
    q = mem_remap(&m, q, 5 << 20, 50 << 20, &e);
    ck_assert(q && q[(50 << 20) - 1] == 0);
    q = mem_remap(&m, q, 50 << 20, 4096, &e);
    mem_free(&m, p);
    mem_unmap(&m, q, 4096);
    mem_free(&m, NULL);
    mem_unmap(&m, NULL, 4096);
    ck_assert_uint_eq(m.held, 0);
    ck_assert_uint_ge(m.peak, (50 << 20) + 1000000);
}
END_TEST

START_TEST(the_budget_refuses)
{
    struct mem m;
    struct err e = {0};
    void *p;

    mem_init(&m, 1 << 20);
    p = mem_alloc(&m, 1, 1000, &e);
    ck_assert_ptr_null(mem_map(&m, 2 << 20, &e));
    ck_assert_int_eq(e.code, ERR_BUDGET);
    e = (struct err){0};
    ck_assert_ptr_null(mem_alloc(&m, 1 << 20, 1, &e));
    ck_assert_int_eq(e.code, ERR_BUDGET);
    mem_free(&m, p);
    ck_assert_uint_eq(m.held, 0);
}
END_TEST

/* Where temporary files are memory nothing can be spilled, or tested. */
static bool has_disk(void)
{
    int fd = tempfile_open(&(struct err){0});
    bool is = fd >= 0 && !tempfile_in_memory(fd);

    close(fd);
    return is;
}

static void stamp(uint64_t *p, uint64_t from, uint64_t bytes)
{
    for (uint64_t i = from / 8; i < bytes / 8; i += 64)
        p[i] = i * 0x9e3779b97f4a7c15;
}

static void expect_stamp(const uint64_t *p, uint64_t bytes)
{
    for (uint64_t i = 0; i < bytes / 8; i += 64)
        ck_assert_uint_eq(p[i], i * 0x9e3779b97f4a7c15);
}

START_TEST(maps_past_the_limit_are_spilled)
{
    struct mem m;
    struct err e = {0};
    uint64_t *a, *b, held;

    if (!has_disk())
        return;
    mem_init(&m, 64 * MIB);
    a = mem_map(&m, 40 * MIB, &e);
    ck_assert_ptr_nonnull(a);
    ck_assert_uint_eq(m.spilled, 0);
    b = mem_map(&m, 30 * MIB, &e);
    ck_assert_msg(b != NULL, "%s", e.text);
    ck_assert_uint_eq(m.spilled, 30 * MIB);
    ck_assert_uint_eq(b[30 * MIB / 8 - 1], 0);
    held = m.held;
    stamp(b, 0, 30 * MIB);
    b = mem_remap(&m, b, 30 * MIB, 30 * MIB + 5000, &e);
    b = mem_remap(&m, b, 30 * MIB + 5000, 70 * MIB, &e);
    expect_stamp(b, 30 * MIB);
    ck_assert_uint_eq(b[70 * MIB / 8 - 1], 0);
    b = mem_remap(&m, b, 70 * MIB, 8 * MIB, &e);
    expect_stamp(b, 8 * MIB);
    ck_assert_uint_eq(m.held, held);
    mem_unmap(&m, b, 8 * MIB);
    mem_unmap(&m, a, 40 * MIB);
    ck_assert_uint_eq(m.held, 0);
    ck_assert_uint_eq(m.spilled, 0);
    ck_assert_uint_le(m.peak, 64 * MIB);
}
END_TEST

START_TEST(a_map_that_grows_past_the_limit_moves_out)
{
    struct mem m;
    struct err e = {0};
    uint64_t *p, bytes = 20 * MIB + 123;

    if (!has_disk())
        return;
    mem_init(&m, 64 * MIB);
    p = mem_map(&m, bytes, &e);
    stamp(p, 0, bytes);
    p = mem_remap(&m, p, bytes, 60 * MIB, &e);
    ck_assert_msg(p != NULL, "%s", e.text);
    expect_stamp(p, bytes);
    ck_assert_uint_eq(p[60 * MIB / 8 - 1], 0);
    ck_assert_uint_eq(m.held, 0);
    mem_unmap(&m, p, 60 * MIB);
    ck_assert_uint_eq(m.spilled, 0);
}
END_TEST

START_TEST(the_disk_is_no_way_out_for_small_limits)
{
    struct mem m;
    struct err e = {0};
    void *p;

    mem_init(&m, 64 * MIB);
    ck_assert_ptr_null(mem_map(&m, 768 * MIB, &e));
    ck_assert_int_eq(e.code, ERR_BUDGET);
    ck_assert_ptr_nonnull(strstr(e.text, "134217728 bytes are needed"));
    e = (struct err){0};
    mem_init(&m, 30 * MIB);
    p = mem_map(&m, 20 * MIB, &e);
    ck_assert_ptr_null(mem_map(&m, 10 * MIB, &e));
    ck_assert_ptr_nonnull(strstr(e.text, "50331648 bytes are needed"));
    mem_unmap(&m, p, 20 * MIB);
    ck_assert_uint_eq(m.held, 0);
}
END_TEST

START_TEST(what_would_be_refused_later_is_refused_at_once)
{
    struct mem m;
    struct err e = {0};
    void *p;

    mem_init(&m, 0);
    ck_assert(mem_foresee(&m, UINT64_MAX, &e));
    /* Six times the limit, of which a tenth is still to come. */
    mem_init(&m, 60 * MIB);
    p = mem_map(&m, 10 * MIB, &e);
    ck_assert(mem_foresee(&m, 310 * MIB, &e));
    ck_assert(!mem_foresee(&m, 368 * MIB, &e));
    ck_assert_int_eq(e.code, ERR_BUDGET);
    ck_assert_ptr_nonnull(strstr(e.text, "73400320 bytes are needed"));
    mem_unmap(&m, p, 10 * MIB);
    /* No disk. */
    e = (struct err){0};
    mem_init(&m, 40 * MIB);
    ck_assert(mem_foresee(&m, 35 * MIB, &e));
    ck_assert(!mem_foresee(&m, 35 * MIB + 1, &e));
    ck_assert_ptr_nonnull(strstr(e.text, "50331648 bytes are needed"));
    ck_assert_uint_eq(m.held, 0);
}
END_TEST

START_TEST(products_that_overflow_are_refused)
{
    struct mem m;
    struct err e = {0};

    mem_init(&m, 0);
    ck_assert_ptr_null(mem_alloc(&m, UINT64_MAX / 4, 8, &e));
    ck_assert_int_eq(e.code, ERR_NOMEM);
    ck_assert_uint_eq(m.held, 0);
}
END_TEST

START_TEST(failures_are_injected_from_the_nth_call)
{
    struct mem m;
    struct err e = {0};
    void *a, *b;

    mem_init(&m, 0);
    m.fail_at = 2;
    a = mem_alloc(&m, 1, 1, &e);
    b = mem_alloc(&m, 1, 1, &e);
    ck_assert_ptr_nonnull(a);
    ck_assert_ptr_null(b);
    ck_assert_ptr_null(mem_map(&m, 1, &e));
    mem_free(&m, a);
    ck_assert_uint_eq(m.held, 0);
}
END_TEST

START_TEST(arenas_hold_many_small_and_few_large)
{
    struct mem m;
    struct arena a;
    struct err e = {0};
    char *small[1000], *large;

    mem_init(&m, 0);
    arena_init(&a, &m);
    for (int i = 0; i < 1000; i++)
        small[i] = arena_printf(&a, &e, "name %d of a thousand", i);
    large = arena_alloc(&a, 1 << 20, 1, &e);
    ck_assert_ptr_nonnull(large);
    ck_assert_int_eq(large[(1 << 20) - 1], 0);
    for (int i = 0; i < 1000; i++) {
        ck_assert_int_eq(atoi(small[i] + 5), i);
        ck_assert_uint_eq((uintptr_t)small[i] % 16, 0);
    }
    ck_assert_str_eq(arena_strndup(&a, "abcdef", 3, &e), "abc");
    ck_assert_ptr_null(arena_alloc(&a, UINT64_MAX, 16, &e));
    arena_deinit(&a);
    ck_assert_uint_eq(m.held, 0);
}
END_TEST

START_TEST(vectors_grow_and_zero)
{
    struct mem m;
    struct err e = {0};
    VEC(uint64_t) v = {0};
    uint64_t *it, sum = 0;

    mem_init(&m, 0);
    VEC_EACH (&v, it)
        sum++;
    ck_assert_uint_eq(sum, 0);
    for (uint64_t i = 0; i < 1000; i++) {
        ck_assert(vec_push(&v, &m, &e));
        ck_assert_uint_eq(*vec_last(&v), 0);
        *vec_last(&v) = i;
    }
    VEC_EACH (&v, it)
        sum += *it;
    ck_assert_uint_eq(sum, 999 * 1000 / 2);
    m.fail_at = m.calls + 1;
    while (v.n < v.cap)
        ck_assert(vec_push(&v, &m, &e));
    ck_assert(!vec_push(&v, &m, &e));
    ck_assert_uint_eq(v.at[999], 999);
    vec_free(&v, &m);
    ck_assert_uint_eq(m.held, 0);
}
END_TEST

START_TEST(integers_are_big_endian)
{
    const uint8_t p[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x88};

    ck_assert_uint_eq(be16(p), 0x0102);
    ck_assert_uint_eq(be32(p), 0x01020304);
    ck_assert_uint_eq(be64(p), 0x0102030405060788);
    ck_assert_uint_eq(align_up(17, 8), 24);
    ck_assert_uint_eq(align_up(16, 8), 16);
    ck_assert_uint_eq(gcd64(48, 36), 12);
    ck_assert_uint_eq(gcd64(0, 7), 7);
}
END_TEST

Suite *memory_suite(void)
{
    Suite *s = suite_create("memory");
    TCase *t = tcase_create("all");

    tcase_add_test(t, first_error_wins);
    tcase_add_test(t, long_errors_are_cut);
    tcase_add_test(t, everything_is_given_back);
    tcase_add_test(t, the_budget_refuses);
    tcase_add_test(t, maps_past_the_limit_are_spilled);
    tcase_add_test(t, a_map_that_grows_past_the_limit_moves_out);
    tcase_add_test(t, the_disk_is_no_way_out_for_small_limits);
    tcase_add_test(t, what_would_be_refused_later_is_refused_at_once);
    tcase_add_test(t, products_that_overflow_are_refused);
    tcase_add_test(t, failures_are_injected_from_the_nth_call);
    tcase_add_test(t, arenas_hold_many_small_and_few_large);
    tcase_add_test(t, vectors_grow_and_zero);
    tcase_add_test(t, integers_are_big_endian);
    suite_add_tcase(s, t);
    return s;
}
