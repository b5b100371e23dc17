/*
 * facts_identity.c - whether all that tells its process tells of the same
 * one: two incidents easily end up in one folder, and what is joined from
 * both proves nothing.
 *
 * /proc shows a process's pid on the host and in its own namespace; jcmd and
 * the JVM know the latter. Where no /proc was captured, any two pids that
 * differ are two processes, unless one is small enough to be a container's.
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

/* The first status, else the first that has a pid at all. */
static struct pids find_ours(const struct incident *i)
{
    struct pids ours = {UNKNOWN, UNKNOWN};
    const struct input *in;

    VEC_EACH (&i->inputs, in)
        if (in->kind == ARTIFACT_PROC_STATUS && in->status &&
            known(in->status->pid))
            return (struct pids){in->status->pid, in->status->ns_pid};
    VEC_EACH (&i->inputs, in)
        if (!known(ours.host))
            ours.host = pid_of(in);
    return ours;
}

static void take(struct facts *f, const struct pids *ours,
                 const struct input *in)
{
    uint64_t pid = pid_of(in);

    if (in->kind == ARTIFACT_PROC_STATUS && in->status &&
        known(in->status->pid) && in->status->pid != ours->host)
        pid = in->status->pid;
    else if (may_be(ours, pid))
        return;
    f->strangers++;
    if (f->stranger)
        return;
    f->stranger = in;
    f->stranger_pid = pid;
    f->our_pid = ours->host;
}

void facts_identity(struct facts *f)
{
    struct pids ours = find_ours(f->incident);
    const struct input *in;

    if (!known(ours.host))
        return;
    VEC_EACH (&f->incident->inputs, in)
        take(f, &ours, in);
}
