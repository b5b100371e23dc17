/*
 * test_source.c - the same bytes come out whatever they came wrapped in,
 * and damage in the wrapping ends them early without failing.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/lines.h"
#include "tests/support/gzip.h"
#include "suites.h"

#define PLAIN ((size_t)3 << 20)

static uint8_t plain[PLAIN];
static struct mem mem;
static struct err err;

static void setup(void)
{
    uint32_t x = 1;

    mem_init(&mem, 0);
    err = (struct err){0};
    for (size_t i = 0; i < PLAIN; i++) {
        x = x * 1664525 + 1013904223;
        plain[i] = (uint8_t)(x >> 28);
    }
}

/* `members` equal parts, each a member of its own. */
static size_t pack_members(unsigned members, uint8_t *to, size_t room)
{
    size_t each = PLAIN / members, n = 0;

    for (unsigned i = 0; i < members; i++)
        n += gzip_member(plain + i * each,
                         i + 1 == members ? PLAIN - i * each : each, 6, NULL,
                         to + n, room - n);
    return n;
}

/* Every test of gzip runs with each of these. */
static const unsigned jobs[] = {1, 2, 4};
#define N_JOBS ((int)(sizeof jobs / sizeof jobs[0]))

static struct source *open_packed(const uint8_t *packed, size_t n, int job)
{
    struct source *s;

    ck_assert(source_open_memory(packed, n, &mem, &s, &err));
    source_set_jobs(s, jobs[job]);
    return s;
}

static void expect_at(struct source *s, uint64_t offset)
{
    const uint8_t *p;

    ck_assert_uint_eq(source_offset(s), offset);
    ck_assert_uint_ge(source_peek(s, 100, &p), 100);
    ck_assert_mem_eq(p, plain + offset, 100);
}

/* Reads, skips and seeks about; ends closed. */
static void exercise(struct source *s)
{
    const uint8_t *p;

    expect_at(s, 0);
    source_consume(s, 10);
    expect_at(s, 10);
    ck_assert_uint_eq(source_skip(s, 1 << 20), 1 << 20);
    expect_at(s, (1 << 20) + 10);
    ck_assert_uint_ge(source_peek(s, 1 << 20, &p), 1 << 20);
    ck_assert_mem_eq(p, plain + (1 << 20) + 10, 1 << 20);
    ck_assert(source_seek(s, 5, &err));
    expect_at(s, 5);
    ck_assert(source_seek(s, PLAIN - 200, &err));
    expect_at(s, PLAIN - 200);
    ck_assert_uint_eq(source_skip(s, 1000), 200);
    ck_assert_uint_eq(source_peek(s, 1, &p), 0);
    ck_assert(!source_seek(s, PLAIN + 1, &err));
    ck_assert_int_eq(err.code, ERR_IO);
    ck_assert(source_seek(s, 2 << 20, &(struct err){0}));
    expect_at(s, 2 << 20);
    ck_assert_ptr_null(source_damage(s));
    source_close(s);
    ck_assert_uint_eq(mem.held, 0);
}

START_TEST(memory_reads_as_it_is)
{
    struct source *s;

    ck_assert(source_open_memory(plain, PLAIN, &mem, &s, &err));
    ck_assert_uint_eq(source_length(s), PLAIN);
    ck_assert(!source_is_gzip(s));
    exercise(s);
}
END_TEST

START_TEST(gzip_members_read_as_one)
{
    const unsigned members[] = {1, 2, 7, 300};
    uint8_t *packed = malloc(PLAIN * 2);
    size_t n = pack_members(members[_i % 4], packed, PLAIN * 2);
    struct source *s = open_packed(packed, n, _i / 4);

    ck_assert(source_is_gzip(s));
    exercise(s);
    free(packed);
}
END_TEST

static size_t drain(struct source *s)
{
    const uint8_t *p;
    size_t total = 0, n;

    while ((n = source_peek(s, 4096, &p)) > 0) {
        ck_assert_mem_eq(p, plain + total, n);
        source_consume(s, n);
        total += n;
    }
    return total;
}

