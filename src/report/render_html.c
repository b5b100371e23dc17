/*
 * render_html.c - the walk as one HTML file that needs nothing else: no
 * script, no image, no address. A policy in its head forbids them all, so
 * that even text that slipped through could load and run nothing.
 */
#include "report/page.h"
#include "report/render.h"

static const char head[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n"
    "<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
    "'none'; style-src 'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, "
    "initial-scale=1\">\n"
    "<title>oomwhy</title>\n"
    "<style>\n"
    ":root{color-scheme:light dark}\n"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem "
    "auto;padding:0 1rem}\n"
    "h1,h2,h3,h4,h5,h6{line-height:1.25;margin:1.6em 0 .4em}\n"
    "h2{border-bottom:1px solid #8886}\n"
    "h4,h5,h6{font-size:1em}\n"
    ".headline{font-size:1.4rem;font-weight:700}\n"
    ".warning{border-left:.3rem solid #c22;padding-left:.7rem;"
    "font-weight:700}\n"
    ".open{border:1px dashed #c80;padding:.4rem .7rem}\n"
    ".scroll{overflow-x:auto}\n"
    "table{border-collapse:collapse}\n"
    "th,td{text-align:left;vertical-align:top;padding:.15rem .7rem .15rem "
    "0;overflow-wrap:anywhere}\n"
    "th{border-bottom:1px solid #8888;white-space:nowrap}\n"
    ".n{text-align:right;white-space:nowrap;"
    "font-variant-numeric:tabular-nums}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem}\n"
    "dd{margin:0;overflow-wrap:anywhere}\n"
    "pre{overflow-x:auto;background:#8882;padding:.5rem .7rem}\n"
    "</style>\n"
    "</head>\n"
    "<body>\n";

static void escaped(struct out *o, const char *s)
{
    for (; *s; s++) {
        switch (*s) {
        case '&': out_str(o, "&amp;"); break;
        case '<': out_str(o, "&lt;"); break;
        case '>': out_str(o, "&gt;"); break;
        case '"': out_str(o, "&quot;"); break;
        case '\'': out_str(o, "&#39;"); break;
        default: out_char(o, *s);
        }
    }
}

/* <TAG>text</TAG>, with what may stand behind the name in the first. */
static void element(struct out *o, const char *tag, const char *attributes,
                    const char *text)
{
    out_printf(o, "<%s%s>", tag, attributes);
    escaped(o, text);
    out_printf(o, "</%s>", tag);
}

static void start(struct page *p)
{
    out_str(p->em.out, head);
}

static void finish(struct page *p)
{
    out_str(p->em.out, "</body>\n</html>\n");
}

static void heading(struct page *p, unsigned level, const char *text)
{
    char tag[3] = {'h', (char)('0' + level), '\0'};

    element(p->em.out, tag, "", text);
    out_char(p->em.out, '\n');
}

static void table_head(struct out *o, const struct column *c)
{
    char buf[PAGE_TITLE];

    out_str(o, "<div class=\"scroll\"><table>\n<thead><tr>");
    for (; c->key; c++)
        element(o, "th", c->width > 0 ? " class=\"n\"" : "",
                page_column(c, buf));
    out_str(o, "</tr></thead>\n<tbody>\n");
}

static void enter(struct page *p, enum page_run run,
                  const struct column *columns)
{
    switch (run) {
    case RUN_ROWS: table_head(p->em.out, columns); break;
    case RUN_FACTS: out_str(p->em.out, "<dl>\n"); break;
    case RUN_BULLETS: out_str(p->em.out, "<ul>\n"); break;
    default: break;
    }
}

static void leave(struct page *p, enum page_run run)
{
    switch (run) {
    case RUN_ROWS: out_str(p->em.out, "</tbody>\n</table></div>\n"); break;
    case RUN_FACTS: out_str(p->em.out, "</dl>\n"); break;
    case RUN_BULLETS: out_str(p->em.out, "</ul>\n"); break;
    default: break;
    }
}

static void row(struct page *p, const struct column *columns,
                const struct page_cell *cells)
{
    unsigned i;

    out_str(p->em.out, "<tr>");
    for (i = 0; columns[i].key; i++)
        element(p->em.out, "td", columns[i].width > 0 ? " class=\"n\"" : "",
                cells[i].text);
    out_str(p->em.out, "</tr>\n");
}

static void fact(struct page *p, const char *label, const char *text)
{
    element(p->em.out, "dt", "", label);
    element(p->em.out, "dd", "", text);
    out_char(p->em.out, '\n');
}

static void bullet(struct page *p, const char *text)
{
    element(p->em.out, "li", "", text);
    out_char(p->em.out, '\n');
}

static void para(struct page *p, enum para kind, const char *text)
{
    static const char *const attributes[] = {
        [PARA_HEADLINE] = " class=\"headline\"",
        [PARA_PLAIN] = "",
        [PARA_WARNING] = " class=\"warning\"",
        [PARA_BULLET] = "",
        [PARA_COMMAND] = "",
        [PARA_OPEN] = " class=\"open\"",
    };

    element(p->em.out, kind == PARA_COMMAND ? "pre" : "p", attributes[kind],
            text);
    out_char(p->em.out, '\n');
}

static const struct page_ops html = {
    .start = start,
    .finish = finish,
    .heading = heading,
    .enter = enter,
    .leave = leave,
    .row = row,
    .fact = fact,
    .bullet = bullet,
    .para = para,
};

struct emitter *render_html_open(struct out *o, struct mem *m, struct err *e)
{
    return page_open(&html, false, o, m, e);
}
