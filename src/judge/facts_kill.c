/*
 * facts_kill.c - which of the kernel's kills is this process's, and what
 * the kernel says of its scope: the group or the machine.
 *
 * A pid in the kernel's log is the host's; jcmd in a container prints the
 * container's. So a pid that differs proves another process only if ours is
 * in the same report's table, or higher than any container's can be.
 */
#include "facts.h"

#include <stdio.h>
#include <string.h>

static bool is_java(const char *name)
{
    return name && strstr(name, "java") != NULL;
}

static const struct oom_report *report_of(const struct input *in,
                                          const struct oom_kill *k)
{
    return k->report < in->kernel->reports.n
               ? &in->kernel->reports.at[k->report]
               : NULL;
}

static void set(struct known_kill *ret, const struct input *in,
                const struct oom_kill *k, bool guessed)
{
    ret->kill = k;
    ret->report = report_of(in, k);
    ret->input = in;
    ret->guessed = guessed;
}

/* Whether the report can be about our container: another limit says no. */
static bool same_limit(const struct facts *f, const struct oom_report *r)
{
    uint64_t slack;

    if (!r || !r->memcg || !known(r->limit) || !known(f->limit.value))
        return true;
    slack = f->limit.value / 50;
    return r->limit + slack >= f->limit.value &&
           r->limit <= f->limit.value + slack;
}

static bool java_survived(const struct oom_report *r, uint64_t killed)
{
    const struct oom_task *t;

    if (!r)
        return false;
    VEC_EACH (&r->tasks, t)
        if (t->pid != killed && is_java(t->name))
            return true;
    return false;
}

bool facts_group_lost_none(const struct facts *f)
{
    return known(f->group_kills.value) && f->group_kills.value == 0;
}

/*
 * Whether our pid can be another namespace's of the killed process. Whoever
 * is forked in a container takes a number of the container's and one of the
 * host's, which began to count earlier: the host's is never the lower one.
 * Where numbers are used up they begin again at 300, which few pids of a
 * container reach.
 */
static bool may_be_inside(const struct facts *f, const struct oom_kill *k)
{
    return !known(f->pid.value) || f->pid.value <= k->pid;
}

/* Whoever is killed by the kernel has no exit status of his own, and writes
 * no last words. */
static bool ended_by_itself(const struct facts *f)
{
    return f->oome || f->hs_err || f->warnings[WARN_COMMIT_FAILED].warning ||
           f->warnings[WARN_TERMINATING].warning ||
           (f->gc && f->gc->exit_line) ||
           (known(f->exit_status.value) && !facts_sigkill_told(f));
}

/* A kill that is ours only by a guess does not stand against an end that
 * the JVM itself, or who started it, reported. */
static void drop_guess(struct facts *f)
{
    if (!f->kill.kill || !f->kill.guessed || !ended_by_itself(f))
        return;
    f->foreign = f->kill;
    memset(&f->kill, 0, sizeof f->kill);
}

/* One kill: ours, a neighbour's in our group, or nothing to do with us. */
static void take_kill(struct facts *f, const struct input *in,
                      const struct oom_kill *k)
{
    const struct oom_report *r = report_of(in, k);
    bool pid_known = known(f->pid.value);

    if (pid_known && (k->pid == f->pid.value || k->pid == f->ns_pid.value)) {
        if (!f->kill.kill || f->kill.guessed)
            set(&f->kill, in, k, false);
    } else if (pid_known && r && oom_report_task(r, f->pid.value)) {
        if (!f->other.kill)
            set(&f->other, in, k, false);
    } else if (is_java(k->name)) {
        if (!f->kill.kill && may_be_inside(f, k) && same_limit(f, r) &&
            !facts_group_lost_none(f))
            set(&f->kill, in, k, pid_known);
        else if (!f->foreign.kill)
            set(&f->foreign, in, k, pid_known);
    } else if (java_survived(r, k->pid) && same_limit(f, r)) {
        if (!f->other.kill)
            set(&f->other, in, k, true);
    }
}

