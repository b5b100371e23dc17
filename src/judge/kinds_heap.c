/*
 * kinds_heap.c - what fills the live set, by the patterns the JDK's own
 * classes give away.
 *
 * Each pattern says how many bytes it accounts for; the first in the table
 * that accounts for a third of the live set names the kind. Special ones
 * come before general ones: a queue of strings is a backlog first.
 */
#include "kinds.h"

#include <string.h>

#include "base/size.h"
#include "culprit.h"
#include "heap_patterns.h"

static struct figure dump_says(const struct facts *f, uint64_t value)
{
    return figure_of(f->dump, value, 0);
}

static const struct {
    enum verdict_kind kind;
    heap_pattern *match;
} patterns[] = {
    {KIND_FINALIZER_BACKLOG, pattern_finalizers},
    {KIND_CLEANER_BACKLOG, pattern_cleaners},
    {KIND_JNI_GLOBAL_REF_LEAK, pattern_jni_globals},
    {KIND_VIRTUAL_THREADS, pattern_virtual_threads},
    {KIND_CLASSLOADER_LEAK, pattern_loaders},
    {KIND_GROWING_ARRAY, pattern_array},
    {KIND_STACK_LOCAL_RESULT, pattern_stack},
    {KIND_THREADLOCAL_LEAK, pattern_threadlocals},
    {KIND_HEAP_BACKLOG, pattern_queue},
    {KIND_LISTENER_LEAK, pattern_listeners},
    {KIND_STRING_DUPLICATES, pattern_duplicates},
    {KIND_STRING_GROWTH, pattern_strings},
};

/* What the VM fills holes with is no object of anybody. */
static uint64_t without_fillers(const struct class_histogram *h)
{
    const struct histogram_row *r;
    uint64_t bytes = h->bytes;

    VEC_EACH (&h->rows, r)
        if (strncmp(r->class_name, "jdk.internal.vm.Filler", 22) == 0)
            bytes = known_minus(bytes, r->bytes);
    return bytes;
}

static uint64_t histogram_bytes(const struct facts *f)
{
    uint64_t bytes = UNKNOWN;
    const struct moment *m;

    VEC_EACH (&f->moments, m)
        if (m->histogram)
            bytes = without_fillers(m->histogram);
    return bytes;
}

/* What G1 itself says of humongous regions, where it was asked. */
static bool regions_told(const struct facts *f, struct pen *p, uint64_t live,
                         struct finding *ret)
{
    uint64_t regions = f->gc->humongous_last;

    if (!known(regions) || regions < f->xmx.value / 2 ||
        live > f->xmx.value - f->xmx.value / 4)
        return false;
    finding_for(ret, SUPPORTING,
                figure_of(f->gc_input, regions, f->gc->last_line), "bytes",
                pen_write(p,
                          "humongous objects take up %s of regions in G1's "
                          "heap of %s",
                          pen_size(p, regions), pen_size(p, f->xmx.value)));
    return true;
}

/*
 * A full collection packs everything but humongous objects, and G1 counts
 * their regions whole: what it left above the objects that the error's own
 * dump has is the unused end of such regions.
 */
static bool regions_implied(const struct facts *f, struct pen *p, uint64_t live,
                            struct finding *ret)
{
    uint64_t left = f->gc->full_count ? facts_after_full(f) : UNKNOWN;

    if (!heap_is_of_error(f->heap) || !facts_is_g1(f) || !known(left) ||
        known_minus(left, live + f->heap->soft.bytes) < f->xmx.value / 4)
        return false;
    finding_for(ret, SUPPORTING, figure_of(f->gc_input, left, f->gc->last_line),
                "bytes",
                pen_write(p,
                          "full collections left %s in G1's regions, of which "
                          "objects are only %s: large arrays leave the end "
                          "of their regions unused",
                          pen_size(p, left), pen_size(p, live)));
    return true;
}

/* What the dump's own arrays leave unused in regions of that size. */
static bool regions_by_size(const struct facts *f, struct pen *p, uint64_t live,
                            struct finding *ret)
{
    uint64_t region = f->gc->region_size, tails;
    unsigned k = 0;

