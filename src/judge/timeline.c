/*
 * timeline.c - collects the events and sorts them; see timeline.h.
 */
#include "timeline.h"

#include <string.h>

#include "judge/timeline_parts.h"

#define KILLS_TOLD 16 /* of one log; of the rest there is a count */

static bool add(struct timeline_builder *b, const struct timeline_event *ev,
                struct timeline_mark mark)
{
    struct timeline *t = b->to;

    if (!vec_push(&t->events, b->mem, b->pen.err) ||
        !vec_push(&b->marks, b->mem, b->pen.err))
        return false;
    *vec_last(&t->events) = *ev;
    *vec_last(&b->marks) = mark;
    if (!ev->count)
        vec_last(&t->events)->count = 1;
    return true;
}

static struct timeline_event event_at(const struct input *in, uint64_t line,
                                      int64_t time, const char *clock)
{
    return (struct timeline_event){
        .time = time,
        .last_time = NO_TIME,
        .count = 1,
        .clock = time == NO_TIME ? "none" : clock,
        .origin = {in->path, line, UNKNOWN},
    };
}

/* ---- the kernel ------------------------------------------------------- */

static bool same_kill(const struct oom_kill *a, const struct oom_kill *b)
{
    return a->pid == b->pid && a->total_vm == b->total_vm &&
           a->anon == b->anon && a->file == b->file && a->shmem == b->shmem;
}

/* Of two tellings of one kill the one with a date counts, else the first. */
static bool tells_better(const struct input *a, const struct oom_kill *x,
                         const struct input *b, const struct oom_kill *y)
{
    bool dated = x->time != NO_TIME;

    return dated == (y->time != NO_TIME) ? a < b : dated;
}

static bool is_told_better(const struct timeline_builder *b,
                           const struct input *in, const struct oom_kill *k)
{
    const struct input *it;

    VEC_EACH (&b->incident->inputs, it) {
        if (it == in || it->kind != ARTIFACT_KERNEL_LOG || !it->kernel)
            continue;
        for (uint64_t n = 0; n < it->kernel->kills.n && n < 256; n++) {
            const struct oom_kill *other = &it->kernel->kills.at[n];

            if (same_kill(other, k) && tells_better(it, other, in, k))
                return true;
        }
    }
    return false;
}

static const char *kernel_clock(struct timeline_builder *b,
                                const struct oom_kill *k)
{
    if (k->time != NO_TIME)
        return pen_write(&b->pen, "kernel log, %s",
                         k->clock ? k->clock : "its own");
    if (k->uptime >= 0)
        return pen_write(&b->pen, "none: %.3f s after boot", k->uptime);
    return "none";
}

static bool add_kill(struct timeline_builder *b, const struct input *in,
                     const struct oom_kill *k)
{
    struct timeline_event ev = event_at(in, k->line, k->time, "");
    uint64_t rss = oom_kill_rss(k);
    bool ours = k->pid == b->verdict->process.pid;

    ev.clock = kernel_clock(b, k);
    ev.what = pen_write(&b->pen, "the kernel killed process %llu (%s)%s%s",
                        (unsigned long long)k->pid, k->name ? k->name : "?",
                        known(rss) ? ", resident " : "",
                        known(rss) ? pen_size(&b->pen, rss) : "");
    return add(b, &ev,
               (struct timeline_mark){ours ? DEATH : OTHER, NO_SNAPSHOT});
}

static bool add_kernel(struct timeline_builder *b, const struct input *in)
{
    const struct kernel_log *log = in->kernel;
    uint64_t told = 0, rest = 0;
    const struct oom_kill *k;

    VEC_EACH (&log->kills, k) {
        if (is_told_better(b, in, k))
            continue;
        if (told >= KILLS_TOLD && k->pid != b->verdict->process.pid) {
            rest++;
            continue;
        }
        told++;
        if (!add_kill(b, in, k))
            return false;
    }
    if (rest) {
        struct timeline_event ev = event_at(in, 0, NO_TIME, "");

        ev.count = rest;
        ev.what = "the kernel killed other processes";
        return add(b, &ev, (struct timeline_mark){OTHER, NO_SNAPSHOT});
    }
    return true;
}

/* ---- logs ------------------------------------------------------------- */

static bool add_oome(struct timeline_builder *b, const struct input *in,
                     const struct oome *o)
{
    struct timeline_event ev =
        event_at(in, o->line, o->time, "the application's log");

    ev.count = o->count;
    ev.what = pen_write(&b->pen, "java.lang.OutOfMemoryError%s%s%s%s",
                        *o->message ? ": " : "", o->message,
                        o->app_frame ? ", by " : "",
                        o->app_frame ? o->app_frame : "");
    return add(b, &ev, (struct timeline_mark){ALIVE, NO_SNAPSHOT});
}

static bool add_app_log(struct timeline_builder *b, const struct input *in)
{
    const struct jvm_warning *w;
    const struct oome *o;

    VEC_EACH (&in->log->oomes, o)
        if (!add_oome(b, in, o))
            return false;
    VEC_EACH (&in->log->warnings, w) {
        struct timeline_event ev =
            event_at(in, w->line, w->time, "the application's log");

        ev.count = w->count;
        ev.what = pen_write(&b->pen, "\"%s\"", w->text);
        if (!add(b, &ev, (struct timeline_mark){OTHER, NO_SNAPSHOT}))
            return false;
    }
    return true;
}

static const char *left_by(struct timeline_builder *b, const struct gc_pause *p)
{
    return pen_write(&b->pen, "%s of %s",
                     p->after ? pen_size(&b->pen, p->after)
                              : "less than the log's unit",
                     pen_size(&b->pen, p->capacity));
}

