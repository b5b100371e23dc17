/*
 * rules_signal.c - a signal ended the process, and not for memory: a crash
 * or an abort of its own, a SIGKILL or SIGTERM that somebody sent. The
 * kernel's OOM killer sends SIGKILL only, so the others need no proof that it
 * stood by; that memory had no part in an abort does.
 */
#include "rules.h"

#include "argue.h"
#include "culprit.h"

/* ---- a crash ---------------------------------------------------------- */

static bool hs_err_tells(const struct facts *f, struct pen *p,
                         struct finding *ret)
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

#define EXIT_ABORTED 134 /* 128 + SIGABRT */

static bool exit_says_abort(const struct facts *f)
{
    return known(f->exit_status.value) && f->exit_status.value == EXIT_ABORTED;
}

/* The JVM aborts by itself where memory is refused, or when told to on an
 * OutOfMemoryError; it says so before. */
static bool memory_was_refused(const struct facts *f)
{
    return f->oome || f->warnings[WARN_TERMINATING].warning ||
           f->warnings[WARN_COMMIT_FAILED].warning ||
           f->warnings[WARN_ALLOC_FAILED].warning;
}

/* glibc aborts the process where it finds malloc's heap damaged; the JVM
 * writes no hs_err then, if the handler itself needs malloc. */
static bool abort_tells(const struct facts *f, struct finding *ret)
{
    const struct known_warning *w = &f->warnings[WARN_ABORTED];

    if ((!w->warning && !exit_says_abort(f)) || f->hs_err || f->kill.kill ||
        memory_was_refused(f))
        return false;
    finding_init(ret, KIND_CRASH);
    argue_warning(w, DECISIVE, ret);
    if (exit_says_abort(f))
        finding_for(ret, SUPPORTING, f->exit_status, "count",
                    "the exit status says SIGABRT: the process aborted itself");
    ret->summary = "The process aborted itself (SIGABRT), and nothing says "
                   "that memory was refused to it.";
    if (w->warning)
        return true;
    finding_cap(ret, CONFIDENCE_LOW);
    finding_doubt(ret, SUPPORTING,
                  "what it printed before is not here: the JVM aborts for "
                  "want of native memory as well");
    return true;
}

bool rule_crash(const struct facts *f, struct pen *p, struct finding *ret)
{
    return hs_err_tells(f, p, ret) || abort_tells(f, ret);
}

/* ---- killed, but not for memory -------------------------------------- */

/* By a warning's words, or else the exit status's. */
static void argue_signal(const struct facts *f, enum warning_kind kind,
                         unsigned weight, const char *status,
                         struct finding *ret)
{
    const struct known_warning *w = &f->warnings[kind];

    argue_warning(w, weight, ret);
    if (!w->warning)
        finding_for(ret, weight, f->exit_status, "count", status);
}

static void argue_survived(const struct facts *f, struct pen *p,
                           struct finding *ret)
{
    struct figure at;

    if (!f->survived)
        return;
    at = f->survived->at;
    finding_cap(ret, CONFIDENCE_MEDIUM);
    finding_for(ret, SUPPORTING, f->outlived, "count",
                pen_write(p,
                          "%llu collections came after the error and the last "
                          "ones left half of the heap free",
                          (unsigned long long)f->outlived.value));
    finding_against(ret, SUPPORTING, at, "count",
                    "an OutOfMemoryError came before, which the JVM survived: "
                    "it may be why somebody sent the signal");
}

/* Exit status 137 proves a SIGKILL; that memory was not the reason takes the
 * kernel's own word, or a cgroup that counted no kill. */
bool rule_sigkill(const struct facts *f, struct pen *p, struct finding *ret)
{
    bool none = facts_group_lost_none(f), far = facts_far_from_limit(f);

    if (!facts_sigkill_told(f) || !facts_end_unsaid(f) ||
        (!f->kernel_log && !none && !far))
        return false;
    finding_init(ret, KIND_SIGKILL);
    argue_signal(f, WARN_KILLED, SUPPORTING, "the exit status says SIGKILL",
                 ret);
    argue_none_lost(f, ret);
    if (f->kernel_log)
        finding_for(ret, HINT, figure_derived(UNKNOWN), NULL,
                    "the kernel's log has no kill of this process");
    if (far)
        argue_held(f, p, ret);
    argue_survived(f, p, ret);
    finding_doubt(ret, HINT, "who sent the SIGKILL is not known");
    if (!none)
        finding_cap(ret, CONFIDENCE_LOW);
    ret->summary = "The process was killed by a signal, but nothing says that "
                   "memory was the reason.";
    return true;
}

/*
 * A log of collections that just stops, of a process that is gone: a SIGKILL,
 * or a crash that left no hs_err. Nothing was short before, and the cgroup,
 * which was far from its limit, counted no kill.
 */
bool rule_sudden_end(const struct facts *f, struct pen *p, struct finding *ret)
{
    if (!f->gone || !f->cut_off || !facts_group_lost_none(f) || f->distress ||
        !facts_end_unsaid(f) || !errors_watched(f) || !f->last ||
        !known(f->last->rss.value) || !known(f->limit.value) ||
        f->last->rss.value > f->limit.value / 2)
        return false;
    finding_init(ret, KIND_SIGKILL);
    finding_for(ret, SUPPORTING,
                figure_of(f->gc_input, UNKNOWN, f->gc->last_line), NULL,
                "the GC log just stops");
    argue_none_lost(f, ret);
    argue_held(f, p, ret);
    finding_doubt(ret, SUPPORTING,
                  "no exit status is here: a crash that left no hs_err looks "
                  "the same");
    finding_cap(ret, CONFIDENCE_LOW);
    ret->summary = "The process ended suddenly, as by a SIGKILL, but had half "
                   "of its memory left, and no error came before.";
    return true;
}

/* ---- asked to stop ---------------------------------------------------- */

/* The kernel never sends a SIGTERM for memory; an orchestrator does, to evict
 * or to replace, an operator as well. What grew until then comes first. */
bool rule_sigterm(const struct facts *f, struct pen *p, struct finding *ret)
{
    if (!facts_sigterm_told(f) || facts_died(f))
        return false;
    finding_init(ret, KIND_SIGKILL);
    argue_signal(f, WARN_STOPPED, DECISIVE, "the exit status says SIGTERM",
                 ret);
    if (known(f->exit_line.value))
        finding_for(ret, SUPPORTING,
                    figure_of(f->gc_input, UNKNOWN, f->exit_line.value), NULL,
                    "the GC log ends as that of a JVM does which exits in "
                    "good order");
    if (facts_far_from_limit(f))
        argue_held(f, p, ret);
    finding_doubt(ret, HINT, "who sent the SIGTERM is not known");
    ret->summary = "The process was asked to stop (SIGTERM); the kernel never "
                   "does that for memory, and nothing had run out.";
    return true;
}
