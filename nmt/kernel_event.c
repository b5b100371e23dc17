/*
 * kernel_event.c - what others than the kernel say of kills: daemons that
 * act before it does, what runs a container, systemd of its units.
 */
#include "nmt/kernel_parts.h"

#include <string.h>

#include "nmt/text.h"

/* The first phrase that a line holds counts, unless it is said to be false.
 * Some of them need a second word to mean a kill. */
static const struct {
    const char *phrase, *also;
    enum oom_event_kind kind;
} table[] = {
    {"System OOM encountered", NULL, OOM_EVENT_SYSTEM_OOM},
    {"killed by the OOM killer", NULL, OOM_EVENT_UNIT},
    {"esult 'oom-kill'", NULL, OOM_EVENT_UNIT},
    {"Result: oom-kill", NULL, OOM_EVENT_UNIT},
    {"Result=oom-kill", NULL, OOM_EVENT_UNIT},
    {"OOMKilled", NULL, OOM_EVENT_OOM_KILLED},
    {"OOM Killed", NULL, OOM_EVENT_OOM_KILLED},
    {"container oom ", NULL, OOM_EVENT_OOM_KILLED},
    {"Container killed due to memory usage", NULL, OOM_EVENT_OOM_KILLED},
    {"137 (out of memory)", NULL, OOM_EVENT_OOM_KILLED},
    {"due to memory pressure for", NULL, OOM_EVENT_OOMD},
    {"due to memory used (", NULL, OOM_EVENT_OOMD},
    {"due to swap used (", NULL, OOM_EVENT_OOMD},
    {"systemd-oomd killed ", NULL, OOM_EVENT_OOMD},
    {"sending SIGTERM to process", NULL, OOM_EVENT_OOMD},
    {"sending SIGKILL to process", NULL, OOM_EVENT_OOMD},
    {"low on resource: memory", NULL, OOM_EVENT_PLATFORM},
    {"(Memory quota vastly exceeded)", NULL, OOM_EVENT_PLATFORM},
    {"physical memory limits", "illing container", OOM_EVENT_PLATFORM},
    {"'PHYSICAL' memory limit", "illing container", OOM_EVENT_PLATFORM},
};

bool kernel_event_kind(const char *text, enum oom_event_kind *ret)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (!strstr(text, table[i].phrase))
            continue;
        *ret = table[i].kind;
        return text_affirms(text, table[i].phrase) &&
               (!table[i].also || strstr(text, table[i].also));
    }
    return false;
}

static uint64_t number_after(const char *text, const char *key)
{
    const char *p = text_after(text, key);
    uint64_t v;

    return p && text_uint(&p, &v) ? v : UNKNOWN;
}

/* The name from `name` up to `end`, or to the end of the line. */
static bool keep_name(const char *name, const char *end, struct arena *a,
                      const char **ret, struct err *e)
{
    const char *p = strstr(name, end);
    size_t n = p ? (size_t)(p - name) : strlen(name);

    *ret = arena_strndup(a, name, n, e);
    return *ret != NULL;
}

/* kubelet: "victim process: java, pid: 4711"; earlyoom: "to process 4711
 * uid 0 "java": badness ..."; YARN: "[pid=4711,containerID=...]" */
bool kernel_event_read(const char *text, struct arena *a, struct oom_event *ret,
                       struct err *e)
{
    const char *name = text_after(text, "victim process: ");

    if (!kernel_event_kind(text, &ret->kind))
        ret->kind = OOM_EVENT_OOMD;
    ret->text = arena_strdup(a, text, e);
    ret->pid = number_after(text, ", pid: ");
    if (!known(ret->pid))
        ret->pid = number_after(text, " to process ");
    if (!known(ret->pid))
        ret->pid = number_after(text, "[pid=");
    if (!ret->text)
        return false;
    if (name)
        return keep_name(name, ", pid:", a, &ret->name, e);
    name = strstr(text, " to process ") ? strchr(text, '"') : NULL;
    return !name || keep_name(name + 1, "\"", a, &ret->name, e);
}
