/*
 * test_text.c - numbers, times and lines as people read them.
 */
#include <string.h>

#include "report/text.h"
#include "suites.h"

static struct mem mem;

static void setup(void)
{
    mem_init(&mem, 0);
}

START_TEST(counts_are_grouped)
{
    char buf[TEXT_NUMBER];

    ck_assert_str_eq(text_count(buf, 0), "0");
    ck_assert_str_eq(text_count(buf, 999), "999");
    ck_assert_str_eq(text_count(buf, 1000), "1,000");
    ck_assert_str_eq(text_count(buf, 1234567), "1,234,567");
    ck_assert_str_eq(text_count(buf, UINT64_MAX), "18,446,744,073,709,551,615");
}
END_TEST

START_TEST(shares_never_pretend)
{
    char buf[TEXT_NUMBER];

    ck_assert_str_eq(text_share(buf, 0), "0%");
    ck_assert_str_eq(text_share(buf, 0.001), "<1%");
    ck_assert_str_eq(text_share(buf, 0.5), "50%");
    ck_assert_str_eq(text_share(buf, 0.999), ">99%");
    ck_assert_str_eq(text_share(buf, 1), "100%");
    ck_assert_str_eq(text_share(buf, 1.2), "120%");
}
END_TEST

START_TEST(times_are_utc)
{
    char buf[TIME_TEXT];

    ck_assert_str_eq(time_text(buf, 0), "1970-01-01T00:00:00Z");
    ck_assert_str_eq(time_text(buf, 1700000000123), "2023-11-14T22:13:20.123Z");
    ck_assert_str_eq(time_text(buf, -1), "1969-12-31T23:59:59.999Z");
    ck_assert_str_eq(time_text(buf, -1000), "1969-12-31T23:59:59Z");
    ck_assert_ptr_null(time_text(buf, INT64_MAX));
    ck_assert_ptr_null(time_text(buf, INT64_MIN));
}
END_TEST

static void expect_value(struct value v, bool exact, const char *want)
{
    struct out o;

    out_to_memory(&o, &mem);
    text_value(&o, &v, exact);
    ck_assert_str_eq(out_string(&o), want);
    out_deinit(&o);
}

START_TEST(values_in_words)
{
    expect_value((struct value){.kind = VALUE_NULL}, true, "");
    expect_value((struct value){.kind = VALUE_BOOL, .b = true}, true, "yes");
    expect_value((struct value){.kind = VALUE_BYTES, .u = 512}, true, "512 B");
    expect_value((struct value){.kind = VALUE_BYTES, .u = 2048}, false,
                 "2.0 KiB");
    expect_value((struct value){.kind = VALUE_BYTES, .u = 2048}, true,
                 "2.0 KiB (2,048 bytes)");
    expect_value((struct value){.kind = VALUE_DELTA, .i = -2048}, false,
                 "-2.0 KiB");
    expect_value((struct value){.kind = VALUE_DELTA, .i = 2048}, false,
                 "+2.0 KiB");
    expect_value((struct value){.kind = VALUE_NUMBER, .u = 12345}, false,
                 "12345");
    expect_value((struct value){.kind = VALUE_WEIGHT, .u = 2}, false, "**");
    expect_value((struct value){.kind = VALUE_ID, .u = 0xffffffff}, false,
                 "0xffffffff");
    expect_value((struct value){.kind = VALUE_TEXT, .text = "a\033[2J"}, false,
                 "a?[2J");
    expect_value(
        (struct value){.kind = VALUE_PLACE, .place = {"nmt.txt", 17, UNKNOWN}},
        false, "nmt.txt:17");
    expect_value(
        (struct value){.kind = VALUE_PLACE, .place = {NULL, UNKNOWN, UNKNOWN}},
        false, "");
}
END_TEST

static void expect_wrap(const char *text, size_t at, size_t indent,
                        const char *want, size_t column)
{
    struct out o;
    size_t end;

    out_to_memory(&o, &mem);
    end = text_wrap(&o, text, strlen(text), at, indent);
    ck_assert_str_eq(out_string(&o), want);
    ck_assert_uint_eq(end, column);
    out_deinit(&o);
}

START_TEST(lines_break_between_words)
{
    char word[101];

    expect_wrap("", 4, 4, "", 4);
    expect_wrap("one  two ", 4, 4, "one two", 11);
    expect_wrap("one two three", 68, 4, "one two\n    three", 9);
    expect_wrap("12345678 0", 70, 0, "12345678 0", 80);
    expect_wrap("12345678 01", 70, 0, "12345678\n01", 2);
    memset(word, 'x', 100);
    word[100] = '\0';
    expect_wrap(word, 0, 2, word, 100);
    expect_wrap("\xc3\xa9\xc3\xa9", 0, 0, "\xc3\xa9\xc3\xa9", 2);
}
END_TEST

START_TEST(colour_only_when_asked)
{
    ck_assert_str_eq(text_style(STYLE_TITLE, false), "");
    ck_assert_int_eq(text_style(STYLE_TITLE, true)[0], '\033');
}
END_TEST

Suite *text_suite(void)
{
    Suite *s = suite_create("text");
    TCase *t = tcase_create("text");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, counts_are_grouped);
    tcase_add_test(t, shares_never_pretend);
    tcase_add_test(t, times_are_utc);
    tcase_add_test(t, values_in_words);
    tcase_add_test(t, lines_break_between_words);
    tcase_add_test(t, colour_only_when_asked);
    suite_add_tcase(s, t);
    return s;
}
