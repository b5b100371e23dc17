/*
 * render_csv.c - the first table of a walk as RFC 4180: keys in the first
 * line, numbers plain, what is unknown empty. Blocks inside a row are left
 * out, except that objects lend their fields to it.
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "report/render.h"

struct csv_renderer {
    struct emitter em;
    const struct column *columns; /* of the table; NULL before it */
    bool done;                    /* one table is all a file can hold */
    unsigned table_depth;         /* em.depth outside the table */
    unsigned hidden;              /* blocks open that are not shown */
    struct out cells[EMIT_COLUMNS];
};

static struct csv_renderer *csv_of(struct emitter *em)
{
    return (struct csv_renderer *)em;
}

static void head(struct csv_renderer *r)
{
    unsigned i;

    for (i = 0; r->columns[i].key; i++) {
        assert(i < EMIT_COLUMNS);
        out_str(r->em.out, i ? "," : "");
        out_str(r->em.out, r->columns[i].key);
    }
    out_str(r->em.out, "\r\n");
}

static void begin(struct emitter *em, const struct block *b)
{
    struct csv_renderer *r = csv_of(em);

    if (r->hidden) {
        r->hidden++;
    } else if (r->columns) {
        r->hidden = b->shape == SHAPE_TABLE || b->shape == SHAPE_LIST;
    } else if (b->shape == SHAPE_TABLE && !r->done) {
        r->columns = b->columns;
        r->table_depth = em->depth;
        head(r);
    }
}

static void row(struct csv_renderer *r)
{
    unsigned i;

    for (i = 0; r->columns[i].key; i++) {
        out_str(r->em.out, i ? "," : "");
        out_bytes(r->em.out, r->cells[i].text.at, r->cells[i].text.n);
        r->cells[i].text.n = 0;
    }
    out_str(r->em.out, "\r\n");
}

static void end(struct emitter *em)
{
    struct csv_renderer *r = csv_of(em);

    if (r->hidden) {
        r->hidden--;
    } else if (r->columns && em->depth == r->table_depth) {
        r->columns = NULL;
        r->done = true;
    } else if (r->columns && em->depth == r->table_depth + 1) {
        row(r);
    }
}

static void quoted(struct out *o, const char *s, struct mem *m)
{
    struct out clean;
    const char *p;

    out_to_memory(&clean, m);
    out_clean(&clean, s);
    s = out_string(&clean);
    if (s && !strpbrk(s, ",\"")) {
        out_str(o, s);
    } else if (s) {
        out_char(o, '"');
        for (p = s; *p; p++) {
            if (*p == '"')
                out_char(o, '"');
            out_char(o, *p);
        }
        out_char(o, '"');
    }
    out_deinit(&clean);
}

static void place(struct out *o, const struct place *p, struct mem *m)
{
    if (!p->path)
        return;
    quoted(o, p->path, m);
    if (known(p->line))
        out_printf(o, ":%" PRIu64, p->line);
}

static void cell(struct out *o, const struct value *v, struct mem *m)
{
    char buf[TIME_TEXT];

    switch (v->kind) {
    case VALUE_NULL: break;
    case VALUE_BOOL: out_str(o, v->b ? "true" : "false"); break;
    case VALUE_COUNT:
    case VALUE_NUMBER:
    case VALUE_BYTES:
    case VALUE_PERCENT:
    case VALUE_WEIGHT: out_printf(o, "%" PRIu64, v->u); break;
    case VALUE_DELTA:
    case VALUE_INTEGER: out_printf(o, "%" PRId64, v->i); break;
    case VALUE_SHARE: out_printf(o, "%.6f", v->real); break;
    case VALUE_TIME: out_str(o, time_text(buf, v->i)); break;
    case VALUE_ID: out_printf(o, "0x%" PRIx64, v->u); break;
    case VALUE_TEXT: quoted(o, v->text, m); break;
    case VALUE_PLACE: place(o, &v->place, m); break;
    }
}

static void value(struct emitter *em, const char *key, const char *label,
                  const struct value *v)
{
    struct csv_renderer *r = csv_of(em);
    unsigned i;

    (void)label;
    if (r->hidden || !r->columns || !key)
        return;
    for (i = 0; r->columns[i].key; i++) {
        if (strcmp(r->columns[i].key, key) == 0) {
            r->cells[i].text.n = 0;
            cell(&r->cells[i], v, em->mem);
        }
    }
}

static void close_csv(struct emitter *em)
{
    struct csv_renderer *r = csv_of(em);
    unsigned i;

    for (i = 0; i < EMIT_COLUMNS; i++) {
        if (err_is_set(&r->cells[i].err))
            err_set(&em->out->err, r->cells[i].err.code, "%s",
                    r->cells[i].err.text);
        out_deinit(&r->cells[i]);
    }
    mem_free(em->mem, r);
}

static const struct emitter_ops ops = {
    .begin = begin,
    .end = end,
    .value = value,
    .close = close_csv,
};

struct emitter *render_csv_open(struct out *o, struct mem *m, struct err *e)
{
    struct csv_renderer *r = mem_alloc(m, 1, sizeof *r, e);
    unsigned i;

    if (!r)
        return NULL;
    emitter_init(&r->em, &ops, o, m);
    for (i = 0; i < EMIT_COLUMNS; i++)
        out_to_memory(&r->cells[i], m);
    return &r->em;
}
