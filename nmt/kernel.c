/*
 * kernel.c - the whole log: kills into their reports (kernel_report.c), and
 * what others say of kills. The kernel does not always print the whole (it
 * limits the rate), so a kill may stand without a report.
 */
#include "nmt/kernel.h"

#include <string.h>

#include "nmt/kernel_parts.h"

/* ---- kills ------------------------------------------------------------ */

/* Whether the last report, which has had its kill, explains this one too:
 * a group dies together, or the kernel kept the next report to itself. */
static bool explains_again(struct kernel_assembly *s, const struct oom_kill *k)
{
    const struct oom_report *r = kernel_report_of(s);

    if (!r || r->no_victim)
        return false;
    return kernel_draft_of(s)->group || oom_report_task(r, k->pid);
}

/* Of several unfinished reports, one whose table names the victim. */
static uint64_t report_of(struct kernel_assembly *s, const struct oom_kill *k)
{
    uint64_t last = s->at;

    if (kernel_report_is_finished(s))
        return explains_again(s, k) ? last : UNKNOWN;
    if (oom_report_task(kernel_report_of(s), k->pid))
        return last;
    for (uint64_t i = last; i-- > 0 && last - i < 4;) {
        const struct oom_report *r = &s->log->reports.at[i];

        if (s->drafts.at[i].host == s->host && !r->kills && !r->no_victim &&
            oom_report_task(r, k->pid))
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

static bool on_killed(struct kernel_assembly *s, const struct kernel_message *m)
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
        if (k.report == s->at)
            kernel_report_end_table(s);
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
static void on_group(struct kernel_assembly *s)
{
    struct kernel_log *log = s->log;

    if (!known(s->at))
        return;
    kernel_draft_of(s)->group = true;
    if (log->kills.n && vec_last(&log->kills)->report == s->at)
        vec_last(&log->kills)->group = true;
}

static bool on_event(struct kernel_assembly *s, const struct kernel_message *m)
{
    struct oom_event ev = {
        .pid = UNKNOWN, .line = m->line, .time = m->stamp.time};

    if (!kernel_event_read(m->text, s->arena, &ev, s->e) ||
        !vec_push(&s->log->events, s->arena->mem, s->e))
        return false;
    *vec_last(&s->log->events) = ev;
    return true;
}

static bool take(struct kernel_assembly *s, const struct kernel_message *m)
{
    kernel_report_turn_to(s, m->stamp.host);
    switch (m->form) {
    case FORM_KILLED: return on_killed(s, m);
    case FORM_GROUP: on_group(s); return true;
    case FORM_EVENT: return on_event(s, m);
    default: return kernel_report_take(s, m);
    }
}

/* ---- the end ---------------------------------------------------------- */

/* What was announced, and not done in this text. */
static bool finish_announcements(struct kernel_assembly *s)
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

static bool read_all(struct kernel_assembly *s, struct kernel_lines *lines)
{
    struct kernel_message m;

    while (kernel_lines_next(lines, &m))
        if (!take(s, &m))
            return false;
    for (uint64_t i = 0; i < s->log->reports.n; i++)
        kernel_report_finish(&s->log->reports.at[i], &s->drafts.at[i]);
    return finish_announcements(s);
}

bool kernel_log_read(struct source *source, struct arena *a,
                     struct kernel_log *ret, struct err *e)
{
    struct kernel_assembly s = {.log = ret, .arena = a, .at = UNKNOWN, .e = e};
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
