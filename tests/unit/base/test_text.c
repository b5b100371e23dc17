/*
 * test_text.c - nothing from a dump may drive a terminal, and sizes read
 * and write the way people do.
 */
#include <string.h>

#include "base/out.h"
#include "base/size.h"
#include "base/utf8.h"
#include "suites.h"

static struct mem mem;

static void setup(void)
{
    mem_init(&mem, 0);
}

static void expect_clean(const char *foreign, const char *want)
{
    struct out o;

    out_to_memory(&o, &mem);
    out_clean(&o, foreign);
    ck_assert_str_eq(out_string(&o), want);
    out_deinit(&o);
}

START_TEST(control_characters_do_not_pass)
{
    expect_clean("plain text", "plain text");
    expect_clean("\033[31mred\033[0m", "?[31mred?[0m");
    expect_clean("a\nb\tc\rd", "a b c d");
    expect_clean("bell\a del\x7f", "bell? del?");
    expect_clean("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
                 "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
    expect_clean("c1 \xc2\x9b"
                 "31m",
                 "c1 ?31m");
    expect_clean("bidi \xe2\x80\xae evil", "bidi ? evil");
    expect_clean("broken \xff\xc3(", "broken ?\?(");
    expect_clean("overlong \xc0\xaf", "overlong ??");
    expect_clean("surrogate \xed\xa0\x80", "surrogate ???");
    expect_clean("cut \xe2\x82", "cut ??");
}
END_TEST

START_TEST(output_goes_to_memory)
{
    struct out o;
    char long_text[2000];
    struct err e = {0};

    memset(long_text, 'y', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    out_to_memory(&o, &mem);
    out_printf(&o, "%s=%d", "n", 7);
    out_pad(&o, '.', 3);
    out_printf(&o, "%s", long_text);
    ck_assert_uint_eq(strlen(out_string(&o)), 6 + 1999);
    ck_assert(strncmp(out_string(&o), "n=7...yyy", 9) == 0);
    ck_assert(out_finish(&o, &e));
    out_deinit(&o);
    ck_assert_uint_eq(mem.held, 0);
}
END_TEST

START_TEST(a_full_disk_is_noticed_at_the_end)
{
    FILE *f = fopen("/dev/full", "w");
    struct out o;
    struct err e = {0};

    ck_assert_ptr_nonnull(f);
    out_to_file(&o, f);
    for (int i = 0; i < 10000; i++)
        out_str(&o, "some text that will not fit\n");
    ck_assert(!out_finish(&o, &e));
    ck_assert_int_eq(e.code, ERR_IO);
    fclose(f);
}
END_TEST

START_TEST(running_out_of_memory_is_sticky)
{
    struct out o;
    struct err e = {0};

    out_to_memory(&o, &mem);
    mem.fail_at = 1;
    out_str(&o, "lost");
    mem.fail_at = 0;
    out_str(&o, "kept?");
    ck_assert(!out_finish(&o, &e));
    ck_assert_int_eq(e.code, ERR_NOMEM);
    out_deinit(&o);
}
END_TEST

START_TEST(sizes_in_words)
{
    char buf[SIZE_TEXT];
    uint64_t v;

    size_text(buf, 247463936);
    ck_assert_str_eq(buf, "236.0 MiB");
    ck_assert(size_parse("256m", &v) && v == 256 << 20);
    ck_assert(size_parse("268435456", &v) && v == 268435456);
    ck_assert(!size_parse("lots", &v));
    ck_assert(!size_parse("", &v));
    ck_assert(!size_parse("-5m", &v));
}
END_TEST

Suite *text_suite(void)
{
    Suite *s = suite_create("text");
    TCase *t = tcase_create("all");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, control_characters_do_not_pass);
    tcase_add_test(t, output_goes_to_memory);
    tcase_add_test(t, a_full_disk_is_noticed_at_the_end);
    tcase_add_test(t, running_out_of_memory_is_sticky);
    tcase_add_test(t, sizes_in_words);
    suite_add_tcase(s, t);
    return s;
}
