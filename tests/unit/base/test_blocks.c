/*
 * test_blocks.c - a dump in HotSpot's blocks reads like any other gzip file,
 * whatever the number of threads, the damage and the wrong guesses. What it
 * is compared with is the same file with another comment, which the general
 * path reads.
 */
#include <string.h>
#include <zlib.h>

#include "base/source.h"
#include "tests/support/gzip.h"
#include "tests/support/random.h"
#include "suites.h"

#define PLAIN  ((size_t)1 << 20)
#define PACKED (2 * PLAIN)
#define BLOCK  16384

static const unsigned jobs[] = {1, 2, 4};
#define N_JOBS ((int)(sizeof jobs / sizeof jobs[0]))

/* What a reader makes of the bytes. */
struct outcome {
    size_t n;
    uLong crc;
    char damage[200];
};

static size_t starts[PLAIN / BLOCK]; /* of blocks, in `packed` */
static uint8_t plain[PLAIN], seen[PLAIN], packed[PACKED + 64],
    other[PACKED + 64];
static struct mem mem;
static struct err err;

static void setup(void)
{
    uint64_t x = 1;

    mem_init(&mem, 0);
    err = (struct err){0};
    for (size_t i = 0; i < PLAIN; i++)
        plain[i] = (uint8_t)random_below(&x, 16);
}

/* The whole of `plain` as HotSpot writes it, into `packed`. */
static size_t pack_blocks(int level, const char *say)
{
    size_t n = 0;

    for (size_t at = 0; at < PLAIN; at += BLOCK) {
        starts[at / BLOCK] = n;
        n += gzip_member(plain + at, BLOCK, level, at ? NULL : say, packed + n,
                         PACKED - n);
    }
    return n;
}

static struct source *open_with(const uint8_t *bytes, size_t n, unsigned j)
{
    struct source *s;

    ck_assert(source_open_memory(bytes, n, &mem, &s, &err));
    source_set_jobs(s, j);
    return s;
}

static struct outcome drain(const uint8_t *bytes, size_t n, unsigned j)
{
    struct outcome o = {0, crc32(0, NULL, 0), ""};
    struct source *s = open_with(bytes, n, j);
    const uint8_t *p;
    size_t k;

    while ((k = source_peek(s, 4096, &p)) > 0) {
        o.crc = crc32(o.crc, p, (unsigned)k);
        o.n += k;
        source_consume(s, k);
    }
    if (source_damage(s))
        strcpy(o.damage, source_damage(s));
    source_close(s);
    ck_assert_uint_eq(mem.held, 0);
    return o;
}

static void expect_like_others(size_t n)
{
    struct outcome want;

    memcpy(other, packed, n);
    if (n > 10)
        other[10] = 'X'; /* of HPROF */
    want = drain(other, n, 1);
    for (int i = 0; i < N_JOBS; i++) {
        struct outcome got = drain(packed, n, jobs[i]);

        ck_assert_uint_eq(got.n, want.n);
        ck_assert_uint_eq(got.crc, want.crc);
        ck_assert_str_eq(got.damage, want.damage);
    }
}

START_TEST(blocks_read_as_one)
{
    size_t n = pack_blocks(1, "HPROF BLOCKSIZE=16384");
    struct outcome got = drain(packed, n, jobs[_i]);

    ck_assert_uint_eq(got.n, PLAIN);
    ck_assert_uint_eq(got.crc, crc32(crc32(0, NULL, 0), plain, PLAIN));
    ck_assert_str_eq(got.damage, "");
    expect_like_others(n);
}
END_TEST

START_TEST(what_looks_like_a_header_is_none)
{
    static const uint8_t fake[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 3};
    uint64_t x = 7;

    for (int i = 0; i < 40; i++)
        memcpy(plain + random_below(&x, (uint32_t)(PLAIN - sizeof fake)), fake,
               sizeof fake);
    expect_like_others(pack_blocks(0, "HPROF BLOCKSIZE=16384"));
}
END_TEST

