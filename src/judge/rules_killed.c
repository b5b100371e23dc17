/*
 * rules_killed.c - the kernel killed this process, or somebody says so: the
 * part of its memory that is to blame decides, and where no part is, what
 * else was captured.
 */
#include "rules.h"

#include "argue.h"
#include "culprit.h"
#include "kinds.h"

/* ---- no part of it ------------------------------------------------------ */

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

/* ---- nothing but the kill ----------------------------------------------- */

/* Only what the dump's objects own off the heap is more than a remainder;
 * false: they own too little. */
static bool judge_owned(const struct facts *f, struct pen *p, uint64_t rest,
                        struct finding *ret)
{
    struct finding owned;

    finding_init(&owned, KIND_NOT_ENOUGH_EVIDENCE);
    argue_kill(f, p, &owned);
    if (!kind_of_owned(f, p, rest, &owned))
        return false;
    owned.summary =
        pen_write(p, "Killed by the kernel%s; %s: %s.", at_limit(f, p),
                  owned.culprit.name ? owned.culprit.name
                                     : "native memory that Java objects own",
                  kind_title(owned.kind));
    *ret = owned;
    return true;
}

/* systemd tells of a kill in the unit, and how its main process ended. */
static bool main_process_was_killed(const struct facts *f)
{
    return f->hearsay && f->hearsay->kind == OOM_EVENT_UNIT &&
           facts_sigkill_told(f);
}

static const char *what_was_killed(const struct facts *f, struct pen *p)
{
    uint64_t rss = facts_end_rss(f);

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
    if (facts_kernel_stood_by(f))
        return "What runs the process (the kubelet, YARN, a platform), not "
               "the kernel, ended it for its memory; nothing captured tells "
               "what that was made of.";
    if (main_process_was_killed(f))
        return pen_write(p,
                         "The kernel killed the service's main process for "
                         "memory%s, as systemd says, but nothing captured "
                         "tells what filled it.",
                         at_limit(f, p));
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
static void judge_kill_alone(const struct facts *f, struct pen *p,
                             struct finding *ret)
{
    uint64_t heap = f->heap ? f->heap->all.bytes : 0;
    uint64_t private = known_minus(f->rss.value, known_or(f->file.value, 0));

    finding_init(ret, KIND_NOT_ENOUGH_EVIDENCE);
    argue_kill(f, p, ret);
    ret->summary = what_was_killed(f, p);
    if (!f->heap || !known(private))
        return;
    if (heap > private / 2) {
        struct part part = {.kind = PART_HEAP, .last = heap, .end = heap};

        part.figure = figure_of(f->dump, heap, 0);
        judge_heap(f, p, &part, ret);
    } else {
        judge_owned(f, p, known_minus(private, heap), ret);
    }
}

/* ---- a heap that may not have been there -------------------------------- */

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
    if (!judge_owned(f, p, known_minus(f->anon.value, f->heap->all.bytes), ret))
        return false;
    finding_cap(ret, CONFIDENCE_MEDIUM);
    finding_against(ret, SUPPORTING, heap->figure, "bytes",
                    pen_write(p,
                              "%s of heap were committed, and may be garbage "
                              "that the dump does not show",
                              pen_size(p, heap->last)));
    return true;
}

/* Whatever the heap had, most of what was killed lay outside of it. */
static bool heap_is_the_smaller_half(const struct facts *f)
{
    return known(f->xmx.value) && known(f->parts.private_end) &&
           f->xmx.value < f->parts.private_end / 2;
}

/* What grew after the last NMT can be the heap as long as -Xmx lets it. */
static bool gap_may_be_heap(const struct facts *f, const struct part *part)
{
    const struct part *heap = parts_of(&f->parts, PART_HEAP);

    if (!f->parts.unseen || !part || part->kind != PART_UNTRACKED ||
        heap_is_the_smaller_half(f))
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

/* What objects are known to own need not be heap. */
static bool judge_owned_gap(const struct facts *f, struct pen *p,
                            const struct part *gap, struct finding *ret)
{
    if (!judge_owned(f, p, gap->last, ret))
        return false;
    finding_cap(ret, CONFIDENCE_MEDIUM);
    return true;
}

/* ---- the rule ----------------------------------------------------------- */

/* Without the kernel's report, that it was this process which filled the
 * group is only likely if it was well on the way. */
static bool was_near_limit(const struct facts *f)
{
    uint64_t last = f->last ? moment_private(f->last) : UNKNOWN;

    return known(last) && known(f->limit.value) && last >= f->limit.value / 2;
}

bool rule_killed(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct part *part = part_to_blame(f);
    bool unseen = facts_killed_unseen(f);

    if (!f->kill.kill && !unseen)
        return false;
    if (!f->parts.n || (unseen && !was_near_limit(f))) {
        if (!judge_pretouch(f, p, ret))
            judge_kill_alone(f, p, ret);
    } else if (stacks_may_be_it(f, part)) {
        judge_stacks(f, p, part, ret);
    } else if (gap_may_be_heap(f, part)) {
        if (!judge_owned_gap(f, p, part, ret))
            judge_gap(f, p, part, ret);
    } else if (nobody_to_blame(f, part)) {
        judge_sum(f, p, ret);
    } else if (part->kind != PART_HEAP) {
        judge_part(f, p, part, ret);
    } else if (!judge_promise(f, p, part, ret)) {
        judge_heap(f, p, part, ret);
    }
    return true;
}
