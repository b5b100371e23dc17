/*
 * test_spread.c - of a stream of any length evenly spread windows are kept,
 * with the bytes they had; their number is bounded, and where they are is
 * known from the length.
 */

#include "base/spread.h"
#include "suites.h"

#define MIB    ((uint64_t)1 << 20)
#define PERIOD ((size_t)300007) /* of the stream's bytes */

static uint8_t stream[2 * PERIOD];
static struct mem mem;
static struct spread s;

static void setup(void)
{
    mem_init(&mem, 0);
    for (size_t i = 0; i < sizeof stream; i++)
        stream[i] = (uint8_t)(i % PERIOD * 2654435761u >> 13);
}

static const uint8_t *bytes_at(uint64_t at)
{
    return stream + at % PERIOD;
}

/* In parts of any size, none of which ends where a window does. */
static void pass_by(uint64_t bytes)
{
    uint64_t at = 0;

    spread_init(&s, &mem);
    while (at < bytes) {
        uint64_t n = 1 + at * 7 % 262144;

        if (n > bytes - at)
            n = bytes - at;
        spread_keep(&s, at, bytes_at(at), (size_t)n);
        at += n;
    }
}

static void expect_kept(uint64_t from, uint64_t to)
{
    static uint8_t got[70000];
    size_t n;

    for (; from < to; from += n) {
        n = spread_read(&s, from, got, sizeof got);
        ck_assert_uint_gt(n, 0);
        ck_assert_mem_eq(got, bytes_at(from), n);
    }
    ck_assert_uint_eq(from, to);
}

static void end(void)
{
    spread_deinit(&s);
    ck_assert_uint_eq(mem.held, 0);
}

START_TEST(what_fits_is_kept_whole)
{
    static const uint64_t lengths[] = {0, 1, MIB - 1, MIB, MIB + 1, 16 * MIB};

    pass_by(lengths[_i]);
    ck_assert_uint_eq(spread_stride(lengths[_i]), SPREAD_WINDOW);
    expect_kept(0, lengths[_i]);
    ck_assert_uint_eq(spread_read(&s, lengths[_i], stream, 1), 0);
    end();
}
END_TEST

START_TEST(windows_are_where_the_length_says)
{
    static const uint64_t lengths[] = {
        16 * MIB + 1,  17 * MIB,       27 * MIB + 5,
        28 * MIB + 5,  101 * MIB - 77, (uint64_t)103 << 20,
        410 * MIB + 9,
    };
    uint64_t n = lengths[_i], stride = spread_stride(n), at;

    pass_by(n);
    ck_assert_uint_gt(stride, SPREAD_WINDOW);
    for (at = 0; at < n; at += stride)
        expect_kept(at, at + MIB < n ? at + MIB : n);
    expect_kept(0, 4 * MIB);
    ck_assert_uint_gt(n / stride, 5);
    ck_assert_uint_le(mem.held, 17 * MIB);
    /* What lies between is not there. */
    at = n / 2 / stride * stride;
    ck_assert_uint_eq(spread_read(&s, at + MIB, stream, 1), 0);
    end();
}
END_TEST

START_TEST(a_limit_leaves_fewer_of_them)
{
    uint64_t n = 101 * MIB, stride = spread_stride(n), kept = 0;
    uint8_t byte;

    mem.limit = (uint64_t)(_i + 1) * 64 * MIB - 1;
    pass_by(n);
    for (uint64_t at = 0; at < n; at += MIB) {
        if (!spread_read(&s, at, &byte, 1))
            continue;
        ck_assert_uint_eq(at % stride, 0);
        expect_kept(at, at + MIB);
        kept++;
    }
    ck_assert_uint_le(kept, (uint64_t)_i);
    ck_assert_uint_ge(kept, (uint64_t)(_i + 1) / 2);
    end();
}
END_TEST

START_TEST(without_memory_a_window_is_not_kept)
{
    uint8_t byte;

    mem.fail_at = 3;
    pass_by(20 * MIB);
    expect_kept(0, 2 * MIB);
    ck_assert_uint_eq(spread_read(&s, 2 * MIB, &byte, 1), 0);
    end();
}
END_TEST

Suite *spread_suite(void)
{
    Suite *suite = suite_create("spread");
    TCase *t = tcase_create("spread");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, what_fits_is_kept_whole, 0, 6);
    tcase_add_loop_test(t, windows_are_where_the_length_says, 0, 7);
    tcase_add_loop_test(t, a_limit_leaves_fewer_of_them, 0, 6);
    tcase_add_test(t, without_memory_a_window_is_not_kept);
    suite_add_tcase(suite, t);
    return suite;
}
