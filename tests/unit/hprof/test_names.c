/*
 * test_names.c - spellings of classes, and modified UTF-8.
 */
#include <string.h>

#include "hprof/names.h"
#include "suites.h"

static struct mem mem;
static struct err e;
static struct arena keep;
static struct names names;

static void setup(void)
{
    mem_init(&mem, 0);
    memset(&e, 0, sizeof e);
    arena_init(&keep, &mem);
    names_init(&names, &mem, &keep);
}

static void teardown(void)
{
    names_deinit(&names);
    arena_deinit(&keep);
    ck_assert_uint_eq(mem.held, 0);
}

static void add(uint64_t id, const char *text)
{
    ck_assert(
        names_add(&names, id, (const uint8_t *)text, strlen(text), 0, &e));
}

static const struct {
    const char *dump, *java;
} spellings[] = {
    {"java/lang/String", "java.lang.String"},
    {"java.lang.String", "java.lang.String"},
    {"[Ljava/lang/Object;", "java.lang.Object[]"},
    {"[Ljava.lang.Object;", "java.lang.Object[]"},
    {"java.lang.Object[]", "java.lang.Object[]"},
    {"[[[Ldemo/A$B;", "demo.A$B[][][]"},
    {"[B", "byte[]"},
    {"[[J", "long[][]"},
    {"byte[][]", "byte[][]"},
    {"B", "B"},
    {"[X", "X[]"},
    {"[", "[]"},
    {"[L;", "L;[]"},
    {"", ""},
    {"demo/A$$Lambda$21+0x80000002d", "demo.A$$Lambda$21+0x80000002d"},
};

START_TEST(test_class_names)
{
    add(7, spellings[_i].dump);
    ck_assert_str_eq(names_keep_class(&names, 7, &e), spellings[_i].java);
    ck_assert_str_eq(names_keep(&names, 7, "?", &e), spellings[_i].dump);
}
END_TEST

static const struct {
    const char *raw, *utf8;
} texts[] = {
    {"plain", "plain"},
    {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
    {"\xe2\x82\xac", "\xe2\x82\xac"},
    /* U+1F600 as a pair of surrogates, and as UTF-8 has it */
    {"\xed\xa0\xbd\xed\xb8\x80", "\xf0\x9f\x98\x80"},
    {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
    /* NUL, half a pair, stray and cut bytes */
    {"a\xc0\x80z", "a\xef\xbf\xbdz"},
    {"\xed\xa0\xbdx", "\xef\xbf\xbdx"},
    {"\x80\xffz", "\xef\xbf\xbd\xef\xbf\xbdz"},
    {"z\xe2\x82", "z\xef\xbf\xbd\xef\xbf\xbd"},
};

START_TEST(test_modified_utf8)
{
    add(7, texts[_i].raw);
    ck_assert_str_eq(names_keep(&names, 7, "?", &e), texts[_i].utf8);
}
END_TEST

START_TEST(test_missing)
{
    ck_assert_str_eq(names_keep(&names, 1, "?", &e), "?");
    ck_assert_str_eq(names_keep_class(&names, 1, &e), "?");
    ck_assert_uint_eq(names.missing, 2);
}
END_TEST

START_TEST(test_long_names_are_cut)
{
    static char text[NAME_LIMIT * 2];

    memset(text, 'x', sizeof text - 1);
    add(7, text);
    ck_assert_uint_eq(strlen(names_keep(&names, 7, "?", &e)), NAME_LIMIT);
}
END_TEST

START_TEST(test_many)
{
    for (uint64_t i = 0; i < 10000; i++)
        add(i * 8, i % 2 ? "odd" : "even");
    for (uint64_t i = 0; i < 10000; i++)
        ck_assert(names_is(&names, i * 8, i % 2 ? "odd" : "even"));
    ck_assert(!names_has(&names, 4));
}
END_TEST

Suite *names_suite(void)
{
    Suite *s = suite_create("names");
    TCase *t = tcase_create("names");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, test_class_names, 0,
                        (int)(sizeof spellings / sizeof *spellings));
    tcase_add_loop_test(t, test_modified_utf8, 0,
                        (int)(sizeof texts / sizeof *texts));
    tcase_add_test(t, test_missing);
    tcase_add_test(t, test_long_names_are_cut);
    tcase_add_test(t, test_many);
    suite_add_tcase(s, t);
    return s;
}
