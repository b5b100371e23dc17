/*
 * rules_healthy.c - no memory problem. That is a verdict too and needs
 * evidence: no sign of trouble counts only where trouble would have shown.
 */
#include "rules.h"

#include "argue.h"

/* An early dump knows nothing of what came after it. */
static bool is_early(const struct facts *f)
{
    return f->live.line == LINE_DUMP &&
           facts_dump_is_before(f, facts_level(f).to);
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
    return known(most) && live_is_few(f, most);
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

bool shmem_is_level(const struct facts *f)
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
        argue_live_share(f, p, ret);
    argue_none_lost(f, ret);
}

bool end_is_known(const struct facts *f)
{
    if (!f->gone || facts_left_in_order(f))
        return true;
    return !f->cut_off && (f->kernel_log || facts_group_lost_none(f));
}

bool errors_watched(const struct facts *f)
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

/* ---- an end of its own -------------------------------------------------- */

static bool something_was_refused(const struct facts *f)
{
    static const enum warning_kind kinds[] = {
        WARN_COMMIT_FAILED, WARN_THREAD_FAILED,  WARN_CODE_CACHE_FULL,
        WARN_MAP_FAILED,    WARN_RESERVE_FAILED, WARN_ALLOC_FAILED,
        WARN_FORK_FAILED,   WARN_TERMINATING,
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (f->warnings[kinds[i]].warning)
            return true;
    return f->oomes.n > 0;
}

/* The launcher's, where main() throws. */
#define EXIT_THREW 1

/* What main() threw ended the program, and it says what that was. */
bool rule_threw(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct known_warning *w = &f->warnings[WARN_UNCAUGHT];

    if (!w->warning || f->exit_status.value != EXIT_THREW || f->kill.kill ||
        f->other.kill || f->hs_err || f->hearsay || facts_killed_unseen(f) ||
        f->distress || something_was_refused(f))
        return false;
    finding_init(ret, KIND_HEALTHY);
    argue_warning(w, DECISIVE, ret);
    finding_for(ret, SUPPORTING, f->exit_status, "count",
                "the exit status is that of a program whose main() threw");
    if (known(f->live.value) && known(f->xmx.value))
        argue_live_share(f, p, ret);
    finding_cap(ret, CONFIDENCE_MEDIUM);
    ret->summary = "The program ended by an exception of its own, which names "
                   "no want of memory; nothing ran out.";
    return true;
}

/* Who runs into a limit does not leave in good order: the kernel kills at once,
 * and an error has words of its own. */
bool rule_left_in_order(const struct facts *f, struct pen *p,
                        struct finding *ret)
{
    bool full = known(f->live.value) && known(f->xmx.value) &&
                f->live.value > f->xmx.value / 2;

    if (!known(f->exit_line.value) || f->watched != WATCH_ERRORS ||
        known_or(f->exit_status.value, 0) != 0 || facts_died(f) ||
        f->distress || full || something_was_refused(f))
        return false;
    finding_init(ret, KIND_HEALTHY);
    argue_end(f, ret);
    if (known(f->live.value) && known(f->xmx.value))
        argue_live_share(f, p, ret);
    finding_doubt(ret, SUPPORTING,
                  "nobody looked at its native memory while it ran");
    finding_cap(ret, CONFIDENCE_LOW);
    ret->summary = "The program left in good order, with room in its heap, "
                   "and no error was logged.";
    return true;
}
