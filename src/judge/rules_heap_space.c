/*
 * rules_heap_space.c - an OutOfMemoryError of the heap itself: full of what
 * the program keeps, or asked for more at once than it can give.
 */
#include "rules.h"

#include <string.h>

#include "base/size.h"
#include "argue.h"
#include "culprit.h"
#include "kinds.h"

/* Of a heap that nothing more fits into, in percent. */
#define FULL_PERCENT 80

static bool heap_is_full(const struct facts *f)
{
    return facts_oome_is(f, OOME_HEAP_SPACE) ||
           facts_oome_is(f, OOME_GC_OVERHEAD) ||
           facts_oome_is(f, OOME_ARRAY_LIMIT) ||
           facts_oome_is(f, OOME_LENGTH_LIMIT);
}

/* The limit the heap ran into: -Xmx, else what was committed at most, unless
 * that was before the heap had grown. */
static struct figure heap_limit(const struct facts *f)
{
    if (known(f->xmx.value))
        return f->xmx;
    /* The collector saw it last. */
    if (f->gc && known(f->gc->peak_capacity) &&
        !(f->gc->peak_capacity <= f->heap_end.value))
        return figure_of(f->gc_input, f->gc->peak_capacity, 0);
    if (known(f->live.value) && f->live.value > f->heap_end.value)
        return figure_none();
    return f->heap_end;
}

/* ---- one request -------------------------------------------------------- */

/* Hardly any service runs with a heap this small; without -Xmx it is all
 * there is to tell an empty heap by. */
#define SMALLEST_HEAP (8 * MIB)

/* A dump that somebody asked for, or a histogram, may be much older. */
static bool live_is_of_the_error(const struct facts *f)
{
    return f->live.line == LINE_GC ||
           f->live.line == LINE_HS_ERR || /* a javacore, made by it */
           (f->live.line == LINE_DUMP && heap_is_of_error(f->heap));
}

/* Whether a dump is what follows the announcement of this error, which there
 * is. The JVM writes one for the first that it throws, of any kind. */
static bool is_dumped_for(const struct facts *f, const struct known_warning *to)
{
    const struct known_oome *o;

    VEC_EACH (&f->oomes, o)
        if (o->kind == f->oome->kind && o->at.origin.path == to->input->path &&
            o->at.origin.line + 1 == to->warning->line)
            return true;
    return false;
}

/* The size of the dump that the JVM says it wrote on this error. All that is
 * alive is in there, in no fewer bytes, as heads of objects and references are
 * longer than in the heap; unless it was compressed. */
static struct figure dump_written(const struct facts *f)
{
    const struct known_warning *to = &f->warnings[WARN_DUMPING],
                               *done = &f->warnings[WARN_DUMP_WRITTEN];

    if (!to->warning || !done->warning || to->input != done->input ||
        done->warning->line != to->warning->line + 1 || !is_dumped_for(f, to) ||
        strstr(to->warning->text, ".gz"))
        return figure_none();
    return figure_of(done->input, done->warning->bytes, done->warning->line);
}

/* What was alive when the error was thrown, or at most was; else at some other
 * time. */
static struct figure alive(const struct facts *f, bool *at_most)
{
    struct figure most = dump_written(f);

    *at_most = known(most.value) && !live_is_of_the_error(f);
    return *at_most ? most : f->live;
}

static bool is_little(const struct facts *f, uint64_t live, uint64_t heap)
{
    return live * 100 < heap * f->thresholds->oversize_live_percent;
}

/* A heap of unknown size that mostly holds one thing is full of it. */
static bool one_object_fills(const struct facts *f)
{
    const struct heap_suspect *s;

    if (!f->heap || !f->heap->suspects.n)
        return false;
    s = &f->heap->suspects.at[0];
    return s->kind == SUSPECT_OBJECT && s->retained >= f->live.value / 2;
}

