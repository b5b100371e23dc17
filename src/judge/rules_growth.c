/*
 * rules_growth.c - decides by what the process's memory is made of: at a
 * kill, when a native allocation failed, or while it still grows.
 *
 * Not the largest part decides but the one that grew most since the first
 * capture, with the heap counted by its resident pages. Where that is the
 * heap, its live set tells a heap that is needed from one that was only let
 * grow.
 */
#include "rules.h"

#include "culprit.h"

#define MIB ((uint64_t)1 << 20)

/* Where nobody asked NMT, memory is outside the heap, no more. */
static const char *outside(const struct facts *f, const struct part *part)
{
    return part->kind == PART_UNTRACKED && f->last && !f->last->nmt
               ? "outside the heap"
               : part->name;
}

/* Others than NMT know a few parts as well. */
static const char *who_counts(const struct part *part)
{
    if (part->kind == PART_UNTRACKED)
        return "memory";
    return part->figure.line == LINE_JCMD ? "jcmd's"
           : part->figure.line == LINE_GC ? "the GC log's"
                                          : "NMT's";
}

static const char *name_of(struct pen *p, const struct part *part)
{
    if (part->kind == PART_UNTRACKED)
        return "native memory that NMT does not account for";
    return part->figure.line == LINE_JCMD || part->figure.line == LINE_GC
               ? part->name
               : pen_write(p, "NMT %s", part->name);
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
                          since ? "%s %s grew from %s (%s) to %s"
                                : "%s %s: a fresh JVM has about %s%s, this "
                                  "one %s",
                          who_counts(part), outside(f, part),
                          pen_size(p, part->first), since ? since : "",
                          pen_size(p, part->last)));
    if (part->discount)
        finding_for(ret, HINT, figure_derived(part->discount), "bytes",
                    pen_write(p, "up to %s of that is put down to jcmd itself",
                              pen_size(p, part->discount)));
    if (f->parts.extrapolated && part->end > part->last + part->last / 10)
        finding_for(ret, HINT, figure_derived(part->end), "bytes",
                    pen_write(p, "at that pace it was about %s at the kill",
                              pen_size(p, part->end)));
}

/* ---- which part ------------------------------------------------------- */

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
static const struct part *guilty(const struct facts *f)
{
    const struct part *most = parts_largest(&f->parts);
    const struct part *odd = parts_extraordinary(&f->parts);
    const struct part *way = on_the_way(f);

    if (!f->parts.unseen || !most || most->kind != PART_UNTRACKED)
        return most;
    if (!odd && way && way->growth >= most->growth / 10)
        return way;
    return odd ? odd : most;
}

/* No part made a third of the growth: everything together was too much. A
 * part far beyond the ordinary is somebody all the same, and of growth that
 * nobody saw shares can't be told. */
static bool nobody(const struct facts *f, const struct part *part)
{
    return !part || (part->growth < f->parts.growth / 3 && !f->parts.unseen &&
                     part != parts_extraordinary(&f->parts));
}

static void judge_sum(const struct facts *f, struct pen *p, struct finding *ret)
{
    finding_init(ret, KIND_PARTS_EXCEED_LIMIT);
    finding_cap(ret, CONFIDENCE_MEDIUM);
    argue_kill(f, p, ret);
    for (unsigned i = 0; i < f->parts.n; i++)
        if (f->parts.at[i].growth > f->parts.growth / 8)
            argue_part(f, p, &f->parts.at[i], ret);
    ret->summary =
        pen_write(p,
                  "Killed by the kernel%s; no single part of the process's "
                  "memory made a third of its growth.",
                  at_limit(f, p));
}

