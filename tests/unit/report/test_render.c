/*
 * test_render.c - one walk, several formats: what each makes of the same
 * facts, and that nothing is lost when memory runs out half-way.
 */
#include <string.h>

#include "report/render.h"
#include "report/report.h"
#include "suites.h"

static struct mem mem;

static void setup(void)
{
    mem_init(&mem, 0);
}

/* A small walk with everything in it that renderers treat differently. */
static void sample(struct emitter *em)
{
    static const struct column columns[] = {
        {"size", "Size", 8},
        {"name", "Name", -6},
        {"what", "What", 0},
        {0},
    };

    emit_object(em, NULL, NULL);
    emit_text(em, "hidden", NULL, "for programs");
    emit_para(em, PARA_PLAIN, "for %s", "people");
    emit_object(em, "empty", "Nothing here");
    emit_text(em, "unknown", "Unknown", NULL);
    emit_end(em);
    emit_object(em, "facts", "Facts");
    emit_bytes(em, "bytes", "Bytes", 1024);
    emit_object(em, "inner", NULL);
    emit_count(em, "count", "Count", 1000);
    emit_end(em);
    emit_table(em, "rows", "Rows", columns);
    emit_item(em, NULL);
    emit_bytes(em, "size", NULL, 2048);
    emit_object(em, "part", NULL);
    emit_text(em, "name", NULL, "one");
    emit_end(em);
    emit_text(em, "what", NULL, "a \"quoted\", word");
    emit_list(em, "more", NULL);
    emit_end(em);
    emit_end(em);
    emit_item(em, NULL);
    emit_bytes(em, "size", NULL, UNKNOWN);
    emit_text(em, "name", NULL, "two");
    emit_end(em);
    emit_end(em);
    emit_end(em);
    emit_list(em, "notes", "Notes");
    emit_text(em, NULL, NULL, "first");
    emit_end(em);
    emit_end(em);
}

static void render(enum format f, bool colour, struct out *o)
{
    struct render_options how = {f, colour};
    struct err e = {0};
    struct emitter *em;

    out_to_memory(o, &mem);
    em = render_open(&how, o, &mem, &e);
    ck_assert_ptr_nonnull(em);
    sample(em);
    ck_assert_uint_eq(em->depth, 0);
    render_close(em);
}

START_TEST(as_text)
{
    struct out o;

    render(FORMAT_TEXT, false, &o);
    ck_assert_str_eq(out_string(&o),
                     "for people\n"
                     "\n"
                     "Facts\n"
                     "  Bytes               1.0 KiB (1,024 bytes)\n"
                     "  Count               1,000\n"
                     "\n"
                     "  Rows\n"
                     "        Size  Name    What\n"
                     "     2.0 KiB  one     a \"quoted\", word\n"
                     "           -  two\n"
                     "\n"
                     "Notes\n"
                     "  - first\n");
    out_deinit(&o);
}
END_TEST

START_TEST(as_json)
{
    struct out o;

    render(FORMAT_JSON, false, &o);
    ck_assert_str_eq(out_string(&o),
                     "{\n"
                     "  \"hidden\": \"for programs\",\n"
                     "  \"empty\": {\n"
                     "    \"unknown\": null\n"
                     "  },\n"
                     "  \"facts\": {\n"
                     "    \"bytes\": 1024,\n"
                     "    \"inner\": {\n"
                     "      \"count\": 1000\n"
                     "    },\n"
                     "    \"rows\": [\n"
                     "      {\n"
                     "        \"size\": 2048,\n"
                     "        \"part\": {\n"
                     "          \"name\": \"one\"\n"
                     "        },\n"
                     "        \"what\": \"a \\\"quoted\\\", word\",\n"
                     "        \"more\": []\n"
                     "      },\n"
                     "      {\n"
                     "        \"size\": null,\n"
                     "        \"name\": \"two\"\n"
                     "      }\n"
                     "    ]\n"
                     "  },\n"
                     "  \"notes\": [\n"
                     "    \"first\"\n"
                     "  ]\n"
                     "}\n");
    out_deinit(&o);
}
END_TEST

