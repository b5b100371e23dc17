/*
 * facts_family.c - whether the other process of a kill is one that the JVM
 * started: by a list of processes or a status that names its parent, by a
 * log that names its pid. The kernel's list of tasks knows no parents.
 */
#include "facts.h"

#include <string.h>

/* A shell or two lie between; longer ways are a damaged list's circles. */
#define GENERATIONS 16

/* The JVM of the report: ours, else the only one that is known. */
static uint64_t jvm_pid(const struct facts *f)
{
    return f->kill.kill ? f->kill.kill->pid : f->pid.value;
}

static struct figure parent_in(const struct input *in, uint64_t pid)
{
    const struct listed_process *p;

    if (in->kind == ARTIFACT_PROC_STATUS && in->status &&
        in->status->pid == pid)
        return figure_of(in, in->status->ppid, 0);
    if (in->kind != ARTIFACT_PROCESS_LIST || !in->processes)
        return figure_none();
    p = process_list_find(in->processes, pid);
    return p ? figure_of(in, p->ppid, p->line) : figure_none();
}

static struct figure parent_of(const struct facts *f, uint64_t pid)
{
    const struct input *in;
    struct figure parent = figure_none();

    VEC_EACH (&f->incident->inputs, in)
        figure_fill(&parent, parent_in(in, pid));
    return parent;
}

static bool descends(const struct facts *f, uint64_t pid)
{
    uint64_t jvm = jvm_pid(f);

    for (unsigned i = 0; i < GENERATIONS && known(pid) && pid > 1; i++) {
        pid = parent_of(f, pid).value;
        if (known(pid) && pid == jvm)
            return true;
    }
    return false;
}

/* One started after the list was made is told by its siblings' name. */
static bool has_sibling(const struct facts *f, const char *name)
{
    const struct listed_process *p;
    const struct input *in;

    VEC_EACH (&f->incident->inputs, in)
        if (in->kind == ARTIFACT_PROCESS_LIST && in->processes)
            VEC_EACH (&in->processes->rows, p)
                if (name && strcmp(p->name, name) == 0 && descends(f, p->pid))
                    return true;
    return false;
}

/* By its parents, or where nobody names any and `proof` is not asked for, by
 * its siblings. */
static bool is_child(const struct facts *f, uint64_t pid, const char *name,
                     bool proof)
{
    if (known(parent_of(f, pid).value))
        return descends(f, pid);
    return !proof && has_sibling(f, name);
}

static uint64_t bytes_of(const struct oom_task *t)
{
    return known(t->anon) ? t->anon + known_or(t->shmem, 0)
                          : known_or(t->rss, 0);
}

/* Whether children hold half of what all the others do. */
static bool children_hold_most(const struct facts *f, bool proof)
{
    const struct oom_task *t;
    uint64_t sum = 0;

    if (!f->kill.report || !known(f->others.value))
        return false;
    VEC_EACH (&f->kill.report->tasks, t)
        if (t->pid != jvm_pid(f) && is_child(f, t->pid, t->name, proof))
            sum += bytes_of(t);
    return sum && sum >= f->others.value / 2;
}

static struct figure named_in_logs(const struct facts *f, uint64_t pid)
{
    const struct input *in;
    const struct named_pid *n;

    VEC_EACH (&f->incident->inputs, in)
        if (in->kind == ARTIFACT_APP_LOG && in->log)
            VEC_EACH (&in->log->pids, n)
                if (n->pid == pid)
                    return figure_of(in, pid, n->line);
    return figure_none();
}

void facts_family(struct facts *f)
{
    uint64_t pid = f->other.kill ? f->other.kill->pid
                   : f->hog      ? f->hog->pid
                                 : UNKNOWN;
    const char *name = f->other.kill ? f->other.kill->name
                       : f->hog      ? f->hog->name
                                     : NULL;

    f->other_pid = pid;
    if (!known(pid) || !known(jvm_pid(f)))
        return;
    f->parent = parent_of(f, pid);
    f->named = named_in_logs(f, pid);
    f->is_elder = pid < jvm_pid(f);
    f->descends = descends(f, pid);
    f->family_proven = f->descends || children_hold_most(f, true);
    if (f->family_proven || is_child(f, pid, name, false) ||
        children_hold_most(f, false))
        f->family = FAMILY_CHILD;
    else if (known(f->parent.value))
        f->family = FAMILY_STRANGER;
}
