/*
 * rules_quiet.c - no memory problem, or too little to go by. "Healthy" is a
 * verdict too and needs evidence; the rule that finds nothing says so.
 */
#include "rules.h"

#include <string.h>

#include "argue.h"
#include "culprit.h"

/* ---- healthy ---------------------------------------------------------- */

/* An early dump knows nothing of what came after it. */
static bool is_early(const struct facts *f)
{
    const struct incident *i = f->incident;
    struct level l = facts_level(f);

    return f->live.line == LINE_DUMP && f->dump && l.to &&
           f->dump->snapshot < i->snapshots.n &&
           strcmp(i->snapshots.at[f->dump->snapshot].name, l.to->name) != 0;
}

/* A heap of level size can fill all the same. A GC log would show that, or
 * two live sets; or there is so little of it that nothing will fill soon. */
static bool live_was_watched(const struct facts *f)
{
    uint64_t most = f->live.value;
    const struct moment *m;

    if (f->gc)
        return true;
    if (is_early(f))
        return false;
    if (known(f->live_before.value))
        return true;
    VEC_EACH (&f->moments, m)
        if (known(m->heap_live.value) &&
            (!known(most) || m->heap_live.value > most))
            most = m->heap_live.value;
    return known(most) && known(f->xmx.value) && most < f->xmx.value / 4;
}

/* A heap may grow to -Xmx, which a collection puts off as it likes. That is
 * no trouble where -Xmx fits the container and the live set fits -Xmx twice. */
static bool grows_as_it_may(const struct facts *f, const struct level *l)
{
    return facts_is_level_beside_heap(l) && known(f->xmx.value) &&
           !f->xmx_guessed && known(f->live.value) &&
           f->live.value < f->xmx.value / 2 && known(f->limit.value) &&
           f->xmx.value * 100 <
               f->limit.value * f->thresholds->xmx_of_limit_percent;
}

/* Files on tmpfs fill the group, and no process shows them. */
static bool shmem_is_level(const struct facts *f)
{
    const struct moment *m;
    uint64_t first = UNKNOWN, last = UNKNOWN;

    VEC_EACH (&f->moments, m) {
        if (!known(m->group_shmem.value))
            continue;
        if (!known(first))
            first = m->group_shmem.value;
        last = m->group_shmem.value;
    }
    return !known(last) || last < first + GROWTH_THAT_COUNTS;
}

static void argue_heap_growth(const struct facts *f, struct pen *p,
                              const struct level *l, struct finding *ret)
{
    struct figure heap = moment_heap(l->to);

    if (facts_is_level(l))
        return;
    finding_cap(ret, CONFIDENCE_MEDIUM);
    finding_for(ret, SUPPORTING, heap, "bytes",
                pen_write(p,
                          "what grew is the heap, from %s to %s; it may grow "
                          "to %s, %s of the container's limit",
                          pen_size(p, moment_heap(l->from).value),
                          pen_size(p, heap.value), pen_size(p, f->xmx.value),
                          pen_share(p, f->xmx.value, f->limit.value)));
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

/* Where the process is gone, somebody must have seen that it went in good
 * order, or at least that the kernel had no hand in it. */
static bool end_is_known(const struct facts *f)
{
    if (!f->gone || facts_left_in_order(f))
        return true;
    return !f->cut_off && (f->kernel_log || (known(f->group_kills.value) &&
                                             f->group_kills.value == 0));
}

/* Where errors may have gone elsewhere, the GC log at least shows that the
 * heap was not the reason for one; and no other limit was near. */
static bool errors_watched(const struct facts *f)
{
    uint64_t most = f->pids_max.value;

    if (f->watched == WATCH_ERRORS)
        return true;
    if (known(f->nproc.value) && (!known(most) || f->nproc.value < most))
        most = f->nproc.value;
    return f->watched == WATCH_OUTPUT && f->gc && !f->distress &&
           !(known(most) && known(f->threads_peak.value) &&
             f->threads_peak.value > most - most / 4);
}

static void argue_errors(const struct facts *f, struct finding *ret)
{
    if (f->watched == WATCH_ERRORS)
        return;
    finding_cap(ret, CONFIDENCE_LOW);
    finding_doubt(ret, SUPPORTING,
                  "an error may stand in a log that is not here: standard "
                  "output need not have it");
}

static void argue_end(const struct facts *f, struct finding *ret)
{
    if (known(f->exit_line.value)) {
        finding_for(ret, SUPPORTING,
                    figure_of(f->gc_input, UNKNOWN, f->exit_line.value), NULL,
                    "the GC log ends as that of a JVM does which exits in "
                    "good order");
    } else if (facts_left_in_order(f)) {
        finding_for(ret, SUPPORTING, f->exit_status, "count",
                    "the exit status says success");
    } else {
        finding_cap(ret, CONFIDENCE_MEDIUM);
        finding_doubt(ret, HINT,
                      "nothing shows that it went on, or that it left in "
                      "good order");
    }
}

/* No sign of trouble is a verdict only where trouble would have shown. */
bool rule_healthy(const struct facts *f, struct pen *p, struct finding *ret)
{
    struct level l = facts_level(f);

    if (facts_died(f) || l.looks < 2 ||
        (!facts_is_level(&l) && !grows_as_it_may(f, &l)) ||
        !shmem_is_level(f) || !errors_watched(f) || !live_was_watched(f) ||
        !end_is_known(f))
        return false;
    finding_init(ret, KIND_HEALTHY);
    argue_level(f, p, &l, ret);
    argue_heap_growth(f, p, &l, ret);
    argue_end(f, ret);
    argue_errors(f, ret);
    if (!f->gc)
        finding_cap(ret, CONFIDENCE_MEDIUM);
    ret->summary =
        facts_is_level(&l)
            ? "Nothing ran out of memory, and nothing grows that would."
            : "Nothing ran out of memory, and what grew is only the heap, "
              "within its -Xmx.";
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
                          "of the heap (%u %% make a suspect)",
                          ret->culprit.name,
                          pen_share(p, f->heap->suspects.at[0].retained,
                                    f->heap->reachable.bytes),
                          f->thresholds->suspect_percent));
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

