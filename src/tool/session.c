/*
 * session.c - one run: the inputs are read, judged if the command asks for
 * it, and written; what was wrong goes to stderr and into the exit status.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/options.h"
#include "tool/output.h"
#include "tool/progress.h"
#include "tool/timings.h"

#define ORDINARY_TOP   10 /* rows, where --top does not say */
#define MOST_JOBS      64
#define ORDINARY_BRIEF 5 /* the same on the page of `why` */

struct session {
    const struct options *options;
    struct mem mem;
    struct incident incident;
    struct verdict verdict;
    bool judged;
    struct progress progress;
    struct timings timings;
    const char *path; /* what an error is about; NULL: nothing alone */
};

/* ---- reading ---------------------------------------------------------- */

static bool add_inputs(struct session *s, struct err *e)
{
    const struct input_arg *a;

    VEC_EACH (&s->options->inputs, a) {
        s->path = strcmp(a->path, "-") == 0 ? "standard input" : a->path;
        if (!incident_add(&s->incident, a->path, a->kind, a->baseline, e))
            return false;
    }
    s->path = NULL;
    return true;
}

/* A callback as in struct heap_options. */
static void tell(void *session, const char *phase, uint64_t done,
                 uint64_t total)
{
    struct session *s = session;

    timings_enter(&s->timings, phase);
    progress_show(&s->progress, phase, done, total);
}

static struct heap_options heap_options(struct session *s)
{
    struct heap_options o = s->options->heap;
    uint64_t top = s->options->top;

    o.quick |= s->options->command->shallow;
    o.top = known(top) ? top : ORDINARY_TOP;
    o.jobs =
        s->options->jobs < MOST_JOBS ? (unsigned)s->options->jobs : MOST_JOBS;
    o.progress = tell;
    o.progress_ctx = s;
    return o;
}

static bool read_inputs(struct session *s, struct err *e)
{
    struct heap_options o = heap_options(s);
    bool ok;

    s->incident.stated = s->options->stated;
    ok = add_inputs(s, e) && incident_read(&s->incident, &o, e);
    progress_end(&s->progress);
    return ok;
}

/* One line for each file that could not be used, or not wholly. */
static void complain_of_inputs(const struct session *s)
{
    const struct input *in;

    VEC_EACH (&s->incident.inputs, in) {
        struct err e = {0};

        if (in->error)
            err_set(&e, ERR_FORMAT, "%s", in->error);
        else if (in->damage)
            err_set(&e, ERR_FORMAT, "%s", in->damage);
        if (in->error && in->error_at) {
            e.where = ERR_AT_OFFSET;
            e.at = in->error_at;
        }
        if (err_is_set(&e))
            complain(in->path, &e);
    }
}

static bool judge_inputs(struct session *s, struct err *e)
{
    if (s->options->command->heap && !s->incident.heap)
        return err_set(e, ERR_FORMAT,
                       "%s needs a heap dump, and none could be read",
                       s->options->command->name);
    if (!s->options->command->judged && !s->options->fail_on)
        return true;
    s->judged =
        judge(&s->incident, &s->options->thresholds, &s->mem, &s->verdict, e);
    return s->judged;
}

/* ---- writing ---------------------------------------------------------- */

static bool use_colour(const struct options *o)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

    if (o->colour != WHEN_AUTO)
        return o->colour == WHEN_ALWAYS;
    return !(no && *no) && !(term && strcmp(term, "dumb") == 0) && !o->output &&
           isatty(STDOUT_FILENO);
}

static void walk(struct session *s, struct emitter *em)
{
    const struct command *c = s->options->command;
    uint64_t top = s->options->top;
    struct report r = {
        .incident = &s->incident,
        .verdict = s->judged ? &s->verdict : NULL,
        .top = known(top) ? top : ORDINARY_TOP,
        .brief = known(top) ? top : ORDINARY_BRIEF,
    };

    if (c->whole)
        c->part(em, &r);
    else
        report_alone(em, &r, c->part);
}

static bool render(struct session *s, struct out *o, struct err *e)
{
    struct render_options how = {s->options->format, use_colour(s->options)};
    struct emitter *em = render_open(&how, o, &s->mem, e);

    if (!em)
        return false;
    walk(s, em);
    render_close(em);
    return out_finish(o, e);
}

static bool write_report(struct session *s, struct err *e)
{
    struct output output;
    struct out o;
    bool ok;

    s->path = s->options->output;
    if (!output_open(s->path, &s->mem, &output, e))
        return false;
    out_to_file(&o, output.file);
    ok = render(s, &o, e);
    ok = output_close(&output, ok, e) && ok;
    if (ok)
        s->path = NULL;
    return ok;
}

/* ---- the run ---------------------------------------------------------- */

static void print_timings(struct session *s, const struct heap *h)
{
    timings_enter(&s->timings, NULL);
    timings_print(&s->timings, stderr, h ? h->dump.nodes : 0,
                  h ? h->dump.n_refs : 0);
}

static enum exit_status outcome(const struct session *s)
{
    if (s->judged && s->options->fail_on >> s->verdict.side & 1)
        return EXIT_FINDING;
    return s->incident.damaged ? EXIT_DAMAGED : EXIT_ANALYSED;
}

enum exit_status session_run(const struct options *o)
{
    struct session s = {.options = o, .timings = {.on = o->timings}};
    enum exit_status status;
    struct err e = {0};

    mem_init(&s.mem, o->max_memory);
    incident_init(&s.incident, &s.mem);
    progress_init(&s.progress, o->progress);
    timings_enter(&s.timings, "inputs");
    if (read_inputs(&s, &e)) {
        complain_of_inputs(&s);
        timings_enter(&s.timings, "verdict");
        if (judge_inputs(&s, &e)) {
            timings_enter(&s.timings, "report");
            write_report(&s, &e);
        }
    }
    print_timings(&s, s.incident.heap);
    status = err_is_set(&e) ? exit_status_of(&e) : outcome(&s);
    if (err_is_set(&e))
        complain(s.path, &e);
    if (s.judged)
        verdict_deinit(&s.verdict, &s.mem);
    incident_deinit(&s.incident);
    return status;
}