/* Unless told otherwise the JVM allows as much direct memory as heap, and a
 * dump has that figure. Who tells it otherwise has a larger heap than these. */
static bool has_room(const struct facts *f, uint64_t live)
{
    if (f->heap && known(f->heap->natives.jvm_limit))
        return is_little(f, live, f->heap->natives.jvm_limit);
    return !one_object_fills(f);
}

static bool nearly_empty(const struct facts *f, uint64_t live)
{
    struct figure limit = heap_limit(f);

    if (!known(live))
        return false;
    if (known(limit.value))
        return is_little(f, live, limit.value);
    return live < SMALLEST_HEAP && has_room(f, live);
}

/* `what` it is that is so much. */
static void argue_live(const struct facts *f, struct pen *p, const char *what,
                       struct figure live, struct finding *ret)
{
    struct figure limit = heap_limit(f);

    if (!known(live.value))
        return;
    finding_for(ret, SUPPORTING, live, "bytes",
                known(limit.value)
                    ? pen_write(p, "%s %s of a heap of %s (%s)", what,
                                pen_size(p, live.value),
                                pen_size(p, limit.value),
                                pen_share(p, live.value, limit.value))
                    : pen_write(p, "%s %s", what, pen_size(p, live.value)));
}

/* Of a heap whose size nobody states the limit on direct memory tells. */
static void argue_direct_limit(const struct facts *f, struct pen *p,
                               struct finding *ret)
{
    uint64_t direct = f->heap ? f->heap->natives.jvm_limit : UNKNOWN;

    if (!known(direct))
        return;
    finding_for(ret, HINT, figure_of(f->dump, direct, 0), "bytes",
                pen_write(p,
                          "this JVM may have %s of direct memory, which is "
                          "-Xmx unless it was told otherwise",
                          pen_size(p, direct)));
    if (one_object_fills(f))
        finding_cap(ret, CONFIDENCE_MEDIUM);
}

static void argue_little(const struct facts *f, struct pen *p,
                         struct figure live, struct finding *ret)
{
    if (!nearly_empty(f, live.value))
        return;
    if (!known(heap_limit(f).value)) {
        argue_direct_limit(f, p, ret);
        return;
    }
    finding_for(ret, HINT, live, "bytes",
                pen_write(p,
                          "below %u %% of the heap, one request is to "
                          "blame rather than what is kept",
                          f->thresholds->oversize_live_percent));
}

/* What makes the heap seem empty may not be so: it may not be as large as
 * NMT's reservation. */
static void doubt_limit(const struct facts *f, struct finding *ret)
{
    if (!f->xmx_guessed || f->collector || f->heap)
        return;
    finding_cap(ret, CONFIDENCE_LOW);
    finding_against(ret, SUPPORTING, f->xmx, NULL,
                    "-Xmx is taken from NMT's reservation, which is far "
                    "larger if the collector is ZGC");
}

/* A request that failed leaves an empty heap and a process that goes on. */
static void doubt_end(const struct facts *f, struct pen *p, struct finding *ret)
{
    bool outlived = known(f->outlived.value);
    struct figure seen = outlived ? f->outlived : f->written_after;

    if (!known(seen.value))
        return;
    finding_cap(ret, CONFIDENCE_MEDIUM);
    finding_against(ret, SUPPORTING, seen, "count",
                    pen_write(p,
                              outlived
                                  ? "the JVM outlived this error: collections "
                                    "came after it (%llu); its end may be "
                                    "another matter"
                                  : "the log goes on behind this error for "
                                    "%llu lines: the JVM's end may be another "
                                    "matter",
                              (unsigned long long)seen.value));
}

static const char *site_of(const struct facts *f)
{
    const struct heap *h = f->heap;
    const struct known_oome *o;

    if (heap_is_of_error(h) && h->threads.at[h->oome_thread].oome_caller)
        return h->threads.at[h->oome_thread].oome_caller;
    /* The JDK's own frames on top say how, and the program's below who. */
    VEC_EACH (&f->oomes, o)
        if (o->oome && o->oome->top_frame && o->kind == f->oome->kind)
            return o->oome->app_frame ? o->oome->app_frame : o->oome->top_frame;
    return NULL;
}

