/*
 * rules_quiet.c - no memory problem, or too little to go by. "Healthy" and
 * "killed, but not for memory" are verdicts too and need evidence; the rule
 * that finds nothing says so.
 */
#include "rules.h"

#include "culprit.h"

#define MIB         ((uint64_t)1 << 20)
#define EXIT_KILLED 137 /* 128 + SIGKILL, as shells and runtimes report */

bool rule_crash(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct vm_info *v = f->hs_err;

    if (!v || v->death != VM_CRASH)
        return false;
    finding_init(ret, KIND_CRASH);
    finding_for(ret, DECISIVE,
                figure_of(f->hs_err_input, UNKNOWN, v->headline_line), NULL,
                v->headline ? v->headline : "the JVM crashed");
    ret->summary = pen_write(p, "The JVM crashed, not for want of memory: %s.",
                             v->headline ? v->headline : "see hs_err");
    return true;
}

static bool was_killed(const struct facts *f)
{
    return f->warnings[WARN_KILLED].warning ||
           (known(f->exit_status.value) &&
            (f->exit_status.value == EXIT_KILLED || f->exit_status.value == 9));
}

/* The group's memory at the last capture was far from its limit. */
static bool far_from_limit(const struct facts *f)
{
    uint64_t rss = f->last ? f->last->rss.value : UNKNOWN;

    return known(rss) && known(f->limit.value) &&
           rss < f->limit.value - f->limit.value / 4;
}

/* Exit status 137 proves a SIGKILL; that memory was not the reason takes
 * the kernel's own word, or a cgroup that counted no kill. */
bool rule_sigkill(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct known_warning *w = &f->warnings[WARN_KILLED];
    bool none = known(f->group_kills.value) && f->group_kills.value == 0;

    if (!was_killed(f) || f->hearsay || f->oome || f->hs_err)
        return false;
    if (!f->kernel_log && !none && !far_from_limit(f))
        return false;
    finding_init(ret, KIND_SIGKILL);
    if (w->warning)
        finding_for(ret, SUPPORTING,
                    figure_of(w->input, w->warning->count, w->warning->line),
                    "count", w->warning->text);
    else
        finding_for(ret, SUPPORTING, f->exit_status, "count",
                    "the exit status says SIGKILL");
    if (none)
        finding_for(ret, SUPPORTING, f->group_kills, "count",
                    "the cgroup counted no OOM kill");
    if (f->kernel_log)
        finding_for(ret, HINT, figure_derived(UNKNOWN), NULL,
                    "the kernel's log has no kill of this process");
    if (far_from_limit(f))
        finding_for(ret, SUPPORTING, f->last->rss, "bytes",
                    pen_write(p, "the process held %s%s shortly before",
                              pen_size(p, f->last->rss.value), at_limit(f, p)));
    if (!none && !far_from_limit(f))
        finding_cap(ret, CONFIDENCE_LOW);
    ret->summary = "The process was killed by a signal, but nothing says that "
                   "memory was the reason.";
    return true;
}

/* ---- healthy ---------------------------------------------------------- */

/* An empty file is a log in which nothing was said. */
static bool has_app_log(const struct facts *f)
{
    const struct input *in;

    VEC_EACH (&f->incident->inputs, in)
        if ((in->kind == ARTIFACT_APP_LOG && in->any) || in->bytes == 0)
            return true;
    return false;
}

/* Whether the end would have been noticed: without a log, a kernel log or a
 * counter, silence says nothing. */
static bool end_was_watched(const struct facts *f)
{
    return f->gc || f->kernel_log || known(f->group_kills.value) ||
           has_app_log(f);
}

static void argue_level(const struct facts *f, struct pen *p,
                        const struct level *l, struct finding *ret)
{
    struct figure last = l->to->rss;

    last.value = l->last;
    finding_for(ret, SUPPORTING, last, "bytes",
                pen_write(p, "private memory was %s at %s and %s at %s",
                          pen_size(p, l->before), l->from->name,
                          pen_size(p, l->last), l->to->name));
    if (known(f->live.value) && known(f->xmx.value))
        finding_for(ret, SUPPORTING, f->live, "bytes",
                    pen_write(p, "the live set is %s of a heap of %s",
                              pen_size(p, f->live.value),
                              pen_size(p, f->xmx.value)));
    if (known(f->group_kills.value) && f->group_kills.value == 0)
        finding_for(ret, SUPPORTING, f->group_kills, "count",
                    "the cgroup counted no OOM kill");
}

