/*
 * worker.c - one case, from its files to its row; see worker.h.
 */
#include "fleet/worker.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fleet/content.h"
#include "judge/signature.h"
#include "judge/timeline.h"
#include "report/render.h"
#include "report/report.h"

#define REPORT_NAME 16 /* digits of the content */
#define REPORT_TOP  10

struct worker {
    const struct worker_options *options;
    struct mem mem;
    struct arena arena; /* strings of the row */
    struct incident incident;
    struct verdict verdict;
    bool judged;
    struct row row;
};

/* ---- reports ---------------------------------------------------------- */

static bool render(struct worker *w, enum format format, FILE *file,
                   struct err *e)
{
    struct render_options how = {format, false};
    struct report r = {.incident = &w->incident,
                       .verdict = &w->verdict,
                       .top = REPORT_TOP,
                       .brief = REPORT_TOP};
    struct emitter *em;
    struct out o;

    out_to_file(&o, file);
    em = render_open(&how, &o, &w->mem, e);
    if (!em)
        return false;
    report_why(em, &r);
    render_close(em);
    return out_finish(&o, e);
}

/* Under its name only when it is complete. */
static bool write_report(struct worker *w, enum format format,
                         const char *ending, struct err *e)
{
    const char *path = arena_printf(&w->arena, e, "%s/%s.%s",
                                    w->options->reports, w->row.report, ending);
    const char *temp =
        path ? arena_printf(&w->arena, e, "%s.part", path) : NULL;
    FILE *file = temp ? fopen(temp, "we") : NULL;
    bool ok;

    if (!file)
        return err_set(e, ERR_IO, "its report can't be written: %s",
                       strerror(errno));
    ok = render(w, format, file, e);
    if (fclose(file) != 0 || (ok && rename(temp, path) != 0))
        ok = err_set(e, ERR_IO, "its report can't be written: %s",
                     strerror(errno));
    if (!ok)
        unlink(temp);
    return ok;
}

/* ---- the row ---------------------------------------------------------- */

static bool is_death(const struct worker *w, const struct input *in,
                     int64_t *ret)
{
    const struct oom_kill *k;

    if (in->kind == ARTIFACT_VM_INFO && in->vm_info &&
        in->vm_info->death != VM_ALIVE)
        *ret = in->vm_info->time;
    if (in->kind == ARTIFACT_KERNEL_LOG && in->kernel)
        VEC_EACH (&in->kernel->kills, k)
            if (k->pid == w->verdict.process.pid)
                *ret = k->time;
    return *ret != INT64_MIN;
}

/* Of the death if a clock saw it; else of the last sign of life. */
static bool take_time(struct worker *w, struct err *e)
{
    const struct timeline_event *ev;
    const struct input *in;
    struct timeline t;

    VEC_EACH (&w->incident.inputs, in)
        if (is_death(w, in, &w->row.time))
            return true;
    if (!timeline_build(&w->incident, &w->verdict, &w->mem, &t, e))
        return false;
    VEC_EACH (&t.events, ev)
        if (ev->time != INT64_MIN)
            w->row.time = ev->last_time > ev->time ? ev->last_time : ev->time;
    timeline_deinit(&t, &w->mem);
    return true;
}

static bool take_verdict(struct worker *w, struct err *e)
{
    const struct verdict *v = &w->verdict;
    struct row *r = &w->row;
    struct signature s;

    if (!signature_find(&w->incident, v, &w->arena, &s, e))
        return false;
    r->side = side_name(v->side);
    r->kind = kind_name(v->kind);
    r->confidence = confidence_name(v->confidence);
    r->summary = v->summary;
    r->culprit = v->culprit.known ? v->culprit.name : NULL;
    r->culprit_bytes = v->culprit.known ? v->culprit.bytes : UNKNOWN;
    r->family = s.family;
    r->cause = s.cause;
    r->application = s.application;
    r->holder = s.holder;
    r->jvm = v->process.jvm;
    r->rss = v->process.rss;
    r->xmx = v->process.xmx;
    r->memory_limit = v->process.limit;
    r->status = w->incident.damaged ? STATUS_DAMAGED : STATUS_ANALYSED;
    return take_time(w, e);
}