/* Whose stack it was, and where that is written. */
static void argue_site(const struct facts *f, struct pen *p, const char *site,
                       struct finding *ret)
{
    const struct heap *h = f->heap;
    bool dump =
        heap_is_of_error(h) && h->threads.at[h->oome_thread].oome_caller;
    struct figure at = dump ? figure_of(f->dump, UNKNOWN, 0) : f->oome->at;

    at.value = UNKNOWN;
    finding_for(ret, HINT, at, NULL,
                pen_write(p, "the stack of the error begins at %s", site));
    if (dump)
        ret->culprit.thread = h->threads.at[h->oome_thread].name;
}

static const char *too_much_for(const struct facts *f, struct pen *p, bool any)
{
    struct figure limit = heap_limit(f);

    if (any)
        return "an array may hold, whatever the heap";
    return known(limit.value)
               ? pen_write(p, "a heap of %s can give", pen_size(p, limit.value))
               : "the heap can give";
}

bool rule_oversized(const struct facts *f, struct pen *p, struct finding *ret)
{
    bool array = facts_oome_is(f, OOME_ARRAY_LIMIT);
    bool length = facts_oome_is(f, OOME_LENGTH_LIMIT);
    bool at_most, empty;
    struct figure live;
    const char *site;

    if (!heap_is_full(f) || facts_oome_is(f, OOME_GC_OVERHEAD))
        return false;
    live = alive(f, &at_most);
    empty = nearly_empty(f, live.value);
    if (!array && !length && !(empty && (at_most || live_is_of_the_error(f))))
        return false;
    site = site_of(f);
    finding_init(ret, length && !empty ? KIND_GROWING_ARRAY
                                       : KIND_OVERSIZED_REQUEST);
    argue_oome(f, p, ret);
    argue_live(f, p,
               at_most ? "what was alive fits into the dump written then:"
                       : "the live set is",
               live, ret);
    argue_little(f, p, live, ret);
    if (!array && !length)
        doubt_limit(f, ret);
    doubt_end(f, p, ret);
    culprit_named(site ? pen_write(p, "the allocation in %s", site)
                       : "a single allocation",
                  UNKNOWN, &ret->culprit);
    if (site)
        argue_site(f, p, site, ret);
    ret->summary = pen_write(
        p, "%s asked for more at once than %s; %s.",
        site ? site : "One allocation", too_much_for(f, p, array || length),
        known(live.value) ? pen_write(p,
                                      at_most ? "no more than %s were live"
                                              : "only %s were live",
                                      pen_size(p, live.value))
                          : "the heap itself is not to blame");
    return true;
}

/* ---- a full heap -------------------------------------------------------- */

static const char the_heap[] = "the Java heap";

/* "; 45.3 MiB held by static a.B.C (java.util.HashMap)" */
static const char *held_by(struct pen *p, const struct finding *ret)
{
    if (!ret->culprit.known || strcmp(ret->culprit.name, the_heap) == 0)
        return "";
    if (!known(ret->culprit.bytes))
        return pen_write(p, "; mostly %s", ret->culprit.name);
    return pen_write(p, "; %s held by %s", pen_size(p, ret->culprit.bytes),
                     ret->culprit.name);
}

/* A collector that hardly freed anything proves a full heap; the plain error
 * comes to an empty one as well. */
static void doubt_live(struct finding *ret)
{
    finding_cap(ret, CONFIDENCE_LOW);
    finding_doubt(ret, SUPPORTING,
                  "the live set is not known: one request too large for any "
                  "heap would throw the same error");
}

/* An error that does not say what ran out, beside collections that left the
 * heap full: one vouches for the other. */