START_TEST(as_csv)
{
    struct out o;

    render(FORMAT_CSV, false, &o);
    ck_assert_str_eq(out_string(&o), "size,name,what\r\n"
                                     "2048,one,\"a \"\"quoted\"\", word\"\r\n"
                                     ",two,\r\n");
    out_deinit(&o);
}
END_TEST

START_TEST(colour_ends_where_it_began)
{
    struct out o;
    const char *s;
    int depth = 0;

    render(FORMAT_TEXT, true, &o);
    ck_assert_ptr_nonnull(strstr(out_string(&o), "\033[1;4mFacts\033[0m"));
    for (s = out_string(&o); (s = strchr(s, '\033')) != NULL; s++)
        depth = strncmp(s, "\033[0m", 4) == 0 ? 0 : depth + 1;
    ck_assert_int_eq(depth, 0);
    out_deinit(&o);
}
END_TEST

START_TEST(other_formats_say_no)
{
    struct render_options how = {FORMATS, false};
    struct err e = {0};
    struct out o;

    out_to_memory(&o, &mem);
    ck_assert_ptr_null(render_open(&how, &o, &mem, &e));
    ck_assert_int_eq(e.code, ERR_USAGE);
    out_deinit(&o);
}
END_TEST

START_TEST(formats_by_name_and_ending)
{
    enum format f;

    ck_assert(format_parse("json", &f) && f == FORMAT_JSON);
    ck_assert(!format_parse("JSON", &f));
    ck_assert(!format_parse("", &f));
    ck_assert_int_eq(format_of_path("a/report.json"), FORMAT_JSON);
    ck_assert_int_eq(format_of_path("report.html"), FORMAT_HTML);
    ck_assert_int_eq(format_of_path(".json"), FORMAT_TEXT);
    ck_assert_int_eq(format_of_path("report"), FORMAT_TEXT);
}
END_TEST

/* A verdict with one of everything. */
static void full_report(struct emitter *em)
{
    static struct claim claims[] = {
        {"the claim", 1024, "bytes", 3, {"dir/a", 7, UNKNOWN}},
        {"a hint", UNKNOWN, NULL, 1, {NULL, 0, UNKNOWN}},
    };
    static struct alternative other = {KIND_HEAP_LEAK, "why not"};
    static struct missing missing = {"what", "why", "command"};
    static struct action action = {"what", "why"};
    static struct balance_row row = {"key", "label",  1,
                                     2,     "source", {"dir/a", 9, UNKNOWN}};
    static struct input inputs[] = {{.path = "dir/a", .error = "is broken"},
                                    {.path = "dir/b", .damage = "is cut"}};
    struct verdict v = {
        .side = SIDE_OFF_HEAP,
        .kind = KIND_DIRECT_BUFFERS,
        .summary = "what happened",
        .culprit = {.known = true, .name = "app.Cache", .bytes = 1},
        .wrong_dump = {true, "dir/b", 1, 100, 0.01, "because"},
        .process = {1, 2, 3, 4, 5, 6, 7, "a JVM (17, mixed mode)"},
        .notes = {{"dir/b", "is a note"}},
        .n_notes = 1,
    };
    struct incident i = {0};
    struct report r = {.incident = &i, .verdict = &v, .top = 10, .brief = 5};

    v.evidence.at = claims;
    v.evidence.n = 2;
    v.alternatives.at = &other;
    v.missing.at = &missing;
    v.actions.at = &action;
    v.alternatives.n = v.missing.n = v.actions.n = 1;
    v.balance.present = true;
    v.balance.at = "kernel kill";
    v.balance.total = 100;
    v.balance.rows.at = &row;
    v.balance.rows.n = 1;
    i.inputs.at = inputs;
    i.inputs.n = 2;
    report_why(em, &r);
}

