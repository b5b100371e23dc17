/*
 * report_kills.c - who died: the kernel's kills, and the OutOfMemoryErrors
 * that the JVM threw itself.
 */
#include <stdlib.h>
#include <string.h>

#include "report/report.h"

/* ---- the kernel -------------------------------------------------------- */

static bool same_kill(const struct oom_kill *a, const struct oom_kill *b)
{
    return a->pid == b->pid && a->total_vm == b->total_vm &&
           a->anon == b->anon && a->file == b->file && a->shmem == b->shmem;
}

/* Of two tellings of one kill the one with a date counts, else the first. */
static bool tells_better(const struct input *a, const struct oom_kill *x,
                         const struct input *b, const struct oom_kill *y)
{
    bool dated = x->time != INT64_MIN;

    return dated == (y->time != INT64_MIN) ? a < b : dated;
}

/* Snapshots often hold the same log over and over. */
#define COMPARED 256

static bool told_elsewhere(const struct incident *i, const struct input *in,
                           const struct oom_kill *k)
{
    const struct input *it;
    uint64_t n;

    VEC_EACH (&i->inputs, it) {
        if (it == in || it->kind != ARTIFACT_KERNEL_LOG || !it->kernel)
            continue;
        for (n = 0; n < it->kernel->kills.n && n < COMPARED; n++) {
            const struct oom_kill *other = &it->kernel->kills.at[n];

            if (same_kill(other, k) && tells_better(it, other, in, k))
                return true;
        }
    }
    return false;
}

static int by_rss(const void *a, const void *b)
{
    const struct oom_task *const *x = a, *const *y = b;
    uint64_t p = known_or((*x)->rss, 0), q = known_or((*y)->rss, 0);

    if (p != q)
        return p < q ? 1 : -1;
    return *x < *y ? -1 : *x > *y;
}

static void task(struct emitter *em, const struct oom_task *t)
{
    emit_item(em, NULL);
    emit_number(em, "pid", NULL, t->pid);
    emit_text(em, "name", NULL, t->name);
    emit_bytes(em, "rss_bytes", NULL, t->rss);
    emit_bytes(em, "total_vm_bytes", NULL, t->total_vm);
    emit_bytes(em, "swap_bytes", NULL, t->swap);
    emit_integer(em, "oom_score_adj", NULL, t->oom_score_adj);
    emit_end(em);
}

/* The largest first. */
static void task_rows(struct emitter *em, const struct oom_report *rep,
                      uint64_t top, const char *title,
                      const struct column *columns)
{
    uint64_t n = rep ? rep->tasks.n : 0, i;
    const struct oom_task **sorted;

    if (columns)
        emit_table(em, "tasks", title, columns);
    else
        emit_list(em, "tasks", title);
    sorted = mem_alloc(em->mem, n, sizeof *sorted, &em->out->err);
    if (sorted) {
        for (i = 0; i < n; i++)
            sorted[i] = &rep->tasks.at[i];
        qsort(sorted, n, sizeof *sorted, by_rss);
        for (i = 0; i < report_rows(n, top); i++)
            task(em, sorted[i]);
    }
    mem_free(em->mem, sorted);
    emit_end(em);
}

/* Pages: the kernel's CONSTRAINT_NONE is the whole machine. */
static const char *scope_of(const struct emitter *em,
                            const struct oom_report *rep)
{
    if (!rep)
        return NULL;
    if (!emit_is_page(em))
        return oom_constraint_name(rep->constraint);
    return rep->constraint == OOM_CONSTRAINT_NONE ? "machine"
           : rep->constraint == OOM_CONSTRAINT_MEMCG
               ? "cgroup"
               : oom_constraint_name(rep->constraint);
}

static void kill_row(struct emitter *em, const struct input *in,
                     const struct oom_kill *k, uint64_t top)
{
    const struct oom_report *rep =
        known(k->report) && k->report < in->kernel->reports.n
            ? &in->kernel->reports.at[k->report]
            : NULL;
    struct place p = {in->path, k->line, k->offset};

    emit_item(em, NULL);
    emit_time(em, "time", NULL, k->time);
    emit_object(em, "victim", NULL);
    emit_number(em, "pid", NULL, k->pid);
    emit_text(em, "name", NULL, k->name);
    emit_end(em);
    emit_text(em, "invoker", NULL, rep ? rep->invoker : NULL);
    emit_text(em, "constraint", NULL, scope_of(em, rep));
    emit_text(em, "memcg", NULL, rep ? rep->memcg_path : NULL);
    emit_bytes(em, "limit_bytes", NULL, rep ? rep->limit : UNKNOWN);
    if (emit_is_page(em))
        emit_bytes(em, "rss", NULL, oom_kill_rss(k));
    emit_bytes(em, "total_vm_bytes", NULL, k->total_vm);
    emit_bytes(em, "anon_bytes", NULL, k->anon);
    emit_bytes(em, "file_bytes", NULL, k->file);
    emit_bytes(em, "shmem_bytes", NULL, k->shmem);
    task_rows(em, rep, top, NULL, NULL);
    emit_place(em, "source", NULL, &p);
    emit_end(em);
}

