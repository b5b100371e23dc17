/*
 * drill_case.c - reads and judges one case, and shows parts of its report
 * with the verdict taken out.
 */
#include <string.h>

#include "base/lines.h"
#include "tool/drill.h"

#define ROWS  5   /* of a list */
#define LINES 120 /* of a file */

static const char *last_name(struct drill *d, const char *path, struct err *e)
{
    size_t n = strlen(path), from;

    while (n > 1 && path[n - 1] == '/')
        n--;
    from = n;
    while (from && path[from - 1] != '/')
        from--;
    return arena_strndup(&d->arena, path + from, n - from, e);
}

bool drill_case_open(struct drill *d, const char *path, struct drill_case *ret,
                     struct err *e)
{
    struct heap_options h = d->options->heap;

    memset(ret, 0, sizeof *ret);
    h.top = ROWS;
    ret->path = path;
    ret->name = last_name(d, path, e);
    incident_init(&ret->incident, &d->mem);
    ret->judged =
        ret->name &&
        incident_add(&ret->incident, path, ARTIFACT_UNKNOWN, false, e) &&
        incident_read(&ret->incident, &h, e) &&
        judge(&ret->incident, &d->options->thresholds, &d->mem, &ret->verdict,
              e);
    d->about = ret->judged ? NULL : path;
    if (!ret->judged)
        incident_deinit(&ret->incident);
    return ret->judged;
}

void drill_case_close(struct drill *d, struct drill_case *c)
{
    verdict_deinit(&c->verdict, &d->mem);
    incident_deinit(&c->incident);
}

/* The process and its balance sheet are facts; the rest is the answer. */
static struct verdict without_answer(const struct verdict *v)
{
    struct verdict hidden = {.side = SIDE_UNDECIDED,
                             .kind = KIND_NOT_ENOUGH_EVIDENCE,
                             .summary = "",
                             .balance = v->balance,
                             .process = v->process};

    return hidden;
}

/* Paths are shown from the case on: its name may tell too much. */
bool drill_show(struct drill *d, const struct drill_case *c, report_part *part,
                bool hide, struct err *e)
{
    struct verdict hidden = without_answer(&c->verdict);
    struct report r = {
        .incident = &c->incident,
        .verdict = hide ? &hidden : &c->verdict,
        .top = ROWS,
        .brief = ROWS,
    };
    struct render_options how = {.format = FORMAT_TEXT};
    struct emitter *em = render_open(&how, &d->out, &d->mem, e);

    if (!em)
        return false;
    em->base = arena_printf(&d->arena, e, "%s%s", c->path,
                            c->path[strlen(c->path) - 1] == '/' ? "" : "/");
    emit_object(em, NULL, NULL);
    part(em, &r);
    emit_end(em);
    render_close(em);
    return true;
}

/* ---- files ------------------------------------------------------------ */

/* "nmt.txt" is the last snapshot's; "1-start/nmt.txt" says which. */
static const struct input *find(const struct drill_case *c, const char *name)
{
    const struct input *in, *found = NULL;
    size_t n = strlen(name);

    VEC_EACH (&c->incident.inputs, in) {
        size_t k = strlen(in->path);

        if (n && k > n && strcmp(in->path + k - n, name) == 0 &&
            in->path[k - n - 1] == '/')
            found = in;
    }
    return found;
}

static void print_lines(struct drill *d, struct lines *l)
{
    char *line;

    while ((line = lines_next(l, NULL)) && l->number <= LINES) {
        out_clean(&d->out, line);
        out_char(&d->out, '\n');
    }
    if (line)
        out_printf(&d->out, "... and more after %d lines\n", LINES);
}

bool drill_print_file(struct drill *d, const struct drill_case *c,
                      const char *name)
{
    const struct input *in = find(c, name);
    struct source *s;
    struct err e = {0};
    struct lines l;

    if (!in || in->kind == ARTIFACT_HPROF ||
        !source_open(in->path, &d->mem, &s, &e))
        return false;
    if (lines_init(&l, s, &d->mem, &e)) {
        print_lines(d, &l);
        lines_deinit(&l);
    }
    source_close(s);
    return !err_is_set(&e);
}
