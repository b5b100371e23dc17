/*
 * rules_part.c - one part of the process's memory: which of them is to
 * blame, and what is said of it.
 *
 * Not the largest part is but the one that grew most since the first
 * capture, with the heap counted by its resident pages.
 */
#include "rules.h"

#include "argue.h"
#include "culprit.h"
#include "kinds.h"

/* Where nobody asked NMT, memory is outside the heap, no more. */
static const char *outside(const struct facts *f, const struct part *part)
{
    return part->kind == PART_UNTRACKED && f->last && !f->last->nmt
               ? "outside the heap"
               : part->name;
}

static bool is_mapped_stacks(const struct part *part)
{
    return part->verdict == KIND_THREAD_STACKS && !part_is_nmts(part);
}

/* "NMT's Thread", "memory outside NMT" */
static const char *whose_part(const struct facts *f, struct pen *p,
                              const struct part *part)
{
    if (part->kind == PART_UNTRACKED)
        return pen_write(p, "memory %s", outside(f, part));
    if (is_mapped_stacks(part))
        return "what the mappings show behind the guard pages of threads";
    return pen_write(p, "%s's %s", part_teller(part), part->name);
}

static const char *name_of(struct pen *p, const struct part *part)
{
    if (part->kind == PART_UNTRACKED)
        return "native memory that NMT does not account for";
    if (part_is_nmts(part))
        return pen_write(p, "NMT %s", part->name);
    return is_mapped_stacks(part) ? "stacks of threads" : part->name;
}

/* What says how large the parts were before; NULL: nothing does. */
static const char *baseline(const struct facts *f)
{
    if (f->parts.first)
        return f->parts.first->name;
    return f->last && f->last->nmt && f->last->nmt->diff ? "its baseline"
                                                         : NULL;
}

void argue_part(const struct facts *f, struct pen *p, const struct part *part,
                struct finding *ret)
{
    const char *since = baseline(f);
    struct figure last = part->figure;

    last.value = part->last;
    finding_for(ret, SUPPORTING, last, "bytes",
                pen_write(p,
                          since ? "%s grew from %s (%s) to %s"
                                : "%s: a fresh JVM has about %s%s, this "
                                  "one %s",
                          whose_part(f, p, part), pen_size(p, part->first),
                          since ? since : "", pen_size(p, part->last)));
    if (part->promised)
        finding_for(ret, HINT, figure_derived(part->promised), "bytes",
                    pen_write(p,
                              "NMT has %s more: up to JDK 10 it counts stacks "
                              "whole, touched or not",
                              pen_size(p, part->promised)));
    if (part->discount)
        finding_for(ret, HINT, figure_derived(part->discount), "bytes",
                    pen_write(p, "up to %s of that is put down to jcmd itself",
                              pen_size(p, part->discount)));
    if (f->parts.extrapolated && part->end > part->last + part->last / 10)
        finding_for(ret, HINT, figure_derived(part->end), "bytes",
                    pen_write(p, "at that pace it was about %s at the kill",
                              pen_size(p, part->end)));
}

/* ---- which part --------------------------------------------------------- */

/* Of NMT's own parts the one that grew most between two looks; or NULL. */
static const struct part *on_the_way(const struct facts *f)
{
    const struct part *best = NULL;

    if (!f->parts.first || !f->parts.first->nmt)
        return NULL;
    for (unsigned i = 0; i < f->parts.n; i++) {
        const struct part *it = &f->parts.at[i];

        if (it->kind == PART_TRACKED && it->growth >= GROWTH_THAT_COUNTS &&
            (!best || it->growth > best->growth))
            best = it;
    }
    return best;
}

/*
 * The part that grew most. If memory grew unseen after the last capture, a
 * part already far beyond the ordinary is the better guess than the gap, and
 * so is one that was growing when NMT last looked, unless the gap is more
 * than ten times that.
 */
const struct part *part_to_blame(const struct facts *f)
{
    const struct part *most = parts_largest(&f->parts);
    const struct part *odd = parts_extraordinary(&f->parts);
    const struct part *way = on_the_way(f);

    if (parts_filled(&f->parts))
        return parts_filled(&f->parts);
    if (!f->parts.unseen || !most || most->kind != PART_UNTRACKED)
        return most;
    if (!odd && way && way->growth >= most->growth / 10)
        return way;
    return odd ? odd : most;
}

