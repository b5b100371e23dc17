/*
 * test_json.c - the writer: what it writes is JSON whatever it is given,
 * and calls that would not nest are bugs.
 */
#include <math.h>
#include <signal.h>

#include "report/json.h"
#include "suites.h"

static struct mem mem;
static struct out out;
static struct json json;

static void setup(void)
{
    mem_init(&mem, 0);
    out_to_memory(&out, &mem);
    json_init(&json, &out);
}

static void teardown(void)
{
    out_deinit(&out);
}

static void expect_string(const char *given, const char *want)
{
    out.text.n = 0;
    json_init(&json, &out);
    json_string(&json, NULL, given);
    ck_assert_str_eq(out_string(&out), want);
}

START_TEST(strings_are_escaped)
{
    expect_string("", "\"\"\n");
    expect_string("plain", "\"plain\"\n");
    expect_string("a\"b\\c", "\"a\\\"b\\\\c\"\n");
    expect_string("\n\r\t", "\"\\n\\r\\t\"\n");
    expect_string("\x01\x1b[0m\x7f", "\"\\u0001\\u001b[0m\\u007f\"\n");
    expect_string("\xc2\x9b", "\"\\u009b\"\n");
    expect_string("\xe2\x80\xae", "\"\\u202e\"\n");
    expect_string("caf\xc3\xa9 \xf0\x9f\x98\x80",
                  "\"caf\xc3\xa9 \xf0\x9f\x98\x80\"\n");
}
END_TEST

START_TEST(broken_utf8_is_replaced)
{
    expect_string("a\xff"
                  "b",
                  "\"a\\ufffdb\"\n");
    expect_string("\xc3", "\"\\ufffd\"\n");
    expect_string("\xe2\x82", "\"\\ufffd\\ufffd\"\n");
    expect_string("\xc0\xaf", "\"\\ufffd\\ufffd\"\n");
    expect_string("\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"\n");
}
END_TEST

START_TEST(values_and_nesting)
{
    json_object(&json, NULL);
    json_uint(&json, "most", UINT64_MAX);
    json_int(&json, "least", INT64_MIN);
    json_bool(&json, "yes", true);
    json_null(&json, "nothing");
    json_string(&json, "none", NULL);
    json_real(&json, "share", 0.25);
    json_real(&json, "nan", NAN);
    json_list(&json, "empty");
    json_end(&json);
    json_list(&json, "list");
    json_uint(&json, NULL, 1);
    json_object(&json, NULL);
    json_end(&json);
    json_end(&json);
    json_end(&json);
    ck_assert(json.done);
    ck_assert_str_eq(out_string(&out), "{\n"
                                       "  \"most\": 18446744073709551615,\n"
                                       "  \"least\": -9223372036854775808,\n"
                                       "  \"yes\": true,\n"
                                       "  \"nothing\": null,\n"
                                       "  \"none\": null,\n"
                                       "  \"share\": 0.250000,\n"
                                       "  \"nan\": null,\n"
                                       "  \"empty\": [],\n"
                                       "  \"list\": [\n"
                                       "    1,\n"
                                       "    {}\n"
                                       "  ]\n"
                                       "}\n");
}
END_TEST

START_TEST(a_list_item_has_no_key)
{
    json_list(&json, NULL);
    json_uint(&json, "key", 1);
}
END_TEST

START_TEST(an_object_field_has_a_key)
{
    json_object(&json, NULL);
    json_uint(&json, NULL, 1);
}
END_TEST

START_TEST(nothing_follows_the_document)
{
    json_null(&json, NULL);
    json_null(&json, NULL);
}
END_TEST

START_TEST(nothing_is_closed_twice)
{
    json_object(&json, NULL);
    json_end(&json);
    json_end(&json);
}
END_TEST

Suite *json_suite(void)
{
    Suite *s = suite_create("json");
    TCase *t = tcase_create("json");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, strings_are_escaped);
    tcase_add_test(t, broken_utf8_is_replaced);
    tcase_add_test(t, values_and_nesting);
    tcase_add_test_raise_signal(t, a_list_item_has_no_key, SIGABRT);
    tcase_add_test_raise_signal(t, an_object_field_has_a_key, SIGABRT);
    tcase_add_test_raise_signal(t, nothing_follows_the_document, SIGABRT);
    tcase_add_test_raise_signal(t, nothing_is_closed_twice, SIGABRT);
    suite_add_tcase(s, t);
    return s;
}
