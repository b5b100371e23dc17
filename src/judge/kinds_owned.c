/*
 * kinds_owned.c - native memory that Java objects own: direct buffers,
 * foreign segments, NIO's caches, zlib's state. Witnesses are the heap
 * dump's census and, in want of that, a histogram's numbers of objects.
 */
#include "kinds.h"

#include <string.h>

#include "culprit.h"

static struct figure dump_says(const struct facts *f, uint64_t value)
{
    return f->dump ? figure_of(f->dump, value, 0) : figure_derived(value);
}

/* There is one, and not only of a snapshot before the last. */
static bool dump_is_late(const struct facts *f)
{
    return f->heap && !facts_dump_is_before(f, f->last);
}

/* Who holds most native bytes, by the Java objects that own them. False:
 * nobody holds much of so many, as they are spread or garbage. */
static bool name_holder(const struct facts *f, struct pen *p, uint64_t bytes,
                        struct finding *ret)
{
    const struct heap_suspect *s;

    if (!f->heap || !f->heap->natives.holders.n)
        return false;
    s = &f->heap->natives.holders.at[0];
    if (s->native_retained < bytes / 100 * f->thresholds->suspect_percent)
        return false;
    culprit_of_suspect(p, f->heap, s, s->native_retained, &ret->culprit);
    return true;
}

/* A histogram knows how many objects there are, not how much they own. */
static uint64_t histogram_count(const struct facts *f, const char *name)
{
    const struct histogram_row *r;

    if (!f->last || !f->last->histogram)
        return UNKNOWN;
    VEC_EACH (&f->last->histogram->rows, r)
        if (strcmp(r->class_name, name) == 0)
            return r->objects;
    return 0;
}

/* ---- direct memory: buffers, segments, NIO's cache ---------------------- */

/* Any JVM has a few, of its own module file. */
#define OWN_BUFFERS 16

/* Bytes that java.nio.Bits counts beyond the buffers found: segments of
 * java.lang.foreign reserve there too. */
static uint64_t segment_bytes(const struct heap_natives *n)
{
    uint64_t seen = n->owners.bytes + n->nio_cache.bytes;

    if (n->segments.bytes)
        return n->segments.bytes;
    if (!n->segments.count || !known(n->jvm_counter))
        return 0;
    return n->jvm_counter > seen ? n->jvm_counter - seen : 0;
}

struct owned {
    enum verdict_kind kind;
    const char *by;
    uint64_t bytes;
};

static struct owned most_owned(const struct heap_natives *n)
{
    const struct owned by[] = {
        {KIND_DIRECT_BUFFERS, "direct buffers",
         n->owners.bytes + known_or(n->netty_counter, 0)},
        {KIND_DIRECT_BUFFERS, "direct buffers without a cleaner",
         n->unowned.bytes},
        {KIND_DIRECT_BUFFERS_NIO_CACHE, "per-thread buffer caches of NIO",
         n->nio_cache.bytes},
        {KIND_FFM_SEGMENTS, "foreign memory segments", segment_bytes(n)},
    };
    size_t most = 0;

    for (size_t i = 1; i < sizeof by / sizeof *by; i++)
        if (by[i].bytes > by[most].bytes)
            most = i;
    return by[most];
}

/* False if even the most of them explains too little. */
static bool census(const struct facts *f, struct pen *p, uint64_t bytes,
                   struct finding *ret)
{
    const struct heap_natives *n;
    struct owned most;

    if (!f->heap)
        return false;
    n = &f->heap->natives;
    most = most_owned(n);
    if (!kind_explains(most.bytes, bytes))
        return false;
    ret->kind = most.kind;
    finding_for(ret, SUPPORTING, dump_says(f, most.bytes), "bytes",
                pen_write(p, "the heap dump's %s own %s of it", most.by,
                          pen_size(p, most.bytes)));
    if (n->awaiting_gc.bytes > most.bytes / 2)
        finding_against(ret, SUPPORTING, dump_says(f, n->awaiting_gc.bytes),
                        "bytes",
                        "most of these buffers are garbage that only waits "
                        "for a collection");
    name_holder(f, p, most.bytes, ret);
    return true;
}

