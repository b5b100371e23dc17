/*
 * rules_jvm.c - what the JVM itself refused: the kind of OutOfMemoryError
 * names the resource, and only heap space means the heap.
 */
#include "rules.h"

#include <string.h>

#include "culprit.h"

/* The symptom, quoted from where it stands. */
void argue_oome(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct known_oome *o = f->oome;

    if (o->oome)
        finding_for(ret, SUPPORTING, o->at, "count",
                    pen_write(p, "java.lang.OutOfMemoryError: %s",
                              o->oome->message ? o->oome->message : ""));
    else
        finding_for(ret, SUPPORTING, o->at, NULL,
                    o->at.line == LINE_DUMP
                        ? "the dump's stacks show that an OutOfMemoryError "
                          "made it"
                        : "the JVM aborted on an OutOfMemoryError");
}

static const char *site_of(const struct facts *f)
{
    const struct heap *h = f->heap;
    const struct known_oome *o;

    if (h && h->oome_thread < h->threads.n &&
        h->threads.at[h->oome_thread].oome_caller)
        return h->threads.at[h->oome_thread].oome_caller;
    VEC_EACH (&f->oomes, o)
        if (o->oome && o->oome->top_frame && o->kind == f->oome->kind)
            return o->oome->top_frame;
    return NULL;
}

/* ---- metaspace, direct memory ----------------------------------------- */

/* Class space has a limit of its own, and a dump can't tell the two apart:
 * where only it is exhausted its figure says so. */
static bool class_space_full(const struct facts *f)
{
    const struct moment *m = f->last;

    return m && known(m->class_space_used.value) &&
           known(m->class_space_limit.value) &&
           m->class_space_used.value >
               m->class_space_limit.value - m->class_space_limit.value / 8;
}

bool rule_metaspace(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct part *part = parts_named(&f->parts, "Metaspace");
    bool class_space = facts_oome_is(f, OOME_CLASS_SPACE);

    if (!class_space && !facts_oome_is(f, OOME_METASPACE) &&
        !facts_oome_is(f, OOME_PERMGEN))
        return false;
    finding_init(ret, KIND_CLASS_SPACE);
    argue_oome(f, p, ret);
    if (part && part->growth)
        argue_part(f, p, part, ret);
    culprit_named("metaspace", part ? part->last : UNKNOWN, &ret->culprit);
    kind_of_metaspace(f, p, ret);
    if (class_space || (f->oome->at.line == LINE_DUMP && class_space_full(f)))
        ret->kind = KIND_CLASS_SPACE;
    ret->summary = pen_write(
        p, "%s ran out%s: %s%s.",
        ret->kind == KIND_CLASS_SPACE ? "Compressed class space" : "Metaspace",
        known(f->max_metaspace.value) && ret->kind != KIND_CLASS_SPACE
            ? pen_write(p, " at its limit of %s",
                        pen_size(p, f->max_metaspace.value))
            : "",
        ret->kind == KIND_CLASS_SPACE
            ? "it has a limit of its own, -XX:CompressedClassSpaceSize"
            : kind_title(ret->kind),
        known(ret->culprit.bytes) && !ret->culprit.class_name
            ? ""
            : pen_write(p, ", %s%s", ret->culprit.class_name ? "owner: " : "",
                        ret->culprit.name));
    return true;
}

bool rule_direct(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct part *part = parts_named(&f->parts, "Other");
    const struct oome *o;
    uint64_t used;

    if (!facts_oome_is(f, OOME_DIRECT_MEMORY) &&
        !facts_oome_is(f, OOME_NETTY_DIRECT))
        return false;
    o = f->oome->oome;
    used = o ? o->used : UNKNOWN;
    finding_init(ret, KIND_DIRECT_BUFFERS);
    argue_oome(f, p, ret);
    if (part && part->growth)
        argue_part(f, p, part, ret);
    culprit_named("direct memory", used, &ret->culprit);
    kind_of_direct(f, p, known(used) ? used : part ? part->last : 0, ret);
    ret->summary = pen_write(
        p, "Direct memory ran out%s%s: %s%s.",
        o && known(o->limit)
            ? pen_write(p, " at its limit of %s", pen_size(p, o->limit))
            : "",
        known(used) ? pen_write(p, " with %s in use", pen_size(p, used)) : "",
        kind_title(ret->kind),
        ret->culprit.class_name ? pen_write(p, "; owner: %s", ret->culprit.name)
                                : "");
    return true;
}