START_TEST(lies_about_the_block_size_cost_only_time)
{
    static const char *const says[] = {
        "HPROF BLOCKSIZE=16000",   "HPROF BLOCKSIZE=1",
        "HPROF BLOCKSIZE=0",       "HPROF BLOCKSIZE=99999999999999999999",
        "HPROF BLOCKSIZE=-16384",  "HPROF BLOCKSIZE=16384 or so",
        "HPROF BLOCKSIZE=4194304",
    };

    for (size_t i = 0; i < sizeof says / sizeof says[0]; i++)
        expect_like_others(pack_blocks(6, says[i]));
}
END_TEST

START_TEST(cut_blocks_give_what_is_there)
{
    size_t n = pack_blocks(1, "HPROF BLOCKSIZE=16384");
    uint64_t x = 3;

    for (size_t cut = 2; cut < 60; cut++)
        expect_like_others(cut);
    for (size_t cut = n - 30; cut < n; cut++)
        expect_like_others(cut);
    for (int i = 0; i < 40; i++)
        expect_like_others(random_below(&x, (uint32_t)n));
}
END_TEST

/* Reads all into `seen`; what is wrong goes to `damage`. */
static size_t take_all(size_t n, unsigned j, char damage[200])
{
    struct source *s = open_with(packed, n, j);
    const uint8_t *p;
    size_t total = 0, k;

    for (; (k = source_peek(s, 4096, &p)) > 0; total += k) {
        ck_assert_uint_le(total + k, PLAIN);
        memcpy(seen + total, p, k);
        source_consume(s, k);
    }
    strcpy(damage, source_damage(s) ? source_damage(s) : "");
    source_close(s);
    return total;
}

/* Block k is damaged, or nothing is, if that byte means nothing. */
static void expect_zeros(size_t n, size_t k, unsigned j)
{
    static const uint8_t zeros[BLOCK];
    size_t at = k * BLOCK, next = at + BLOCK;
    char damage[200];

    ck_assert_uint_eq(take_all(n, j, damage), PLAIN);
    ck_assert_mem_eq(seen, plain, at);
    ck_assert_mem_eq(seen + next, plain + next, PLAIN - next);
    if (damage[0])
        ck_assert_mem_eq(seen + at, zeros, BLOCK);
    else
        ck_assert_mem_eq(seen + at, plain + at, BLOCK);
}

START_TEST(a_damaged_block_is_zeros)
{
    size_t n = pack_blocks(1, "HPROF BLOCKSIZE=16384");
    size_t at = starts[_i], size = starts[_i + 1] - at;
    uint64_t x = 5;

    for (int i = 0; i < 20; i++) {
        size_t where = at + random_below(&x, (uint32_t)size);
        uint8_t bit = (uint8_t)(1 << random_below(&x, 8));

        packed[where] ^= bit;
        for (int j = 0; j < N_JOBS; j++)
            expect_zeros(n, (size_t)_i, jobs[j]);
        packed[where] ^= bit;
    }
}
END_TEST

START_TEST(a_damaged_last_block_gives_what_comes_before)
{
    size_t n = pack_blocks(1, "HPROF BLOCKSIZE=16384");
    uint64_t x = 5;

    for (int i = 0; i < 20; i++) {
        size_t at = n - 1 - random_below(&x, 2000);

        packed[at] ^= 4;
        expect_like_others(n);
        packed[at] ^= 4;
    }
}
END_TEST

/* The first one has the file's header: it is given as far as it goes. */
START_TEST(a_damaged_first_block_gives_what_comes_before)
{
    size_t n = pack_blocks(1, "HPROF BLOCKSIZE=16384");
    size_t half = starts[1] / 2, rest = PLAIN - BLOCK, total;
    char damage[200], others[200];

    memset(packed + half, 0xff, 8);
    total = take_all(n, 1, damage);
    ck_assert_ptr_nonnull(strstr(damage, "read on at offset"));
    ck_assert_uint_ge(total, PLAIN);
    ck_assert_mem_eq(seen, plain, 1000);
    ck_assert_mem_eq(seen + total - rest, plain + BLOCK, rest);
    memcpy(other, seen, total);
    for (int j = 0; j < N_JOBS; j++) {
        ck_assert_uint_eq(take_all(n, jobs[j], others), total);
        ck_assert_mem_eq(seen, other, total);
        ck_assert_str_eq(others, damage);
    }
}
END_TEST

