/*
 * record_evidence.c - the sections of the incident record that say what was
 * read where: symptom, timeline, process, artifacts.
 */

#include "judge/quote.h"
#include "judge/timeline.h"
#include "report/record.h"

#define SYMPTOMS_TOLD 8

/* ---- symptom ---------------------------------------------------------- */

struct symptom {
    const struct input *in;
    uint64_t line, count;
    const char *text; /* NULL: to be read from the file */
};

static void symptom(struct emitter *em, const struct symptom *s,
                    struct arena *a)
{
    struct place p = {s->in->path, s->line ? s->line : UNKNOWN, UNKNOWN};
    const char *text = s->text;

    if (!text && !quote_line(s->in, s->line, a, &text, &em->out->err))
        return;
    emit_item(em, NULL);
    emit_text(em, "text", NULL, text ? text : "(the file can't be read again)");
    emit_count(em, "count", NULL, s->count);
    emit_place(em, "source", NULL, &p);
    emit_end(em);
}

static void symptoms_of_log(struct emitter *em, const struct input *in,
                            struct arena *a, unsigned *left)
{
    const struct oome *o;

    if (in->kind == ARTIFACT_VM_INFO && in->vm_info &&
        in->vm_info->death != VM_ALIVE && in->vm_info->headline)
        symptom(em,
                &(struct symptom){in, in->vm_info->headline_line, 1,
                                  in->vm_info->headline},
                a);
    if (in->kind != ARTIFACT_APP_LOG || !in->log)
        return;
    VEC_EACH (&in->log->oomes, o) {
        if (!*left)
            return;
        --*left;
        symptom(em, &(struct symptom){in, o->line, o->count, NULL}, a);
    }
}

static bool has_symptom(const struct report *r)
{
    const struct input *in;

    if (report_kill(r, &in))
        return true;
    VEC_EACH (&r->incident->inputs, in) {
        if (in->kind == ARTIFACT_APP_LOG && in->log && in->log->oomes.n)
            return true;
        if (in->kind == ARTIFACT_VM_INFO && in->vm_info &&
            in->vm_info->death != VM_ALIVE && in->vm_info->headline)
            return true;
    }
    return false;
}

static void symptoms(struct emitter *em, const struct report *r)
{
    static const struct column columns[] = {
        {"text", "Quoted", 0},
        {"count", "Times", 5},
        {"source", "Source", 0},
        {0},
    };
    unsigned left = SYMPTOMS_TOLD;
    const struct input *in;
    const struct oom_kill *kill = report_kill(r, &in);
    struct arena a;

    arena_init(&a, em->mem);
    emit_table(em, "quoted", "", columns);
    if (kill)
        symptom(em, &(struct symptom){in, kill->line, 1, NULL}, &a);
    VEC_EACH (&r->incident->inputs, in)
        symptoms_of_log(em, in, &a, &left);
    emit_end(em);
    arena_deinit(&a);
}

void record_symptom(struct emitter *em, const struct report *r)
{
    emit_object(em, "symptom", "Symptom");
    if (has_symptom(r))
        symptoms(em, r);
    else
        emit_para(em, PARA_PLAIN,
                  "No artifact shows this process die or throw an "
                  "OutOfMemoryError.");
    emit_end(em);
}

/* ---- timeline --------------------------------------------------------- */

static void event(struct emitter *em, const struct timeline_event *ev)
{
    char last[TIME_TEXT];
    struct out what;

    out_to_memory(&what, em->mem);
    out_str(&what, ev->what);
    if (ev->last_time != INT64_MIN && ev->last_time != ev->time &&
        time_text(last, ev->last_time))
        out_printf(&what, " (the last at %s)", last);
    if (ev->doubt)
        out_printf(&what, " [SUSPECT CLOCK: %s]", ev->doubt);
    emit_item(em, NULL);
    emit_time(em, "time", NULL, ev->time);
    emit_text(em, "what", NULL, out_string(&what));
    emit_count(em, "count", NULL, ev->count);
    emit_text(em, "clock", NULL, ev->clock);
    report_origin(em, "source", &ev->origin);
    emit_end(em);
    out_deinit(&what);
}

static void events(struct emitter *em, const struct timeline *t, bool dated)
{
    static const struct column columns[] = {
        {"time", "UTC", -24},  {"what", "What", 0},     {"count", "Times", 5},
        {"clock", "Clock", 0}, {"source", "Source", 0}, {0},
    };
    const struct timeline_event *ev;

    emit_table(em, dated ? "dated" : "undated",
               dated ? "" : "Without a time that can be compared", columns);
    VEC_EACH (&t->events, ev)
        if ((ev->time != INT64_MIN) == dated)
            event(em, ev);
    emit_end(em);
}

