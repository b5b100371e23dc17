/*
 * incident_life.c - whose file is whose: a folder may hold what is left of
 * two incidents, or of two lives of one program that was restarted between
 * the captures. Which of them the incident is about, and which files and
 * snapshots are of another.
 *
 * /proc shows a process's pid on the host and in its own namespace; jcmd and
 * the JVM know the latter. Where no /proc was captured, any two pids that
 * differ are two processes, unless one is small enough to be a container's.
 */
#include <stdlib.h>
#include <string.h>

#include "incident_parts.h"

/* "java_pid4711.hprof", "hs_err_pid4711.log": as the JVM names them. */
static uint64_t pid_in_name(const char *text)
{
    const char *s = text ? strstr(text, "_pid") : NULL;
    char *end;
    uint64_t pid;

    if (!s || s[4] < '1' || s[4] > '9')
        return UNKNOWN;
    pid = strtoull(s + 4, &end, 10);
    return *end == '.' ? pid : UNKNOWN;
}

uint64_t warning_pid(const struct jvm_warning *w)
{
    return w->kind == WARN_DUMPING ? pid_in_name(w->text) : UNKNOWN;
}

/* A JVM says into which file it dumps its heap. */
static uint64_t pid_in_log(const struct app_log *log)
{
    const struct jvm_warning *w;

    VEC_EACH (&log->warnings, w)
        if (w->kind == WARN_DUMPING)
            return warning_pid(w);
    return UNKNOWN;
}

static uint64_t pid_of(const struct input *in)
{
    if (in->kind == ARTIFACT_HPROF)
        return pid_in_name(in->name);
    if (!in->any)
        return UNKNOWN;
    switch (in->kind) {
    case ARTIFACT_NMT: return in->nmt->pid;
    case ARTIFACT_VM_INFO: return in->vm_info->pid;
    case ARTIFACT_VM_FLAGS:
    case ARTIFACT_VM_COMMAND_LINE: return in->flags->pid;
    case ARTIFACT_APP_LOG: return pid_in_log(in->log);
    default: return UNKNOWN;
    }
}

/* The status of a JVM, which shows both pids. */
static bool shows_pids(const struct input *in)
{
    return in->kind == ARTIFACT_PROC_STATUS && in->status && !in->beside &&
           known(in->status->pid);
}

/* ---- lives ----------------------------------------------------------------
 */

#define LIVES 64 /* more are not told apart */

struct life {
    struct pids pids;
    uint64_t since; /* the first capture that tells of it; see capture_of */
    unsigned looks;
    bool ended; /* somebody saw it end, and says its pid */
};

struct lives { /* in the order of the captures */
    struct life at[LIVES];
    unsigned n;
};

/* Whether a file that knows one pid, on the host or inside, may be of the
 * process with these. */
static bool may_be(const struct pids *p, uint64_t pid)
{
    if (pid == p->host || pid == p->inside)
        return true;
    return !known(p->inside) &&
           (pid < CONTAINER_PIDS || p->host < CONTAINER_PIDS);
}

/* Orders inputs by time: what is of no snapshot is of the end. */
static uint64_t capture_of(const struct incident *i, const struct input *in)
{
    return (uint64_t)in->snapshot << 32 | (uint32_t)(in - i->inputs.at);
}

/* Somebody has looked at the life at `it`, or at a new one. */
static void add_look(struct lives *l, struct life *it, struct pids pids,
                     uint64_t since)
{
    if (it == l->at + LIVES)
        return;
    if (it == l->at + l->n) {
        *it = (struct life){.pids = pids, .since = since};
        l->n++;
    }
    if (it->since > since)
        it->since = since;
    it->looks++;
}

/* Of /proc, which shows both pids. */
static void look_at_status(struct lives *l, const struct proc_status *s,
                           uint64_t since)
{
    struct life *it = l->at;

    while (it < l->at + l->n && it->pids.host != s->pid)
        it++;
    add_look(l, it, (struct pids){s->pid, s->ns_pid}, since);
}

/* Of what knows one pid: a new life only if it is none of those there are,
 * whose looks /proc has counted. */
static void look_at_pid(struct lives *l, unsigned n_proc, uint64_t pid,
                        uint64_t since)
{
    struct life *it = l->at;

    while (it < l->at + l->n && !(it < l->at + n_proc ? may_be(&it->pids, pid)
                                                      : it->pids.host == pid))
        it++;
    if (it >= l->at + n_proc)
        add_look(l, it, (struct pids){pid, UNKNOWN}, since);
}

static int by_since(const void *x, const void *y)
{
    const struct life *a = x, *b = y;

    return a->since < b->since ? -1 : a->since > b->since;
}