START_TEST(cut_gzip_gives_what_is_there)
{
    uint8_t *packed = malloc(PLAIN * 2);
    size_t n = pack_members(2, packed, PLAIN * 2), got;
    struct source *s;

    s = open_packed(packed, n * 3 / 4, _i);
    got = drain(s);
    ck_assert_uint_gt(got, PLAIN / 2);
    ck_assert_uint_lt(got, PLAIN);
    ck_assert_ptr_nonnull(strstr(source_damage(s), "cut off"));
    source_close(s);
    free(packed);
}
END_TEST

START_TEST(flipped_bits_in_gzip_are_damage)
{
    uint8_t *packed = malloc(PLAIN * 2);
    size_t n = pack_members(2, packed, PLAIN * 2);
    struct source *s;

    packed[n - 6] ^= 0x10; /* the CRC of the last member */
    s = open_packed(packed, n, _i);
    ck_assert_uint_eq(drain(s), PLAIN);
    ck_assert_ptr_nonnull(source_damage(s));
    source_close(s);
    free(packed);
}
END_TEST

/* ---- damage within ---------------------------------------------------- */

#define MEMBERS 7
#define EACH    (PLAIN / MEMBERS)

/* Where the n-th member of a packed file begins, from 0. */
static size_t member_at(const uint8_t *packed, size_t n, unsigned which)
{
    static const uint8_t start[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0};
    const uint8_t *p = packed;

    while (which--) {
        p++;
        p = memmem(p, n - (size_t)(p - packed), start, sizeof start);
    }
    return (size_t)(p - packed);
}

static uint8_t seen[2 * PLAIN];

/* Everything from here on, into `seen`. */
static size_t take_all(struct source *s)
{
    const uint8_t *p;
    size_t total = 0, n;

    for (; (n = source_peek(s, 1, &p)) > 0; total += n) {
        ck_assert_uint_le(total + n, sizeof seen);
        memcpy(seen + total, p, n);
        source_consume(s, n);
    }
    return total;
}

/* Member 2 is damaged: what is before and behind it is as it was, and so it
 * is for whoever goes back. What can't be inflated any more is now and then
 * inflated all the same, to more than there was. */
static void expect_hole(struct source *s)
{
    size_t from = 2 * EACH, n = take_all(s), left = PLAIN - 3 * EACH;
    uLong crc = crc32(0, seen, (unsigned)n);
    const uint8_t *p;

    ck_assert_uint_ge(n, PLAIN);
    ck_assert_mem_eq(seen, plain, from);
    ck_assert_int_ne(memcmp(seen + from, plain + from, EACH), 0);
    ck_assert_mem_eq(seen + n - left, plain + PLAIN - left, left);
    for (size_t at = n - 1000; at > PLAIN / 8; at -= PLAIN / 8) {
        ck_assert(source_seek(s, at, &err));
        ck_assert_uint_ge(source_peek(s, 100, &p), 100);
        ck_assert_mem_eq(p, seen + at, 100);
    }
    ck_assert(source_seek(s, 0, &err));
    ck_assert_uint_eq(take_all(s), n);
    ck_assert_uint_eq(crc32(0, seen, (unsigned)n), crc);
}

/* What may happen to a member: some of its bytes, its header, or both its end
 * and the next one's beginning. */
static void damage_member(uint8_t *packed, size_t n, int how)
{
    size_t at = member_at(packed, n, 2), end = member_at(packed, n, 3);

    if (how == 0)
        memset(packed + (at + end) / 2, 0xff, 64);
    else if (how == 1)
        memset(packed + at, 0, 512);
    else
        memset(packed + (at + end) / 2, 0, 5000);
}

START_TEST(a_damaged_member_costs_itself)
{
    uint8_t *packed = malloc(PLAIN * 2);
    size_t n = pack_members(MEMBERS, packed, PLAIN * 2);
    struct source *s;

    damage_member(packed, n, _i / N_JOBS);
    s = open_packed(packed, n, _i % N_JOBS);
    expect_hole(s);
    ck_assert_ptr_nonnull(strstr(source_damage(s), "read on at offset"));
    ck_assert_ptr_null(strstr(source_damage(s), "more"));
    source_close(s);
    ck_assert_uint_eq(mem.held, 0);
    free(packed);
}
END_TEST