/* Tiny blocks that are all damaged don't make up gigabytes. */
START_TEST(zeros_are_bounded_by_the_file)
{
    size_t n =
        gzip_member(plain, 100, 1, "HPROF BLOCKSIZE=4194304", packed, PACKED);
    size_t each = gzip_member(plain, 100, 1, NULL, packed + n, PACKED - n);

    for (int i = 0; i < 1000; i++, n += each) {
        gzip_member(plain, 100, 1, NULL, packed + n, PACKED - n);
        packed[n + each - 6] ^= 1;
    }
    ck_assert_uint_le(drain(packed, n, 1).n, 1032 * n);
}
END_TEST

START_TEST(padding_is_no_damage_and_garbage_is)
{
    size_t n = pack_blocks(1, "HPROF BLOCKSIZE=16384");

    memset(packed + n, 0, 64);
    expect_like_others(n + 64);
    packed[n + 63] = 1;
    expect_like_others(n + 64);
    packed[n] = 0x1f;
    packed[n + 1] = 0x8b;
    expect_like_others(n + 64);
}
END_TEST

START_TEST(seeks_go_anywhere)
{
    size_t n = pack_blocks(1, "HPROF BLOCKSIZE=16384");
    struct source *s = open_with(packed, n, jobs[_i]);
    const uint8_t *p;
    uint64_t x = 9;

    for (int i = 0; i < 300; i++) {
        size_t at = random_below(&x, PLAIN),
               want = random_below(&x, (uint32_t)(4 * BLOCK));

        if (want > PLAIN - at)
            want = PLAIN - at;
        ck_assert(source_seek(s, at, &err));
        ck_assert_uint_ge(source_peek(s, want, &p), want);
        ck_assert_mem_eq(p, plain + at, want);
    }
    ck_assert_ptr_null(source_damage(s));
    source_close(s);
    ck_assert_uint_eq(mem.held, 0);
}
END_TEST

START_TEST(closing_early_leaves_nothing)
{
    size_t n = pack_blocks(1, "HPROF BLOCKSIZE=16384");
    const uint8_t *p;

    for (size_t stop = 0; stop < PLAIN; stop += PLAIN / 20) {
        struct source *s = open_with(packed, n, jobs[_i]);

        ck_assert_uint_eq(source_skip(s, stop), stop);
        ck_assert_uint_gt(source_peek(s, 1, &p), 0);
        source_close(s);
        ck_assert_uint_eq(mem.held, 0);
    }
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    size_t n = pack_blocks(1, "HPROF BLOCKSIZE=16384");

    for (uint64_t k = 1; k < 40; k++) {
        struct source *s;

        mem_init(&mem, 0);
        mem.fail_at = k;
        err = (struct err){0};
        if (source_open_memory(packed, n, &mem, &s, &err)) {
            source_set_jobs(s, jobs[_i]);
            ck_assert_uint_eq(source_skip(s, PLAIN + 1), PLAIN);
            source_close(s);
        } else {
            ck_assert_int_eq(err.code, ERR_NOMEM);
        }
        ck_assert_uint_eq(mem.held, 0);
    }
}
END_TEST

Suite *blocks_suite(void)
{
    Suite *s = suite_create("blocks");
    TCase *t = tcase_create("all");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_loop_test(t, blocks_read_as_one, 0, N_JOBS);
    tcase_add_test(t, what_looks_like_a_header_is_none);
    tcase_add_test(t, lies_about_the_block_size_cost_only_time);
    tcase_add_test(t, cut_blocks_give_what_is_there);
    tcase_add_loop_test(t, a_damaged_block_is_zeros, 1, PLAIN / BLOCK - 1);
    tcase_add_test(t, a_damaged_last_block_gives_what_comes_before);
    tcase_add_test(t, a_damaged_first_block_gives_what_comes_before);
    tcase_add_test(t, zeros_are_bounded_by_the_file);
    tcase_add_test(t, padding_is_no_damage_and_garbage_is);
    tcase_add_loop_test(t, seeks_go_anywhere, 0, N_JOBS);
    tcase_add_loop_test(t, closing_early_leaves_nothing, 0, N_JOBS);
    tcase_add_loop_test(t, every_allocation_may_fail, 0, N_JOBS);
    suite_add_tcase(s, t);
    return s;
}