    while (k < HEAP_REGION_SIZES && MIB << k != region)
        k++;
    if (!f->heap || k == HEAP_REGION_SIZES || !facts_is_g1(f))
        return false;
    tails = f->heap->region_tails[k];
    if (tails < f->xmx.value / 4 ||
        live + tails < f->xmx.value - f->xmx.value / 4)
        return false;
    finding_for(ret, SUPPORTING, dump_says(f, tails), "bytes",
                pen_write(p,
                          "arrays of more than half of a region of %s leave "
                          "%s behind them, which G1 gives to nobody else",
                          pen_size(p, region), pen_size(p, tails)));
    return true;
}

/* G1 gives every object above half a region whole regions of its own: the
 * heap is full although the bytes in it are not. Its own "used" counts whole
 * regions, so objects must be counted. */
static bool humongous(const struct facts *f, struct pen *p, struct finding *ret)
{
    uint64_t live = f->heap ? facts_live_of(f->heap) : histogram_bytes(f);

    if (!f->gc || !known(live) || !known(f->xmx.value) ||
        (!regions_told(f, p, live, ret) && !regions_by_size(f, p, live, ret) &&
         !regions_implied(f, p, live, ret)))
        return false;
    ret->kind = KIND_G1_HUMONGOUS;
    return true;
}

static void name_suspect(const struct facts *f, struct pen *p,
                         const struct heap_suspect *s, struct finding *ret)
{
    if (!s && f->heap->suspects.n)
        s = &f->heap->suspects.at[0];
    if (s)
        culprit_of_suspect(p, f->heap, s, s->retained, &ret->culprit);
}

static void argue_suspect(const struct facts *f, struct pen *p,
                          struct finding *ret)
{
    uint64_t bytes = ret->culprit.bytes, live = facts_live_of(f->heap);

    if (!ret->culprit.known || !known(bytes))
        return;
    finding_for(ret, SUPPORTING, dump_says(f, bytes), "bytes",
                pen_write(p, "%s: %s of the %s alive (%s)", ret->culprit.name,
                          pen_size(p, bytes), pen_size(p, live),
                          pen_share(p, bytes, live)));
}

/* Many loaders are no leak by themselves: whoever holds them has to let go. */
static void argue_holder(const struct facts *f, struct pen *p, uint64_t bytes,
                         struct finding *ret)
{
    const struct heap_suspect *s;
    struct culprit holder = {.known = false};

    if (!f->heap->suspects.n)
        return;
    s = &f->heap->suspects.at[0];
    if (s->kind != SUSPECT_OBJECT || s->retained < bytes / 2)
        return;
    culprit_of_suspect(p, f->heap, s, s->retained, &holder);
    finding_for(ret, HINT, dump_says(f, s->retained), "bytes",
                pen_write(p, "%s of it hang on %s", pen_size(p, s->retained),
                          holder.name));
}

/* The first pattern that accounts for a third of the live set. */
static bool match(const struct facts *f, struct pen *p, struct finding *ret)
{
    uint64_t live = facts_live_of(f->heap);

    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        struct pattern_match m = {.text = ""};

        if (!patterns[i].match(f->heap, p, &m) || m.bytes < live / 3)
            continue;
        ret->kind = patterns[i].kind;
        if (m.culprit)
            culprit_named(m.culprit, m.bytes, &ret->culprit);
        else
            name_suspect(f, p, m.suspect, ret);
        finding_for(ret, SUPPORTING, dump_says(f, m.bytes), "bytes", m.text);
        if (ret->kind == KIND_CLASSLOADER_LEAK) {
            argue_repeated_class(f, p, ret);
            argue_holder(f, p, m.bytes, ret);
        }
        return true;
    }
    return false;
}

bool kind_of_heap(const struct facts *f, struct pen *p, struct finding *ret)
{
    bool g1 = humongous(f, p, ret);

    if (!f->heap || f->heap->quick)
        return !g1 && kind_of_histogram(f, p, ret);
    if (g1 || !match(f, p, ret))
        name_suspect(f, p, NULL, ret);
    argue_suspect(f, p, ret);
    return ret->culprit.known;
}
