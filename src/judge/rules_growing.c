/*
 * rules_growing.c - without a death that memory explains: what still grows,
 * the live set or a part outside the heap, and what is far beyond the
 * ordinary at the only look.
 */
#include "rules.h"

#include "base/size.h"
#include "culprit.h"
#include "kinds.h"

/* One interval can be warming up; this much of native memory is not. Over
 * more looks half of it says so. */
#define NO_WARM_UP (64 * MIB)

/*
 * Private memory that still grows at the last look, or a native part that
 * grew by more in all than warming up explains.
 */
static bool still_grows(const struct facts *f, const struct part *part)
{
    struct level l = facts_level(f);

    if (l.looks < 2 || facts_is_level(&l))
        return false;
    return part->growth > (l.looks > 2 ? NO_WARM_UP / 2 : NO_WARM_UP);
}

/*
 * A live set a third as large again, by two dumps or by one full collection
 * after the other. Between those a cache of soft references swells and
 * shrinks, so they must never have left less than before.
 */
static bool live_grows(const struct facts *f)
{
    if (f->live_rises &&
        live_is_larger(f->gc->first_full_after, f->gc->last_full_after) &&
        !live_is_few(f, f->gc->last_full_after))
        return true;
    return f->live.line == LINE_DUMP &&
           live_is_larger(f->live_before.value, f->live.value) &&
           !live_is_few(f, f->live.value);
}

/* By the full collections, if they are what tells of it, else by two looks. */
static struct figure live_now(const struct facts *f)
{
    return f->live_rises ? figure_of(f->gc_input, f->gc->last_full_after,
                                     f->gc->last_line)
                         : f->live;
}

static uint64_t live_then(const struct facts *f)
{
    return f->live_rises ? f->gc->first_full_after : f->live_before.value;
}

/* A leak on the heap may keep more alive off it: a loader its metaspace. The
 * side is where more bytes are. */
static bool part_outgrows_heap(const struct facts *f, const struct part *part)
{
    return part->growth / 2 >
           known_or(known_minus(live_now(f).value, live_then(f)), 0);
}

/* It died, and something tells of what. */
static bool end_is_said(const struct facts *f)
{
    return facts_died(f) && !facts_end_unsaid(f);
}

/* How far it came, in front of what grew: no error and no kernel log tell. */
static const char *not_yet(const struct facts *f, struct finding *ret)
{
    if (!facts_end_unsaid(f)) {
        finding_doubt(ret, SUPPORTING, "nothing has run out of memory yet");
        return "Nothing ran out yet";
    }
    finding_cap(ret, CONFIDENCE_LOW);
    finding_doubt(ret, SUPPORTING,
                  facts_sigkill_told(f)
                      ? "who sent the SIGKILL is not known: memory may not "
                        "have been the reason"
                      : "why the process ended is not known: memory may not "
                        "have been the reason");
    return facts_sigkill_told(f) ? "It was killed and nobody knows by whom"
                                 : "It ended suddenly and nobody knows why";
}

static void name_growth(const struct facts *f, struct pen *p, uint64_t before,
                        uint64_t now, struct finding *ret)
{
    kind_of_heap(f, p, ret);
    ret->summary =
        pen_write(p, "%s, but the live set grew from %s to %s%s%s.",
                  not_yet(f, ret), pen_size(p, before), pen_size(p, now),
                  ret->culprit.known ? ", held by " : "",
                  ret->culprit.known ? ret->culprit.name : "");
}

static void judge_live_growth(const struct facts *f, struct pen *p,
                              struct finding *ret)
{
    struct figure now = live_now(f);
    uint64_t before = live_then(f);

    finding_init(ret, KIND_HEAP_LEAK);
    if (f->live_rises)
        finding_for(ret, SUPPORTING,
                    figure_of(f->gc_input, f->gc->full_count, 0), "count",
                    "every full collection left more than the one before");
    finding_for(ret, DECISIVE, now, "bytes",
                pen_write(p, "the live set grew from %s to %s",
                          pen_size(p, before), pen_size(p, now.value)));
    name_growth(f, p, before, now.value, ret);
}

