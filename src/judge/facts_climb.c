/*
 * facts_climb.c - whether the live set climbs steadily: what a look finds
 * alive, time after time, by class histograms or else by the full
 * collections of the GC log.
 *
 * Warming up and a cache that fills go ever slower; a leak does not. So the
 * later half must have added half as much as the earlier one, and what was
 * there at first must have doubled.
 */
#include "facts.h"

#define LOOKS_OF_CLIMB 3

/* Measures of one witness, in the order of time. */
struct measures {
    struct figure first, middle, last;
    unsigned n, all; /* so far, and how many there will be */
    bool falls;
};

static void measure(struct measures *m, struct figure at)
{
    if (!m->n)
        m->first = at;
    else
        m->falls |= at.value + m->last.value / 20 < m->last.value;
    if (m->n == m->all / 2)
        m->middle = at;
    m->last = at;
    m->n++;
}

static bool is_climb(const struct measures *m)
{
    uint64_t early, late;

    if (m->n < LOOKS_OF_CLIMB || m->falls || m->last.value / 2 < m->first.value)
        return false;
    early = known_minus(m->middle.value, m->first.value);
    late = known_minus(m->last.value, m->middle.value);
    return late >= early / 2 && early + late >= GROWTH_THAT_COUNTS;
}

/* A histogram is a collection, and a census of what it left. */
static struct measures by_histograms(const struct facts *f)
{
    struct measures m = {.all = 0};
    const struct moment *at;

    VEC_EACH (&f->moments, at)
        m.all += known(at->heap_live.value);
    VEC_EACH (&f->moments, at)
        if (known(at->heap_live.value))
            measure(&m, at->heap_live);
    return m;
}

static struct measures by_collections(const struct facts *f)
{
    struct measures m = {.all = 0};
    const struct gc_pause *p;

    VEC_EACH (&f->gc->pauses, p)
        m.all += p->full && known(p->after);
    VEC_EACH (&f->gc->pauses, p)
        if (p->full && known(p->after))
            measure(&m, figure_of(f->gc_input, p->after, p->line));
    return m;
}

void facts_climb(struct facts *f)
{
    struct measures m = by_histograms(f);

    if (!is_climb(&m) && f->gc)
        m = by_collections(f);
    if (is_climb(&m))
        f->climb = (struct climb){m.n, m.first, m.last};
}