static void take_log(struct facts *f, const struct input *in)
{
    const struct oom_kill *k;
    const struct oom_event *v;

    f->kernel_log = true;
    VEC_EACH (&in->kernel->kills, k)
        take_kill(f, in, k);
    VEC_EACH (&in->kernel->events, v)
        if (!f->hearsay && v->kind != OOM_EVENT_ANNOUNCED &&
            (!known(v->pid) || !known(f->pid.value) ||
             v->pid == f->pid.value)) {
            f->hearsay = v;
            f->hearsay_input = in;
        }
}

static uint64_t task_bytes(const struct oom_task *t)
{
    if (known(t->anon))
        return t->anon + known_or(t->shmem, 0);
    return known_or(t->rss, 0);
}

/* The hog and the sum of all but `self`. */
static void take_tasks(struct facts *f, const struct input *in,
                       const struct oom_report *r, uint64_t self)
{
    const struct oom_task *t;
    uint64_t sum = 0;

    VEC_EACH (&r->tasks, t) {
        if (t->pid == self)
            continue;
        sum += task_bytes(t);
        if (!f->hog || task_bytes(t) > task_bytes(f->hog))
            f->hog = t;
    }
    if (r->tasks.n)
        f->others = figure_of(in, sum, f->hog ? f->hog->line : r->line);
}

static void take_report(struct facts *f, const struct known_kill *k,
                        uint64_t self)
{
    const struct oom_report *r = k->report;
    const struct input *in = k->input;
    uint64_t kernel;

    if (!r)
        return;
    kernel =
        known(r->kmem_usage) ? r->kmem_usage : oom_report_stat(r, "kernel");
    if (r->memcg) {
        f->group_usage = figure_of(in, r->usage, r->line);
        f->group_anon = figure_of(in, oom_report_stat(r, "anon"), r->line);
        f->group_shmem = figure_of(in, oom_report_stat(r, "shmem"), r->line);
        f->group_kernel = figure_of(in, kernel, r->line);
        if (known(r->limit) && r->limit < (uint64_t)1 << 60)
            figure_fill(&f->limit, figure_of(in, r->limit, r->line));
    }
    take_tasks(f, in, r, self);
}

static void take_victim(struct facts *f)
{
    const struct oom_kill *k = f->kill.kill;
    const struct input *in = f->kill.input;

    f->rss = figure_of(in, oom_kill_rss(k), k->line);
    f->anon = figure_of(in, k->anon, k->line);
    f->file = figure_of(in, k->file, k->line);
    f->shmem = figure_of(in, k->shmem, k->line);
}

/* Whether this JVM starts processes: JDKs name the threads that wait for
 * them "process reaper", newer ones with the child's pid. */
static void take_reaper(struct facts *f, const char *name)
{
    static const char word[] = "process reaper";
    char pid[24];

    if (!name || strncmp(name, word, sizeof word - 1) != 0)
        return;
    f->child_seen = true;
    if (!f->hog)
        return;
    snprintf(pid, sizeof pid, "(pid %llu)", (unsigned long long)f->hog->pid);
    if (strstr(name, pid))
        f->hog_is_child = true;
}

static void take_children(struct facts *f)
{
    const struct moment *m;

    for (uint64_t i = 0; f->heap && i < f->heap->threads.n; i++)
        take_reaper(f, f->heap->threads.at[i].name);
    VEC_EACH (&f->moments, m)
        for (uint64_t i = 0; m->thread_dump && i < m->thread_dump->names.n; i++)
            take_reaper(f, m->thread_dump->names.at[i]);
}

void facts_kill(struct facts *f)
{
    const struct input *in;

    VEC_EACH (&f->incident->inputs, in)
        if (in->any && in->kind == ARTIFACT_KERNEL_LOG)
            take_log(f, in);
    drop_guess(f);
    if (f->kill.kill) {
        take_victim(f);
        take_report(f, &f->kill, f->kill.kill->pid);
    } else if (f->other.kill) {
        take_report(f, &f->other, f->pid.value);
    }
    take_children(f);
    if (known(f->incident->stated.rss)) {
        f->rss = figure_derived(f->incident->stated.rss);
        f->rss.line = LINE_STATED;
    }
}

const struct oom_kill *facts_any_kill(const struct facts *f)
{
    const struct input *in;

    VEC_EACH (&f->incident->inputs, in)
        if (in->kind == ARTIFACT_KERNEL_LOG && in->kernel &&
            in->kernel->kills.n)
            return &in->kernel->kills.at[0];
    return NULL;
}
