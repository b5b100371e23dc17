/*
 * test_again.c - going about in a gzip file after it was read once: from
 * members, from points within them, from pieces that were kept, the same bytes
 * come as in a file that is not compressed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/pieces.h"
#include "base/points.h"
#include "base/source.h"
#include "tests/support/gzip.h"
#include "tests/support/random.h"
#include "suites.h"

/* More than is kept and, at their first distance, the points can be of. */
#define LARGE ((size_t)24 << 20)
#define SMALL ((size_t)1 << 20)
#define ROOM  ((size_t)16 << 20)

static uint8_t *plain, *packed;
static size_t packed_n;
static struct mem mem;
static struct err err;

static void setup(void)
{
    uint64_t x = 1;

    mem_init(&mem, 0);
    err = (struct err){0};
    plain = malloc(LARGE);
    packed = malloc(ROOM);
    for (size_t i = 0; i < LARGE; i++)
        plain[i] = (uint8_t)random_below(&x, 8);
}

static void teardown(void)
{
    free(plain);
    free(packed);
}

/* The first `n` bytes in members of `each`, in the JVM's way if it says so. */
static void pack(size_t n, size_t each, const char *say)
{
    packed_n = 0;
    for (size_t at = 0; at < n; at += each)
        packed_n +=
            gzip_member(plain + at, n - at < each ? n - at : each, 1,
                        at ? NULL : say, packed + packed_n, ROOM - packed_n);
}

static void expect(struct source *s, uint64_t at, size_t want, size_t n)
{
    const uint8_t *p;
    size_t got;

    ck_assert(source_seek(s, at, &err));
    if (want > n - at)
        want = n - at;
    got = source_peek(s, want, &p);
    ck_assert_uint_ge(got, want);
    ck_assert(memcmp(p, plain + at, got) == 0);
    source_consume(s, got / 2);
    ck_assert_uint_eq(source_skip(s, 100000),
                      n - at - got / 2 < 100000 ? n - at - got / 2 : 100000);
}

/* Here and there, near the last place and far away. */
static void go_about(struct source *s, size_t n, unsigned times)
{
    uint64_t x = 7;
    uint64_t at = 0;

    for (unsigned i = 0; i < times; i++) {
        uint64_t step = random_below(&x, 400000);

        switch (random_below(&x, 4)) {
        case 0: at = random_below(&x, (uint32_t)n); break;
        case 1: at = at > step ? at - step : 0; break;
        default: at = at + step < n ? at + step : n - 1;
        }
        expect(s, at, 1 + random_below(&x, i % 8 ? 3000 : 300000), n);
    }
    ck_assert_ptr_null(source_damage(s));
}

static const struct {
    size_t n, each;
    const char *say;
    uint64_t limit;
} forms[] = {
    {LARGE, LARGE, NULL, 0},
    {LARGE, LARGE / 5, NULL, 0},
    {LARGE, 1 << 20, "HPROF BLOCKSIZE=1048576", 0},
    {LARGE, LARGE, NULL, (uint64_t)8 << 20},
    {SMALL, SMALL, NULL, 0},
    {SMALL, 5000, NULL, 0}, /* more members than pieces */
};
#define N_FORMS ((int)(sizeof forms / sizeof *forms))

START_TEST(the_same_bytes_again)
{
    unsigned form = (unsigned)_i % N_FORMS;
    size_t n = forms[form].n;
    struct source *s;

    mem_init(&mem, forms[form].limit);
    pack(n, forms[form].each, forms[form].say);
    ck_assert(source_open_memory(packed, packed_n, &mem, &s, &err));
    source_set_jobs(s, 1 + (unsigned)_i / N_FORMS);
    ck_assert_uint_eq(source_skip(s, n + 1), n);
    go_about(s, n, 200);
    source_close(s);
    ck_assert_uint_eq(mem.held, 0);
}
END_TEST