void record_timeline(struct emitter *em, const struct report *r)
{
    struct timeline t;

    if (!timeline_build(r->incident, r->verdict, em->mem, &t, &em->out->err))
        return;
    emit_object(em, "timeline", "Timeline");
    emit_para(em, PARA_PLAIN,
              "In the order of the clocks named; nothing was moved.");
    events(em, &t, true);
    events(em, &t, false);
    emit_para(em, PARA_OPEN,
              "when it was noticed, what was done, when service was back");
    emit_end(em);
    timeline_deinit(&t, em->mem);
}

/* ---- the process ------------------------------------------------------ */

static void fact(struct emitter *em, const char *what, uint64_t bytes,
                 const char *path, uint64_t line)
{
    struct place p = {path, line ? line : UNKNOWN, UNKNOWN};

    if (!known(bytes))
        return;
    emit_item(em, NULL);
    emit_text(em, "what", NULL, what);
    emit_bytes(em, "bytes", NULL, bytes);
    emit_place(em, "source", NULL, &p);
    emit_end(em);
}

/* The line of the kill's report that states its group's limit. */
static void fact_of_limit(struct emitter *em, const struct input *in,
                          const struct oom_report *rep,
                          const struct oom_kill *k)
{
    uint64_t line;

    if (known(rep->limit) && quote_find(in, rep->line, k->line, "limit ",
                                        em->mem, &line, &em->out->err))
        fact(em, "limit of its memory cgroup", rep->limit, in->path, line);
}

static void facts_of_kill(struct emitter *em, const struct report *r)
{
    const struct input *in;
    const struct oom_kill *k = report_kill(r, &in);

    if (!k)
        return;
    fact(em, "resident when killed", oom_kill_rss(k), in->path, k->line);
    fact(em, "of it anonymous", k->anon, in->path, k->line);
    fact(em, "of it file pages", k->file, in->path, k->line);
    fact(em, "of it shared memory", k->shmem, in->path, k->line);
    if (k->report < in->kernel->reports.n)
        fact_of_limit(em, in, &in->kernel->reports.at[k->report], k);
}

/* Only where a file states the very figure that the judge used. */
static void fact_of_heap_limit(struct emitter *em, const struct report *r)
{
    uint64_t xmx = r->verdict->process.xmx;
    const struct input *in;

    if (!known(xmx))
        return;
    VEC_EACH (&r->incident->inputs, in) {
        bool flags = in->any && (in->kind == ARTIFACT_VM_FLAGS ||
                                 in->kind == ARTIFACT_VM_COMMAND_LINE);

        if ((flags && in->flags->xmx == xmx) ||
            (in->any && in->kind == ARTIFACT_VM_INFO &&
             in->vm_info->heap_max == xmx)) {
            fact(em, "-Xmx", xmx, in->path, flags ? in->flags->line : 0);
            return;
        }
    }
}

void record_process(struct emitter *em, const struct report *r)
{
    static const struct column columns[] = {
        {"what", "What", -28},
        {"bytes", "Bytes", 10},
        {"source", "Source", 0},
        {0},
    };

    emit_table(em, "process", "The process", columns);
    facts_of_kill(em, r);
    fact_of_heap_limit(em, r);
    emit_end(em);
}

/* ---- artifacts -------------------------------------------------------- */

static void artifact(struct emitter *em, const struct input *in)
{
    emit_item(em, NULL);
    emit_text(em, "path", NULL, emit_shown_path(em, in->path));
    emit_text(em, "kind", NULL, artifact_name(in->kind));
    emit_bytes(em, "bytes", NULL, in->bytes);
    emit_text(em, "sha256", NULL,
              *in->sha256 ? in->sha256 : "(too large, or a pipe)");
    emit_time(em, "time", NULL, in->time);
    emit_text(em, "damage", NULL, in->error ? in->error : in->damage);
    emit_end(em);
}

void record_artifacts(struct emitter *em, const struct report *r)
{
    static const struct column columns[] = {
        {"path", "Artifact", 0},
        {"kind", "Kind", -16},
        {"bytes", "Size", 10},
        {"time", "Time", -24},
        {"damage", "Unread", 0},
        {"sha256", "SHA-256", 0},
        {0},
    };
    const struct input *in;
    uint64_t ignored = r->incident->ignored;

    emit_object(em, "artifacts", "Evidence");
    if (em->base && *em->base)
        emit_aside(em, "All paths are below", "%s", em->base);
    emit_table(em, "files", "", columns);
    VEC_EACH (&r->incident->inputs, in)
        if (in->kind != ARTIFACT_UNKNOWN)
            artifact(em, in);
    emit_end(em);
    if (ignored)
        emit_para(em, PARA_PLAIN, "Of no known kind, and not used: %llu.",
                  (unsigned long long)ignored);
    emit_end(em);
}