static const struct {
    const char *class_name, *beside; /* beside: as many of these as well */
    enum verdict_kind kind;
    const char *what;
} owners[] = {
    {"java.nio.DirectByteBuffer$Deallocator", "sun.nio.ch.Util$BufferCache",
     KIND_DIRECT_BUFFERS_NIO_CACHE, "cached buffers of NIO"},
    {"java.nio.DirectByteBuffer", "sun.nio.ch.Util$BufferCache",
     KIND_DIRECT_BUFFERS_NIO_CACHE, "cached buffers of NIO"},
    {"java.nio.DirectByteBuffer$Deallocator", NULL, KIND_DIRECT_BUFFERS,
     "buffer deallocators"},
    {"jdk.internal.foreign.NativeMemorySegmentImpl", NULL, KIND_FFM_SEGMENTS,
     "native memory segments"},
};

/* One owner a malloc block: equal numbers say that the blocks are theirs. */
static bool counted(const struct facts *f, struct pen *p,
                    const struct part *part, struct finding *ret)
{
    const struct nmt_category *c =
        f->last->nmt ? nmt_find(f->last->nmt, part->name) : NULL;

    if (!c || !known(c->malloc_count))
        return false;
    for (size_t i = 0; i < sizeof owners / sizeof *owners; i++) {
        uint64_t n = histogram_count(f, owners[i].class_name);
        uint64_t beside =
            owners[i].beside ? histogram_count(f, owners[i].beside) : n;

        if (!known(n) || n < 2 || n < c->malloc_count / 2 || beside < n / 2)
            continue;
        ret->kind = owners[i].kind;
        finding_for(ret, SUPPORTING, figure_of(f->last->histogram_input, n, 0),
                    "count",
                    pen_write(p,
                              "the class histogram has %llu %s, NMT %llu "
                              "blocks",
                              (unsigned long long)n, owners[i].what,
                              (unsigned long long)c->malloc_count));
        return true;
    }
    return false;
}

/* What came after it is not in it. */
static void doubt_early_dump(const struct facts *f, struct finding *ret)
{
    finding_cap(ret, CONFIDENCE_MEDIUM);
    finding_against(ret, SUPPORTING,
                    dump_says(f, f->heap->natives.owners.bytes), "bytes",
                    "the heap dump is older than what NMT shows: direct "
                    "buffers and segments may have come since");
}

/* Hardly anybody but buffers takes such memory, unless nobody has any. */
static void guess_buffers(const struct facts *f, struct finding *ret)
{
    uint64_t n = histogram_count(f, "java.nio.DirectByteBuffer");

    if (!known(n) || n >= OWN_BUFFERS) {
        ret->kind = KIND_DIRECT_BUFFERS;
        finding_cap(ret, CONFIDENCE_MEDIUM);
    }
    finding_doubt(ret, SUPPORTING,
                  "without a heap dump direct buffers can't be told "
                  "from Unsafe.allocateMemory");
}

void kind_of_other(const struct facts *f, struct pen *p,
                   const struct part *part, struct finding *ret)
{
    if (census(f, p, part->last, ret) || counted(f, p, part, ret))
        return;
    ret->kind = KIND_NATIVE_TRACKED_OTHER;
    if (!f->heap)
        guess_buffers(f, ret);
    else if (!dump_is_late(f))
        doubt_early_dump(f, ret);
    else
        finding_for(ret, SUPPORTING,
                    dump_says(f, f->heap->natives.owners.bytes), "bytes",
                    pen_write(p,
                              "the heap dump's direct buffers own only %s: "
                              "the rest came from Unsafe or JNI",
                              pen_size(p, f->heap->natives.owners.bytes)));
}

void kind_of_direct(const struct facts *f, struct pen *p, uint64_t bytes,
                    struct finding *ret)
{
    const struct part *other = parts_named(&f->parts, "Other");

    if (census(f, p, known_or(bytes, 0), ret) ||
        (other && counted(f, p, other, ret)))
        return;
    ret->kind = KIND_DIRECT_BUFFERS;
}

/* A JVM by itself has a handful of buffers that free memory. */
#define MANY_BUFFERS 64

/* Without NMT and a dump of the end the number of buffers is all there is: a
 * hint. */
bool kind_of_many_buffers(const struct facts *f, struct pen *p,
                          struct finding *ret)
{
    uint64_t n = histogram_count(f, "java.nio.DirectByteBuffer$Deallocator");

