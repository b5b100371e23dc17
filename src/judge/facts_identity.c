/*
 * facts_identity.c - whether all that tells its process tells of the same
 * one: two incidents easily end up in one folder, and what is joined from
 * both proves nothing.
 *
 * /proc shows a process's pid on the host and in its own namespace; jcmd and
 * the JVM know the latter. Where no /proc was captured, any two pids that
 * differ are two processes, unless one is small enough to be a container's.
 *
 * A heap dump of another process is set aside: it lies where an earlier run
 * left it, and neither its error nor its objects are this process's.
 */
#include "facts.h"

#include <stdlib.h>
#include <string.h>

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

/* A JVM says into which file it dumps its heap. */
static uint64_t pid_in_log(const struct app_log *log)
{
    const struct jvm_warning *w;

    VEC_EACH (&log->warnings, w)
        if (w->kind == WARN_DUMPING)
            return pid_in_name(w->text);
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

struct pids { /* of the process that is taken for ours */
    uint64_t host, inside;
};

static bool may_be(const struct pids *ours, uint64_t pid)
{
    if (!known(pid) || pid == ours->host || pid == ours->inside)
        return true;
    return !known(ours->inside) &&
           (pid < CONTAINER_PIDS || ours->host < CONTAINER_PIDS);
}

/* The first of these kinds, or of all others, that has a pid. */
static uint64_t first_pid(const struct incident *i, bool of_dumps)
{
    const struct input *in;

    VEC_EACH (&i->inputs, in)
        if ((in->kind == ARTIFACT_HPROF) == of_dumps && known(pid_of(in)))
            return pid_of(in);
    return UNKNOWN;
}

/* The first status, else what a live JVM said of itself, else the name of a
 * dump: that is what stays behind when its process is long gone. */
static struct pids find_ours(const struct incident *i)
{
    struct pids ours = {UNKNOWN, UNKNOWN};
    const struct input *in;

    VEC_EACH (&i->inputs, in)
        if (in->kind == ARTIFACT_PROC_STATUS && in->status && !in->beside &&
            known(in->status->pid))
            return (struct pids){in->status->pid, in->status->ns_pid};
    ours.host = first_pid(i, false);
    if (!known(ours.host))
        ours.host = first_pid(i, true);
    return ours;
}

/* A file of /proc shows both pids; all others one of them. */
static uint64_t strange_pid(const struct pids *ours, const struct input *in)
{
    uint64_t pid = pid_of(in);

    if (!known(ours->host))
        return UNKNOWN;
    if (in->kind == ARTIFACT_PROC_STATUS && in->status && !in->beside &&
        known(in->status->pid) && in->status->pid != ours->host)
        return in->status->pid;
    return may_be(ours, pid) ? UNKNOWN : pid;
}

static void take(struct facts *f, const struct pids *ours,
                 const struct input *in)
{
    uint64_t pid = strange_pid(ours, in);

    if (!known(pid))
        return;
    f->strangers++;
    if (f->stranger)
        return;
    f->stranger = in;
    f->stranger_pid = pid;
    f->our_pid = ours->host;
}

/* ---- dumps of another life --------------------------------------------- */

/* Clocks of one host; a header's is read when the dump begins. */
#define CLOCK_SLACK 60000

/* When the JVM of the GC log began, by a line with both clocks. Its first
 * line has a zone, or none has. */
static int64_t jvm_start(const struct facts *f)
{
    const struct gc_pause *p;

    if (!f->gc || f->gc_input->time == INT64_MIN)
        return INT64_MIN;
    VEC_EACH (&f->gc->pauses, p)
        if (p->uptime >= 0 && p->time != INT64_MIN)
            return p->time - (int64_t)(p->uptime * 1000);
    return INT64_MIN;
}

/* In a container every run has the same pid: what was written before this
 * one began is an earlier run's. */
static bool older_than_jvm(const struct facts *f, const struct input *dump)
{
    int64_t start = jvm_start(f);

    return start != INT64_MIN && dump->time != INT64_MIN &&
           dump->time < start - CLOCK_SLACK;
}

bool facts_is_strange(const struct facts *f, const struct input *dump)
{
    struct pids ours = find_ours(f->incident);

    return known(strange_pid(&ours, dump)) || older_than_jvm(f, dump);
}

static void set_dump_aside(struct facts *f)
{
    if (!f->dump || !facts_is_strange(f, f->dump))
        return;
    f->stale = f->dump;
    f->stale_heap = f->heap;
    f->dump = NULL;
    f->heap = NULL;
}

void facts_identity(struct facts *f)
{
    struct pids ours = find_ours(f->incident);
    const struct input *in;

    VEC_EACH (&f->incident->inputs, in)
        take(f, &ours, in);
    set_dump_aside(f);
}
