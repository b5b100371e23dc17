/*
 * kernel.c - messages into reports, and kills into their reports.
 *
 * A report begins with its trigger, "X invoked oom-killer", or, where that
 * is cut off, with the first figures behind a finished report; it is
 * finished by its kill. The kernel does not always print the whole (it
 * limits the rate), so a kill may stand without a report.
 */
#include "nmt/kernel.h"

#include <limits.h>
#include <string.h>

#include "nmt/kernel_parts.h"
#include "nmt/text.h"

/* What is needed of a report only while it is read. */
struct draft {
    bool stats;           /* "key value" lines are its */
    bool table;           /* its header was there */
    bool elided;          /* "..." in its table */
    bool summarised;      /* its "oom-kill:" line was there */
    bool tables_in_bytes; /* page tables; else in pages */
    bool group;           /* the whole group is being killed */
    uint64_t page_size;   /* as the buddy lists say; 0: no such line */
};

struct assembly {
    struct kernel_log *log;
    struct arena *arena;
    VEC(struct draft) drafts;      /* beside log->reports */
    struct kernel_columns columns; /* of the last table header */
    struct err *e;
};

/* ---- the report being read -------------------------------------------- */

static struct oom_report *current(struct assembly *s)
{
    return s->log->reports.n ? vec_last(&s->log->reports) : NULL;
}

static struct draft *current_draft(struct assembly *s)
{
    return vec_last(&s->drafts);
}

static bool begin_report(struct assembly *s, const struct kernel_message *m)
{
    struct mem *mem = s->arena->mem;
    struct oom_report *r;

    if (!vec_push(&s->drafts, mem, s->e))
        return false;
    if (!vec_push(&s->log->reports, mem, s->e))
        return false;
    r = current(s);
    r->line = m->line;
    r->order = INT_MIN;
    r->invoker_pid = r->announced_pid = UNKNOWN;
    r->usage = r->limit = r->failcnt = UNKNOWN;
    r->memsw_usage = r->memsw_limit = r->kmem_usage = UNKNOWN;
    r->swap_usage = r->swap_limit = UNKNOWN;
    r->ram = r->swap_total = r->swap_free = UNKNOWN;
    return true;
}

static bool is_finished(struct assembly *s)
{
    const struct oom_report *r = current(s);

    return !r || r->kills || r->no_victim;
}

/* The report that `m` adds to, begun by `m` if the last one is finished. */
static bool need_report(struct assembly *s, const struct kernel_message *m)
{
    return is_finished(s) ? begin_report(s, m) : true;
}

/* ---- messages --------------------------------------------------------- */

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

static bool on_invoked(struct assembly *s, const struct kernel_message *m)
{
    const char *end = strstr(m->text, " invoked oom-killer");
    const char *name = task_name(m->text, end);
    const char *order = text_after(m->text, "order=");
    struct oom_report *r;
    int64_t v;

    if (!begin_report(s, m))
        return false;
    r = current(s);
    r->invoker = arena_strndup(s->arena, name, (size_t)(end - name), s->e);
    if (order && text_int(&order, &v) && v >= -1 && v < 64)
        r->order = (int)v;
    return r->invoker != NULL;
}