static bool collector_vouches(const struct facts *f)
{
    uint64_t limit = heap_limit(f).value;

    return f->live.line == LINE_GC && known(f->live.value) && known(limit) &&
           f->live.value / FULL_PERCENT >= limit / 100;
}

/* Next to nothing was alive when somebody looked, and then the heap ran out:
 * it filled up since, or one request was too large. */
static bool live_is_outdated(const struct facts *f)
{
    return nearly_empty(f, f->live.value) && !live_is_of_the_error(f);
}

static void doubt_age(const struct facts *f, struct finding *ret)
{
    finding_cap(ret, CONFIDENCE_LOW);
    finding_against(ret, SUPPORTING, f->live, NULL,
                    "the live set was measured before the error: one request "
                    "too large for any heap would throw the same error");
}

static void doubt_size(struct finding *ret)
{
    finding_cap(ret, CONFIDENCE_LOW);
    finding_doubt(ret, SUPPORTING,
                  "-Xmx is not known: few heaps are so small that this would "
                  "fill them");
}

/* What was free when the error came was too little for one request, or came
 * in pieces; a growing array is such a request. */
static void doubt_room(const struct facts *f, struct pen *p,
                       struct finding *ret)
{
    unsigned percent = f->thresholds->full_live_percent;
    uint64_t limit = heap_limit(f).value;

    if (!known(f->live.value) || !known(limit) || !live_is_of_the_error(f) ||
        ret->kind == KIND_GROWING_ARRAY || ret->kind == KIND_G1_HUMONGOUS ||
        facts_oome_is(f, OOME_GC_OVERHEAD) ||
        f->live.value * 100 >= limit * percent)
        return;
    finding_cap(ret, CONFIDENCE_MEDIUM);
    finding_against(
        ret, SUPPORTING, f->live, "bytes",
        pen_write(p,
                  "less than %u %% of the heap was alive: one large "
                  "request, or room in pieces, may be to blame",
                  percent));
}

/* G1's own choice for a heap that holds so much: 2048 regions, of 1 MiB at
 * least. */
static unsigned region_of(uint64_t bytes)
{
    unsigned k = 0;

    while (k + 1 < HEAP_REGION_SIZES && MIB << k < bytes / 2048)
        k++;
    return k;
}

/* Arrays of half a region or more waste the ends of theirs, if the collector
 * is G1: without its log nobody knows, nor how full the heap was. */
static void doubt_regions(const struct facts *f, struct pen *p,
                          struct finding *ret)
{
    uint64_t limit = heap_limit(f).value, tails;

    if (!f->heap || f->gc || ret->kind == KIND_G1_HUMONGOUS ||
        !known(f->live.value) || (f->collector && !facts_is_g1(f)) ||
        (known(limit) && f->live.value >= limit - limit / 4))
        return;
    tails = f->heap->region_tails[region_of(f->live.value)];
    if (tails < f->live.value / 4)
        return;
    finding_cap(ret, CONFIDENCE_MEDIUM);
    finding_against(ret, SUPPORTING, figure_of(f->dump, tails, 0), "bytes",
                    pen_write(p,
                              "if the collector is G1, large arrays leave %s "
                              "unused behind them: the heap may have been "
                              "full of that (g1_humongous)",
                              pen_size(p, tails)));
}

static bool names_nothing(const struct oome *o)
{
    static const char uncaught[] = "thrown from the UncaughtException";

    return !o || !o->message || !*o->message ||
           strncmp(o->message, uncaught, sizeof uncaught - 1) == 0;
}

/* Anybody may throw the error, with words of his own for a resource of his
 * own. The heap's it is if those name none, or if the heap was half full. */
static bool may_be_heap(const struct facts *f)
{
    uint64_t limit = heap_limit(f).value;

    return f->oome && f->oome->kind == OOME_OTHER &&
           (names_nothing(f->oome->oome) ||
            (known(f->live.value) && known(limit) &&
             f->live.value >= limit / 2));
}