/* ---- limits on the process -------------------------------------------- */

/* Whose limit: the cgroup counts refusals, a ulimit only stands there. */
static const char *whose_limit(const struct facts *f, struct pen *p,
                               struct finding *ret)
{
    if (known(f->pids_events.value) && f->pids_events.value > 0) {
        finding_for(ret, DECISIVE, f->pids_events, "count",
                    "the pids cgroup counts refused forks");
        return known(f->pids_max.value)
                   ? pen_write(p, "the cgroup's pids.max of %llu",
                               (unsigned long long)f->pids_max.value)
                   : "the cgroup's pids.max";
    }
    if (known(f->pids_events.value))
        finding_against(ret, SUPPORTING, f->pids_events, "count",
                        "the pids cgroup refused nothing: not its limit");
    if (known(f->nproc.value) && f->nproc.value < LIMIT_UNLIMITED &&
        known(f->threads_peak.value) &&
        f->threads_peak.value * 2 >= f->nproc.value) {
        finding_for(ret, SUPPORTING, f->nproc, "count",
                    "the user's process limit (ulimit -u) is near");
        return pen_write(p, "ulimit -u of %llu",
                         (unsigned long long)f->nproc.value);
    }
    /* Each thread's stack is mapped before it starts. */
    return argue_address_space(f, p, HINT, ret);
}

bool rule_thread_limit(const struct facts *f, struct pen *p,
                       struct finding *ret)
{
    const struct known_warning *w = &f->warnings[WARN_THREAD_FAILED];
    const char *limit;
    bool refused = facts_oome_is(f, OOME_NATIVE_THREAD);
    bool counted = known(f->pids_events.value) && f->pids_events.value > 0;

    if (!refused && ((!w->warning && !counted) || f->oome))
        return false;
    finding_init(ret, KIND_NATIVE_THREAD_LIMIT);
    if (refused)
        argue_oome(f, p, ret);
    if (w->warning)
        finding_for(ret, refused ? HINT : SUPPORTING,
                    figure_of(w->input, w->warning->count, w->warning->line),
                    "count", w->warning->text);
    if (known(f->threads_peak.value))
        finding_for(ret, SUPPORTING, f->threads_peak, "count",
                    pen_write(p, "the process had %llu threads",
                              (unsigned long long)f->threads_peak.value));
    limit = whose_limit(f, p, ret);
    culprit_named(limit ? limit : "a limit on threads or processes", UNKNOWN,
                  &ret->culprit);
    ret->summary =
        pen_write(p, "No thread could be started%s: %s, not memory, ran out.",
                  known(f->threads_peak.value)
                      ? pen_write(p, " beyond %llu",
                                  (unsigned long long)f->threads_peak.value)
                      : "",
                  ret->culprit.name);
    return true;
}

static bool maps_full(const struct facts *f)
{
    return known(f->map_count.value) && known(f->max_map_count.value) &&
           f->map_count.value >=
               f->max_map_count.value - f->max_map_count.value / 20;
}

