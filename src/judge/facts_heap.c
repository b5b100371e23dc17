/*
 * facts_heap.c - how large the live set is and whether it grows: from heap
 * dumps, from what full collections left, from class histograms.
 *
 * A soft-referenced cache is no live set: it goes when memory runs short.
 * What waits to be finalized is: it stays until its finalizer has run.
 */
#include "facts.h"

#include "base/size.h"

uint64_t facts_live_of(const struct heap *h)
{
    if (!known(h->reachable.bytes))
        return h->all.bytes;
    if (h->mat)
        return known_minus(h->reachable.bytes, h->soft.bytes);
    return h->reachable.bytes + h->final.bytes;
}

/* How many full collections before an error are one attempt: the JVM tries
 * again and again, harder each time. */
#define ATTEMPTS 4

/*
 * What the last full collection left. After an OutOfMemoryError its thread
 * is gone and its data with it, so the largest of the last attempts counts.
 */
uint64_t facts_after_full(const struct facts *f)
{
    uint64_t most = f->gc->last_full_after, n = 0;

    if (!f->oome)
        return most;
    for (uint64_t i = f->gc->pauses.n; i-- > 0 && n < ATTEMPTS;) {
        const struct gc_pause *p = &f->gc->pauses.at[i];

        if (!p->full || !known(p->after))
            continue;
        if (!known(most) || p->after > most)
            most = p->after;
        n++;
    }
    return most;
}

/* The dump of the error itself, then the last full collection (later than
 * any dump on request), then the dump, then a histogram. */
static void find_live(struct facts *f)
{
    bool full = f->gc && f->gc->full_count;

    if (heap_is_of_error(f->heap) || (f->heap && (!full || !facts_died(f))))
        f->live = figure_of(f->dump, facts_live_of(f->heap), 0);
    if (full && facts_after_full(f))
        figure_fill(&f->live, figure_of(f->gc_input, facts_after_full(f),
                                        f->gc->last_line));
    for (uint64_t i = f->moments.n; i-- > 0;)
        figure_fill(&f->live, f->moments.at[i].heap_live);
}

/* What is in use after the collections that precede an error is alive. */
static void take_javacore(struct facts *f)
{
    const struct input *in;

    VEC_EACH (&f->incident->inputs, in) {
        const struct javacore *j =
            in->kind == ARTIFACT_JAVACORE ? in->javacore : NULL;

        if (!j || !j->has_oome || j->oome.kind != OOME_HEAP_SPACE)
            continue;
        figure_fill(&f->live, figure_of(in, j->heap_used, j->heap_line));
        figure_fill(&f->heap_end, figure_of(in, j->heap_total, j->heap_line));
    }
}

/* Of the same witness as `live`, or the two can't be compared. The earlier
 * dump is read in haste: all its objects, which is no less than its live
 * ones. */
static void find_live_before(struct facts *f)
{
    const struct incident *i = f->incident;
    const struct moment *m;

    if (f->live.line == LINE_DUMP && i->heap_before &&
        !facts_is_strange(f, &i->inputs.at[i->heap_before_input]))
        f->live_before = figure_of(&i->inputs.at[i->heap_before_input],
                                   facts_live_of(i->heap_before), 0);
    if (f->live.line == LINE_GC && f->gc->full_count > 1)
        f->live_before = figure_of(f->gc_input, f->gc->first_full_after, 0);
    if (f->live.line == LINE_JCMD)
        VEC_EACH (&f->moments, m)
            if (m->heap_live.origin.path != f->live.origin.path)
                figure_fill(&f->live_before, m->heap_live);
}

/* Unified logs print whole MiB. */
#define GRAIN MIB

static uint64_t count_full(const struct gc_log *g)
{
    const struct gc_pause *p;
    uint64_t n = 0;

    VEC_EACH (&g->pauses, p)
        n += p->full && known(p->after);
    return n;
}

/*
 * A leak leaves more after every full collection; a cache goes up and down.
 * A twentieth is allowed for objects that just happened to live. What a
 * program loads as it starts is there after the first few, and then no more:
 * the later half must have added a quarter of what the earlier one did.
 */
static bool live_rises(const struct gc_log *g)
{
    uint64_t most = 0, first = 0, middle = 0, n = 0, all = count_full(g);
    const struct gc_pause *p;

    VEC_EACH (&g->pauses, p) {
        if (!p->full || !known(p->after))
            continue;
        if (p->after + GRAIN + most / 20 < most)
            return false;
        if (p->after > most)
            most = p->after;
        if (!n)
            first = most;
        if (n++ == all / 2)
            middle = most;
    }
    return n >= 3 && most - middle >= (middle - first) / 4;
}

void facts_heap(struct facts *f)
{
    const struct part *heap = parts_of(&f->parts, PART_HEAP);

    find_live(f);
    find_live_before(f);
    if (f->gc)
        f->live_rises = live_rises(f->gc);
    if (heap) {
        f->heap_end = heap->figure;
        f->heap_end.value = heap->end;
    } else if (f->gc) {
        f->heap_end = figure_of(f->gc_input, f->gc->peak_capacity, 0);
    }
    take_javacore(f);
}
