/*
 * rules_glance.c - a JVM that lives, looked at once from both sides: a heap
 * dump that somebody asked for and a native report in which nothing is beyond
 * the ordinary.
 *
 * One look shows no growth, so that neither verdict is ever more than low.
 * But what lives can be held against what may live, and what the native side
 * has does not make up for it.
 */
#include "rules.h"

#include "argue.h"
#include "heap_patterns.h"
#include "kinds.h"

/* Nothing tells of an end or of its being near. */
static bool lives(const struct facts *f)
{
    return !facts_died(f) && !facts_end_unsaid(f) && !f->gone && !f->hearsay &&
           !f->distress && !f->oomes.n && !facts_any_kill(f);
}

/* Two looks say more than one, whatever it is. */
static bool looked_once(const struct facts *f)
{
    return f->heap && f->live.line == LINE_DUMP && f->last && f->last->nmt &&
           !known(f->live_before.value) && facts_one_look(f);
}

static void argue_native_side(const struct facts *f, struct pen *p,
                              struct finding *ret)
{
    finding_for(ret, SUPPORTING, f->last->tracked, "bytes",
                pen_write(p,
                          "NMT counts %s beside the heap, and no category of "
                          "it is beyond the ordinary",
                          pen_size(p, f->last->tracked.value)));
}

/*
 * The suspect that alone has much of what may live, in a list or a queue; or
 * NULL. A map may be a cache at its full size; nobody keeps a cache in a list.
 */
static const struct heap_suspect *one_holder(const struct facts *f)
{
    const struct heap_suspect *s = f->heap->suspects.at;

    return f->heap->suspects.n && known(f->xmx.value) &&
                   s->retained >= f->xmx.value / 100 *
                                      f->thresholds->holder_of_xmx_percent &&
                   piles_up_in_sequence(s)
               ? s
               : NULL;
}

static void argue_holder(const struct facts *f, struct pen *p,
                         const struct heap_suspect *s, struct finding *ret)
{
    finding_for(ret, DECISIVE, figure_of(f->dump, s->retained, 0), "bytes",
                pen_write(p,
                          "one list or queue has %s of -Xmx %s (%u %% raise a "
                          "suspicion)",
                          pen_share(p, s->retained, f->xmx.value),
                          pen_size(p, f->xmx.value),
                          f->thresholds->holder_of_xmx_percent));
    finding_doubt(ret, SUPPORTING,
                  "one look shows no growth: what was loaded once and is kept "
                  "looks the same");
}

/* Deflaters and Inflaters look small on the heap: what is held may have more
 * off it, and the side is where more bytes are. */
static bool holds_more_off_heap(const struct facts *f, struct pen *p,
                                const struct heap_suspect *s,
                                struct finding *ret)
{
    finding_init(ret, KIND_NOT_ENOUGH_EVIDENCE);
    finding_cap(ret, CONFIDENCE_LOW);
    if (!kind_of_zlib(f, p, 4 * s->retained, ret)) /* explains half of it */
        return false;
    finding_doubt(ret, SUPPORTING,
                  "one look shows no growth, and NMT does not see zlib's "
                  "memory: the process's resident memory would tell");
    ret->summary =
        pen_write(p,
                  "Nothing says that anything ran out; if memory does, it is "
                  "with zlib's state rather than with the heap: %s.",
                  ret->culprit.name);
    return true;
}

bool rule_one_holder(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct heap_suspect *s =
        lives(f) && looked_once(f) ? one_holder(f) : NULL;

    if (!s)
        return false;
    if (holds_more_off_heap(f, p, s, ret))
        return true;
    finding_init(ret, KIND_HEAP_LEAK);
    finding_cap(ret, CONFIDENCE_LOW);
    argue_holder(f, p, s, ret);
    argue_native_side(f, p, ret);
    kind_of_heap(f, p, ret);
    ret->summary =
        pen_write(p,
                  "Nothing says that anything ran out; if the heap "
                  "fills, it is with what %s keeps.",
                  ret->culprit.known ? ret->culprit.name : s->class_name);
    return true;
}

bool rule_unremarkable(const struct facts *f, struct pen *p,
                       struct finding *ret)
{
    if (!lives(f) || !looked_once(f) || !known(f->live.value) ||
        !live_is_few(f, f->live.value))
        return false;
    finding_init(ret, KIND_HEALTHY);
    finding_cap(ret, CONFIDENCE_LOW);
    argue_live_share(f, p, ret);
    argue_native_side(f, p, ret);
    finding_doubt(ret, SUPPORTING,
                  "one look shows no growth, and nobody says how the process "
                  "fared after it");
    ret->summary = "Neither the heap nor native memory shows anything beyond "
                   "the ordinary, and nothing here says that the process "
                   "died.";
    return true;
}