bool rule_map_limit(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct known_warning *w = &f->warnings[WARN_MAP_FAILED];
    const char *limit = NULL;
    bool refused = facts_oome_is(f, OOME_MAP_FAILED);

    if (!refused && !maps_full(f) && !(w->warning && !f->oome))
        return false;
    finding_init(ret, KIND_MAP_COUNT_LIMIT);
    if (refused)
        argue_oome(f, p, ret);
    if (w->warning)
        finding_for(ret, SUPPORTING,
                    figure_of(w->input, w->warning->count, w->warning->line),
                    "count", w->warning->text);
    if (maps_full(f))
        finding_for(ret, DECISIVE, f->map_count, "count",
                    pen_write(p, "%llu mappings of %llu allowed",
                              (unsigned long long)f->map_count.value,
                              (unsigned long long)f->max_map_count.value));
    else
        limit = argue_address_space(f, p, HINT, ret);
    culprit_named(limit ? limit : "vm.max_map_count", UNKNOWN, &ret->culprit);
    ret->summary = pen_write(
        p, "A mapping was refused%s: %s, not memory, ran out.",
        maps_full(f)
            ? pen_write(p, " at %llu", (unsigned long long)f->map_count.value)
            : "",
        limit ? "address space or the number of mappings"
              : "the number of mappings");
    return true;
}

bool rule_reservation(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct known_warning *w = &f->warnings[WARN_RESERVE_FAILED];
    const char *limit = NULL;
    uint64_t asked;

    if (!w->warning || f->oome)
        return false;
    asked = known(w->warning->bytes) ? w->warning->bytes : f->xmx.value;
    finding_init(ret, KIND_HEAP_RESERVATION_TOO_LARGE);
    finding_for(ret, DECISIVE,
                figure_of(w->input, w->warning->bytes, w->warning->line),
                known(w->warning->bytes) ? "bytes" : NULL, w->warning->text);
    if (known(f->xmx.value))
        finding_for(ret, SUPPORTING, f->xmx, "bytes", "the heap asked for");
    if (address_space_is_short(f, asked))
        limit = argue_address_space(f, p, SUPPORTING, ret);
    culprit_named("-Xmx", f->xmx.value, &ret->culprit);
    ret->summary = pen_write(
        p, "The JVM could not reserve its heap%s%s%s and never started.",
        known(w->warning->bytes)
            ? pen_write(p, " of %s", pen_size(p, w->warning->bytes))
            : "",
        limit ? " under " : "", limit ? limit : "");
    return true;
}

/* ---- the heap --------------------------------------------------------- */

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
    if (known(f->live.value) && f->live.value > f->heap_end.value)
        return figure_none();
    return f->heap_end;
}

/* Hardly any service runs with a heap this small; without -Xmx it is all
 * there is to tell an empty heap by. */
#define SMALLEST_HEAP ((uint64_t)8 << 20)

static bool is_little(const struct facts *f, uint64_t heap)
{
    return f->live.value * 100 < heap * f->thresholds->oversize_live_percent;
}

/* Unless told otherwise the JVM allows as much direct memory as heap, and a
 * dump has that figure: a heap that small may well be full. */
