/*
 * facts_gc.c - what the GC log knows of the process's memory where nobody
 * asked NMT: the heap's size and what classes use, from the first collection
 * to the last, which is as close to the death as any capture comes.
 */
#include "facts.h"

#include <string.h>

static void fill(const struct facts *f, uint64_t metaspace, struct moment *m)
{
    const struct gc_log *g = f->gc;

    figure_fill(&m->metaspace_used,
                figure_of(f->gc_input, metaspace, g->metaspace_line));
}

/* The collection may be later than the look: classes can't have used more
 * than the process had beside its heap. */
static void fill_look(const struct facts *f, uint64_t metaspace,
                      struct moment *m)
{
    uint64_t beside =
        known_minus(moment_private(m), known_or(moment_heap(m).value, 0));

    if (known(beside) && known(metaspace) && metaspace <= beside)
        fill(f, metaspace, m);
}

static void make(const struct facts *f, const char *name,
                 const struct gc_pause *p, uint64_t metaspace, struct moment *m)
{
    moment_init(m, name);
    m->heap_committed = figure_of(f->gc_input, p->capacity, p->line);
    m->heap_used = figure_of(f->gc_input, p->before, p->line);
    fill(f, metaspace, m);
}

/* Nobody looked at the process: the log's first and last collection are all
 * there is. */
static void take_moments(struct facts *f)
{
    const struct gc_log *g = f->gc;

    make(f, "the first collection", &g->pauses.at[0], g->first_metaspace,
         &f->from_gc[0]);
    make(f, "the last collection", vec_last(&g->pauses), g->last_metaspace,
         &f->from_gc[1]);
    f->first = &f->from_gc[0];
    f->last = &f->from_gc[1];
}

/* Before they give up, these collect the whole heap; others stall, or reclaim
 * in passing. */
static bool collects_in_want(const char *collector)
{
    static const char *const names[] = {"Serial", "Parallel", "CMS", "G1"};

    for (size_t i = 0; collector && i < sizeof names / sizeof *names; i++)
        if (strcmp(collector, names[i]) == 0)
            return true;
    return false;
}

/* A rotated log lacks the beginning. */
static bool from_the_start(const struct gc_log *g)
{
    const struct gc_pause *first = &g->pauses.at[0],
                          *last = vec_last(&g->pauses);

    return first->uptime >= 0 && first->uptime <= last->uptime / 4;
}

bool facts_gc_knows_no_want(const struct facts *f)
{
    const struct gc_log *g = f->gc;
    const struct gc_pause *p;

    if (!g || !g->exit_line || !g->pauses.n || g->count > g->pauses.n ||
        !collects_in_want(g->collector) || !from_the_start(g))
        return false;
    VEC_EACH (&g->pauses, p)
        if (facts_is_unasked(p))
            return false;
    return true;
}

void facts_gc(struct facts *f)
{
    const struct gc_log *g = f->gc;

    if (!g || !g->pauses.n || !known(g->last_metaspace))
        return;
    if (!f->last)
        take_moments(f);
    else if (!f->last->nmt)
        fill_look(f, g->last_metaspace,
                  &f->moments.at[f->last - f->moments.at]);
}