/* The last report that lists the processes; NULL: none does. */
static const struct oom_report *last_with_tasks(const struct incident *i)
{
    const struct oom_report *last = NULL, *rep;
    const struct input *in;

    VEC_EACH (&i->inputs, in) {
        if (in->kind != ARTIFACT_KERNEL_LOG || !in->kernel)
            continue;
        VEC_EACH (&in->kernel->reports, rep)
            if (rep->tasks.n > 1)
                last = rep;
    }
    return last;
}

/* Pages: who else was there, the largest first. */
static void company(struct emitter *em, const struct report *r)
{
    static const struct column columns[] = {
        {"pid", "Pid", 8},
        {"rss_bytes", "Resident", 10},
        {"swap_bytes", "Swapped", 10},
        {"oom_score_adj", "Adj", 5},
        {"name", "Process", 0},
        {0},
    };
    const struct oom_report *rep = last_with_tasks(r->incident);

    if (rep)
        task_rows(em, rep, r->top,
                  "Largest processes of that scope, at the last report",
                  columns);
}

void report_kills(struct emitter *em, const struct report *r)
{
    static const struct column page[] = {
        {"pid", "Pid", 8},
        {"name", "Killed", -12},
        {"rss", "Resident", 10},
        {"limit_bytes", "Limit", 10},
        {"constraint", "Scope", -7},
        {"source", "Source", 0},
        {0},
    };
    static const struct column all[] = {
        {"time", NULL, 0},        {"pid", NULL, 0},
        {"name", NULL, 0},        {"invoker", NULL, 0},
        {"constraint", NULL, 0},  {"memcg", NULL, 0},
        {"limit_bytes", NULL, 0}, {"total_vm_bytes", NULL, 0},
        {"anon_bytes", NULL, 0},  {"file_bytes", NULL, 0},
        {"shmem_bytes", NULL, 0}, {0},
    };
    const struct input *in;
    const struct oom_kill *k;

    emit_table(em, "oom_kills", "Kills by the kernel's OOM killer",
               emit_is_page(em) ? page : all);
    VEC_EACH (&r->incident->inputs, in) {
        if (in->kind != ARTIFACT_KERNEL_LOG || !in->kernel)
            continue;
        VEC_EACH (&in->kernel->kills, k)
            if (!told_elsewhere(r->incident, in, k))
                kill_row(em, in, k, r->top);
    }
    emit_end(em);
    if (emit_is_page(em))
        company(em, r);
}

const struct oom_kill *report_kill(const struct report *r,
                                   const struct input **in)
{
    const struct input *it;
    const struct oom_kill *k;

    VEC_EACH (&r->incident->inputs, it) {
        if (it->kind != ARTIFACT_KERNEL_LOG || !it->kernel)
            continue;
        VEC_EACH (&it->kernel->kills, k) {
            if (k->pid != r->verdict->process.pid)
                continue;
            *in = it;
            return k;
        }
    }
    return NULL;
}

/* Of what died last of the name `java`. */
static uint64_t rss_by_name(const struct report *r)
{
    uint64_t rss = UNKNOWN;
    const struct input *in;
    const struct oom_kill *k;

    VEC_EACH (&r->incident->inputs, in) {
        if (in->kind != ARTIFACT_KERNEL_LOG || !in->kernel)
            continue;
        VEC_EACH (&in->kernel->kills, k)
            if (k->name && strcmp(k->name, "java") == 0)
                rss = oom_kill_rss(k);
    }
    return rss;
}

/* By name where pids are those of a namespace. */
uint64_t report_killed_rss(const struct report *r)
{
    const struct oom_kill *k;
    const struct input *in;

    if (r->verdict && r->verdict->wrong_dump.present)
        return r->verdict->wrong_dump.killed_rss;
    k = r->verdict ? report_kill(r, &in) : NULL;
    return k ? oom_kill_rss(k) : rss_by_name(r);
}

/* ---- the JVM ---------------------------------------------------------- */

static void oome(struct emitter *em, const struct input *in,
                 const struct oome *o)
{
    struct place p = {in->path, o->line, UNKNOWN};

    emit_item(em, NULL);
    emit_text(em, "kind", NULL, oome_kind_name(o->kind));
    emit_text(em, "message", NULL, o->message);
    emit_time(em, "time", NULL, o->time);
    emit_text(em, "thread", NULL, o->thread);
    emit_count(em, "count", NULL, o->count);
    emit_place(em, "source", NULL, &p);
    emit_end(em);
}

void report_oome(struct emitter *em, const struct report *r)
{
    static const struct column columns[] = {
        {"kind", "Kind", -14},
        {"count", "Times", 5},
        {"message", "Message", 0},
        {"source", "Source", 0},
        {0},
    };
    const struct input *in;
    const struct oome *o;

    emit_table(em, "oome", "OutOfMemoryErrors", columns);
    VEC_EACH (&r->incident->inputs, in) {
        if (in->kind != ARTIFACT_APP_LOG || !in->log)
            continue;
        VEC_EACH (&in->log->oomes, o)
            oome(em, in, o);
    }
    emit_end(em);
}