START_TEST(every_damaged_member_is_counted)
{
    uint8_t *packed = malloc(PLAIN * 2);
    size_t n = pack_members(MEMBERS, packed, PLAIN * 2);
    struct source *s;

    for (unsigned i = 1; i < MEMBERS; i += 2)
        packed[member_at(packed, n, i + 1 == MEMBERS ? i : i + 1) - 6] ^= 1;
    s = open_packed(packed, n, _i);
    ck_assert_uint_eq(take_all(s), PLAIN);
    ck_assert_mem_eq(seen, plain, PLAIN);
    ck_assert_ptr_nonnull(strstr(source_damage(s), "incorrect data check"));
    ck_assert_ptr_nonnull(strstr(source_damage(s), "more such places: 2"));
    source_close(s);
    free(packed);
}
END_TEST

/* Three bytes that begin a header, and nothing that could be one. */
START_TEST(what_only_looks_like_a_member_is_passed_over)
{
    uint8_t *packed = malloc(PLAIN * 2);
    size_t n = pack_members(MEMBERS, packed, PLAIN * 2), at, end;
    struct source *s;

    at = member_at(packed, n, 2) + 1000;
    end = member_at(packed, n, 3) - 1000;
    for (; at + 20 < end; at += 20) {
        memset(packed + at, 0xff, 20);
        memcpy(packed + at, "\x1f\x8b\x08\0\0\0\0\0\0\3", 10);
    }
    s = open_packed(packed, n, _i);
    expect_hole(s);
    source_close(s);
    free(packed);
}
END_TEST

START_TEST(garbage_after_gzip_is_told_padding_is_not)
{
    uint8_t *packed = calloc(PLAIN, 2);
    size_t n = pack_members(1, packed, PLAIN * 2);
    struct source *s;

    s = open_packed(packed, n + 512, _i);
    ck_assert_uint_eq(drain(s), PLAIN);
    ck_assert_ptr_null(source_damage(s));
    source_close(s);
    memcpy(packed + n, "trailing", 8);
    s = open_packed(packed, n + 8, _i);
    ck_assert_uint_eq(drain(s), PLAIN);
    ck_assert_ptr_nonnull(strstr(source_damage(s), "garbage"));
    source_close(s);
    free(packed);
}
END_TEST

START_TEST(files_and_pipes)
{
    char name[] = "/tmp/oomwhy-test-XXXXXX";
    int fd = mkstemp(name), saved = dup(0), ends[2];
    struct source *s;

    ck_assert_int_eq(write(fd, plain, PLAIN), PLAIN);
    ck_assert(source_open(name, &mem, &s, &err));
    exercise(s);
    close(fd);
    unlink(name);

    err = (struct err){0};
    ck_assert_int_eq(pipe(ends), 0);
    if (check_fork() == 0) {
        ssize_t n = write(ends[1], plain, PLAIN);

        _exit(n == (ssize_t)PLAIN ? 0 : 1);
    }
    close(ends[1]);
    dup2(ends[0], 0);
    ck_assert(source_open("-", &mem, &s, &err));
    exercise(s);
    dup2(saved, 0);
}
END_TEST

/* Where pages of a view are gone, reading says where the file ends. Linux 5.14
 * and its headers are needed for views. */
START_TEST(file_cut_short_while_read)
{
    char name[] = "/tmp/oomwhy-test-XXXXXX";
    const size_t left = PLAIN / 2 + 123;
    int fd = mkstemp(name);
    struct raw_view view;
    const uint8_t *p;
    struct source *s;
    bool views;

    ck_assert_int_eq(write(fd, plain, PLAIN), PLAIN);
    ck_assert(source_open(name, &mem, &s, &err));
    views = source_view_at(s, 0, 5000, &view);
    ck_assert(raw_view_fetch(&view, 10, 4990) == views);
    ck_assert(!raw_view_fetch(&view, 10, 4991));
    raw_unlook(&view);
    ck_assert_uint_ge(source_peek(s, 1000, &p), 1000);
    ck_assert_int_eq(ftruncate(fd, (off_t)left), 0);
    ck_assert(source_view_at(s, left - 10000, PLAIN / 4, &view) == views);
    ck_assert(!raw_view_fetch(&view, left - 10, 10000));
    ck_assert(raw_view_fetch(&view, left - 10000, 5000) == views);
    if (views)
        ck_assert_mem_eq(view.bytes, plain + left - 10000, 5000);
    raw_unlook(&view);
    ck_assert(source_seek(s, left - 200, &err));
    expect_at(s, left - 200);
    ck_assert_uint_eq(source_peek(s, 1 << 20, &p), 200);
    ck_assert(source_seek(s, 77, &err));
    expect_at(s, 77);
    source_close(s);
    close(fd);
    unlink(name);
    ck_assert_uint_eq(mem.held, 0);
}
END_TEST