static bool on_cpu(struct assembly *s, const struct kernel_message *m)
{
    struct oom_report *r = current(s);
    const char *pid = text_after(m->text, "PID: "), *version;
    size_t n;

    if (is_finished(s) || r->kernel || !r->invoker)
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
static bool on_task_in(struct assembly *s, const struct kernel_message *m)
{
    const char *task = text_after(m->text, "Task in ");
    const char *end = strstr(m->text, " killed as a result of limit of");
    const char *group = text_after(m->text, "limit of ");
    struct oom_report *r;

    if (!need_report(s, m))
        return false;
    r = current(s);
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
static bool on_stats(struct assembly *s, const struct kernel_message *m)
{
    const char *path = text_after(m->text, "Memory cgroup stats for ");
    const char *end = path ? strstr(path, ": ") : NULL;
    struct oom_report *r;

    if (!need_report(s, m))
        return false;
    r = current(s);
    r->memcg = true;
    if (path && !end)
        end = path + strlen(path) - text_ends(path, ":");
    if (path && !r->memcg_path) {
        r->memcg_path =
            arena_strndup(s->arena, path, (size_t)(end - path), s->e);
        if (!r->memcg_path)
            return false;
    }
    current_draft(s)->stats = true;
    return kernel_stats_inline(m->text, r, s->arena, s->e);
}

static bool on_stat(struct assembly *s, const struct kernel_message *m)
{
    if (!s->drafts.n || !current_draft(s)->stats)
        return true;
    return kernel_stat_line(m->text, current(s), s->arena, s->e);
}

static bool on_usage(struct assembly *s, const struct kernel_message *m)
{
    if (!need_report(s, m))
        return false;
    current(s)->memcg = true;
    kernel_usage_read(m->text, current(s));
    return true;
}

static bool on_header(struct assembly *s, const struct kernel_message *m)
{
    if (!need_report(s, m))
        return false;
    if (m->form == FORM_HEADER)
        kernel_columns_read(m->text, &s->columns);
    current_draft(s)->stats = false;
    current_draft(s)->table = true;
    return true;
}

static bool on_row(struct assembly *s, const struct kernel_message *m)
{
    struct oom_task task;
    struct oom_report *r;
    bool tables_in_bytes;

    if (kernel_row_read(m->text, &s->columns, &task, &tables_in_bytes) ==
        ROW_BAD)
        return true;
    if (!need_report(s, m))
        return false;
    r = current(s);
    task.line = m->line;
    task.name = arena_strdup(s->arena, task.name, s->e);
    if (!task.name || !vec_push(&r->tasks, s->arena->mem, s->e))
        return false;
    *vec_last(&r->tasks) = task;
    current_draft(s)->tables_in_bytes = tables_in_bytes;
    return true;
}

/* Behind the table come the verdicts: it was complete unless something was
 * left out of it, or its head. */
static void end_table(struct assembly *s)
{
    struct draft *d = current_draft(s);

    d->stats = false;
    if (d->table && !d->elided)
        current(s)->tasks_complete = true;
}

static bool on_summary(struct assembly *s, const struct kernel_message *m)
{
    if (!need_report(s, m))
        return false;
    end_table(s);
    current_draft(s)->summarised = true;
    return kernel_summary_read(m->text, s->arena, current(s), s->e);
}

static bool on_announce(struct assembly *s, const struct kernel_message *m)
{
    if (!need_report(s, m))
        return false;
    end_table(s);
    return kernel_announce_read(m->text, s->arena, current(s), s->e);
}

/* ---- kills ------------------------------------------------------------ */

/* Whether the last report, which has had its kill, explains this one too:
 * a group dies together, or the kernel kept the next report to itself. */
static bool explains_again(struct assembly *s, const struct oom_kill *k)
{
    const struct oom_report *r = current(s);

    if (!r || r->no_victim)
        return false;
    return current_draft(s)->group || oom_report_task(r, k->pid);
}

/* Of several unfinished reports, one whose table names the victim. */
static uint64_t report_of(struct assembly *s, const struct oom_kill *k)
{
    uint64_t last = s->log->reports.n - 1;

    if (is_finished(s))
        return explains_again(s, k) ? last : UNKNOWN;
    if (oom_report_task(current(s), k->pid))
        return last;
    for (uint64_t i = last; i-- > 0 && last - i < 4;) {
        const struct oom_report *r = &s->log->reports.at[i];

        if (!r->kills && !r->no_victim && oom_report_task(r, k->pid))
            return i;
    }
    return last;
}

/* `summarised`: the report has an "oom-kill:" line, which states the
 * constraint, be it one that nobody here knows. */
static void settle(struct oom_report *r, bool summarised, struct oom_kill *k)
{
    const struct oom_task *t = oom_report_task(r, k->pid);

    r->kills++;
    k->memcg = k->memcg || r->memcg;
    r->memcg = k->memcg;
    if (k->memcg)
        r->constraint = OOM_CONSTRAINT_MEMCG;
    else if (!summarised && r->constraint == OOM_CONSTRAINT_UNKNOWN)
        r->constraint = OOM_CONSTRAINT_NONE;
    if (t && !known(k->uid))
        k->uid = t->uid;
    if (t && k->oom_score_adj == INT64_MIN)
        k->oom_score_adj = t->oom_score_adj;
    if (t && !r->page_size)
        r->page_size = kernel_page_size(k->total_vm, t->total_vm);
}

static bool on_killed(struct assembly *s, const struct kernel_message *m)
{
    struct oom_kill k = {.line = m->line,
                         .offset = m->offset,
                         .time = m->stamp.time,
                         .uptime = m->stamp.uptime,
                         .clock = m->stamp.clock};

    if (!kernel_killed_read(m->text, s->arena, &k, s->e))
        return false;
    if (!known(k.pid))
        return true;
    k.report = report_of(s, &k);
    if (known(k.report)) {
        k.group = s->drafts.at[k.report].group;
        if (k.report == s->log->reports.n - 1)
            end_table(s);
        settle(&s->log->reports.at[k.report], s->drafts.at[k.report].summarised,
               &k);
    }
    if (!vec_push(&s->log->kills, s->arena->mem, s->e))
        return false;
    *vec_last(&s->log->kills) = k;
    return true;
}

/* "Tasks in PATH are going to be killed due to memory.oom.group set" stands
 * before the first kill or behind it. */
static void on_group(struct assembly *s)
{
    struct kernel_log *log = s->log;

    if (!log->reports.n)
        return;
    current_draft(s)->group = true;
    if (log->kills.n && vec_last(&log->kills)->report == log->reports.n - 1)
        vec_last(&log->kills)->group = true;
}

static void on_nobody(struct assembly *s)
{
    if (is_finished(s))
        return;
    end_table(s);
    current(s)->no_victim = true;
}

static bool on_event(struct assembly *s, const struct kernel_message *m)
{
    struct oom_event ev = {
        .pid = UNKNOWN, .line = m->line, .time = m->stamp.time};

    if (!kernel_event_read(m->text, s->arena, &ev, s->e) ||
        !vec_push(&s->log->events, s->arena->mem, s->e))
        return false;
    *vec_last(&s->log->events) = ev;
    return true;
}

/* ---- the machine ------------------------------------------------------ */

static void on_machine(struct assembly *s, const struct kernel_message *m)
{
    struct oom_report *r = current(s);
    const char *p = m->text;

    if (is_finished(s))
        return;
    if (m->form == FORM_RAM) {
        text_uint(&p, &r->ram); /* pages, for now */
    } else if (m->form == FORM_SWAP) {
        text_bytes_after(m->text, "swap", 1024,
                         *p == 'F' ? &r->swap_free : &r->swap_total);
    } else if (!current_draft(s)->page_size) {
        p = text_after(m->text, "*");
        if (!text_bytes(&p, 1024, &current_draft(s)->page_size))
            current_draft(s)->page_size = 0;
    }
}

static bool take(struct assembly *s, const struct kernel_message *m)
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
    case FORM_KILLED: return on_killed(s, m);
    case FORM_GROUP: on_group(s); return true;
    case FORM_NOBODY: on_nobody(s); return true;
    case FORM_RAM:
    case FORM_SWAP:
    case FORM_BUDDY: on_machine(s, m); return true;
    case FORM_EVENT: return on_event(s, m);
    case FORM_REAPED: return true;
    case FORM_STAT:
    case FORM_NONE: break;
    }
    if (s->drafts.n && text_starts(m->text, "..."))
        current_draft(s)->elided = current_draft(s)->table;
    return on_stat(s, m);
}