bool rule_heap_full(const struct facts *f, struct pen *p, struct finding *ret)
{
    struct figure limit = heap_limit(f);
    bool other = may_be_heap(f);

    if (!heap_is_full(f) && !other)
        return false;
    finding_init(ret, KIND_HEAP_LEAK);
    argue_oome(f, p, ret);
    argue_live(f, p, "the live set is", f->live, ret);
    if (!kind_of_heap(f, p, ret)) {
        culprit_named(the_heap, f->live.value, &ret->culprit);
        doubt_holder(f, ret);
    }
    if (other && !f->heap)
        finding_cap(ret,
                    collector_vouches(f) ? CONFIDENCE_MEDIUM : CONFIDENCE_LOW);
    if (!known(f->live.value) && !facts_oome_is(f, OOME_GC_OVERHEAD))
        doubt_live(ret);
    if (live_is_outdated(f) && !facts_oome_is(f, OOME_GC_OVERHEAD))
        doubt_age(f, ret);
    else if (!known(limit.value) && f->live.value < SMALLEST_HEAP)
        doubt_size(ret);
    doubt_room(f, p, ret);
    doubt_regions(f, p, ret);
    ret->summary = pen_write(
        p, "The Java heap ran out%s%s: %s%s.",
        known(limit.value) ? pen_write(p, " at %s", pen_size(p, limit.value))
                           : "",
        known(f->live.value) && !live_is_outdated(f)
            ? pen_write(p, " with %s live", pen_size(p, f->live.value))
            : "",
        kind_title(ret->kind), held_by(p, ret));
    return true;
}

static void argue_no_error(const struct facts *f, struct pen *p,
                           struct finding *ret)
{
    finding_cap(ret, CONFIDENCE_MEDIUM);
    finding_against(ret, SUPPORTING, figure_derived(UNKNOWN), NULL,
                    "the error that follows, or the log it stands in, is not "
                    "here");
    if (!kind_of_heap(f, p, ret)) {
        culprit_named(the_heap, f->exhausted.value, &ret->culprit);
        doubt_holder(f, ret);
    }
}

/* jstat may have been asked while the heap still had some way to go. */
#define MANY_IN_VAIN 4

static bool jstat_tells(const struct facts *f, struct pen *p,
                        struct finding *ret)
{
    if (!known(f->full_in_vain.value) || f->full_in_vain.value < MANY_IN_VAIN)
        return false;
    finding_init(ret, KIND_HEAP_LEAK);
    finding_for(ret, DECISIVE, f->full_in_vain, "count",
                "full collections in a row left the old generation full, as "
                "jstat shows it");
    argue_no_error(f, p, ret);
    ret->summary =
        pen_write(p,
                  "The Java heap is full, and full collections make no room "
                  "any more: %s%s.",
                  kind_title(ret->kind), held_by(p, ret));
    return true;
}

/*
 * No error was seen, but the GC log ends with the collections that precede
 * one, and they leave the heap full.
 */
bool rule_heap_exhausted(const struct facts *f, struct pen *p,
                         struct finding *ret)
{
    struct figure limit = heap_limit(f);

    if (f->oome || f->hs_err)
        return false;
    if (!known(f->exhausted.value))
        return jstat_tells(f, p, ret);
    finding_init(ret, KIND_HEAP_LEAK);
    finding_for(ret, DECISIVE, f->exhausted, "bytes",
                "the GC log ends with full collections in a row that nobody "
                "asked for, and they leave the heap full");
    argue_no_error(f, p, ret);
    ret->summary = pen_write(
        p, "The Java heap filled up%s; full collections still leave %s: %s%s.",
        known(limit.value) ? pen_write(p, " at %s", pen_size(p, limit.value))
                           : "",
        pen_size(p, f->exhausted.value), kind_title(ret->kind),
        held_by(p, ret));
    return true;
}
