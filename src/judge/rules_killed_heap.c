/*
 * rules_killed_heap.c - killed by the kernel with the heap as the part that
 * grew: objects the program keeps, objects it needs, or garbage that -Xmx
 * allowed.
 *
 * The live set tells them apart. Where it makes half of what was killed and
 * grew, the kernel only came before the OutOfMemoryError would have.
 */
#include "rules.h"

#include "base/size.h"
#include "argue.h"
#include "culprit.h"
#include "kinds.h"

/* Whether objects in use fill the heap, rather than garbage nobody had a
 * reason to collect yet. The live set may be older than the kill. */
static bool live_fills(const struct facts *f, const struct part *heap)
{
    uint64_t of = known_or(f->limit.value, heap->last);

    if (!known(f->live.value))
        return !known(f->parts.private_end) ||
               heap->end >= f->parts.private_end / 4;
    return f->live.value * 100 >= of * f->thresholds->sizing_live_percent ||
           f->live.value >= heap->last / 2;
}

static const char *live_text(const struct facts *f, struct pen *p)
{
    const char *size = pen_size(p, f->live.value);

    if (!known(f->limit.value))
        return pen_write(p, "its live set is %s", size);
    return pen_write(p,
                     "its live set is %s, %s of the limit (from %u %% on the "
                     "heap counts as needed)",
                     size, pen_share(p, f->live.value, f->limit.value),
                     f->thresholds->sizing_live_percent);
}

static void argue_heap(const struct facts *f, struct pen *p,
                       const struct part *heap, struct finding *ret)
{
    argue_kill(f, p, ret);
    finding_for(ret, SUPPORTING, heap->figure, "bytes",
                f->last && known(f->last->heap_resident.value)
                    ? pen_write(p, "%s of the Java heap are resident",
                                pen_size(p, heap->last))
                    : pen_write(p, "at most %s of the Java heap are resident",
                                pen_size(p, heap->last)));
    if (known(f->live.value))
        finding_for(ret, SUPPORTING, f->live, "bytes", live_text(f, p));
    else
        finding_cap(ret, CONFIDENCE_MEDIUM);
    argue_xmx(f, p, ret);
}

static void name_heap(const struct facts *f, struct pen *p, struct finding *ret)
{
    if (f->heap && f->heap->suspects.n)
        culprit_of_suspect(p, f->heap, &f->heap->suspects.at[0],
                           f->heap->suspects.at[0].retained, &ret->culprit);
    else
        culprit_named("the Java heap", f->heap_end.value, &ret->culprit);
}

static bool fills_container(const struct facts *f, const struct part *heap)
{
    return heap->end * 100 >=
           f->limit.value * f->thresholds->sizing_heap_percent;
}

/* ---- a need, a leak, or garbage ---------------------------------------- */

bool live_is_larger(uint64_t before, uint64_t now)
{
    return known(before) && known(now) && now >= before + 4 * MIB &&
           now >= before + before / 3;
}

bool live_is_few(const struct facts *f, uint64_t live)
{
    return known(f->xmx.value) && live < f->xmx.value / 4;
}

/* What objects filled at the first look, garbage included, is the most that
 * can have lived then. */
static struct figure live_at_first(const struct facts *f)
{
    struct figure used =
        f->parts.first ? f->parts.first->heap_used : figure_none();

    if (known(f->live_before.value) && !(used.value < f->live_before.value))
        return f->live_before;
    return used;
}

/* The live set alone is half of what was killed. */
static bool live_is_most(const struct facts *f)
{
    uint64_t end = f->parts.private_end;

    if (!known(end) && known(f->anon.value))
        end = f->anon.value + known_or(f->shmem.value, 0);
    return known(f->live.value) && known(end) && f->live.value >= end / 2;
}

/* Seen twice, and not grown: objects that the program needs. */
static bool live_is_level(const struct facts *f)
{
    struct figure before = live_at_first(f);

    return known(before.value) && !live_is_larger(before.value, f->live.value);
}

/* Garbage that let a heap grow leaves its pages touched. */
bool heap_was_filled(const struct facts *f, const struct part *heap)
{
    uint64_t most = f->gc ? known_or(f->gc->peak_before, 0) : 0;
    const struct moment *m;

    VEC_EACH (&f->moments, m)
        if (known(m->heap_used.value) && m->heap_used.value > most)
            most = m->heap_used.value;
    return f->pretouch ||
           known(f->last ? f->last->heap_resident.value : UNKNOWN) ||
           most >= heap->last - heap->last / 4;
}

/* Objects in use are no garbage, however few they are yet; and the more they
 * are, the less do two looks say that they are no leak. */
static void doubt_live(const struct facts *f, struct pen *p,
                       struct finding *ret)
{
    struct figure before = live_at_first(f);

    if (live_is_most(f) && live_is_level(f)) {
        finding_cap(ret, CONFIDENCE_MEDIUM);
        finding_against(ret, SUPPORTING, f->live, "bytes",
                        "objects in use are half of what was killed: a leak "
                        "that is slower than the looks at it seems level");
        return;
    }
    if (!live_is_larger(before.value, f->live.value) ||
        live_is_few(f, f->live.value))
        return;
    finding_cap(ret, CONFIDENCE_MEDIUM);
    finding_against(ret, SUPPORTING, before, "bytes",
                    pen_write(p,
                              "the live set grew from at most %s to %s: it "
                              "may be a leak in its beginnings",
                              pen_size(p, before.value),
                              pen_size(p, f->live.value)));
}

/* What is committed need not have pages, and others may have grown as much
 * where nobody told them apart. */