START_TEST(the_page_of_a_verdict)
{
    static const char *const lines[] = {
        "OFF THE HEAP: direct buffers held [direct_buffers, low confidence]",
        "what happened",
        "  ! b explains at most 1 B (1%) of the 100 B that were killed.",
        "Process: pid 1, resident 4 B,",
        "a JVM (17).",
        "  ***     1.0 KiB  the claim (a:7)",
        "  *             -  a hint",
        "  kernel kill: 100 B resident, made of",
        "         1 B         2 B     2%  label (source)",
        "  - what: why",
        "      command",
        "  - b is a note",
        "  - not read: a: is broken",
    };
    struct render_options how = {FORMAT_TEXT, false};
    struct err e = {0};
    struct emitter *em;
    struct out o;
    size_t n;

    out_to_memory(&o, &mem);
    em = render_open(&how, &o, &mem, &e);
    full_report(em);
    render_close(em);
    ck_assert(out_finish(&o, &e));
    for (n = 0; n < sizeof lines / sizeof lines[0]; n++)
        ck_assert_msg(strstr(out_string(&o), lines[n]), "no '%s' in\n%s",
                      lines[n], out_string(&o));
    out_deinit(&o);
}
END_TEST

/* Whatever call fails, the output's error tells and nothing is leaked. */
START_TEST(memory_runs_out)
{
    enum format f;
    uint64_t n;

    for (f = FORMAT_TEXT; f < FORMATS; f++) {
        bool failed = f != FORMAT_HTML && f != FORMAT_MARKDOWN;

        for (n = 1; failed; n++) {
            struct render_options how = {f, false};
            struct err e = {0};
            struct emitter *em;
            struct out o;

            mem_init(&mem, 0);
            mem.fail_at = n;
            out_to_memory(&o, &mem);
            em = render_open(&how, &o, &mem, &e);
            if (em) {
                if (f == FORMAT_CSV)
                    sample(em);
                else
                    full_report(em);
                render_close(em);
                out_finish(&o, &e);
            }
            failed = err_is_set(&e);
            out_deinit(&o);
            ck_assert_uint_eq(mem.held, 0);
        }
        ck_assert_uint_lt(n, 1000);
    }
}
END_TEST

START_TEST(the_verdict_keeps_its_keys)
{
    static const char *const keys[] = {
        "\"side\"",
        "\"kind\"",
        "\"confidence\"",
        "\"summary\"",
        "\"culprit\": null",
        "\"evidence\"",
        "\"against\"",
        "\"alternatives\"",
        "\"missing\"",
        "\"actions\"",
        "\"wrong_dump\": null",
        "\"balance\": null",
        "\"process\"",
        "\"oom_kills\": []",
        "\"oome\": []",
        "\"nmt\": null",
        "\"heap\": null",
        "\"inputs\": []",
    };
    struct verdict v = {.process = {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN,
                                    UNKNOWN, UNKNOWN, NULL}};
    struct incident i = {0};
    struct report r = {.incident = &i, .verdict = &v, .top = 10, .brief = 5};
    struct render_options how = {FORMAT_JSON, false};
    struct err e = {0};
    struct emitter *em;
    struct out o;
    size_t n;

    out_to_memory(&o, &mem);
    em = render_open(&how, &o, &mem, &e);
    report_why(em, &r);
    render_close(em);
    ck_assert(out_finish(&o, &e));
    for (n = 0; n < sizeof keys / sizeof keys[0]; n++)
        ck_assert_msg(strstr(out_string(&o), keys[n]), "no %s", keys[n]);
    out_deinit(&o);
}
END_TEST

Suite *render_suite(void)
{
    Suite *s = suite_create("render");
    TCase *t = tcase_create("render");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, as_text);
    tcase_add_test(t, as_json);
    tcase_add_test(t, as_csv);
    tcase_add_test(t, colour_ends_where_it_began);
    tcase_add_test(t, other_formats_say_no);
    tcase_add_test(t, formats_by_name_and_ending);
    tcase_add_test(t, the_page_of_a_verdict);
    tcase_add_test(t, memory_runs_out);
    tcase_add_test(t, the_verdict_keeps_its_keys);
    suite_add_tcase(s, t);
    return s;
}
