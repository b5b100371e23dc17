/*
 * incident_beside.c - which /proc status is not the JVM's own: who captures
 * a group's processes one by one puts its children and sidecars beside it,
 * and their figures are none of its.
 *
 * By name, which is "java" unless somebody embeds the JVM; a JVM that another
 * one started, by its parent.
 */
#include <string.h>

#include "incident_parts.h"

static bool is_status(const struct input *in)
{
    return in->kind == ARTIFACT_PROC_STATUS && in->status;
}

static bool is_java(const struct input *in)
{
    return is_status(in) && in->status->name &&
           strcmp(in->status->name, "java") == 0;
}

/* The JVM that jcmd spoke to is ours, whoever started it. */
static uint64_t pid_of_jcmd(const struct incident *i)
{
    const struct input *in;

    VEC_EACH (&i->inputs, in)
        if (in->kind == ARTIFACT_NMT && in->nmt && known(in->nmt->pid))
            return in->nmt->pid;
    return UNKNOWN;
}

static bool started_by_java(const struct incident *i, const struct input *child)
{
    const struct input *in;

    VEC_EACH (&i->inputs, in)
        if (is_java(in) && known(in->status->pid) &&
            in->status->pid == child->status->ppid)
            return true;
    return false;
}

void incident_set_beside(struct incident *i)
{
    uint64_t ours = pid_of_jcmd(i);
    bool any_java = false;
    struct input *in;

    VEC_EACH (&i->inputs, in)
        any_java |= is_java(in);
    VEC_EACH (&i->inputs, in) {
        if (!any_java || !is_status(in) || !in->status->name)
            continue;
        in->beside = !is_java(in) ||
                     (in->status->pid != ours && in->status->ns_pid != ours &&
                      started_by_java(i, in));
    }
}