START_TEST(what_cannot_be_opened_says_so)
{
    struct source *s;

    ck_assert(!source_open("/nonexistent/file", &mem, &s, &err));
    ck_assert_int_eq(err.code, ERR_IO);
    err = (struct err){0};
    ck_assert(!source_open("/tmp", &mem, &s, &err));
    ck_assert_str_eq(err.text, "is a directory");
    ck_assert_uint_eq(mem.held, 0);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    uint8_t *packed = malloc(PLAIN * 2);
    size_t n = pack_members(3, packed, PLAIN * 2);

    for (uint64_t k = 1; k < 20; k++) {
        struct source *s;

        mem_init(&mem, 0);
        mem.fail_at = k;
        err = (struct err){0};
        if (source_open_memory(packed, n, &mem, &s, &err)) {
            source_set_jobs(s, jobs[_i]);
            ck_assert_uint_eq(drain(s), PLAIN);
            source_close(s);
        } else {
            ck_assert_int_eq(err.code, ERR_NOMEM);
        }
        ck_assert_uint_eq(mem.held, 0);
    }
    free(packed);
}
END_TEST

START_TEST(lines_end_in_every_way)
{
    const char text[] = "one\ntwo\r\nthree\rfour\0x\n\nsix";
    const char *want[] = {"one", "two", "three", "four x", "", "six"};
    struct source *s;
    struct lines l;
    size_t n;

    ck_assert(source_open_memory(text, sizeof text - 1, &mem, &s, &err));
    ck_assert(lines_init(&l, s, &mem, &err));
    for (unsigned i = 0; i < 6; i++) {
        ck_assert_str_eq(lines_next(&l, &n), want[i]);
        ck_assert_uint_eq(l.number, i + 1);
        ck_assert_uint_eq(n, strlen(want[i]));
    }
    ck_assert_ptr_null(lines_next(&l, NULL));
    lines_deinit(&l);
    source_close(s);
    ck_assert_uint_eq(mem.held, 0);
}
END_TEST

START_TEST(pages_write_some_characters_as_names)
{
    static const char text[] = "a -&gt; &lt;b&gt; &amp;amp; &#x27;c&#39; "
                               "&quot;d&quot; &gt e=1&f;&\n";
    struct source *s;
    struct lines l;

    ck_assert(source_open_memory(text, sizeof text - 1, &mem, &s, &err));
    ck_assert(lines_init(&l, s, &mem, &err));
    ck_assert_str_eq(lines_next(&l, NULL),
                     "a -> <b> &amp; 'c' \"d\" &gt e=1&f;&");
    lines_deinit(&l);
    source_close(s);
}
END_TEST

/* Both ways of going by lines end them alike. */
START_TEST(lines_end_in_three_ways)
{
    static const char text[] = "a\r\nb\rc\n\rd\r\n\r\ne\r";
    static const char *const want[] = {"a", "b", "c", "", "d", "", "e"};
    const uint8_t *p = (const uint8_t *)text;
    size_t n = sizeof text - 1;
    struct source *s;
    struct lines l;
    char line[8];

    ck_assert(source_open_memory(text, n, &mem, &s, &err));
    ck_assert(lines_init(&l, s, &mem, &err));
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        ck_assert_str_eq(lines_next(&l, NULL), want[i]);
        ck_assert(lines_cut(&p, &n, line, sizeof line));
        ck_assert_str_eq(line, want[i]);
    }
    ck_assert_ptr_null(lines_next(&l, NULL));
    ck_assert(!lines_cut(&p, &n, line, sizeof line));
    lines_deinit(&l);
    source_close(s);
}
END_TEST

