/*
 * test_markup.c - Markdown and HTML: what the walk becomes, and that no text
 * from a dump or a log can become a mark of the language.
 */
#include <string.h>

#include "report/render.h"
#include "suites.h"

static struct mem mem;

static void setup(void)
{
    mem_init(&mem, 0);
}

/* `foreign` stands wherever foreign text can stand. */
static void sample(struct emitter *em, const char *foreign)
{
    static const struct column columns[] = {
        {"held_bytes", NULL, 8},
        {"what", "What", 0},
        {0},
    };

    emit_object(em, NULL, NULL);
    emit_para(em, PARA_HEADLINE, "Headline %s", foreign);
    emit_object(em, "empty", "Nothing here");
    emit_end(em);
    emit_object(em, "facts", "Facts");
    emit_text(em, "name", "Name", foreign);
    emit_bytes(em, "bytes", "Bytes", 2048);
    emit_list(em, "inner", "Inner");
    emit_text(em, NULL, NULL, foreign);
    emit_text(em, NULL, NULL, "two");
    emit_end(em);
    emit_table(em, "rows", foreign, columns);
    emit_item(em, NULL);
    emit_bytes(em, "held_bytes", NULL, 1024);
    emit_text(em, "what", NULL, foreign);
    emit_end(em);
    emit_item(em, NULL);
    emit_bytes(em, "held_bytes", NULL, UNKNOWN);
    emit_text(em, "what", NULL, "last");
    emit_end(em);
    emit_end(em);
    emit_end(em);
    emit_para(em, PARA_BULLET, "%s", foreign);
    emit_para(em, PARA_COMMAND, "run %s", foreign);
    emit_para(em, PARA_WARNING, "%s", foreign);
    emit_para(em, PARA_OPEN, "%s", foreign);
    emit_end(em);
}

static const char *render(enum format f, const char *foreign, struct out *o)
{
    struct render_options how = {f, false};
    struct err e = {0};
    struct emitter *em;

    out_to_memory(o, &mem);
    em = render_open(&how, o, &mem, &e);
    ck_assert_ptr_nonnull(em);
    sample(em, foreign);
    ck_assert_uint_eq(em->depth, 0);
    render_close(em);
    return out_string(o);
}

START_TEST(as_markdown)
{
    static const char expected[] = "**Headline plain**\n"
                                   "\n## Facts\n"
                                   "\n- **Name:** plain\n"
                                   "- **Bytes:** 2.0 KiB (2,048 bytes)\n"
                                   "\n### Inner\n"
                                   "\n- plain\n"
                                   "- two\n"
                                   "\n### plain\n"
                                   "\n| Held | What |\n"
                                   "|---:|---|\n"
                                   "| 1.0 KiB | plain |\n"
                                   "|  | last |\n"
                                   "\n- plain\n"
                                   "\n```\nrun plain\n```\n"
                                   "\n> **plain**\n"
                                   "\n> **OPEN:** plain\n";
    struct out o;

    ck_assert_str_eq(render(FORMAT_MARKDOWN, "plain", &o), expected);
    out_deinit(&o);
}
END_TEST

START_TEST(names_stay_readable_in_markdown)
{
    static const char *const names[] = {
        "java.util.HashMap$Node[]",
        "snake_case_name",
        "a[0]",
        "x < y",
        "AT&T & co",
        "char[][]",
    };
    struct out o;
    size_t i;

    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        ck_assert_ptr_nonnull(
            strstr(render(FORMAT_MARKDOWN, names[i], &o), names[i]));
        out_deinit(&o);
    }
}
END_TEST

/* Each begins a block or is a mark; none may stand in the page unescaped. */
START_TEST(marks_are_escaped_in_markdown)
{
    static const struct {
        const char *foreign, *cell, *bullet;
    } cases[] = {
        {"a | b", "| a \\| b |", "\n- a \\| b\n"},
        {"*x* _y_ `z`", "\\*x\\* \\_y\\_ \\`z\\`", "\n- \\*x\\*"},
        {"<img src=x>", "\\<img src=x>", "\n- \\<img"},
        {"[go](http://x)", "[go\\](http://x)", "\n- [go\\]("},
        {"&lt; &#65;", "\\&lt; \\&#65;", "\n- \\&lt;"},
        {"# head", "# head", "\n- \\# head"},
        {"12. item", "12. item", "\n- 12\\. item"},
        {"$x$ C:\\dir", "\\$x\\$ C:\\\\dir", "\n- \\$x\\$"},
        {"line\nbreak", "| line break |", "\n- line break\n"},
    };
    struct out o;
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *page = render(FORMAT_MARKDOWN, cases[i].foreign, &o);

        ck_assert_msg(strstr(page, cases[i].cell), "%s", page);
        ck_assert_msg(strstr(page, cases[i].bullet), "%s", page);
        out_deinit(&o);
    }
}
END_TEST