/* No part made a third of the growth: everything together was too much. A
 * part far beyond the ordinary is somebody all the same, and of growth that
 * nobody saw shares can't be told. */
bool nobody_to_blame(const struct facts *f, const struct part *part)
{
    return !part || (part->growth < f->parts.growth / 3 && !f->parts.unseen &&
                     part != parts_extraordinary(&f->parts) &&
                     part != parts_filled(&f->parts));
}

/* ---- what is said of it ------------------------------------------------- */

/* "is what NMT counts as Thread", "lies outside NMT" */
const char *part_phrase(const struct facts *f, struct pen *p,
                        const struct part *part)
{
    if (is_mapped_stacks(part))
        return "lies behind the guard pages of threads";
    if (part->kind == PART_TRACKED)
        return pen_write(p, "is what %s counts as %s", part_teller(part),
                         part->name);
    return pen_write(p, "lies %s", outside(f, part));
}

/* Bitmaps and tables of a collector are committed with the heap, and written
 * when it is used: then the resident memory grows, and NMT shows nothing. */
static void argue_filled(const struct facts *f, struct pen *p,
                         const struct part *part, struct finding *ret)
{
    struct figure rss = f->last->rss;

    rss.value = parts_filled_by(&f->parts);
    finding_cap(ret, CONFIDENCE_MEDIUM);
    finding_for(ret, SUPPORTING, rss, "bytes",
                pen_write(p,
                          "private memory grew by %s more than all parts did: "
                          "only NMT's %s, with %s committed, can have had as "
                          "much without pages",
                          pen_size(p, rss.value), part->name,
                          pen_size(p, part->last)));
}

/* What NMT has committed need not have pages: the collector's tables are as
 * large for a heap that is hardly used. What did not grow is only large. */
static void doubt_standing(const struct facts *f, const struct part *part,
                           struct finding *ret)
{
    if (!f->parts.first || part->growth >= GROWTH_THAT_COUNTS ||
        part->growth >= part->last / 10)
        return;
    finding_cap(ret, CONFIDENCE_LOW);
    finding_against(ret, SUPPORTING, part->figure, NULL,
                    "it was as large at the first look, when nothing was "
                    "wrong yet; what is committed may have no pages");
}

/* Of one look the pace is guessed from what a fresh JVM has; it proves nothing
 * where most of the part would have come after that look. */
static void doubt_pace(const struct facts *f, const struct part *part,
                       struct finding *ret)
{
    if (baseline(f) || part->kind != PART_TRACKED || !f->parts.extrapolated ||
        part->end / 2 < part->last)
        return;
    finding_cap(ret, CONFIDENCE_LOW);
    finding_against(ret, SUPPORTING, part->figure, NULL,
                    "it was looked at once: whether it grew at all is not "
                    "known");
}

void judge_part(const struct facts *f, struct pen *p, const struct part *part,
                struct finding *ret)
{
    bool filled = part == parts_filled(&f->parts);
    uint64_t bytes = filled ? parts_filled_by(&f->parts) : part->end;

    finding_init(ret, part->verdict);
    argue_kill(f, p, ret);
    if (filled) {
        argue_filled(f, p, part, ret);
    } else {
        argue_part(f, p, part, ret);
        doubt_standing(f, part, ret);
    }
    doubt_pace(f, part, ret);
    culprit_named(name_of(p, part), bytes, &ret->culprit);
    if (f->parts.unseen)
        finding_cap(ret, part == parts_extraordinary(&f->parts)
                             ? CONFIDENCE_MEDIUM
                             : CONFIDENCE_LOW);
    kind_of_part(f, p, part, ret);
    ret->summary = pen_write(
        p, "Killed by the kernel%s; about %s of %s %s: %s%s.", at_limit(f, p),
        pen_size(p, bytes),
        known(f->rss.value)
            ? pen_write(p, "the %s resident", pen_size(p, f->rss.value))
            : "its memory",
        part_phrase(f, p, part), kind_title(ret->kind),
        ret->culprit.class_name ? pen_write(p, "; owner: %s", ret->culprit.name)
                                : "");
}
