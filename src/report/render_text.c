/*
 * render_text.c - the walk as a page for a terminal.
 *
 * Titles wait until something stands below them, so that an empty block
 * leaves no trace. Rows are written one by one: fixed columns first, text
 * that flows last, so nothing needs to be known of rows to come.
 */
#include <string.h>

#include "report/render.h"
#include "report/text.h"

#define LABEL_WIDTH 20 /* of facts in objects */

struct level {
    enum shape shape;
    const char *title; /* NULL, or waiting to be written */
    const struct column *columns;
    bool head;      /* the titles of the columns are still to be written */
    bool close;     /* no blank line above: part of an item */
    size_t heading; /* column of the title */
    size_t indent;  /* column of what stands below it */
};

struct cell {
    size_t at, n; /* in `words` */
    enum value_kind kind;
};

struct text_renderer {
    struct emitter em;
    bool colour;
    bool begun;       /* something was written */
    bool after_title; /* and it was a title */
    size_t last;      /* column that what was written last began in */
    unsigned hidden;  /* blocks open that are not shown */
    struct level levels[EMIT_DEPTH];
    unsigned depth;
    unsigned row;     /* depth of the row being collected; 0: none */
    struct out words; /* of that row, or of one fact; clean */
    struct cell cells[EMIT_COLUMNS];
};

static struct text_renderer *text_of(struct emitter *em)
{
    return (struct text_renderer *)em;
}

static struct level *top(struct text_renderer *r)
{
    return &r->levels[r->depth - 1];
}

static void style(struct text_renderer *r, enum style s)
{
    out_str(r->em.out, text_style(s, r->colour));
}

/* What a buffer lost is lost to the page. */
static void keep_error(struct text_renderer *r, const struct out *o)
{
    if (err_is_set(&o->err))
        err_set(&r->em.out->err, o->err.code, "%s", o->err.text);
}

/* ---- titles ------------------------------------------------------------ */

static void title(struct text_renderer *r, struct level *l)
{
    struct out *o = r->em.out, text;

    if (r->begun && !r->after_title && !l->close)
        out_char(o, '\n');
    out_pad(o, ' ', l->heading);
    style(r, l->heading == 0 ? STYLE_TITLE : STYLE_BOLD);
    out_to_memory(&text, r->em.mem);
    out_clean(&text, l->title);
    text_wrap(o, text.text.at, text.text.n, l->heading, l->heading);
    keep_error(r, &text);
    out_deinit(&text);
    style(r, STYLE_PLAIN);
    out_char(o, '\n');
    l->title = NULL;
    r->begun = r->after_title = true;
    r->last = 0;
}

/* Writes what waited for something to stand below it. */
static void titles(struct text_renderer *r)
{
    unsigned i;

    for (i = 0; i < r->depth; i++)
        if (r->levels[i].title && *r->levels[i].title)
            title(r, &r->levels[i]);
    if (r->last > top(r)->indent && top(r)->shape != SHAPE_ITEM)
        out_char(r->em.out, '\n');
    r->begun = true;
    r->after_title = false;
    r->last = top(r)->indent;
}

/* ---- rows -------------------------------------------------------------- */

/* Pads a text of `columns` to the width of column `c`. */
static void padded(struct text_renderer *r, const struct column *c,
                   const char *s, size_t n, size_t *pad)
{
    size_t columns = text_columns(s, n);
    size_t width = (size_t)(c->width < 0 ? -c->width : c->width);
    size_t rest = columns < width ? width - columns : 0;

    out_pad(r->em.out, ' ', *pad + (c->width > 0 ? rest : 0));
    out_bytes(r->em.out, s, n);
    *pad = (c->width < 0 ? rest : 0) + 2;
}

static void head(struct text_renderer *r, struct level *l)
{
    const struct column *c;
    size_t pad = l->indent;
    bool any = false;

    l->head = false;
    for (c = l->columns; c->key; c++)
        any |= c->title != NULL;
    if (!any)
        return;
    style(r, STYLE_DIM);
    for (c = l->columns; c->key; c++)
        if (c->title || c->width)
            padded(r, c, c->title ? c->title : "",
                   c->title ? strlen(c->title) : 0, &pad);
    style(r, STYLE_PLAIN);
    out_char(r->em.out, '\n');
}