/* ---- the end ---------------------------------------------------------- */

static void finish_report(struct oom_report *r, const struct draft *d)
{
    if (!r->page_size)
        r->page_size = d->page_size ? d->page_size : KERNEL_DEFAULT_PAGE;
    kernel_report_scale(r, d->tables_in_bytes);
}

/* What was announced, and not done in this text. */
static bool finish_announcements(struct assembly *s)
{
    struct oom_report *r;

    VEC_EACH (&s->log->reports, r) {
        struct oom_event *ev;

        if (r->kills || !known(r->announced_pid))
            continue;
        if (!vec_push(&s->log->events, s->arena->mem, s->e))
            return false;
        ev = vec_last(&s->log->events);
        ev->kind = OOM_EVENT_ANNOUNCED;
        ev->pid = r->announced_pid;
        ev->name = r->announced_name;
        ev->line = r->line;
        ev->time = INT64_MIN;
    }
    return true;
}

static bool read_all(struct assembly *s, struct kernel_lines *lines)
{
    struct kernel_message m;

    while (kernel_lines_next(lines, &m))
        if (!take(s, &m))
            return false;
    for (uint64_t i = 0; i < s->log->reports.n; i++)
        finish_report(&s->log->reports.at[i], &s->drafts.at[i]);
    return finish_announcements(s);
}

bool kernel_log_read(struct source *source, struct arena *a,
                     struct kernel_log *ret, struct err *e)
{
    struct assembly s = {.log = ret, .arena = a, .e = e};
    struct kernel_lines lines;
    bool ok;

    memset(ret, 0, sizeof *ret);
    if (!kernel_lines_init(&lines, source, a->mem, e))
        return false;
    ok = read_all(&s, &lines);
    vec_free(&s.drafts, a->mem);
    kernel_lines_deinit(&lines);
    if (!ok)
        kernel_log_deinit(ret, a->mem);
    return ok;
}

void kernel_log_deinit(struct kernel_log *k, struct mem *m)
{
    struct oom_report *r;

    VEC_EACH (&k->reports, r) {
        vec_free(&r->stats, m);
        vec_free(&r->tasks, m);
    }
    vec_free(&k->reports, m);
    vec_free(&k->kills, m);
    vec_free(&k->events, m);
}