START_TEST(a_fence_is_longer_than_what_it_holds)
{
    struct out o;
    const char *page = render(FORMAT_MARKDOWN, "````", &o);

    ck_assert_ptr_nonnull(strstr(page, "\n`````\nrun ````\n`````\n"));
    out_deinit(&o);
}
END_TEST

START_TEST(as_html)
{
    static const char *const parts[] = {
        "<!DOCTYPE html>\n",
        "<p class=\"headline\">Headline plain</p>\n",
        "<h2>Facts</h2>\n<dl>\n<dt>Name</dt><dd>plain</dd>\n",
        "<dt>Bytes</dt><dd>2.0 KiB (2,048 bytes)</dd>\n</dl>\n",
        "<h3>Inner</h3>\n<ul>\n<li>plain</li>\n<li>two</li>\n</ul>\n",
        "<th class=\"n\">Held</th><th>What</th>",
        "<tr><td class=\"n\">1.0 KiB</td><td>plain</td></tr>\n",
        "<tr><td class=\"n\"></td><td>last</td></tr>\n</tbody>",
        "<pre>run plain</pre>\n<p class=\"warning\">plain</p>\n",
        "</body>\n</html>\n",
    };
    struct out o;
    const char *page = render(FORMAT_HTML, "plain", &o);
    size_t i;

    for (i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        page = strstr(page, parts[i]);
        ck_assert_msg(page, "no %s in its place", parts[i]);
    }
    ck_assert_ptr_null(strstr(out_string(&o), "Nothing here"));
    out_deinit(&o);
}
END_TEST

START_TEST(html_lets_no_foreign_mark_through)
{
    struct out o;
    const char *page =
        render(FORMAT_HTML, "</pre><script>alert('x')&\"\033[1m\xff", &o);

    ck_assert_ptr_null(strstr(page, "<script"));
    ck_assert_ptr_null(strstr(page, "alert('"));
    ck_assert_ptr_null(strchr(page, '\033'));
    ck_assert_ptr_null(strchr(page, '\xff'));
    ck_assert_ptr_nonnull(strstr(
        page, "<pre>run &lt;/pre&gt;&lt;script&gt;alert(&#39;x&#39;)&amp;"));
    ck_assert_ptr_nonnull(strstr(page, "default-src 'none'"));
    out_deinit(&o);
}
END_TEST

START_TEST(html_needs_no_network)
{
    struct out o;
    const char *page = render(FORMAT_HTML, "plain", &o);

    ck_assert_ptr_null(strstr(page, "http:"));
    ck_assert_ptr_null(strstr(page, "https:"));
    ck_assert_ptr_null(strstr(page, "url("));
    ck_assert_ptr_null(strstr(page, "<script"));
    out_deinit(&o);
}
END_TEST

START_TEST(memory_runs_out)
{
    struct render_options how = {_i ? FORMAT_HTML : FORMAT_MARKDOWN, false};
    uint64_t calls, at;
    struct out o;

    render(how.format, "plain", &o);
    calls = mem.calls;
    out_deinit(&o);
    for (at = 1; at <= calls; at++) {
        struct emitter *em;
        struct err e = {0};

        mem_init(&mem, 0);
        mem.fail_at = at;
        out_to_memory(&o, &mem);
        em = render_open(&how, &o, &mem, &e);
        if (em) {
            sample(em, "plain");
            render_close(em);
            ck_assert(!out_finish(&o, &e));
        }
        ck_assert_int_eq(e.code, ERR_NOMEM);
        out_deinit(&o);
        ck_assert_uint_eq(mem.held, 0);
    }
}
END_TEST

Suite *markup_suite(void)
{
    Suite *s = suite_create("markup");
    TCase *t = tcase_create("markup");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, as_markdown);
    tcase_add_test(t, names_stay_readable_in_markdown);
    tcase_add_test(t, marks_are_escaped_in_markdown);
    tcase_add_test(t, a_fence_is_longer_than_what_it_holds);
    tcase_add_test(t, as_html);
    tcase_add_test(t, html_lets_no_foreign_mark_through);
    tcase_add_test(t, html_needs_no_network);
    tcase_add_loop_test(t, memory_runs_out, 0, 2);
    suite_add_tcase(s, t);
    return s;
}