/* Fixed columns of the row; returns where flowing text begins. */
static size_t fixed(struct text_renderer *r, const struct level *l, size_t *pad)
{
    size_t at = l->indent;
    unsigned i;

    *pad = l->indent;
    for (i = 0; l->columns[i].key; i++) {
        const struct column *c = &l->columns[i];
        const struct cell *cell = &r->cells[i];
        bool none = cell->kind == VALUE_NULL;

        if (c->width == 0)
            continue;
        padded(r, c, none ? "-" : r->words.text.at + cell->at,
               none ? 1 : cell->n, pad);
        at += (size_t)(c->width < 0 ? -c->width : c->width) + 2;
    }
    return at;
}

/* The cells that flow: the second and those after it in brackets. */
static void flowing(struct text_renderer *r, const struct level *l,
                    struct out *ret)
{
    bool first = true;
    unsigned i;

    for (i = 0; l->columns[i].key; i++) {
        const struct cell *cell = &r->cells[i];

        if (l->columns[i].width || cell->kind == VALUE_NULL || !cell->n)
            continue;
        out_str(ret, first ? "" : " (");
        out_bytes(ret, r->words.text.at + cell->at, cell->n);
        out_str(ret, first ? "" : ")");
        first = false;
    }
}

static void row(struct text_renderer *r)
{
    struct level *l = &r->levels[r->row - 2];
    size_t indent, pad;
    struct out text;

    titles(r);
    if (l->head)
        head(r, l);
    indent = fixed(r, l, &pad);
    out_to_memory(&text, r->em.mem);
    flowing(r, l, &text);
    if (text.text.n) {
        out_pad(r->em.out, ' ', pad);
        text_wrap(r->em.out, text.text.at, text.text.n, indent, indent);
    }
    keep_error(r, &text);
    out_deinit(&text);
    out_char(r->em.out, '\n');
}

static void collect(struct text_renderer *r, const char *key,
                    const struct value *v)
{
    const struct column *columns = r->levels[r->row - 2].columns;
    unsigned i;

    for (i = 0; columns[i].key; i++) {
        struct cell *c = &r->cells[i];

        if (strcmp(columns[i].key, key) != 0)
            continue;
        c->kind = v->kind;
        c->at = r->words.text.n;
        text_value(&r->words, v, false);
        c->n = r->words.text.n - c->at;
    }
}

/* ---- the walk --------------------------------------------------------- */

static bool is_list(enum shape s)
{
    return s == SHAPE_TABLE || s == SHAPE_LIST;
}

static void begin(struct emitter *em, const struct block *b)
{
    struct text_renderer *r = text_of(em);
    const struct level *up = r->depth ? top(r) : NULL;
    struct level *l;

    if (r->hidden || (is_list(b->shape) && (r->row || !b->title))) {
        r->hidden++;
        return;
    }
    l = &r->levels[r->depth++];
    memset(l, 0, sizeof *l);
    l->shape = b->shape;
    l->title = b->title;
    l->columns = b->columns;
    l->head = b->shape == SHAPE_TABLE;
    l->close = up && up->shape == SHAPE_ITEM;
    l->heading = up ? up->indent : 0;
    l->indent = l->heading + (b->title && *b->title ? 2 : 0);
    if (b->shape == SHAPE_ITEM && up->shape == SHAPE_TABLE) {
        r->row = r->depth;
        r->words.text.n = 0;
        memset(r->cells, 0, sizeof r->cells);
    }
}

static void end(struct emitter *em)
{
    struct text_renderer *r = text_of(em);

    if (r->hidden) {
        r->hidden--;
        return;
    }
    if (r->row == r->depth) {
        row(r);
        r->row = 0;
    }
    r->depth--;
}