bool rule_healthy(const struct facts *f, struct pen *p, struct finding *ret)
{
    struct level l = facts_level(f);

    if (facts_died(f) || l.looks < 2 || !facts_is_level(&l) ||
        !end_was_watched(f))
        return false;
    finding_init(ret, KIND_HEALTHY);
    argue_level(f, p, &l, ret);
    /* A live set could grow unseen within a level heap, and an error could
     * have been logged where nobody looked. */
    if (!f->gc || !has_app_log(f))
        finding_cap(ret, CONFIDENCE_MEDIUM);
    ret->summary = "Nothing ran out of memory, and nothing grows that would.";
    return true;
}

/* ---- undecided -------------------------------------------------------- */

static void candidates(const struct facts *f, struct pen *p,
                       struct finding *ret)
{
    if (!f->heap || !f->heap->suspects.n ||
        f->heap->suspects.at[0].retained * 100 <
            known_or(f->heap->reachable.bytes, 0) *
                f->thresholds->suspect_percent)
        return;
    culprit_of_suspect(p, f->heap, &f->heap->suspects.at[0],
                       f->heap->suspects.at[0].retained, &ret->culprit);
    finding_for(ret, HINT,
                figure_of(f->dump, f->heap->suspects.at[0].retained, 0),
                "bytes",
                pen_write(p,
                          "the largest of the heap dump's suspects: %s, %s "
                          "of the heap",
                          ret->culprit.name,
                          pen_share(p, f->heap->suspects.at[0].retained,
                                    f->heap->reachable.bytes)));
}

/* The first kill of a log that names no JVM; NULL: none. */
static const struct oom_kill *strangers_kill(const struct facts *f)
{
    const struct input *in;

    VEC_EACH (&f->incident->inputs, in)
        if (in->kind == ARTIFACT_KERNEL_LOG && in->kernel &&
            in->kernel->kills.n)
            return &in->kernel->kills.at[0];
    return NULL;
}

/* The OOM killer's last report without a victim, as far as the log goes. */
static const struct oom_report *report_without_kill(const struct facts *f)
{
    const struct input *in;

    VEC_EACH (&f->incident->inputs, in)
        if (in->kind == ARTIFACT_KERNEL_LOG && in->kernel &&
            in->kernel->reports.n && !in->kernel->kills.n)
            return &in->kernel->reports.at[in->kernel->reports.n - 1];
    return NULL;
}

static bool has_javacore(const struct facts *f)
{
    const struct input *in;

    VEC_EACH (&f->incident->inputs, in)
        if (in->kind == ARTIFACT_JAVACORE && in->javacore)
            return true;
    return false;
}

static const char *why_undecided(const struct facts *f, struct pen *p)
{
    const struct oom_report *r = report_without_kill(f);
    const struct oom_kill *k = strangers_kill(f);

    if (k)
        return pen_write(p,
                         "The kernel killed process %llu (%s); nothing here "
                         "says that a JVM died or had a part in it.",
                         (unsigned long long)k->pid, k->name ? k->name : "?");
    if (was_killed(f) || f->hearsay)
        return "The process was killed, but without the kernel's log and a "
               "look at the process before it nobody can say for what.";
    if (f->warnings[WARN_COMMIT_FAILED].warning ||
        f->warnings[WARN_ALLOC_FAILED].warning)
        return "The system refused the JVM native memory; hs_err, which says "
               "what was used and which limits were near, is not here.";
    if (f->heap && !f->moments.n)
        return "A heap dump alone shows what is on the heap, not what ran "
               "out: nothing here says that anything did.";
    if (f->last && f->last->nmt)
        return "Native memory tracking shows nothing beyond the ordinary, and "
               "nothing here says that the process died.";
    if (r)
        return r->no_victim
                   ? "The kernel ran out of memory and found no process that "
                     "it could kill; nothing here says that a JVM had a part "
                     "in it."
                   : "The kernel's OOM killer began a report that the log "
                     "does not finish: whom it killed is not here.";
    if (has_javacore(f))
        return "This is of an OpenJ9 JVM, whose native memory has other "
               "categories than HotSpot's; nothing here says that anything "
               "ran out.";
    if (f->kernel_log)
        return "The kernel's log holds no kill for want of memory, and "
               "nothing else says what ran out.";
    if (f->nmt_off)
        return "Native memory tracking was off, and nothing else says what "
               "ran out.";
    return "Nothing that was captured says what ran out.";
}

bool rule_undecided(const struct facts *f, struct pen *p, struct finding *ret)
{
    finding_init(ret, KIND_NOT_ENOUGH_EVIDENCE);
    finding_cap(ret, CONFIDENCE_LOW);
    candidates(f, p, ret);
    ret->summary = why_undecided(f, p);
    return true;
}