/* "is NMT's Thread", "lies outside NMT" */
static const char *part_phrase(const struct facts *f, struct pen *p,
                               const struct part *part)
{
    if (part->kind == PART_TRACKED)
        return pen_write(p, "is %s %s", who_counts(part), part->name);
    return pen_write(p, "lies %s", outside(f, part));
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

static void judge_part(const struct facts *f, struct pen *p,
                       const struct part *part, struct finding *ret)
{
    finding_init(ret, part->verdict);
    argue_kill(f, p, ret);
    argue_part(f, p, part, ret);
    doubt_standing(f, part, ret);
    doubt_pace(f, part, ret);
    culprit_named(name_of(p, part), part->end, &ret->culprit);
    ret->summary = "";
    if (f->parts.unseen)
        finding_cap(ret, part == parts_extraordinary(&f->parts)
                             ? CONFIDENCE_MEDIUM
                             : CONFIDENCE_LOW);
    kind_of_part(f, p, part, ret);
    if (!*ret->summary)
        ret->summary = pen_write(
            p, "Killed by the kernel%s; about %s of the %s resident %s: %s%s.",
            at_limit(f, p), pen_size(p, part->end),
            known(f->rss.value) ? pen_size(p, f->rss.value) : "memory",
            part_phrase(f, p, part), kind_title(ret->kind),
            ret->culprit.class_name
                ? pen_write(p, "; owner: %s", ret->culprit.name)
                : "");
}

/* Only what the dump's objects own off the heap is more than a remainder. */
static void judge_owned(const struct facts *f, struct pen *p, uint64_t rest,
                        struct finding *ret)
{
    struct finding owned;

    finding_init(&owned, KIND_NOT_ENOUGH_EVIDENCE);
    argue_kill(f, p, &owned);
    if (!kind_of_owned(f, p, rest, &owned))
        return;
    owned.summary =
        pen_write(p, "Killed by the kernel%s; %s: %s.", at_limit(f, p),
                  owned.culprit.name ? owned.culprit.name
                                     : "native memory that Java objects own",
                  kind_title(owned.kind));
    *ret = owned;
}

static const char *what_was_killed(const struct facts *f, struct pen *p)
{
    uint64_t rss = end_rss(f);

    if (f->kill.kill)
        return pen_write(p,
                         "The kernel killed the JVM%s, but nothing captured "
                         "tells what its %s were made of.",
                         at_limit(f, p),
                         known(rss) ? pen_size(p, rss) : "pages");
    if (f->hearsay && f->hearsay->kind == OOM_EVENT_OOMD)
        return "A daemon (systemd-oomd, earlyoom), not the kernel, killed for "
               "want of memory, before any limit was hit; nothing captured "
               "tells what the memory was made of.";
    return pen_write(
        p,
        "Something of the group was killed for memory%s, but "
        "without the kernel's report nobody knows what%s.",
        at_limit(f, p),
        known(rss) ? pen_write(p, "; the JVM had %s", pen_size(p, rss)) : "");
}

/* A JVM that touches all of -Xms as it starts needs no look to know what
 * filled the container; the script it was started by may be another's. */
static bool judge_pretouch(const struct facts *f, struct pen *p,
                           struct finding *ret)
{
    if (!f->kill.kill || !facts_touched_at_start(f))
        return false;
    finding_init(ret, KIND_XMX_OVER_LIMIT);
    argue_kill(f, p, ret);
    finding_for(ret, SUPPORTING, f->xms, "bytes",
                pen_write(p,
                          "AlwaysPreTouch: all of -Xms, %s, is touched "
                          "before main() begins",
                          pen_size(p, f->xms.value)));
    if (!f->gc || !f->gc->pretouch)
        finding_cap(ret, CONFIDENCE_MEDIUM);
    argue_xmx(f, p, ret);
    culprit_named("-Xms with AlwaysPreTouch", f->xms.value, &ret->culprit);
    ret->summary = pen_write(
        p,
        "Killed by the kernel%s while the JVM touched its heap: -Xms is %s, "
        "and AlwaysPreTouch needs all of it at once.",
        at_limit(f, p), pen_size(p, f->xms.value));
    return true;
}

/*
 * Nothing but the kernel's word and perhaps a dump. If its objects, or the
 * native memory they own, cover half of what was killed, that is the answer;
 * otherwise only what the dump is not is known.
 */
static bool judge_kill_alone(const struct facts *f, struct pen *p,
                             struct finding *ret)
{
    uint64_t heap = f->heap ? f->heap->all.bytes : 0;
    uint64_t private = known_minus(f->rss.value, known_or(f->file.value, 0));

    if (judge_pretouch(f, p, ret))
        return true;
    finding_init(ret, KIND_NOT_ENOUGH_EVIDENCE);
    argue_kill(f, p, ret);
    ret->summary = what_was_killed(f, p);
    if (!f->heap || !known(private))
        return true;
    if (heap > private / 2) {
        struct part part = {.kind = PART_HEAP, .last = heap, .end = heap};

        part.figure = figure_of(f->dump, heap, 0);
        judge_heap(f, p, &part, ret);
        return true;
    }
    judge_owned(f, p, known_minus(private, heap), ret);
    return true;
}

/*
 * The heap's committed bytes are a promise. Where no objects are known to
 * have filled them, and those of the dump own half of what was killed
 * elsewhere, that is the better account of it.
 */
static bool judge_promise(const struct facts *f, struct pen *p,
                          const struct part *heap, struct finding *ret)
{
    if (heap->kind != PART_HEAP || !f->heap || !known(f->anon.value) ||
        heap_was_filled(f, heap) || f->heap->all.bytes > heap->last / 2)
        return false;
    finding_init(ret, KIND_NOT_ENOUGH_EVIDENCE);
    judge_owned(f, p, known_minus(f->anon.value, f->heap->all.bytes), ret);
    if (ret->kind == KIND_NOT_ENOUGH_EVIDENCE)
        return false;
    finding_cap(ret, CONFIDENCE_MEDIUM);
    finding_against(ret, SUPPORTING, heap->figure, "bytes",
                    pen_write(p,
                              "%s of heap were committed, and may be garbage "
                              "that the dump does not show",
                              pen_size(p, heap->last)));
    return true;
}

/* What grew after the last NMT can be the heap as long as -Xmx lets it. */
static bool gap_may_be_heap(const struct facts *f, const struct part *part)
{
    const struct part *heap = parts_of(&f->parts, PART_HEAP);

    if (!f->parts.unseen || !part || part->kind != PART_UNTRACKED)
        return false;
    return !known(f->xmx.value) ||
           f->xmx.value > (heap ? heap->last : 0) + part->last / 2;
}

/* A heap allowed to outgrow its container is the likelier of the two. */
static void judge_gap(const struct facts *f, struct pen *p,
                      const struct part *gap, struct finding *ret)
{
    bool over = xmx_exceeds(f) && !f->xmx_guessed;

    finding_init(ret, over ? KIND_HEAP_RESERVATION_TOO_LARGE
                           : KIND_NOT_ENOUGH_EVIDENCE);
    finding_cap(ret, CONFIDENCE_LOW);
    argue_kill(f, p, ret);
    if (over) {
        argue_xmx(f, p, ret);
        culprit_named("-Xmx beyond the container's limit", f->xmx.value,
                      &ret->culprit);
    }
    ret->summary = pen_write(
        p,
        "The kernel killed the JVM%s; %s of it came after the last NMT or lie "
        "outside it, and may be heap or native memory.",
        at_limit(f, p), pen_size(p, gap->last));
}

/* Without the kernel's report, that it was this process which filled the
 * group is only likely if it was well on the way. */
static bool was_near_limit(const struct facts *f)
{
    uint64_t last = f->last ? moment_private(f->last) : UNKNOWN;

    return known(last) && known(f->limit.value) && last >= f->limit.value / 2;
}

bool rule_killed(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct part *part = guilty(f);

    if (!f->kill.kill && !facts_killed_unseen(f))
        return false;
    if (!f->parts.n || (facts_killed_unseen(f) && !was_near_limit(f)))
        return judge_kill_alone(f, p, ret);
    if (gap_may_be_heap(f, part))
        judge_gap(f, p, part, ret);
    else if (nobody(f, part))
        judge_sum(f, p, ret);
    else if (part->kind != PART_HEAP)
        judge_part(f, p, part, ret);
    else if (!judge_promise(f, p, part, ret))
        judge_heap(f, p, part, ret);
    return true;
}

/* ---- without a kill --------------------------------------------------- */

/* Needs figures of NMT: without them nobody can tell what NMT would see. */
bool judge_native_growth(const struct facts *f, struct pen *p, uint64_t asked,
                         struct finding *ret)
{
    const struct part *part = guilty(f);
    const char *bytes =
        known(asked) ? pen_write(p, " of %s", pen_size(p, asked)) : "";

    if (!part || part->kind == PART_HEAP || nobody(f, part) || !f->last ||
        !f->last->nmt)
        return false;
    judge_part(f, p, part, ret);
    ret->summary = pen_write(
        p,
        "%s a native allocation%s failed; about %s of its memory "
        "%s: %s.",
        f->hs_err ? "The JVM stopped because" : "It ended when", bytes,
        pen_size(p, part->end), part_phrase(f, p, part), kind_title(ret->kind));
    return true;
}

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

/* How far it came, in front of what grew: no error and no kernel log tell. */
static const char *not_yet(const struct facts *f, struct finding *ret)
{
    if (!facts_end_unsaid(f)) {
        finding_against(ret, SUPPORTING, figure_derived(UNKNOWN), NULL,
                        "nothing has run out of memory yet");
        return "Nothing ran out yet";
    }
    finding_cap(ret, CONFIDENCE_LOW);
    finding_against(ret, SUPPORTING, figure_derived(UNKNOWN), NULL,
                    facts_sigkill_told(f)
                        ? "who sent the SIGKILL is not known: memory may not "
                          "have been the reason"
                        : "why the process ended is not known: memory may not "
                          "have been the reason");
    return facts_sigkill_told(f) ? "It was killed, by whom is not known"
                                 : "It ended suddenly, why is not known";
}

static void judge_live_growth(const struct facts *f, struct pen *p,
                              struct finding *ret)
{
    struct figure now = f->live, before = f->live_before;

    finding_init(ret, KIND_HEAP_LEAK);
    if (f->live_rises) {
        now = figure_of(f->gc_input, f->gc->last_full_after, f->gc->last_line);
        before.value = f->gc->first_full_after;
        finding_for(ret, SUPPORTING,
                    figure_of(f->gc_input, f->gc->full_count, 0), "count",
                    "every full collection left more than the one before");
    }
    finding_for(ret, DECISIVE, now, "bytes",
                pen_write(p, "the live set grew from %s to %s",
                          pen_size(p, before.value), pen_size(p, now.value)));
    kind_of_heap(f, p, ret);
    ret->summary = pen_write(p, "%s, but the live set grew from %s to %s%s%s.",
                             not_yet(f, ret), pen_size(p, before.value),
                             pen_size(p, now.value),
                             ret->culprit.known ? ", held by " : "",
                             ret->culprit.known ? ret->culprit.name : "");
}

bool rule_growing(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct part *part = guilty(f);

    if (facts_died(f) && !facts_end_unsaid(f))
        return false;
    if (live_grows(f)) {
        judge_live_growth(f, p, ret);
        return true;
    }
    if (nobody(f, part) || part->kind == PART_HEAP || f->parts.unseen ||
        !still_grows(f, part))
        return false;
    judge_part(f, p, part, ret);
    ret->summary = pen_write(p, "%s, but %s more %s: %s.", not_yet(f, ret),
                             pen_size(p, part->growth), part_phrase(f, p, part),
                             kind_title(ret->kind));
    return true;
}

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