/* Writes `words` from column `at` on and ends the line. */
static void flow(struct text_renderer *r, size_t at, size_t indent)
{
    text_wrap(r->em.out, r->words.text.at, r->words.text.n, at, indent);
    out_char(r->em.out, '\n');
}

static void fact(struct text_renderer *r, const char *label,
                 const struct value *v)
{
    size_t indent = top(r)->indent, at = indent + LABEL_WIDTH;
    size_t n = text_columns(label, strlen(label));

    titles(r);
    r->words.text.n = 0;
    text_value(&r->words, v, true);
    out_pad(r->em.out, ' ', indent);
    out_str(r->em.out, label);
    if (n + 1 < LABEL_WIDTH)
        out_pad(r->em.out, ' ', LABEL_WIDTH - n);
    else
        out_str(r->em.out, "  ");
    flow(r, n + 1 < LABEL_WIDTH ? at : indent + n + 2, at);
}

static void bullet(struct text_renderer *r, const struct value *v)
{
    size_t indent = top(r)->indent;

    titles(r);
    r->words.text.n = 0;
    text_value(&r->words, v, false);
    out_pad(r->em.out, ' ', indent);
    out_str(r->em.out, "- ");
    flow(r, indent + 2, indent + 2);
}

static void value(struct emitter *em, const char *key, const char *label,
                  const struct value *v)
{
    struct text_renderer *r = text_of(em);

    if (r->hidden)
        return;
    if (r->row)
        collect(r, key, v);
    else if (v->kind == VALUE_NULL)
        return;
    else if (top(r)->shape == SHAPE_LIST)
        bullet(r, v);
    else if (label)
        fact(r, label, v);
}

static void para(struct emitter *em, enum para p, const char *s)
{
    static const enum style styles[] = {
        [PARA_HEADLINE] = STYLE_ALERT, [PARA_PLAIN] = STYLE_PLAIN,
        [PARA_WARNING] = STYLE_ALERT,  [PARA_COMMAND] = STYLE_PLAIN,
        [PARA_BULLET] = STYLE_PLAIN,   [PARA_OPEN] = STYLE_BOLD,
    };
    static const char *const marks[] = {
        [PARA_HEADLINE] = "",    [PARA_PLAIN] = "",    [PARA_WARNING] = "! ",
        [PARA_COMMAND] = "    ", [PARA_BULLET] = "- ", [PARA_OPEN] = "OPEN: ",
    };
    struct text_renderer *r = text_of(em);
    size_t indent, mark = strlen(marks[p]);

    if (r->hidden || r->row)
        return;
    titles(r);
    indent = top(r)->indent;
    r->words.text.n = 0;
    out_clean(&r->words, s);
    out_pad(em->out, ' ', indent);
    if (styles[p] != STYLE_PLAIN)
        style(r, styles[p]);
    out_str(em->out, marks[p]);
    if (p == PARA_COMMAND)
        out_bytes(em->out, r->words.text.at, r->words.text.n);
    else
        text_wrap(em->out, r->words.text.at, r->words.text.n, indent + mark,
                  indent + mark);
    if (styles[p] != STYLE_PLAIN)
        style(r, STYLE_PLAIN);
    out_char(em->out, '\n');
}

static void close_text(struct emitter *em)
{
    struct text_renderer *r = text_of(em);

    keep_error(r, &r->words);
    out_deinit(&r->words);
    mem_free(em->mem, r);
}

static const struct emitter_ops ops = {
    .page = true,
    .begin = begin,
    .end = end,
    .value = value,
    .para = para,
    .close = close_text,
};

struct emitter *render_text_open(struct out *o, bool colour, struct mem *m,
                                 struct err *e)
{
    struct text_renderer *r = mem_alloc(m, 1, sizeof *r, e);

    if (!r)
        return NULL;
    emitter_init(&r->em, &ops, o, m);
    r->colour = colour;
    out_to_memory(&r->words, m);
    out_str(&r->words, " "); /* its text is never NULL */
    return &r->em;
}
