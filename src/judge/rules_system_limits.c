/*
 * rules_system_limits.c - the system refused the JVM a thread, a mapping or
 * the address space of its heap, by a limit on the process that has nothing
 * to do with how much memory there is.
 */
#include "rules.h"

#include <string.h>

#include "argue.h"
#include "culprit.h"

/* ---- threads ------------------------------------------------------------ */

/* Each thread's stack is mapped before it starts. Where nobody looked in the
 * end at how much was mapped, that there is such a limit hints at it. */
static const char *lack_of_address_space(const struct facts *f, struct pen *p,
                                         struct finding *ret)
{
    bool full = facts_address_space_full(f);
    const char *limit;

    if (!full && known(f->mapped.value) &&
        f->mapped.value < f->address_space.value / 2)
        return NULL;
    limit = argue_address_space(f, p, full ? SUPPORTING : HINT, ret);
    if (!limit)
        return NULL;
    if (full)
        finding_for(
            ret, SUPPORTING, f->mapped, "bytes",
            pen_write(p, "it had mapped %s", pen_size(p, f->mapped.value)));
    ret->title = "a limit on address space";
    return limit;
}

/* Whose limit: the cgroup counts refusals, a ulimit only stands there. */
static const char *whose_limit(const struct facts *f, struct pen *p,
                               struct finding *ret)
{
    if (known(f->pids_events.value) && f->pids_events.value > 0) {
        finding_for(ret, DECISIVE, f->pids_events, "count",
                    "the pids cgroup counts refused forks");
        return known(f->pids_max.value)
                   ? pen_write(p, "the cgroup's pids.max of %llu",
                               (unsigned long long)f->pids_max.value)
                   : "the cgroup's pids.max";
    }
    if (known(f->pids_events.value))
        finding_against(ret, SUPPORTING, f->pids_events, "count",
                        "the pids cgroup refused nothing: not its limit");
    if (facts_address_space_full(f))
        return lack_of_address_space(f, p, ret);
    if (known(f->nproc.value) && f->nproc.value < LIMIT_UNLIMITED &&
        known(f->threads_peak.value) &&
        f->threads_peak.value * 2 >= f->nproc.value) {
        finding_for(ret, SUPPORTING, f->nproc, "count",
                    "the user's process limit (ulimit -u) is near");
        return pen_write(p, "ulimit -u of %llu",
                         (unsigned long long)f->nproc.value);
    }
    return lack_of_address_space(f, p, ret);
}

bool rule_thread_limit(const struct facts *f, struct pen *p,
                       struct finding *ret)
{
    const struct known_warning *fork = &f->warnings[WARN_FORK_FAILED];
    const struct known_warning *w =
        fork->warning ? fork : &f->warnings[WARN_THREAD_FAILED];
    const char *limit;
    bool refused = facts_oome_is(f, OOME_NATIVE_THREAD);
    bool counted = known(f->pids_events.value) && f->pids_events.value > 0;

    if (!refused && ((!w->warning && !counted) || f->oome))
        return false;
    finding_init(ret, KIND_NATIVE_THREAD_LIMIT);
    if (refused)
        argue_oome(f, p, ret);
    argue_warning(w, refused ? HINT : SUPPORTING, ret);
    if (known(f->threads_peak.value))
        finding_for(ret, SUPPORTING, f->threads_peak, "count",
                    pen_write(p, "the process had %llu threads",
                              (unsigned long long)f->threads_peak.value));
    limit = whose_limit(f, p, ret);
    culprit_named(limit ? limit : "a limit on threads or processes", UNKNOWN,
                  &ret->culprit);
    ret->summary =
        pen_write(p, "No %s could be started%s: %s; memory had not run out.",
                  fork->warning ? "process" : "thread",
                  !fork->warning && known(f->threads_peak.value)
                      ? pen_write(p, " beyond %llu",
                                  (unsigned long long)f->threads_peak.value)
                      : "",
                  pen_write(p,
                            ret->title ? "the address space (%s) was used up"
                                       : "%s was reached",
                            ret->culprit.name));
    return true;
}

/* ---- mappings ----------------------------------------------------------- */

static bool maps_full(const struct facts *f)
{
    return known(f->map_count.value) && known(f->max_map_count.value) &&
           f->map_count.value >=
               f->max_map_count.value - f->max_map_count.value / 20;
}

bool rule_map_limit(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct known_warning *w = &f->warnings[WARN_MAP_FAILED];
    const char *limit = NULL;
    bool refused = facts_oome_is(f, OOME_MAP_FAILED);

    if (!refused && !maps_full(f) && !(w->warning && !f->oome))
        return false;
    finding_init(ret, KIND_MAP_COUNT_LIMIT);
    if (refused)
        argue_oome(f, p, ret);
    argue_warning(w, SUPPORTING, ret);
    if (maps_full(f))
        finding_for(ret, DECISIVE, f->map_count, "count",
                    pen_write(p, "%llu mappings of %llu allowed",
                              (unsigned long long)f->map_count.value,
                              (unsigned long long)f->max_map_count.value));
    else
        limit = argue_address_space(f, p, HINT, ret);
    culprit_named(limit ? limit : "vm.max_map_count", UNKNOWN, &ret->culprit);
    ret->summary = pen_write(
        p, "A mapping was refused%s: %s was reached; memory had not run out.",
        maps_full(f)
            ? pen_write(p, " at %llu", (unsigned long long)f->map_count.value)
            : "",
        limit ? "a limit on address space or on the number of mappings"
              : "the limit on the number of mappings");
    return true;
}

/* ---- address space ------------------------------------------------------ */

/* What else the JVM reserves whole as it starts, and the flag for it. */
struct reservation {
    const char *word, *what, *flag;
};

static const struct reservation *reservation_of(const char *text)
{
    static const struct reservation all[] = {
        {"metaspace", "its class space", "-XX:CompressedClassSpaceSize"},
        {"class space", "its class space", "-XX:CompressedClassSpaceSize"},
        {"code", "its code cache", "-XX:ReservedCodeCacheSize"},
        {"", "its heap", "-Xmx"},
    };
    const struct reservation *r = all;

    while (!strstr(text, r->word))
        r++;
    return r;
}

bool rule_reservation(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct known_warning *w = &f->warnings[WARN_RESERVE_FAILED];
    const char *limit = NULL;
    const struct reservation *of;
    uint64_t asked;

    if (!w->warning || f->oome)
        return false;
    of = reservation_of(w->warning->text);
    asked = known(w->warning->bytes) ? w->warning->bytes : f->xmx.value;
    finding_init(ret, KIND_HEAP_RESERVATION_TOO_LARGE);
    finding_for(ret, DECISIVE,
                figure_of(w->input, w->warning->bytes, w->warning->line),
                known(w->warning->bytes) ? "bytes" : NULL, w->warning->text);
    if (known(f->xmx.value))
        finding_for(ret, SUPPORTING, f->xmx, "bytes", "the heap asked for");
    if (address_space_is_short(f, asked))
        limit = argue_address_space(f, p, SUPPORTING, ret);
    culprit_named(of->flag, asked, &ret->culprit);
    ret->summary = pen_write(
        p, "The JVM could not reserve %s%s%s%s and never started.", of->what,
        known(w->warning->bytes)
            ? pen_write(p, " of %s", pen_size(p, w->warning->bytes))
            : "",
        limit ? " under " : "", limit ? limit : "");
    return true;
}