/* Damage that has been met is told of, also while a thread runs ahead again. */
START_TEST(damage_is_told_later_too)
{
    struct source *s;

    pack(LARGE, LARGE, NULL);
    packed[packed_n - 6] ^= 1; /* its checksum */
    ck_assert(source_open_memory(packed, packed_n, &mem, &s, &err));
    source_set_jobs(s, 1 + (unsigned)_i);
    ck_assert_uint_eq(source_skip(s, LARGE + 1), LARGE);
    ck_assert_ptr_nonnull(source_damage(s));
    ck_assert(source_seek(s, LARGE / 3 | 1, &err));
    for (unsigned i = 0; i < 5; i++) {
        const uint8_t *p;

        ck_assert_uint_ge(source_peek(s, 1 << 20, &p), 1 << 20);
        source_consume(s, 1 << 20);
        ck_assert_ptr_nonnull(source_damage(s));
    }
    source_close(s);
}
END_TEST

/* Without memory nothing is kept, and the bytes are the same. */
START_TEST(again_without_memory)
{
    pack(SMALL, SMALL, NULL);
    for (uint64_t k = 8; k < 40; k++) {
        struct source *s;

        mem_init(&mem, 0);
        mem.fail_at = k;
        ck_assert(source_open_memory(packed, packed_n, &mem, &s, &err));
        ck_assert_uint_eq(source_skip(s, SMALL), SMALL);
        go_about(s, SMALL, 20);
        source_close(s);
        ck_assert_uint_eq(mem.held, 0);
    }
}
END_TEST

START_TEST(pieces_are_bounded)
{
    struct pieces p;
    uint8_t got[16];

    pieces_init(&p, &mem);
    p.most = 1000;
    for (uint64_t at = 0; at < 1000; at += 100)
        pieces_keep(&p, at, plain + at, 100);
    ck_assert_uint_eq(pieces_read(&p, 995, got, 16), 5);
    ck_assert_mem_eq(got, plain + 995, 5);
    for (uint64_t at = 0; at < 2000; at += 100) {
        pieces_keep(&p, at, plain + at, 100);
        ck_assert_uint_le(p.bytes, 1000);
        ck_assert_uint_eq(pieces_read(&p, 50, got, 1), 1); /* stays in use */
    }
    ck_assert_uint_eq(pieces_read(&p, 500, got, 1), 0);
    pieces_keep(&p, 5000, plain, 1001);
    ck_assert_uint_eq(p.n, 10);
    pieces_deinit(&p);
    ck_assert_uint_eq(mem.held, 0);
}
END_TEST

START_TEST(points_are_bounded)
{
    struct points p;
    z_stream z = {0};

    ck_assert_int_eq(inflateInit2(&z, 16 + MAX_WBITS), Z_OK);
    points_init(&p, &mem);
    for (uint64_t out = 0; out < (uint64_t)1 << 32; out += 100000) {
        points_note(&p, (struct point){.raw = out / 2, .out = out}, &z);
        ck_assert_uint_le(p.all.n, p.most);
    }
    ck_assert_uint_gt(p.all.n, p.most / 2 - 2);
    for (uint64_t i = 1; i < p.all.n; i++)
        ck_assert_uint_gt(p.all.at[i].out, p.all.at[i - 1].out);
    ck_assert_ptr_eq(points_find(&p, p.all.at[3].out), &p.all.at[3]);
    ck_assert_ptr_eq(points_find(&p, p.all.at[3].out - 1), &p.all.at[2]);
    ck_assert(points_restore(&p.all.at[1], &z));
    points_deinit(&p);
    inflateEnd(&z);
    ck_assert_uint_eq(mem.held, 0);
}
END_TEST

Suite *again_suite(void)
{
    Suite *s = suite_create("again");
    TCase *t = tcase_create("again");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, the_same_bytes_again, 0, 2 * N_FORMS);
    tcase_add_loop_test(t, damage_is_told_later_too, 0, 2);
    tcase_add_test(t, again_without_memory);
    tcase_add_test(t, pieces_are_bounded);
    tcase_add_test(t, points_are_bounded);
    suite_add_tcase(s, t);
    return s;
}