START_TEST(a_text_made_of_another_has_its_numbers)
{
    uint64_t *numbers = mem_alloc(&mem, 2, sizeof *numbers, &err);
    char *text = mem_strdup(&mem, "a\nb\nc\n", &err);
    struct source *s;
    struct lines l;

    numbers[0] = 9;
    numbers[1] = 7;
    ck_assert(
        source_open_made(text, 6, numbers, 2, "was torn", &mem, &s, &err));
    ck_assert(lines_init(&l, s, &mem, &err));
    ck_assert_str_eq(lines_next(&l, NULL), "a");
    ck_assert_uint_eq(l.number, 9);
    ck_assert_str_eq(lines_next(&l, NULL), "b");
    ck_assert_uint_eq(l.number, 7);
    ck_assert_str_eq(lines_next(&l, NULL), "c");
    ck_assert_uint_eq(l.number, 3);
    ck_assert_str_eq(source_damage(s), "was torn");
    lines_deinit(&l);
    source_close(s);
    ck_assert_uint_eq(mem.held, 0);
}
END_TEST

START_TEST(marks_and_colours_are_no_text)
{
    static const char text[] =
        "\xEF\xBB\xBF"
        "1:\n\033[1;32mgreen\033[0m\033[K\n"
        "5\xC2\xA0\xC2\xA0\xC2\xB5s\n\xEF\xBB\xBF\n\033[";
    struct source *s;
    struct lines l;
    size_t n;

    ck_assert(source_open_memory(text, sizeof text - 1, &mem, &s, &err));
    ck_assert(lines_init(&l, s, &mem, &err));
    ck_assert_str_eq(lines_next(&l, &n), "1:");
    ck_assert_uint_eq(n, 2);
    ck_assert_str_eq(lines_next(&l, &n), "green");
    ck_assert_uint_eq(n, 5);
    ck_assert_str_eq(lines_next(&l, &n), "5  \xC2\xB5s");
    ck_assert_uint_eq(n, 6);
    ck_assert_str_eq(lines_next(&l, NULL), "\xEF\xBB\xBF");
    ck_assert_str_eq(lines_next(&l, NULL), "");
    lines_deinit(&l);
    source_close(s);
}
END_TEST

START_TEST(long_lines_come_in_parts_under_one_number)
{
    size_t n, total = 0, size = LINE_MAX_BYTES * 2 + 77;
    char *text = malloc(size + 5);
    struct source *s;
    struct lines l;

    memset(text, 'x', size);
    memcpy(text + size, "\nend", 4);
    ck_assert(source_open_memory(text, size + 4, &mem, &s, &err));
    ck_assert(lines_init(&l, s, &mem, &err));
    for (int i = 0; i < 3; i++) {
        ck_assert_ptr_nonnull(lines_next(&l, &n));
        ck_assert_uint_eq(l.number, 1);
        total += n;
    }
    ck_assert_uint_eq(total, size);
    ck_assert_str_eq(lines_next(&l, &n), "end");
    ck_assert_uint_eq(l.number, 2);
    lines_deinit(&l);
    source_close(s);
    free(text);
}
END_TEST

Suite *source_suite(void)
{
    Suite *s = suite_create("source");
    TCase *t = tcase_create("all");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_set_timeout(t, 30);
    tcase_add_test(t, memory_reads_as_it_is);
    tcase_add_loop_test(t, gzip_members_read_as_one, 0, 4 * N_JOBS);
    tcase_add_loop_test(t, cut_gzip_gives_what_is_there, 0, N_JOBS);
    tcase_add_loop_test(t, flipped_bits_in_gzip_are_damage, 0, N_JOBS);
    tcase_add_loop_test(t, a_damaged_member_costs_itself, 0, 3 * N_JOBS);
    tcase_add_loop_test(t, every_damaged_member_is_counted, 0, N_JOBS);
    tcase_add_loop_test(t, what_only_looks_like_a_member_is_passed_over, 0,
                        N_JOBS);
    tcase_add_loop_test(t, garbage_after_gzip_is_told_padding_is_not, 0,
                        N_JOBS);
    tcase_add_test(t, files_and_pipes);
    tcase_add_test(t, file_cut_short_while_read);
    tcase_add_test(t, what_cannot_be_opened_says_so);
    tcase_add_loop_test(t, every_allocation_may_fail, 0, N_JOBS);
    tcase_add_test(t, lines_end_in_every_way);
    tcase_add_test(t, pages_write_some_characters_as_names);
    tcase_add_test(t, lines_end_in_three_ways);
    tcase_add_test(t, a_text_made_of_another_has_its_numbers);
    tcase_add_test(t, marks_and_colours_are_no_text);
    tcase_add_test(t, long_lines_come_in_parts_under_one_number);
    suite_add_tcase(s, t);
    return s;
}