static bool heap_may_be_tiny(const struct facts *f)
{
    return f->heap && known(f->heap->natives.jvm_limit) &&
           !is_little(f, f->heap->natives.jvm_limit);
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

static bool nearly_empty(const struct facts *f)
{
    struct figure limit = heap_limit(f);

    if (!known(f->live.value))
        return false;
    if (known(limit.value))
        return is_little(f, limit.value);
    return f->live.value < SMALLEST_HEAP && !heap_may_be_tiny(f) &&
           !one_object_fills(f);
}

static void argue_live(const struct facts *f, struct pen *p,
                       struct finding *ret)
{
    struct figure limit = heap_limit(f);

    if (!known(f->live.value))
        return;
    finding_for(
        ret, SUPPORTING, f->live, "bytes",
        known(limit.value)
            ? pen_write(p, "the live set is %s of a heap of %s (%s)",
                        pen_size(p, f->live.value), pen_size(p, limit.value),
                        pen_share(p, f->live.value, limit.value))
            : pen_write(p, "the live set is %s", pen_size(p, f->live.value)));
}

static void argue_little(const struct facts *f, struct pen *p,
                         struct finding *ret)
{
    if (nearly_empty(f) && known(heap_limit(f).value))
        finding_for(ret, HINT, f->live, "bytes",
                    pen_write(p,
                              "below %u %% of the heap, one request is to "
                              "blame rather than what is kept",
                              f->thresholds->oversize_live_percent));
}

/* A dump that somebody asked for, or a histogram, may be much older. */
static bool live_is_of_the_error(const struct facts *f)
{
    return f->live.line == LINE_GC ||
           (f->live.line == LINE_DUMP && f->heap &&
            f->heap->oome_thread < f->heap->threads.n);
}

/* What makes the heap seem empty may not be so: it was full later, or is not
 * as large as NMT's reservation. */
static void doubt_little(const struct facts *f, struct finding *ret)
{
    if (!live_is_of_the_error(f)) {
        finding_cap(ret, CONFIDENCE_LOW);
        finding_against(ret, SUPPORTING, f->live, NULL,
                        "the live set was measured before the error: it may "
                        "have grown since");
    }
    if (f->xmx_guessed && !f->collector && !f->heap) {
        finding_cap(ret, CONFIDENCE_LOW);
        finding_against(ret, SUPPORTING, f->xmx, NULL,
                        "-Xmx is taken from NMT's reservation, which is far "
                        "larger if the collector is ZGC");
    }
}

/* Whose stack it was, and where that is written. */
static void argue_site(const struct facts *f, struct pen *p, const char *site,
                       struct finding *ret)
{
    const struct heap *h = f->heap;
    bool dump = h && h->oome_thread < h->threads.n &&
                h->threads.at[h->oome_thread].oome_caller;
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
    const char *site;

    if (!heap_is_full(f) || facts_oome_is(f, OOME_GC_OVERHEAD) ||
        !(array || length || nearly_empty(f)))
        return false;
    site = site_of(f);
    finding_init(ret, length && !nearly_empty(f) ? KIND_GROWING_ARRAY
                                                 : KIND_OVERSIZED_REQUEST);
    argue_oome(f, p, ret);
    argue_live(f, p, ret);
    argue_little(f, p, ret);
    if (!array && !length)
        doubt_little(f, ret);
    culprit_named(site ? pen_write(p, "the allocation in %s", site)
                       : "a single allocation",
                  UNKNOWN, &ret->culprit);
    if (site)
        argue_site(f, p, site, ret);
    ret->summary = pen_write(
        p, "%s asked for more at once than %s; %s.",
        site ? site : "One allocation", too_much_for(f, p, array || length),
        known(f->live.value)
            ? pen_write(p, "only %s were live", pen_size(p, f->live.value))
            : "the heap itself is not to blame");
    return true;
}

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
    finding_against(ret, SUPPORTING, figure_derived(UNKNOWN), NULL,
                    "the live set is not known: one request too large for any "
                    "heap would throw the same error");
}

static void doubt_size(struct finding *ret)
{
    finding_cap(ret, CONFIDENCE_LOW);
    finding_against(ret, SUPPORTING, figure_derived(UNKNOWN), NULL,
                    "-Xmx is not known: few heaps are so small that this would "
                    "fill them");
}

bool rule_heap_full(const struct facts *f, struct pen *p, struct finding *ret)
{
    struct figure limit = heap_limit(f);
    bool other = f->oome && f->oome->kind == OOME_OTHER;

    if (!heap_is_full(f) && !other)
        return false;
    finding_init(ret, KIND_HEAP_LEAK);
    argue_oome(f, p, ret);
    argue_live(f, p, ret);
    if (!kind_of_heap(f, p, ret))
        culprit_named(the_heap, f->live.value, &ret->culprit);
    if (other && !f->heap)
        finding_cap(ret, CONFIDENCE_LOW);
    if (!known(f->live.value) && !facts_oome_is(f, OOME_GC_OVERHEAD))
        doubt_live(ret);
    if (!known(limit.value) && f->live.value < SMALLEST_HEAP)
        doubt_size(ret);
    ret->summary = pen_write(
        p, "The Java heap ran out%s%s: %s%s.",
        known(limit.value) ? pen_write(p, " at %s", pen_size(p, limit.value))
                           : "",
        known(f->live.value)
            ? pen_write(p, " with %s live", pen_size(p, f->live.value))
            : "",
        kind_title(ret->kind), held_by(p, ret));
    return true;
}
