/*
 * cmd_drill.c - `oomwhy drill [LAB|CASE...]`: learn it before the incident.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tool/drill.h"

static void welcome(struct drill *d)
{
    out_printf(&d->out,
               "A JVM is in trouble, they say, and memory is to blame. Look "
               "at what was\ncaptured, commit to a verdict, then see what it "
               "was and why. %u for the side,\n%u for the kind, %u for a "
               "reason that names evidence.\n",
               POINTS_SIDE, POINTS_KIND, POINTS_REASON);
}

static bool play(struct drill *d, const char *path, unsigned number,
                 struct err *e)
{
    struct drill_case c;
    bool ok;

    if (!drill_case_open(d, path, &c, e))
        return false;
    out_printf(&d->out, "\n---- case %u of %u\n", number, (unsigned)d->cases.n);
    ok = vec_push(&d->results, &d->mem, e);
    if (ok) {
        struct result *r = vec_last(&d->results);

        r->name = c.name;
        r->side = c.verdict.side;
        r->kind = c.verdict.kind;
        ok = drill_round(d, &c, r, e);
    }
    drill_case_close(d, &c);
    return ok;
}

static bool play_all(struct drill *d, struct err *e)
{
    unsigned number = 0;
    const char **path;

    welcome(d);
    VEC_EACH (&d->cases, path) {
        if (d->ended)
            break;
        if (!play(d, *path, ++number, e))
            return false;
    }
    drill_total(d);
    return true;
}

static bool open_answers(struct drill *d, struct err *e)
{
    const char *path = d->options->drill.answers;

    d->in = path ? fopen(path, "re") : stdin;
    d->echo = path || !isatty(STDIN_FILENO);
    return d->in || err_set(e, ERR_IO, "%.150s: %s", path, strerror(errno));
}

static bool drill(struct drill *d, struct err *e)
{
    if (!drill_find_samples(d, e) || !drill_choose(d, e))
        return false;
    if (d->options->drill.instructor)
        return drill_sheet(d, e);
    return open_answers(d, e) && play_all(d, e);
}

static enum exit_status run(const struct options *o)
{
    struct drill d = {.options = o};
    struct err e = {0};

    mem_init(&d.mem, o->max_memory);
    arena_init(&d.arena, &d.mem);
    out_to_file(&d.out, stdout);
    drill(&d, &e);
    out_finish(&d.out, &e);
    if (err_is_set(&e))
        complain(d.about, &e);
    if (d.in && d.in != stdin)
        fclose(d.in);
    vec_free(&d.cases, &d.mem);
    vec_free(&d.results, &d.mem);
    arena_deinit(&d.arena);
    return err_is_set(&e) ? exit_status_of(&e) : EXIT_ANALYSED;
}

const struct command cmd_drill = {
    .name = "drill",
    .arguments = "[CASE...]",
    .options = "--samples --answers --instructor",
    .summary = "learn it on samples: guess the verdict, then see it",
    .run = run,
};
