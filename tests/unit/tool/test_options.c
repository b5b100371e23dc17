/*
 * test_options.c - the command line: what is understood, and that what is
 * not gets a sentence.
 */
#include <string.h>

#include "suites.h"
#include "tool/options.h"

static struct mem mem;

static void setup(void)
{
    mem_init(&mem, 0);
}

/* Splits at blanks: no argument of these tests has one. */
static bool parse(const char *line, struct options *o, struct err *e)
{
    static char words[256];
    char *argv[32] = {(char *)"oomwhy"}, *save, *w;
    int argc = 1;

    snprintf(words, sizeof words, "%s", line);
    for (w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save))
        argv[argc++] = w;
    memset(e, 0, sizeof *e);
    return options_parse(argc, argv, &mem, o, e);
}

static void accept(const char *line, struct options *o)
{
    struct err e;

    ck_assert_msg(parse(line, o, &e), "%s: %s", line, e.text);
}

static void refuse(const char *line, const char *why)
{
    struct options o;
    struct err e;

    ck_assert_msg(!parse(line, &o, &e), "%s: accepted", line);
    ck_assert_int_eq(e.code, ERR_USAGE);
    ck_assert_msg(strstr(e.text, why), "%s: %s", line, e.text);
    ck_assert_uint_eq(mem.held, 0);
}

START_TEST(defaults_are_unknown)
{
    struct options o;

    accept("a.hprof", &o);
    ck_assert_ptr_eq(o.command, &cmd_why);
    ck_assert_int_eq(o.format, FORMAT_TEXT);
    ck_assert(!known(o.top) && !known(o.stated.pid) && !known(o.stated.rss));
    ck_assert_uint_eq(o.max_memory, 0);
    ck_assert_uint_eq(o.fail_on, 0);
    options_deinit(&o, &mem);
}
END_TEST

START_TEST(inputs_keep_kind_and_order)
{
    struct options o;

    accept("--heap h x --nmt=n --nmt-baseline b --dmesg k --oom=l - y", &o);
    ck_assert_uint_eq(o.inputs.n, 8);
    ck_assert_str_eq(o.inputs.at[0].path, "h");
    ck_assert_int_eq(o.inputs.at[0].kind, ARTIFACT_HPROF);
    ck_assert_int_eq(o.inputs.at[1].kind, ARTIFACT_UNKNOWN);
    ck_assert_int_eq(o.inputs.at[2].kind, ARTIFACT_NMT);
    ck_assert(!o.inputs.at[2].baseline && o.inputs.at[3].baseline);
    ck_assert_int_eq(o.inputs.at[4].kind, ARTIFACT_KERNEL_LOG);
    ck_assert_int_eq(o.inputs.at[5].kind, ARTIFACT_KERNEL_LOG);
    ck_assert_str_eq(o.inputs.at[6].path, "-");
    ck_assert_str_eq(o.inputs.at[7].path, "y");
    options_deinit(&o, &mem);
}
END_TEST

START_TEST(values_apart_or_attached)
{
    struct options o;

    accept("--limit=512m --xmx 256MiB --pid 42 --top=0 -oout.json x", &o);
    ck_assert_uint_eq(o.stated.limit, 512u << 20);
    ck_assert_uint_eq(o.stated.xmx, 256u << 20);
    ck_assert_uint_eq(o.stated.pid, 42);
    ck_assert_uint_eq(o.top, 0);
    ck_assert_str_eq(o.output, "out.json");
    ck_assert_int_eq(o.format, FORMAT_JSON);
    options_deinit(&o, &mem);
    accept("--format text -o out.json x", &o);
    ck_assert_int_eq(o.format, FORMAT_TEXT);
    options_deinit(&o, &mem);
}
END_TEST

