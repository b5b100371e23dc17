/*
 * kernel_report.c - messages into reports: one begins with its trigger, "X
 * invoked oom-killer", or, where that is cut off, with the first figures
 * behind a finished report; it is finished by its kill. In a log of several
 * machines each has a report of its own being read.
 */
#include <limits.h>
#include <string.h>

#include "nmt/kernel_parts.h"
#include "nmt/text.h"

/* ---- the report being read -------------------------------------------- */

struct oom_report *kernel_report_of(const struct kernel_assembly *s)
{
    return known(s->at) ? &s->log->reports.at[s->at] : NULL;
}

struct kernel_draft *kernel_draft_of(const struct kernel_assembly *s)
{
    return &s->drafts.at[s->at];
}

/* A log may be of several machines, whose reports mingle. */
#define MINGLED ((uint64_t)16)

void kernel_report_turn_to(struct kernel_assembly *s, uint64_t host)
{
    uint64_t n = s->drafts.n;

    if (!host || host == s->host)
        return;
    if (!s->host && known(s->at)) {
        /* The first lines lost what stood before them. */
        s->drafts.at[s->at].host = s->host = host;
        return;
    }
    s->host = host;
    s->at = UNKNOWN;
    for (uint64_t i = n; i-- > 0 && n - i <= MINGLED && !known(s->at);)
        if (s->drafts.at[i].host == host)
            s->at = i;
}

static bool begin_report(struct kernel_assembly *s,
                         const struct kernel_message *m)
{
    struct mem *mem = s->arena->mem;
    struct oom_report *r;

    if (!vec_push(&s->drafts, mem, s->e))
        return false;
    if (!vec_push(&s->log->reports, mem, s->e))
        return false;
    s->at = s->log->reports.n - 1;
    kernel_draft_of(s)->host = s->host;
    r = kernel_report_of(s);
    r->line = m->line;
    r->order = INT_MIN;
    r->invoker_pid = r->announced_pid = UNKNOWN;
    r->usage = r->limit = r->failcnt = UNKNOWN;
    r->memsw_usage = r->memsw_limit = r->kmem_usage = UNKNOWN;
    r->swap_usage = r->swap_limit = UNKNOWN;
    r->ram = r->swap_total = r->swap_free = UNKNOWN;
    return true;
}

bool kernel_report_is_finished(const struct kernel_assembly *s)
{
    const struct oom_report *r = kernel_report_of(s);

    return !r || r->kills || r->no_victim;
}

/* The report that `m` adds to, begun by `m` if the last one is finished. */
static bool need_report(struct kernel_assembly *s,
                        const struct kernel_message *m)
{
    return kernel_report_is_finished(s) ? begin_report(s, m) : true;
}

/* ---- sentences -------------------------------------------------------- */

/* A task's name has 15 bytes at most; what is longer still has a prefix
 * before it that nobody knew. */
static const char *task_name(const char *text, const char *end)
{
    const char *p = text, *blank;

    while (end - p > 15) {
        blank = memchr(p, ' ', (size_t)(end - p));
        if (!blank)
            return p;
        for (p = blank; p < end && text_is_blank(*p); p++)
            ;
    }
    return p;
}

static bool on_invoked(struct kernel_assembly *s,
                       const struct kernel_message *m)
{
    const char *end = strstr(m->text, " invoked oom-killer");
    const char *name = task_name(m->text, end);
    const char *order = text_after(m->text, "order=");
    struct oom_report *r;
    int64_t v;

    if (!begin_report(s, m))
        return false;
    r = kernel_report_of(s);
    r->invoker = arena_strndup(s->arena, name, (size_t)(end - name), s->e);
    if (order && text_int(&order, &v) && v >= -1 && v < 64)
        r->order = (int)v;
    return r->invoker != NULL;
}

static bool on_cpu(struct kernel_assembly *s, const struct kernel_message *m)
{
    struct oom_report *r = kernel_report_of(s);
    const char *pid = text_after(m->text, "PID: "), *version;
    size_t n;

    if (kernel_report_is_finished(s) || r->kernel || !r->invoker)
        return true;
    if (!pid)
        pid = text_after(m->text, "Pid: ");
    if (pid)
        text_uint(&pid, &r->invoker_pid);
    version = kernel_version(m->text, &n);
    if (!version)
        return true;
    r->kernel = arena_strndup(s->arena, version, n, s->e);
    return r->kernel != NULL;
}

/* "Task in A killed as a result of limit of B" */
static bool on_task_in(struct kernel_assembly *s,
                       const struct kernel_message *m)
{
    const char *task = text_after(m->text, "Task in ");
    const char *end = strstr(m->text, " killed as a result of limit of");
    const char *group = text_after(m->text, "limit of ");
    struct oom_report *r;

    if (!need_report(s, m))
        return false;
    r = kernel_report_of(s);
    r->memcg = true;
    r->constraint = OOM_CONSTRAINT_MEMCG;
    if (task && end && end > task) {
        r->task_path =
            arena_strndup(s->arena, task, (size_t)(end - task), s->e);
        if (!r->task_path)
            return false;
    }
    if (!group)
        return true;
    r->memcg_path = arena_strdup(s->arena, group, s->e);
    return r->memcg_path != NULL;
}

