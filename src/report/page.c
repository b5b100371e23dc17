/*
 * page.c - the walk, sorted into runs; see page.h.
 */
#include "page.h"

#include <ctype.h>
#include <string.h>

#include "report/text.h"

static struct page *page_of(struct emitter *em)
{
    return (struct page *)em;
}

static struct page_level *top(struct page *p)
{
    return &p->levels[p->depth - 1];
}

/* ---- runs ------------------------------------------------------------- */

static void into(struct page *p, enum page_run run,
                 const struct column *columns)
{
    if (p->run == run)
        return;
    if (p->run != RUN_NONE)
        p->ops->leave(p, p->run);
    p->run = run;
    if (run != RUN_NONE)
        p->ops->enter(p, run, columns);
}

/* A table ends where its block does, though another may follow at once. */
static void end_rows(struct page *p)
{
    if (p->run == RUN_ROWS)
        into(p, RUN_NONE, NULL);
}

/* The text in `words`, clean; "" if memory ran out, which the output then
 * remembers. */
static const char *said(struct page *p)
{
    const char *s = out_string(&p->words);

    if (err_is_set(&p->words.err))
        err_set(&p->em.out->err, p->words.err.code, "%s", p->words.err.text);
    return s ? s : "";
}

static const char *clean(struct page *p, const char *s)
{
    p->words.text.n = 0;
    out_clean(&p->words, s);
    return said(p);
}

static const char *in_words(struct page *p, const struct value *v, bool exact)
{
    p->words.text.n = 0;
    text_value(&p->words, v, exact);
    return said(p);
}

/* Writes the titles that waited for something to stand below them. */
static void titles(struct page *p)
{
    unsigned i;

    for (i = 0; i < p->depth; i++) {
        struct page_level *l = &p->levels[i];

        if (!l->title || !*l->title)
            continue;
        into(p, RUN_NONE, NULL);
        p->ops->heading(p, l->heading, clean(p, l->title));
        p->begun = true;
        l->title = NULL;
    }
}

/* ---- rows ------------------------------------------------------------- */

const char *page_column(const struct column *c, char buf[PAGE_TITLE])
{
    static const char unit[] = "_bytes";
    size_t n = strlen(c->key), u = sizeof unit - 1, i;

    if (c->title)
        return c->title;
    if (n > u && strcmp(c->key + n - u, unit) == 0)
        n -= u;
    if (n >= PAGE_TITLE)
        n = PAGE_TITLE - 1;
    for (i = 0; i < n; i++)
        buf[i] = c->key[i] == '_' ? ' ' : c->key[i];
    buf[n] = '\0';
    buf[0] = (char)toupper((unsigned char)buf[0]);
    return buf;
}

static void collect(struct page *p, const char *key, const struct value *v)
{
    const struct column *c = p->levels[p->row - 2].columns;
    unsigned i;

    for (i = 0; c[i].key; i++) {
        if (!key || strcmp(c[i].key, key) != 0)
            continue;
        p->cells[i].kind = v->kind;
        p->at[i] = p->words.text.n;
        text_value(&p->words, v, false);
        out_char(&p->words, '\0');
    }
}

static void begin_row(struct page *p)
{
    p->row = p->depth;
    p->words.text.n = 0;
    memset(p->cells, 0, sizeof p->cells);
}

static void row(struct page *p)
{
    const struct column *c = p->levels[p->row - 2].columns;
    const char *words = said(p);
    bool lost = err_is_set(&p->words.err);
    unsigned i;

    for (i = 0; c[i].key; i++)
        p->cells[i].text =
            lost || p->cells[i].kind == VALUE_NULL ? "" : words + p->at[i];
    p->row = 0;
    into(p, RUN_ROWS, c);
    p->ops->row(p, c, p->cells);
    p->begun = true;
}

/* ---- the walk --------------------------------------------------------- */

static bool is_list(enum shape s)
{
    return s == SHAPE_TABLE || s == SHAPE_LIST;
}

/* 1 for the document itself, 2 for what stands in it. */
static unsigned heading_of(const struct page *p)
{
    const struct page_level *up = p->depth ? &p->levels[p->depth - 1] : NULL;

    if (!up)
        return 1;
    if (p->depth == 1)
        return 2;
    return up->heading < 6 ? up->heading + 1 : 6;
}

static void begin(struct emitter *em, const struct block *b)
{
    struct page *p = page_of(em);
    struct page_level *l;
    bool in_table = p->depth && top(p)->shape == SHAPE_TABLE;
    bool titled = b->title && *b->title;
    unsigned heading = heading_of(p);

    if (p->hidden || (is_list(b->shape) && (p->row || !b->title))) {
        p->hidden++;
        return;
    }
    /* Below a block without a title the level stays. */
    if (!titled && p->depth)
        heading = top(p)->heading;
    l = &p->levels[p->depth++];
    *l = (struct page_level){b->shape, b->title, heading, b->columns};
    if (b->shape == SHAPE_ITEM && in_table) {
        titles(p);
        begin_row(p);
    }
}

static void end(struct emitter *em)
{
    struct page *p = page_of(em);

    if (p->hidden) {
        p->hidden--;
        return;
    }
    if (p->row && p->row == p->depth)
        row(p);
    if (top(p)->shape == SHAPE_TABLE)
        end_rows(p);
    p->depth--;
}

static void value(struct emitter *em, const char *key, const char *label,
                  const struct value *v)
{
    struct page *p = page_of(em);

    if (p->hidden)
        return;
    if (p->row) {
        collect(p, key, v);
        return;
    }
    if (v->kind == VALUE_NULL || (!label && top(p)->shape != SHAPE_LIST))
        return;
    titles(p);
    if (top(p)->shape == SHAPE_LIST) {
        into(p, RUN_BULLETS, NULL);
        p->ops->bullet(p, in_words(p, v, false));
    } else {
        into(p, RUN_FACTS, NULL);
        p->ops->fact(p, label, in_words(p, v, true));
    }
    p->begun = true;
}

static void para(struct emitter *em, enum para kind, const char *s)
{
    struct page *p = page_of(em);

    if (p->hidden || p->row || !*s)
        return;
    titles(p);
    into(p, kind == PARA_BULLET ? RUN_BULLETS : RUN_PARAS, NULL);
    if (kind == PARA_BULLET)
        p->ops->bullet(p, clean(p, s));
    else
        p->ops->para(p, kind, clean(p, s));
    p->begun = true;
}

static void close_page(struct emitter *em)
{
    struct page *p = page_of(em);

    into(p, RUN_NONE, NULL);
    p->ops->finish(p);
    out_deinit(&p->words);
    mem_free(em->mem, p);
}

static const struct emitter_ops page_walk = {
    .page = true,
    .begin = begin,
    .end = end,
    .value = value,
    .para = para,
    .close = close_page,
};

static const struct emitter_ops record_walk = {
    .page = true,
    .record = true,
    .begin = begin,
    .end = end,
    .value = value,
    .para = para,
    .close = close_page,
};

struct emitter *page_open(const struct page_ops *ops, bool record,
                          struct out *o, struct mem *m, struct err *e)
{
    struct page *p = mem_alloc(m, 1, sizeof *p, e);

    if (!p)
        return NULL;
    emitter_init(&p->em, record ? &record_walk : &page_walk, o, m);
    p->ops = ops;
    out_to_memory(&p->words, m);
    ops->start(p);
    return &p->em;
}
