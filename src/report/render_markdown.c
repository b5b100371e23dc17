/*
 * render_markdown.c - the walk as Markdown with tables, as GitHub reads it.
 *
 * Text from dumps and logs is escaped only where Markdown would take it for
 * a mark, so that the file reads well unrendered: a[0], snake_case and
 * Outer$Inner stay as they are.
 */
#include <ctype.h>
#include <string.h>

#include "report/page.h"
#include "report/render.h"

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* Whether `c` would mean something between these two; '\0' at either end. */
static bool is_mark(char before, char c, char after)
{
    switch (c) {
    case '\\':
    case '`':
    case '*':
    case '~':
    case '|': return true;
    case '_':
    case '$': return !is_word(before) || !is_word(after);
    case '<': return isalpha((unsigned char)after) || strchr("/!?", after);
    case '&': return isalpha((unsigned char)after) || after == '#';
    case ']': return after != '\0' && strchr("([:", after);
    default: return false;
    }
}

/* What begins a block if a line begins with it. */
static bool is_block_mark(const char *s)
{
    size_t digits = strspn(s, "0123456789");

    if (digits && (s[digits] == '.' || s[digits] == ')'))
        return true;
    return *s && strchr("#>-+=", *s);
}

static void escaped(struct out *o, const char *s, bool line_start)
{
    char before = '\0';

    if (line_start && is_block_mark(s)) {
        size_t digits = strspn(s, "0123456789");

        out_bytes(o, s, digits);
        s += digits;
        out_char(o, '\\');
        out_char(o, *s);
        before = *s++;
    }
    for (; *s; before = *s++) {
        if (is_mark(before, *s, s[1]))
            out_char(o, '\\');
        out_char(o, *s);
    }
}

static void nothing(struct page *p)
{
    (void)p;
}

static void blank(struct page *p)
{
    if (p->begun)
        out_char(p->em.out, '\n');
}

static void heading(struct page *p, unsigned level, const char *text)
{
    blank(p);
    out_pad(p->em.out, '#', level);
    out_char(p->em.out, ' ');
    escaped(p->em.out, text, false);
    out_char(p->em.out, '\n');
}

static void table_head(struct out *o, const struct column *columns)
{
    const struct column *c;
    char buf[PAGE_TITLE];

    for (c = columns; c->key; c++) {
        out_str(o, "| ");
        escaped(o, page_column(c, buf), false);
        out_char(o, ' ');
    }
    out_str(o, "|\n");
    for (c = columns; c->key; c++)
        out_str(o, c->width > 0 ? "|---:" : "|---");
    out_str(o, "|\n");
}

static void enter(struct page *p, enum page_run run,
                  const struct column *columns)
{
    if (run == RUN_PARAS)
        return;
    blank(p);
    if (run == RUN_ROWS)
        table_head(p->em.out, columns);
}

static void leave(struct page *p, enum page_run run)
{
    (void)p, (void)run;
}

static void row(struct page *p, const struct column *columns,
                const struct page_cell *cells)
{
    unsigned i;

    for (i = 0; columns[i].key; i++) {
        out_str(p->em.out, "| ");
        escaped(p->em.out, cells[i].text, false);
        out_char(p->em.out, ' ');
    }
    out_str(p->em.out, "|\n");
}

static void fact(struct page *p, const char *label, const char *text)
{
    out_str(p->em.out, "- **");
    escaped(p->em.out, label, false);
    out_str(p->em.out, ":** ");
    escaped(p->em.out, text, false);
    out_char(p->em.out, '\n');
}

static void bullet(struct page *p, const char *text)
{
    out_str(p->em.out, "- ");
    escaped(p->em.out, text, true);
    out_char(p->em.out, '\n');
}

/* A fence longer than any that the text could close it with. */
static void code(struct out *o, const char *text)
{
    size_t fence = 3, n;
    const char *s;

    for (s = strchr(text, '`'); s; s = strchr(s + n, '`')) {
        n = strspn(s, "`");
        if (n >= fence)
            fence = n + 1;
    }
    out_pad(o, '`', fence);
    out_printf(o, "\n%s\n", text);
    out_pad(o, '`', fence);
}

static void para(struct page *p, enum para kind, const char *text)
{
    struct out *o = p->em.out;

    blank(p);
    switch (kind) {
    case PARA_COMMAND: code(o, text); break;
    case PARA_HEADLINE:
        out_str(o, "**");
        escaped(o, text, false);
        out_str(o, "**");
        break;
    case PARA_WARNING:
        out_str(o, "> **");
        escaped(o, text, false);
        out_str(o, "**");
        break;
    case PARA_OPEN:
        out_str(o, "> **OPEN:** ");
        escaped(o, text, false);
        break;
    default: escaped(o, text, true); break;
    }
    out_char(o, '\n');
}

static const struct page_ops markdown = {
    .start = nothing,
    .finish = nothing,
    .heading = heading,
    .enter = enter,
    .leave = leave,
    .row = row,
    .fact = fact,
    .bullet = bullet,
    .para = para,
};

struct emitter *render_markdown_open(struct out *o, struct mem *m,
                                     struct err *e)
{
    return page_open(&markdown, true, o, m, e);
}