static void doubt_garbage(const struct facts *f, const struct part *heap,
                          struct finding *ret)
{
    const struct part *rest = parts_of(&f->parts, PART_UNTRACKED);

    if (!heap_was_filled(f, heap)) {
        finding_cap(ret, CONFIDENCE_MEDIUM);
        finding_against(ret, SUPPORTING, heap->figure, NULL,
                        "that much was committed; nothing shows that objects "
                        "ever filled it");
    }
    if (!f->last || !f->last->nmt) {
        finding_cap(ret, CONFIDENCE_MEDIUM);
        finding_doubt(ret, HINT,
                      "without native memory tracking the rest of the "
                      "process can't be told by cause");
    } else if (rest && rest->growth > heap->growth / 2) {
        finding_cap(ret, CONFIDENCE_MEDIUM);
        finding_against(ret, SUPPORTING, rest->figure, NULL,
                        "memory outside NMT grew more than half as much");
    }
}

/* All that is sure to have had pages but the heap. */
static uint64_t solid_beside_heap(const struct facts *f)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < f->parts.n; i++)
        if (f->parts.at[i].kind != PART_HEAP)
            sum += f->parts.at[i].solid;
    return sum;
}

/* The last look may have been long before the end. */
static void doubt_early_look(const struct facts *f, struct pen *p,
                             const struct part *heap, struct finding *ret)
{
    uint64_t killed = f->anon.value;

    if (!known(killed) || heap->end + solid_beside_heap(f) >= killed / 2)
        return;
    finding_cap(ret, CONFIDENCE_LOW);
    finding_against(ret, SUPPORTING, f->anon, "bytes",
                    pen_write(p,
                              "less than half of the %s that were killed had "
                              "been there when the heap was last looked at",
                              pen_size(p, killed)));
}

static const char *xmx_phrase(const struct facts *f, struct pen *p)
{
    if (!known(f->xmx.value))
        return "-Xmx is not known";
    return pen_write(p,
                     xmx_exceeds(f) ? "-Xmx (%s) allowed that" : "-Xmx is %s",
                     pen_size(p, f->xmx.value));
}

static const char *heap_summary(const struct facts *f, struct pen *p,
                                const struct part *heap)
{
    return pen_write(
        p, "Killed by the kernel%s with %s %s of Java heap%s; %s.",
        at_limit(f, p), heap->end > heap->last ? "up to" : "about",
        pen_size(p, heap->end),
        known(f->live.value)
            ? pen_write(p, ", %s of it live", pen_size(p, f->live.value))
            : "",
        xmx_phrase(f, p));
}

/* With a larger container, or a smaller -Xmx, it would have been an
 * OutOfMemoryError: the live set itself was what filled it. */
static void judge_live(const struct facts *f, struct pen *p,
                       const struct part *heap, struct finding *ret)
{
    struct figure before = live_at_first(f);

    finding_init(ret, KIND_HEAP_LEAK);
    argue_heap(f, p, heap, ret);
    if (live_is_larger(before.value, f->live.value)) {
        finding_for(ret, SUPPORTING, before, "bytes",
                    pen_write(p, "before, at most %s of it were alive",
                              pen_size(p, before.value)));
    } else {
        finding_cap(ret, CONFIDENCE_MEDIUM);
        finding_doubt(ret, SUPPORTING,
                      "the live set was measured once: the program may need "
                      "all of it");
    }
    if (!kind_of_heap(f, p, ret))
        culprit_named("the Java heap", f->live.value, &ret->culprit);
    ret->summary = pen_write(
        p,
        "Killed by the kernel%s before the heap ran out: %s are live%s%s; %s.",
        at_limit(f, p), pen_size(p, f->live.value),
        ret->culprit.class_name ? ", held by " : "",
        ret->culprit.class_name ? ret->culprit.name : "", xmx_phrase(f, p));
}

/* No JVM runs in a twentieth of its container beside the heap: one this large
 * is sized as if it were alone in there. */
static bool leaves_no_room(const struct facts *f)
{
    return known(f->xmx.value) && known(f->limit.value) && !f->xmx_guessed &&
           f->xmx.value >= f->limit.value - f->limit.value / 20;
}

/* A heap that -Xmx let outgrow the container is to blame by itself, be it
 * needed or garbage; one within the container only beside the rest. */
void judge_heap(const struct facts *f, struct pen *p, const struct part *heap,
                struct finding *ret)
{
    bool live = live_fills(f, heap), over = xmx_exceeds(f);

    if (live && !over && live_is_most(f) && !live_is_level(f)) {
        judge_live(f, p, heap, ret);
        return;
    }
    over = over || leaves_no_room(f);
    if (over && (live || fills_container(f, heap)))
        finding_init(ret, KIND_XMX_OVER_LIMIT);
    else
        finding_init(ret, KIND_PARTS_EXCEED_LIMIT);
    argue_heap(f, p, heap, ret);
    if (over && !live)
        finding_for(ret, HINT, figure_derived(heap->end), "bytes",
                    pen_write(p,
                              "the heap is %s of the limit (from %u %% on it "
                              "alone is too large)",
                              pen_share(p, heap->end, f->limit.value),
                              f->thresholds->sizing_heap_percent));
    if (!live)
        doubt_garbage(f, heap, ret);
    if (ret->kind == KIND_PARTS_EXCEED_LIMIT)
        doubt_live(f, p, ret);
    doubt_early_look(f, p, heap, ret);
    name_heap(f, p, ret);
    ret->summary = heap_summary(f, p, heap);
}