/* Few as it may be yet: it goes on, and at no slower pace. */
static bool climbs(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct climb *c = &f->climb;

    if (!c->looks)
        return false;
    finding_init(ret, KIND_HEAP_LEAK);
    finding_cap(ret, CONFIDENCE_MEDIUM);
    finding_for(ret, DECISIVE, c->last, "bytes",
                pen_write(p,
                          "the live set grew at each of %u looks, from %s to "
                          "%s, and no slower in the end",
                          c->looks, pen_size(p, c->first.value),
                          pen_size(p, c->last.value)));
    finding_against(ret, HINT, figure_derived(UNKNOWN), NULL,
                    "a cache that is far from full fills in the same way");
    name_growth(f, p, c->first.value, c->last.value, ret);
    return true;
}

bool rule_growing(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct part *part = part_to_blame(f);
    bool native;

    if (end_is_said(f))
        return false;
    native = !nobody_to_blame(f, part) && part->kind != PART_HEAP &&
             !f->parts.unseen && still_grows(f, part);
    if (live_grows(f) && !(native && part_outgrows_heap(f, part))) {
        judge_live_growth(f, p, ret);
        return true;
    }
    if (!native)
        return climbs(f, p, ret);
    judge_part(f, p, part, ret);
    ret->summary = pen_write(p, "%s, but %s more %s: %s.", not_yet(f, ret),
                             pen_size(p, part->growth), part_phrase(f, p, part),
                             kind_title(ret->kind));
    return true;
}

/* ---- mappings ----------------------------------------------------------- */

/* Twice as many as before, and more than half of what is allowed: a JVM has
 * some hundreds. */
static bool mappings_grow(const struct facts *f)
{
    return known(f->map_count.value) && known(f->max_map_count.value) &&
           f->map_count.value / 2 >= f->maps_at_first.value &&
           f->map_count.value > f->max_map_count.value / 2;
}

/* What they take runs out before their number does. */
static bool memory_is_nearer(const struct facts *f)
{
    uint64_t rss = f->last ? f->last->rss.value : UNKNOWN;

    /* Shares of the limits, either of which may be 0 in a file. */
    return known(rss) && known(f->limit.value) &&
           (double)rss * (double)f->max_map_count.value >=
               (double)f->map_count.value * (double)f->limit.value;
}

bool rule_mappings_grow(const struct facts *f, struct pen *p,
                        struct finding *ret)
{
    unsigned long long n = f->map_count.value, most = f->max_map_count.value,
                       before = f->maps_at_first.value;

    if (end_is_said(f) || !mappings_grow(f) || memory_is_nearer(f))
        return false;
    finding_init(ret, KIND_MAP_COUNT_LIMIT);
    finding_cap(ret, CONFIDENCE_MEDIUM);
    finding_for(ret, DECISIVE, f->map_count, "count",
                pen_write(p,
                          "%llu mappings of %llu allowed, and no more than "
                          "%llu at the first look",
                          n, most, before));
    ret->summary =
        pen_write(p,
                  "%s, but the number of mappings grew from %llu to %llu: the "
                  "limit on it (%llu) is nearer than that on memory.",
                  not_yet(f, ret), before, n, most);
    culprit_named("vm.max_map_count", UNKNOWN, &ret->culprit);
    return true;
}

/* ---- one look ----------------------------------------------------------- */

bool rule_extraordinary(const struct facts *f, struct pen *p,
                        struct finding *ret)
{
    const struct part *part = parts_extraordinary(&f->parts);

    if (!part || f->parts.first)
        return false;
    judge_part(f, p, part, ret);
    finding_cap(ret, CONFIDENCE_MEDIUM);
    ret->summary = pen_write(p, "%s holds %s, far beyond the ordinary: %s.",
                             ret->culprit.name, pen_size(p, part->last),
                             kind_title(ret->kind));
    return true;
}