/* ---- the work --------------------------------------------------------- */

static bool add_inputs(struct worker *w, const struct fleet_case *c,
                       struct err *e)
{
    for (uint64_t i = 0; i < c->n; i++)
        if (!incident_add(&w->incident, c->paths[i], ARTIFACT_UNKNOWN, false,
                          e))
            return false;
    return true;
}

static bool analyse(struct worker *w, const struct fleet_case *c, struct err *e)
{
    w->row.report = arena_strndup(&w->arena, w->row.content, REPORT_NAME, e);
    if (!w->row.report || !add_inputs(w, c, e) ||
        !incident_read(&w->incident, &w->options->heap, e))
        return false;
    w->judged =
        judge(&w->incident, &w->options->thresholds, &w->mem, &w->verdict, e);
    return w->judged && write_report(w, FORMAT_JSON, "json", e) &&
           write_report(w, FORMAT_MARKDOWN, "md", e) && take_verdict(w, e);
}

static bool unpack(struct worker *w, const struct fleet_case *c, const char *to,
                   struct err *e)
{
    struct archive_result r;

    if (mkdir(to, 0700) != 0)
        return err_set(e, ERR_IO, "can't be unpacked: %s", strerror(errno));
    if (!archive_unpack(c->paths[0], to, &w->options->archive, &w->mem, &r, e))
        return false;
    w->row.status = STATUS_UNPACKED;
    if (*r.damage)
        w->row.error = arena_strdup(&w->arena, r.damage, e);
    else if (r.refused)
        w->row.error = arena_printf(
            &w->arena, e, "%llu entries were left out: links, or unsafe names",
            (unsigned long long)r.refused);
    return !err_is_set(e);
}

/* Says at once what the content is: the rest may not survive. */
static bool identify(struct worker *w, const struct fleet_case *c, FILE *to,
                     struct err *e)
{
    char content[CONTENT_TEXT];

    if (!content_of_case(c, &w->mem, content, e))
        return false;
    w->row.content = arena_strdup(&w->arena, content, e);
    fprintf(to, "content %s\n", content);
    fflush(to);
    return w->row.content != NULL;
}

static bool work(struct worker *w, const struct fleet_case *c,
                 const char *unpack_to, FILE *to, struct err *e)
{
    if (c->root && chdir(c->root) != 0)
        return err_set(e, ERR_IO, "cannot be entered: %s", strerror(errno));
    if (!identify(w, c, to, e))
        return false;
    if (w->options->is_known(w->options->ctx, w->row.content)) {
        w->row.status = STATUS_KNOWN;
        return true;
    }
    if (c->kind == CASE_ARCHIVE)
        return unpack(w, c, unpack_to, e);
    return analyse(w, c, e);
}

static const char *status_of(const struct err *e)
{
    return e->code == ERR_BUDGET || e->code == ERR_NOMEM ? STATUS_MEMORY
                                                         : STATUS_FAILED;
}

void worker_run(const struct fleet_case *c, const struct worker_options *o,
                const char *unpack_to, FILE *to)
{
    struct worker w = {.options = o};
    struct err e = {0};
    struct out out;

    mem_init(&w.mem, o->max_memory);
    arena_init(&w.arena, &w.mem);
    incident_init(&w.incident, &w.mem);
    row_init(&w.row);
    w.row.tool = OOMWHY_VERSION;
    if (!work(&w, c, unpack_to, to, &e)) {
        w.row.status = status_of(&e);
        w.row.error = e.text;
        w.row.report = NULL;
    }
    out_to_file(&out, to);
    row_write(&out, &w.row);
    fflush(to);
    if (w.judged)
        verdict_deinit(&w.verdict, &w.mem);
    incident_deinit(&w.incident);
    arena_deinit(&w.arena);
}
