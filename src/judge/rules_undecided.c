/*
 * rules_undecided.c - too little to go by: says what is known of the end, and
 * what nobody watched.
 */
#include "rules.h"

#include "culprit.h"

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
    const struct oom_kill *k = facts_any_kill(f);

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

    if (facts_any_kill(f))
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