/* "Memory cgroup stats for PATH:", in full or as a head of lines. */
static bool on_stats(struct kernel_assembly *s, const struct kernel_message *m)
{
    const char *path = text_after(m->text, "Memory cgroup stats for ");
    const char *end = path ? strstr(path, ": ") : NULL;
    struct oom_report *r;

    if (!need_report(s, m))
        return false;
    r = kernel_report_of(s);
    r->memcg = true;
    if (path && !end)
        end = path + strlen(path) - text_ends(path, ":");
    if (path && !r->memcg_path) {
        r->memcg_path =
            arena_strndup(s->arena, path, (size_t)(end - path), s->e);
        if (!r->memcg_path)
            return false;
    }
    kernel_draft_of(s)->stats = true;
    return kernel_stats_inline(m->text, r, s->arena, s->e);
}

static bool on_stat(struct kernel_assembly *s, const struct kernel_message *m)
{
    if (!known(s->at) || !kernel_draft_of(s)->stats)
        return true;
    return kernel_stat_line(m->text, kernel_report_of(s), s->arena, s->e);
}

static bool on_usage(struct kernel_assembly *s, const struct kernel_message *m)
{
    if (!need_report(s, m))
        return false;
    kernel_report_of(s)->memcg = true;
    kernel_usage_read(m->text, kernel_report_of(s));
    return true;
}

static bool on_header(struct kernel_assembly *s, const struct kernel_message *m)
{
    if (!need_report(s, m))
        return false;
    if (m->form == FORM_HEADER)
        kernel_columns_read(m->text, &kernel_draft_of(s)->columns);
    kernel_draft_of(s)->stats = false;
    kernel_draft_of(s)->table = true;
    return true;
}

static bool on_row(struct kernel_assembly *s, const struct kernel_message *m)
{
    static const struct kernel_columns none = {.n = 0};
    struct oom_task task;
    struct oom_report *r;
    bool tables_in_bytes;

    if (kernel_row_read(m->text,
                        known(s->at) ? &kernel_draft_of(s)->columns : &none,
                        &task, &tables_in_bytes) == ROW_BAD)
        return true;
    if (!need_report(s, m))
        return false;
    r = kernel_report_of(s);
    task.line = m->line;
    task.name = arena_strdup(s->arena, task.name, s->e);
    if (!task.name || !vec_push(&r->tasks, s->arena->mem, s->e))
        return false;
    *vec_last(&r->tasks) = task;
    kernel_draft_of(s)->tables_in_bytes = tables_in_bytes;
    return true;
}

/* Behind the table come the verdicts: it was complete unless something was
 * left out of it, or its head. */
void kernel_report_end_table(struct kernel_assembly *s)
{
    struct kernel_draft *d = kernel_draft_of(s);

    d->stats = false;
    if (d->table && !d->elided)
        kernel_report_of(s)->tasks_complete = true;
}

static bool on_summary(struct kernel_assembly *s,
                       const struct kernel_message *m)
{
    if (!need_report(s, m))
        return false;
    kernel_report_end_table(s);
    kernel_draft_of(s)->summarised = true;
    return kernel_summary_read(m->text, s->arena, kernel_report_of(s), s->e);
}

static bool on_announce(struct kernel_assembly *s,
                        const struct kernel_message *m)
{
    if (!need_report(s, m))
        return false;
    kernel_report_end_table(s);
    return kernel_announce_read(m->text, s->arena, kernel_report_of(s), s->e);
}

static void on_nobody(struct kernel_assembly *s)
{
    if (kernel_report_is_finished(s))
        return;
    kernel_report_end_table(s);
    kernel_report_of(s)->no_victim = true;
}

/* ---- the machine ------------------------------------------------------ */

static void on_machine(struct kernel_assembly *s,
                       const struct kernel_message *m)
{
    struct oom_report *r = kernel_report_of(s);
    const char *p = m->text;

    if (kernel_report_is_finished(s))
        return;
    if (m->form == FORM_RAM) {
        text_uint(&p, &r->ram); /* pages, for now */
    } else if (m->form == FORM_SWAP) {
        text_bytes_after(m->text, "swap", 1024,
                         *p == 'F' ? &r->swap_free : &r->swap_total);
    } else if (!kernel_draft_of(s)->page_size) {
        p = text_after(m->text, "*");
        if (!text_bytes(&p, 1024, &kernel_draft_of(s)->page_size))
            kernel_draft_of(s)->page_size = 0;
    }
}

bool kernel_report_take(struct kernel_assembly *s,
                        const struct kernel_message *m)
{
    switch (m->form) {
    case FORM_INVOKED: return on_invoked(s, m);
    case FORM_CPU: return on_cpu(s, m);
    case FORM_TASK_IN: return on_task_in(s, m);
    case FORM_USAGE: return on_usage(s, m);
    case FORM_STATS: return on_stats(s, m);
    case FORM_TASKS:
    case FORM_HEADER: return on_header(s, m);
    case FORM_ROW: return on_row(s, m);
    case FORM_SUMMARY: return on_summary(s, m);
    case FORM_ANNOUNCE: return on_announce(s, m);
    case FORM_NOBODY: on_nobody(s); return true;
    case FORM_RAM:
    case FORM_SWAP:
    case FORM_BUDDY: on_machine(s, m); return true;
    case FORM_STAT:
    case FORM_NONE: break;
    default: return true;
    }
    if (known(s->at) && text_starts(m->text, "..."))
        kernel_draft_of(s)->elided = kernel_draft_of(s)->table;
    return on_stat(s, m);
}

/* ---- the end ---------------------------------------------------------- */

void kernel_report_finish(struct oom_report *r, const struct kernel_draft *d)
{
    if (!r->page_size)
        r->page_size = d->page_size ? d->page_size : KERNEL_DEFAULT_PAGE;
    kernel_report_scale(r, d->tables_in_bytes);
}