/* Full collections come in hundreds at the end: one line for all. */
static bool add_full(struct timeline_builder *b, const struct input *in)
{
    const struct gc_log *gc = in->gc;
    const struct gc_pause *first = NULL, *last = NULL, *p;
    struct timeline_event ev;

    VEC_EACH (&gc->pauses, p) {
        if (!p->full)
            continue;
        first = first ? first : p;
        last = p;
    }
    if (!first)
        return true;
    ev = event_at(in, first->line, first->time, "the GC log's");
    ev.count = gc->full_count;
    ev.last_time = last->time;
    ev.what =
        pen_write(&b->pen, "full collection; %s left %s",
                  gc->full_count > 1 ? "the last" : "it", left_by(b, last));
    return add(b, &ev, (struct timeline_mark){OTHER, NO_SNAPSHOT});
}

static bool add_gc(struct timeline_builder *b, const struct input *in)
{
    const struct gc_log *gc = in->gc;
    const struct gc_pause *last =
        gc->pauses.n ? &gc->pauses.at[gc->pauses.n - 1] : NULL;
    struct timeline_event ev;

    if (!add_full(b, in))
        return false;
    if (!last || last->full)
        return true;
    ev = event_at(in, last->line, last->time, "the GC log's");
    ev.what = pen_write(&b->pen, "last collection that was logged; it left %s",
                        left_by(b, last));
    return add(b, &ev, (struct timeline_mark){ALIVE, NO_SNAPSHOT});
}

/* ---- files of one moment ---------------------------------------------- */

static bool add_dump(struct timeline_builder *b, const struct input *in)
{
    struct timeline_event ev =
        event_at(in, 0, in->time, "the JVM's, in the dump's header");

    ev.what = "a heap dump was begun";
    return add(b, &ev, (struct timeline_mark){ALIVE, in->snapshot});
}

static bool add_vm_info(struct timeline_builder *b, const struct input *in)
{
    const struct vm_info *v = in->vm_info;
    struct timeline_event ev = event_at(in, 0, v->time, "the JVM's");

    if (v->death == VM_ALIVE) {
        ev.what = "VM.info was taken";
        return add(b, &ev, (struct timeline_mark){ALIVE, in->snapshot});
    }
    ev.origin.line = v->headline_line;
    ev.what =
        pen_write(&b->pen, "the JVM wrote a fatal error report%s%s",
                  v->headline ? ": " : "", v->headline ? v->headline : "");
    return add(b, &ev, (struct timeline_mark){DEATH, NO_SNAPSHOT});
}

/* A folder whose name is a time, or nothing but its place in the order. */
static bool add_snapshot(struct timeline_builder *b, const struct snapshot *s)
{
    const struct timeline *t = b->to;
    struct timeline_event ev = {.time = s->time,
                                .last_time = NO_TIME,
                                .count = 1,
                                .clock = s->time == NO_TIME
                                             ? "none: the order of the folders"
                                             : "the folder's name",
                                .origin = {NULL, 0, UNKNOWN}};

    for (uint64_t k = 0; k < t->events.n; k++)
        if (b->marks.at[k].snapshot == s->index &&
            t->events.at[k].time == s->time && s->time != NO_TIME)
            return true; /* that file has said it */
    ev.origin.path = s->name;
    ev.what = pen_write(&b->pen, "snapshot %s was taken", s->name);
    return add(
        b, &ev,
        (struct timeline_mark){s->has_process ? ALIVE : OTHER, s->index});
}

static bool add_input(struct timeline_builder *b, const struct input *in)
{
    switch (in->kind) {
    case ARTIFACT_HPROF: return in->error || add_dump(b, in);
    case ARTIFACT_VM_INFO: return !in->vm_info || add_vm_info(b, in);
    case ARTIFACT_KERNEL_LOG: return !in->kernel || add_kernel(b, in);
    case ARTIFACT_APP_LOG: return !in->log || add_app_log(b, in);
    case ARTIFACT_GC_LOG: return !in->gc || add_gc(b, in);
    default: return true;
    }
}

/* ---- all -------------------------------------------------------------- */

/* Insertion: few events, and those of one time keep the order of inputs. */
static void sort(struct timeline *t)
{
    for (uint64_t i = 1; i < t->events.n; i++) {
        struct timeline_event ev = t->events.at[i];
        uint64_t k = i;

        for (; k > 0; k--) {
            const struct timeline_event *up = &t->events.at[k - 1];

            if (ev.time == NO_TIME ||
                (up->time != NO_TIME && up->time <= ev.time))
                break;
            t->events.at[k] = *up;
        }
        t->events.at[k] = ev;
    }
}

static bool collect(struct timeline_builder *b)
{
    const struct snapshot *s;
    const struct input *in;

    VEC_EACH (&b->incident->inputs, in)
        if (!add_input(b, in))
            return false;
    VEC_EACH (&b->incident->snapshots, s)
        if (!add_snapshot(b, s))
            return false;
    return true;
}

bool timeline_build(const struct incident *i, const struct verdict *v,
                    struct mem *m, struct timeline *ret, struct err *e)
{
    struct timeline_builder b = {.incident = i,
                                 .verdict = v,
                                 .mem = m,
                                 .pen = {&ret->arena, e},
                                 .to = ret};
    bool ok;

    memset(ret, 0, sizeof *ret);
    arena_init(&ret->arena, m);
    ok = collect(&b);
    if (ok) {
        timeline_doubt(&b);
        sort(ret);
        ok = !err_is_set(e);
    }
    vec_free(&b.marks, m);
    if (!ok)
        timeline_deinit(ret, m);
    return ok;
}

void timeline_deinit(struct timeline *t, struct mem *m)
{
    vec_free(&t->events, m);
    arena_deinit(&t->arena);
}