    if (dump_is_late(f) || !known(n) || n < MANY_BUFFERS)
        return false;
    ret->kind = KIND_DIRECT_BUFFERS;
    finding_for(ret, HINT, figure_of(f->last->histogram_input, n, 0), "count",
                pen_write(p,
                          "the class histogram has %llu buffers that own "
                          "native memory; their sizes are not known",
                          (unsigned long long)n));
    finding_cap(ret, CONFIDENCE_MEDIUM);
    return true;
}

/* ---- zlib --------------------------------------------------------------- */

static bool is_zlib(const struct heap_peer *peer)
{
    return strstr(peer->class_name, "Deflater") ||
           strstr(peer->class_name, "Inflater");
}

static bool zlib_of_class(const struct facts *f, struct pen *p,
                          const char *class_name, uint64_t each, uint64_t bytes,
                          struct finding *ret)
{
    uint64_t n = histogram_count(f, class_name);
    const char *name = strrchr(class_name, '.') + 1;

    if (!known(n) || !kind_explains(n * each, bytes))
        return false;
    ret->kind = KIND_ZLIB_NATIVE;
    finding_for(ret, SUPPORTING, figure_of(f->last->histogram_input, n, 0),
                "count",
                pen_write(p,
                          "the class histogram has %llu %ss, about %s of zlib "
                          "state",
                          (unsigned long long)n, name, pen_size(p, n * each)));
    culprit_named(
        pen_write(p, "%llu objects of %s", (unsigned long long)n, class_name),
        n * each, &ret->culprit);
    return true;
}

static bool zlib_by_histogram(const struct facts *f, struct pen *p,
                              uint64_t bytes, struct finding *ret)
{
    return zlib_of_class(f, p, "java.util.zip.Deflater", HEAP_DEFLATER_BYTES,
                         bytes, ret) ||
           zlib_of_class(f, p, "java.util.zip.Inflater", HEAP_INFLATER_BYTES,
                         bytes, ret);
}

/* Which of the two there are: as a rule one is. */
static const char *zlib_classes(const struct facts *f)
{
    const struct heap_peer *peer;
    bool in = false, de = false;

    VEC_EACH (&f->heap->natives.peers, peer) {
        in |= strstr(peer->class_name, "Inflater") != NULL;
        de |= strstr(peer->class_name, "Deflater") != NULL;
    }
    return !in ? "Deflaters" : !de ? "Inflaters" : "Deflaters and Inflaters";
}

/* They are freed with their Cleaners, which takes a collection. */
static void name_unheld(const struct facts *f, struct pen *p, uint64_t count,
                        uint64_t bytes, struct finding *ret)
{
    culprit_named(
        pen_write(p, "%llu %s", (unsigned long long)count, zlib_classes(f)),
        bytes, &ret->culprit);
    finding_for(ret, HINT,
                f->gc ? figure_of(f->gc_input, f->gc->count, 0)
                      : dump_says(f, count),
                "count",
                f->gc && !f->gc->count
                    ? "hardly any of them is held by anything, and no "
                      "collection ran that would have freed them"
                    : "hardly any of them is held by anything: they wait for "
                      "a collection, or are held one by one");
}

bool kind_of_zlib(const struct facts *f, struct pen *p, uint64_t bytes,
                  struct finding *ret)
{
    const struct heap_peer *peer;
    uint64_t sum = 0, count = 0;

    if (!dump_is_late(f) && zlib_by_histogram(f, p, bytes, ret))
        return true;
    if (!f->heap)
        return false;
    VEC_EACH (&f->heap->natives.peers, peer) {
        if (!is_zlib(peer) || !known(peer->estimated_bytes))
            continue;
        sum += peer->estimated_bytes;
        count += peer->count;
    }
    if (!kind_explains(sum, bytes))
        return false;
    ret->kind = KIND_ZLIB_NATIVE;
    finding_for(ret, SUPPORTING, dump_says(f, count), "count",
                pen_write(p,
                          "the heap dump holds %llu %s, which stand for about "
                          "%s of zlib state",
                          (unsigned long long)count, zlib_classes(f),
                          pen_size(p, sum)));
    if (!name_holder(f, p, sum, ret))
        name_unheld(f, p, count, sum, ret);
    return true;
}

bool kind_of_owned(const struct facts *f, struct pen *p, uint64_t bytes,
                   struct finding *ret)
{
    return census(f, p, bytes, ret) || kind_of_zlib(f, p, bytes, ret);
}