/* A dump, and the line that tells of it, stay behind when their process is
 * long gone: they are no look at a living one. */
static bool is_left_behind(const struct input *in)
{
    return in->kind == ARTIFACT_HPROF || in->kind == ARTIFACT_APP_LOG;
}

/* Those of /proc, then what live JVMs said of themselves; if there is none of
 * either, those that left something behind. */
static void find_lives(const struct incident *i, struct lives *ret)
{
    const struct input *in;
    unsigned n_proc;

    ret->n = 0;
    VEC_EACH (&i->inputs, in)
        if (shows_pids(in))
            look_at_status(ret, in->status, capture_of(i, in));
    n_proc = ret->n;
    for (int left = 0; left < 2 && (!left || !ret->n); left++)
        VEC_EACH (&i->inputs, in)
            if (is_left_behind(in) == left && known(pid_of(in)))
                look_at_pid(ret, n_proc, pid_of(in), capture_of(i, in));
    qsort(ret->at, ret->n, sizeof *ret->at, by_since);
}

static void end_of(struct lives *l, uint64_t pid)
{
    for (unsigned k = 0; known(pid) && k < l->n; k++)
        if (l->at[k].pids.host == pid || l->at[k].pids.inside == pid)
            l->at[k].ended = true;
}

static void find_ends(const struct incident *i, struct lives *l)
{
    const struct input *in;
    const struct oom_kill *k;
    const struct jvm_warning *w;

    VEC_EACH (&i->inputs, in) {
        if (in->kind == ARTIFACT_HPROF && in->snapshot == NO_SNAPSHOT)
            end_of(l, pid_of(in));
        if (!in->any)
            continue;
        if (in->kind == ARTIFACT_VM_INFO && in->vm_info->death != VM_ALIVE)
            end_of(l, pid_of(in));
        if (in->kind == ARTIFACT_KERNEL_LOG)
            VEC_EACH (&in->kernel->kills, k)
                end_of(l, k->pid);
        if (in->kind == ARTIFACT_APP_LOG)
            VEC_EACH (&in->log->warnings, w)
                end_of(l, warning_pid(w));
    }
}

/* The last whose end somebody saw: what was captured afterwards is of a
 * successor that is well. Where nobody saw any, the one looked at most. */
static const struct life *choose(const struct lives *l, uint64_t stated)
{
    const struct life *best = &l->at[0];

    for (const struct life *it = l->at; it < l->at + l->n; it++) {
        if (known(stated) &&
            (it->pids.host == stated || it->pids.inside == stated))
            return it;
        if (it->ended || (!best->ended && it->looks > best->looks))
            best = it;
    }
    return best;
}

/* ---- files ------------------------------------------------------------------
 */

bool incident_may_be_ours(const struct incident *i, uint64_t pid)
{
    return !known(pid) || !known(i->ours.host) || may_be(&i->ours, pid);
}

/* A file of /proc shows both pids; all others one of them. */
static uint64_t stranger_in(const struct incident *i, const struct input *in)
{
    uint64_t pid = pid_of(in);

    if (shows_pids(in))
        return in->status->pid == i->ours.host ? 0 : in->status->pid;
    return incident_may_be_ours(i, pid) ? 0 : pid;
}

/* A snapshot is of the process that its status is of, or where it has none
 * of the one that answered. */
static void tell_snapshots(struct incident *i)
{
    const struct input *in;
    struct snapshot *s;

    for (int proc = 0; proc < 2; proc++)
        VEC_EACH (&i->inputs, in) {
            if (in->snapshot >= i->snapshots.n || shows_pids(in) != proc)
                continue;
            s = &i->snapshots.at[in->snapshot];
            if (proc)
                s->strange = in->stranger != 0;
            else if (in->stranger && in->kind != ARTIFACT_HPROF)
                s->strange = true;
        }
}

void incident_tell_lives(struct incident *i)
{
    struct lives l;
    const struct life *ours;
    struct input *in;

    i->ours = (struct pids){UNKNOWN, UNKNOWN};
    i->succeeded = false;
    find_lives(i, &l);
    if (!l.n)
        return;
    find_ends(i, &l);
    ours = choose(&l, i->stated.pid);
    i->ours = ours->pids;
    i->succeeded = ours + 1 < l.at + l.n;
    VEC_EACH (&i->inputs, in)
        in->stranger = stranger_in(i, in);
    tell_snapshots(i);
}

bool incident_sets_aside(const struct incident *i, const struct input *in)
{
    return in->stranger || (in->snapshot < i->snapshots.n &&
                            i->snapshots.at[in->snapshot].strange);
}