static bool looks_level(const struct facts *f)
{
    struct level l = facts_level(f);

    return l.looks > 1 && facts_is_level(&l);
}

/* Why a process of level memory is not called healthy. */
static const char *what_was_not_watched(const struct facts *f)
{
    if (!shmem_is_level(f))
        return "The process did not grow, but the shared memory of its group "
               "did: files on tmpfs, perhaps, which no process need have "
               "mapped; nothing here says that anything ran out.";
    if (!end_is_known(f))
        return "Nothing grew as long as it was watched, but the process is "
               "gone and nothing captured says how it ended.";
    if (!errors_watched(f) && f->distress)
        return "The GC log shows full collections in a row, as before an "
               "OutOfMemoryError; the application's log, which would tell, is "
               "not here.";
    if (!errors_watched(f))
        return "Nothing grew as long as it was watched; whether an error was "
               "thrown would stand in the application's log, which is not "
               "here.";
    return "The process did not grow as long as it was watched; whether its "
           "heap filled up inside nobody can say without a GC log or a second "
           "look at the live set.";
}

/* Of a log that names no JVM's death; NULL if there is none. */
static const char *what_the_kernel_says(const struct facts *f, struct pen *p)
{
    const struct oom_report *r = report_without_kill(f);
    const struct oom_kill *k = strangers_kill(f);

    if (f->foreign.kill)
        return pen_write(p,
                         "The kernel killed process %llu (%s), which is taken "
                         "for another JVM than this one; nothing here says "
                         "what became of this one.",
                         (unsigned long long)f->foreign.kill->pid,
                         f->foreign.kill->name);
    if (k)
        return pen_write(p,
                         "The kernel killed process %llu (%s); nothing here "
                         "says that a JVM died or had a part in it.",
                         (unsigned long long)k->pid, k->name ? k->name : "?");
    if (r && r->no_victim)
        return "The kernel ran out of memory and found no process that it "
               "could kill; nothing here says that a JVM had a part in it.";
    if (r)
        return "The kernel's OOM killer began a report that the log does not "
               "finish: whom it killed is not here.";
    return f->kernel_log ? "The kernel's log holds no kill for want of memory, "
                           "and nothing else says what ran out."
                         : NULL;
}

/* Signs of a death, but not of its cause; NULL if there are none. */
static const char *what_the_end_says(const struct facts *f)
{
    if (facts_sigkill_told(f))
        return "The process was killed, but who sent the SIGKILL is not known: "
               "without the kernel's log (dmesg, journalctl -k) nobody can say "
               "for what.";
    if (facts_oome_is(f, OOME_OTHER))
        return "An OutOfMemoryError was thrown whose words are not the JVM's: "
               "who throws it knows what ran out; nothing here says that the "
               "heap did.";
    if (f->hearsay)
        return "The process was killed for memory, but without the kernel's "
               "log and a look at the process before it nobody can say for "
               "whose.";
    if (f->warnings[WARN_COMMIT_FAILED].warning ||
        f->warnings[WARN_ALLOC_FAILED].warning)
        return "The system refused the JVM native memory; hs_err, which says "
               "what was used and which limits were near, is not here.";
    if (facts_end_unsaid(f))
        return "The process ended suddenly: its GC log just stops. A SIGKILL, "
               "a crash and an abort look the same from here; the kernel's log "
               "(dmesg, journalctl -k), hs_err or the exit status decide.";
    return NULL;
}

static const char *why_undecided(const struct facts *f, struct pen *p)
{
    const char *kernel = what_the_kernel_says(f, p);
    const char *end = what_the_end_says(f);

    if (strangers_kill(f))
        return kernel;
    if (end)
        return end;
    if (f->heap && !f->moments.n)
        return "A heap dump alone shows what is on the heap, not what ran "
               "out: nothing here says that anything did.";
    if (looks_level(f))
        return what_was_not_watched(f);
    if (f->last && f->last->nmt)
        return "Native memory tracking shows nothing beyond the ordinary, and "
               "nothing here says that the process died.";
    if (kernel && report_without_kill(f))
        return kernel;
    if (has_javacore(f))
        return "This is of an OpenJ9 JVM, whose native memory has other "
               "categories than HotSpot's; nothing here says that anything "
               "ran out.";
    if (kernel)
        return kernel;
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
