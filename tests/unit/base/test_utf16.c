/*
 * test_utf16.c - a text saved from Windows reads as the text it was, in
 * either order of bytes, in gzip, in pieces, and after going back.
 */
#define _GNU_SOURCE
#include <string.h>

#include "base/lines.h"
#include "base/utf16.h"
#include "tests/support/gzip.h"
#include "suites.h"

#define LONG ((size_t)3 * UTF16_PIECE)

static struct mem mem;
static struct err err;

static void setup(void)
{
    mem_init(&mem, 0);
    err = (struct err){0};
}

/* Units, the mark first, to bytes. */
static size_t encode(const uint16_t *units, size_t n, bool big, uint8_t *to)
{
    size_t k = 0;

    for (size_t i = 0; i <= n; i++) {
        uint16_t unit = i ? units[i - 1] : 0xFEFF;

        to[k++] = (uint8_t)(big ? unit >> 8 : unit);
        to[k++] = (uint8_t)(big ? unit : unit >> 8);
    }
    return k;
}

static void expect_text(const uint8_t *bytes, size_t n, const char *want)
{
    struct source *s;
    const uint8_t *p;

    ck_assert(source_open_memory(bytes, n, &mem, &s, &err));
    ck_assert_uint_eq(source_peek(s, 4096, &p), strlen(want));
    ck_assert_mem_eq(p, want, strlen(want));
    source_close(s);
}

START_TEST(characters_of_every_length)
{
    const uint16_t units[] = {'a', 0xE9, 0x20AC, 0xD83D, 0xDE00, '\n'};
    uint8_t bytes[64];

    for (int big = 0; big < 2; big++)
        expect_text(bytes, encode(units, 6, big, bytes),
                    "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\n");
}
END_TEST

START_TEST(halves_of_a_character_are_replaced)
{
    const uint16_t units[] = {0xDC00, 'a', 0xD800, 'b', 0xD800};
    uint8_t bytes[64];
    size_t n = encode(units, 5, false, bytes);

    expect_text(bytes, n,
                "\xef\xbf\xbd"
                "a\xef\xbf\xbd"
                "b\xef\xbf\xbd");
    bytes[n] = 'x';
    expect_text(bytes, n + 1,
                "\xef\xbf\xbd"
                "a\xef\xbf\xbd"
                "b\xef\xbf\xbd\xef\xbf\xbd");
}
END_TEST

START_TEST(the_mark_alone_is_nothing)
{
    expect_text((const uint8_t *)"\xff\xfe", 2, "");
    expect_text((const uint8_t *)"\xfe\xff", 2, "");
}
END_TEST

/* A surrogate pair lies across the end of a piece in one of the two. */
static size_t long_text(unsigned shift, uint8_t *to)
{
    static uint16_t units[LONG];

    for (size_t i = 0; i < LONG; i++)
        units[i] = (i + shift) % 2 ? 0xDE00 : 0xD83D;
    if (shift)
        units[0] = 'a';
    return encode(units, LONG - shift, false, to);
}

START_TEST(pieces_join_and_going_back_gives_the_same)
{
    static uint8_t bytes[2 * LONG + 16], packed[2 * LONG + 1024];
    /* Four bytes a pair; 'a' takes the place of one of them. */
    uint64_t left = LONG * 2 - UTF16_PIECE - (_i & 1 ? 4 : 0);
    struct source *s;
    const uint8_t *p;
    size_t n = long_text((unsigned)_i & 1, bytes);
    size_t m = gzip_member(bytes, n, 6, NULL, packed, sizeof packed);

    ck_assert(source_open_memory(_i & 2 ? packed : bytes, _i & 2 ? m : n, &mem,
                                 &s, &err));
    for (int round = 0; round < 2; round++) {
        uint64_t skipped = source_skip(s, UTF16_PIECE + (_i & 1));

        ck_assert_uint_eq(skipped, UTF16_PIECE + (_i & 1));
        ck_assert_uint_ge(source_peek(s, 4, &p), 4);
        ck_assert_mem_eq(p, "\xf0\x9f\x98\x80", 4);
        ck_assert_uint_eq(source_skip(s, UINT64_MAX), left);
        ck_assert(source_seek(s, 0, &err));
    }
    ck_assert_uint_eq(source_length(s), 0);
    ck_assert_ptr_null(source_damage(s));
    source_close(s);
}
END_TEST

START_TEST(lines_of_it)
{
    const uint16_t units[] = {'a', '\r', '\n', 0x0A0D, '\n', 'b'};
    uint8_t bytes[64];
    struct source *s;
    struct lines l;
    size_t n = encode(units, 6, false, bytes);

    ck_assert(source_open_memory(bytes, n, &mem, &s, &err));
    ck_assert(lines_init(&l, s, &mem, &err));
    ck_assert_str_eq(lines_next(&l, NULL), "a");
    ck_assert_str_eq(lines_next(&l, NULL), "\xe0\xa8\x8d");
    ck_assert_str_eq(lines_next(&l, NULL), "b");
    ck_assert_uint_eq(l.number, 3);
    lines_deinit(&l);
    source_close(s);
}
END_TEST

Suite *utf16_suite(void)
{
    Suite *s = suite_create("utf16");
    TCase *t = tcase_create("utf16");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, characters_of_every_length);
    tcase_add_test(t, halves_of_a_character_are_replaced);
    tcase_add_test(t, the_mark_alone_is_nothing);
    tcase_add_loop_test(t, pieces_join_and_going_back_gives_the_same, 0, 4);
    tcase_add_test(t, lines_of_it);
    suite_add_tcase(s, t);
    return s;
}