START_TEST(commands_come_first)
{
    struct options o;

    accept("histogram --top 3 a", &o);
    ck_assert_ptr_eq(o.command, &cmd_histogram);
    options_deinit(&o, &mem);
    accept("--top 3 histogram a", &o);
    ck_assert_ptr_eq(o.command, &cmd_histogram);
    options_deinit(&o, &mem);
    accept("a histogram", &o);
    ck_assert_ptr_eq(o.command, &cmd_why);
    ck_assert_uint_eq(o.inputs.n, 2);
    options_deinit(&o, &mem);
    accept("-- histogram --top", &o);
    ck_assert_ptr_eq(o.command, &cmd_why);
    ck_assert_uint_eq(o.inputs.n, 2);
    options_deinit(&o, &mem);
    accept("--version", &o);
    ck_assert_ptr_eq(o.command, &cmd_version);
    options_deinit(&o, &mem);
    accept("histogram -h", &o);
    ck_assert_ptr_eq(o.command, &cmd_help);
    ck_assert_ptr_eq(o.topic, &cmd_histogram);
    options_deinit(&o, &mem);
    accept("help batch", &o);
    ck_assert_ptr_eq(o.command, &cmd_help);
    ck_assert_ptr_eq(o.topic, &cmd_batch);
    options_deinit(&o, &mem);
    refuse("batch --fail-on on_heap x", "does not know --fail-on");
    refuse("--heap-dump never drill", "does not know --heap-dump");
    refuse("help nothing", "no command nothing");
}
END_TEST

START_TEST(sides_and_thresholds)
{
    struct options o;

    accept("--fail-on on_heap,off_heap --threshold suspect_percent=20 x", &o);
    ck_assert_uint_eq(o.fail_on, 1u << SIDE_ON_HEAP | 1u << SIDE_OFF_HEAP);
    ck_assert_uint_eq(o.heap.suspect_percent, 20);
    options_deinit(&o, &mem);
    accept("--compat mat --dump 2 --quick --keep-unreachable x", &o);
    ck_assert(o.heap.mat && o.heap.quick && o.heap.keep_unreachable);
    ck_assert_uint_eq(o.heap.dump, 2);
    options_deinit(&o, &mem);
}
END_TEST

START_TEST(what_is_wrong_is_said)
{
    refuse("", "nothing was given");
    refuse("histogram", "nothing was given");
    refuse("--nonsense x", "no option --nonsense");
    refuse("-x x", "no option -x");
    refuse("--to 3 x", "no option --to");
    refuse("x --top", "--top needs a value");
    refuse("x --quick=yes", "takes no value");
    refuse("--top many x", "a number");
    refuse("--top -1 x", "a number");
    refuse("--top 99999999999999999999999 x", "a number");
    refuse("--limit lots x", "a size");
    refuse("--pid= x", "a number");
    refuse("--format yaml x", "text, json");
    refuse("--format csv x", "one table");
    refuse("--compat jhat x", "mat");
    refuse("--dump 0 x", "from 1");
    refuse("--size-model hotspot x", "hotspot-64");
    refuse("--color blue x", "auto, always or never");
    refuse("--fail-on heap x", "on_heap");
    refuse("--fail-on on_heap, x", "on_heap");
    refuse("--threshold nothing=1 x", "threshold");
    refuse("- -", "standard input");
}
END_TEST

START_TEST(memory_runs_out)
{
    char *argv[] = {(char *)"oomwhy", (char *)"x"};
    struct options o;
    struct err e = {0};

    mem.fail_at = 1;
    ck_assert(!options_parse(2, argv, &mem, &o, &e));
    ck_assert_int_eq(e.code, ERR_NOMEM);
}
END_TEST

START_TEST(every_option_is_in_the_help)
{
    struct out o;
    const char *s;

    out_to_memory(&o, &mem);
    options_help(&o, NULL);
    s = out_string(&o);
    ck_assert_ptr_nonnull(strstr(s, "--nmt-baseline F"));
    ck_assert_ptr_nonnull(strstr(s, "-o FILE"));
    ck_assert_ptr_nonnull(strstr(s, "--fail-on SIDE,..."));
    out_deinit(&o);
}
END_TEST

Suite *options_suite(void)
{
    Suite *s = suite_create("options");
    TCase *t = tcase_create("options");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, defaults_are_unknown);
    tcase_add_test(t, inputs_keep_kind_and_order);
    tcase_add_test(t, values_apart_or_attached);
    tcase_add_test(t, commands_come_first);
    tcase_add_test(t, sides_and_thresholds);
    tcase_add_test(t, what_is_wrong_is_said);
    tcase_add_test(t, memory_runs_out);
    tcase_add_test(t, every_option_is_in_the_help);
    suite_add_tcase(s, t);
    return s;
}
