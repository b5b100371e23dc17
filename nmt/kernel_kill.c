/*
 * kernel_kill.c - the sentences that name a victim.
 *
 *     up to 2.6.35  Killed process PID (NAME)
 *     RHEL 5, 6     Killed process PID, UID N, (NAME) total-vm:NkB, ...
 *     2.6.36        Killed process PID (NAME) total-vm:NkB, anon-rss:NkB, ...
 *     RHEL 7        Killed process PID (NAME), UID N, total-vm:NkB, ...
 *     5.1           Out of memory: Killed process PID (NAME) total-vm:NkB, ...
 *     5.4           ... UID:N pgtables:NkB oom_score_adj:N
 */
#include "nmt/kernel_parts.h"

#include <string.h>

#include "nmt/text.h"

static uint64_t kilobytes(const char *text, const char *key)
{
    uint64_t v;

    return text_bytes_after(text, key, 1024, &v) ? v : UNKNOWN;
}

static uint64_t number_after(const char *text, const char *key)
{
    const char *p = text_after(text, key);
    uint64_t v;

    if (p)
        p = text_skip_blanks(p);
    return p && text_uint(&p, &v) ? v : UNKNOWN;
}

/* The first `needle` at or behind `from`, else the end of the text. */
static const char *until(const char *from, const char *needle)
{
    const char *p = strstr(from, needle);

    return p ? p : from + strlen(from);
}

static const char *nearer(const char *a, const char *b)
{
    return a < b ? a : b;
}

/*
 * The name in "(NAME)" of `p`, which may hold parentheses itself: up to the
 * last ')' before what follows a name. A name cut off ends with its text.
 */
static bool take_name(const char *p, const char *const *followers,
                      struct arena *a, const char **ret, struct err *e)
{
    const char *from = strchr(p, '('), *end, *close = NULL;

    *ret = NULL;
    if (!from)
        return true;
    from++;
    end = from + strlen(from);
    for (; *followers; followers++)
        end = nearer(end, until(from, *followers));
    for (const char *s = from; s < end; s++)
        if (*s == ')')
            close = s;
    if (!close)
        close = nearer(end, from + 15);
    *ret = arena_strndup(a, from, (size_t)(close - from), e);
    return *ret != NULL;
}

/* ---- Killed process --------------------------------------------------- */

static bool says_memcg(const char *text)
{
    return strstr(text, "Memory cgroup out of") != NULL;
}

static uint64_t uid_of(const char *text)
{
    uint64_t v = number_after(text, "UID:");

    return known(v) ? v : number_after(text, "UID ");
}

bool kernel_killed_read(const char *text, struct arena *a, struct oom_kill *ret,
                        struct err *e)
{
    static const char *const followers[] = {"total-vm:", "vsz:", ", UID",
                                            ", now ", NULL};
    const char *p = text_after(text, "Killed process "), *adj;

    ret->pid = UNKNOWN;
    if (!p)
        return true;
    p = text_skip_blanks(p);
    if (!text_uint(&p, &ret->pid))
        return true;
    ret->uid = uid_of(p);
    ret->total_vm = kilobytes(p, "total-vm:");
    ret->anon = kilobytes(p, "anon-rss:");
    ret->file = kilobytes(p, "file-rss:");
    ret->shmem = kilobytes(p, "shmem-rss:");
    ret->page_tables = kilobytes(p, "pgtables:");
    ret->oom_score_adj = INT64_MIN;
    adj = text_after(p, "oom_score_adj:");
    if (adj)
        text_int(&adj, &ret->oom_score_adj);
    ret->memcg = says_memcg(text);
    return take_name(p, followers, a, &ret->name, e);
}

uint64_t oom_kill_rss(const struct oom_kill *k)
{
    if (!known(k->anon))
        return UNKNOWN;
    return k->anon + known_or(k->file, 0) + known_or(k->shmem, 0);
}

/* ---- Kill process, oom-kill: ------------------------------------------ */

bool kernel_announce_read(const char *text, struct arena *a,
                          struct oom_report *r, struct err *e)
{
    static const char *const followers[] = {" score ", NULL};
    const char *p = text_after(text, "ill process ");

    if (!p)
        return true;
    r->announced_pid = number_after(p - 1, " ");
    if (says_memcg(text)) {
        r->memcg = true;
        r->constraint = OOM_CONSTRAINT_MEMCG;
    }
    return take_name(p, followers, a, &r->announced_name, e);
}

static enum oom_constraint constraint_of(const char *text)
{
    static const struct {
        const char *name;
        enum oom_constraint constraint;
    } names[] = {
        {"CONSTRAINT_NONE", OOM_CONSTRAINT_NONE},
        {"CONSTRAINT_CPUSET", OOM_CONSTRAINT_CPUSET},
        {"CONSTRAINT_MEMORY_POLICY", OOM_CONSTRAINT_MEMORY_POLICY},
        {"CONSTRAINT_MEMCG", OOM_CONSTRAINT_MEMCG},
    };
    const char *p = text_after(text, "constraint=");
    size_t n = p ? strcspn(p, ", ") : 0;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i].name) == n && memcmp(p, names[i].name, n) == 0)
            return names[i].constraint;
    return OOM_CONSTRAINT_UNKNOWN;
}

const char *oom_constraint_name(enum oom_constraint c)
{
    switch (c) {
    case OOM_CONSTRAINT_NONE: return "none";
    case OOM_CONSTRAINT_CPUSET: return "cpuset";
    case OOM_CONSTRAINT_MEMORY_POLICY: return "memory_policy";
    case OOM_CONSTRAINT_MEMCG: return "memcg";
    case OOM_CONSTRAINT_UNKNOWN: break;
    }
    return NULL;
}

/* From behind `key` to the first of the two ends, into the arena. */
static bool take_field(const char *text, const char *key, const char *end1,
                       const char *end2, struct arena *a, const char **ret,
                       struct err *e)
{
    const char *p = text_after(text, key);

    if (!p)
        return true;
    *ret = arena_strndup(
        a, p, (size_t)(nearer(until(p, end1), until(p, end2)) - p), e);
    return *ret != NULL;
}

/* The last ",pid=N" of the line: a name may hold one too. */
static const char *last_pid(const char *text)
{
    const char *p, *last = NULL;

    for (p = text_after(text, ",pid="); p; p = text_after(p, ",pid="))
        last = p;
    return last;
}

bool kernel_summary_read(const char *text, struct arena *a,
                         struct oom_report *r, struct err *e)
{
    const char *name = text_after(text, ",task="), *pid = last_pid(text);

    r->constraint = constraint_of(text);
    if (!take_field(text, ",oom_memcg=", ",task_memcg=", ",task=", a,
                    &r->memcg_path, e) ||
        !take_field(text, ",task_memcg=", ",task=", ",task=", a, &r->task_path,
                    e))
        return false;
    if (strstr(text, ",oom_memcg=")) {
        r->memcg = true;
        r->constraint = OOM_CONSTRAINT_MEMCG;
    }
    if (name && pid && pid - name > 5) {
        r->announced_name = arena_strndup(a, name, (size_t)(pid - 5 - name), e);
        if (!r->announced_name)
            return false;
    }
    if (pid && !text_uint(&pid, &r->announced_pid))
        r->announced_pid = UNKNOWN;
    return true;
}
