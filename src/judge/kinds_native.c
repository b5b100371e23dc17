/*
 * kinds_native.c - what kind of native memory a part is: who asked for it,
 * as far as the dump's census, the allocator's figures and the mappings
 * tell.
 *
 * A witness must account for half of the part before it names it.
 */
#include "rules.h"

#include <string.h>

#include "culprit.h"

#define MIB ((uint64_t)1 << 20)

static struct figure dump_says(const struct facts *f, uint64_t value)
{
    return f->dump ? figure_of(f->dump, value, 0) : figure_derived(value);
}

static bool explains(uint64_t bytes, uint64_t part)
{
    return known(bytes) && bytes >= part / 2 && bytes >= MIB;
}

/* The dump may be older than the death: it is held against the part as it
 * was at the last capture. */
static uint64_t size_of(const struct part *part)
{
    return part->last;
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

/* ---- direct memory: buffers, segments, NIO's cache -------------------------
 */

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

/* Which of them is most; false if all together explain too little. */
static bool census(const struct facts *f, struct pen *p, uint64_t bytes,
                   struct finding *ret)
{
    const struct heap_natives *n;
    uint64_t cache, segments, buffers, most;

    if (!f->heap)
        return false;
    n = &f->heap->natives;
    cache = n->nio_cache.bytes;
    segments = segment_bytes(n);
    buffers = n->owners.bytes + known_or(n->netty_counter, 0);
    most = buffers;
    ret->kind = KIND_DIRECT_BUFFERS;
    if (cache > most) {
        most = cache;
        ret->kind = KIND_DIRECT_BUFFERS_NIO_CACHE;
    }
    if (segments > most) {
        most = segments;
        ret->kind = KIND_FFM_SEGMENTS;
    }
    if (!explains(most, bytes))
        return false;
    finding_for(ret, SUPPORTING, dump_says(f, most), "bytes",
                pen_write(p, "the heap dump's %s own %s of it",
                          ret->kind == KIND_FFM_SEGMENTS
                              ? "foreign memory segments"
                          : ret->kind == KIND_DIRECT_BUFFERS
                              ? "direct buffers"
                              : "per-thread buffer caches of NIO",
                          pen_size(p, most)));
    if (n->awaiting_gc.bytes > most / 2)
        finding_against(ret, SUPPORTING, dump_says(f, n->awaiting_gc.bytes),
                        "bytes",
                        "most of these buffers are garbage that only waits "
                        "for a collection");
    name_holder(f, p, most, ret);
    return true;
}

/* A histogram knows how many buffers there are, not how large. */
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

static void kind_of_other(const struct facts *f, struct pen *p,
                          const struct part *part, struct finding *ret)
{
    if (census(f, p, size_of(part), ret) || counted(f, p, part, ret))
        return;
    ret->kind = KIND_NATIVE_TRACKED_OTHER;
    if (f->heap)
        finding_for(ret, SUPPORTING,
                    dump_says(f, f->heap->natives.owners.bytes), "bytes",
                    pen_write(p,
                              "the heap dump's direct buffers own only %s: "
                              "the rest came from Unsafe or JNI",
                              pen_size(p, f->heap->natives.owners.bytes)));
    else
        finding_against(ret, SUPPORTING, figure_derived(UNKNOWN), NULL,
                        "without a heap dump direct buffers can't be told "
                        "from Unsafe.allocateMemory");
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

/* ---- outside NMT ------------------------------------------------------------
 */

static bool is_zlib(const struct heap_peer *peer)
{
    return strstr(peer->class_name, "Deflater") ||
           strstr(peer->class_name, "Inflater");
}

/* Of the default level; less for others, and a tenth for inflating. */
#define DEFLATER_BYTES ((uint64_t)268 << 10)

static bool zlib_by_histogram(const struct facts *f, struct pen *p,
                              uint64_t bytes, struct finding *ret)
{
    uint64_t n = histogram_count(f, "java.util.zip.Deflater");

    if (!known(n) || !explains(n * DEFLATER_BYTES, bytes))
        return false;
    ret->kind = KIND_ZLIB_NATIVE;
    finding_for(
        ret, SUPPORTING, figure_of(f->last->histogram_input, n, 0), "count",
        pen_write(p,
                  "the class histogram has %llu Deflaters, about %s "
                  "of zlib state",
                  (unsigned long long)n, pen_size(p, n * DEFLATER_BYTES)));
    culprit_named(pen_write(p, "%llu objects of java.util.zip.Deflater",
                            (unsigned long long)n),
                  n * DEFLATER_BYTES, &ret->culprit);
    return true;
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

static bool zlib(const struct facts *f, struct pen *p, uint64_t bytes,
                 struct finding *ret)
{
    const struct heap_peer *peer;
    uint64_t sum = 0, count = 0;

    if (!f->heap)
        return zlib_by_histogram(f, p, bytes, ret);
    VEC_EACH (&f->heap->natives.peers, peer) {
        if (!is_zlib(peer) || !known(peer->estimated_bytes))
            continue;
        sum += peer->estimated_bytes;
        count += peer->count;
    }
    if (!explains(sum, bytes))
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

/* Freed memory that the allocator keeps: its own figures, or what a trim
 * gave back. */
static bool retention(const struct facts *f, struct pen *p, uint64_t bytes,
                      struct finding *ret)
{
    const struct moment *m = f->last;
    struct figure freed = m->trim_after;
    uint64_t trimmed = known_minus(m->trim_before.value, m->trim_after.value);

    freed.value = trimmed;
    if (explains(trimmed, bytes))
        finding_for(ret, DECISIVE, freed, "bytes",
                    pen_write(p,
                              "trimming the native heap gave back %s of %s: "
                              "freed memory that glibc had kept",
                              pen_size(p, trimmed),
                              pen_size(p, m->trim_before.value)));
    else if (explains(m->malloc_retained.value, bytes))
        finding_for(ret, DECISIVE, m->malloc_retained, "bytes",
                    pen_write(p, "glibc keeps %s of freed memory",
                              pen_size(p, m->malloc_retained.value)));
    else
        return false;
    ret->kind = KIND_GLIBC_ARENAS;
    culprit_named("freed memory kept by glibc's arenas",
                  ret->evidence[ret->n_evidence - 1].value, &ret->culprit);
    return true;
}

static uint64_t nmt_malloc(const struct moment *m)
{
    return m->nmt ? known_or(m->nmt->total.malloc, 0) : 0;
}

static bool live_malloc(const struct facts *f, struct pen *p, uint64_t bytes,
                        struct finding *ret)
{
    const struct moment *m = f->last;
    uint64_t trimmed = known_minus(m->trim_before.value, m->trim_after.value);
    uint64_t outside = known_minus(m->malloc_in_use.value, nmt_malloc(m));

    if (explains(outside, bytes))
        finding_for(ret, SUPPORTING, m->malloc_in_use, "bytes",
                    pen_write(p,
                              "glibc says %s are in use that NMT did not "
                              "malloc",
                              pen_size(p, outside)));
    else if (known(trimmed) && trimmed < bytes / 8)
        finding_for(ret, SUPPORTING, m->trim_after, "bytes",
                    pen_write(p,
                              "trimming the native heap gave back only %s and "
                              "left %s: it is in use",
                              pen_size(p, trimmed),
                              pen_size(p, m->trim_after.value)));
    else
        return false;
    ret->kind = KIND_NATIVE_UNTRACKED_MALLOC;
    return true;
}

/* ---- by the mappings -------------------------------------------------- */

static bool in_nmt(const struct moment *m, const struct smaps_map *map)
{
    const struct nmt_region *r;

    VEC_EACH (&m->map->regions, r)
        if (!r->part && map->from < r->to && r->from < map->to)
            return true;
    return false;
}

static bool anonymous(const struct smaps_map *map)
{
    return map->path[0] == '\0' || strncmp(map->path, "[anon", 5) == 0;
}

/* Resident bytes of anonymous mappings that neither NMT nor glibc's arenas
 * account for: raw mmap, or malloc of large blocks. */
static uint64_t stray_mappings(const struct moment *m, uint64_t arenas)
{
    const struct smaps_map *map;
    uint64_t sum = 0;

    if (!m->smaps || !m->map)
        return UNKNOWN;
    VEC_EACH (&m->smaps->maps, map)
        if (anonymous(map) && !in_nmt(m, map))
            sum += map->rss;
    return known_minus(sum, arenas);
}

/*
 * Many arenas, each filled in part, are what freed bursts of many threads
 * leave; a leak fills its arena's heaps to the brim. Only a hint: nothing
 * tells used from free pages here.
 */
static void by_mappings(const struct facts *f, struct pen *p, uint64_t bytes,
                        struct finding *ret)
{
    uint64_t count = 0, resident = 0, stray;
    struct figure at;

    ret->kind = KIND_NATIVE_UNTRACKED_MALLOC;
    if (!f->last->smaps)
        return;
    smaps_arenas(f->last->smaps, &count, &resident);
    stray = stray_mappings(f->last, resident);
    if (count >= 8 && explains(resident, bytes) &&
        resident / count < 48 * MIB) {
        at = figure_of(f->last->smaps_input, count, 0);
        ret->kind = KIND_GLIBC_ARENAS;
        finding_for(ret, SUPPORTING, at, "count",
                    pen_write(p,
                              "%llu arenas of glibc hold %s, none of them "
                              "full",
                              (unsigned long long)count,
                              pen_size(p, resident)));
        finding_cap(ret, CONFIDENCE_MEDIUM);
    } else if (explains(stray, bytes) &&
               !(known(f->last->malloc_in_use.value) &&
                 f->last->malloc_in_use.value > bytes / 2)) {
        at = figure_of(f->last->smaps_input, stray, 0);
        ret->kind = KIND_NATIVE_UNTRACKED_MMAP;
        finding_for(ret, SUPPORTING, at, "bytes",
                    pen_write(p,
                              "%s lie in anonymous mappings that are "
                              "neither NMT's nor an arena's",
                              pen_size(p, stray)));
    }
}

/* A JVM by itself has a handful of buffers that free memory. */
#define MANY_BUFFERS 64

/* Without NMT and dump the number of buffers is all there is: a hint. */
static bool many_buffers(const struct facts *f, struct pen *p,
                         struct finding *ret)
{
    uint64_t n = histogram_count(f, "java.nio.DirectByteBuffer$Deallocator");

    if (f->heap || !known(n) || n < MANY_BUFFERS)
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

bool kind_of_owned(const struct facts *f, struct pen *p, uint64_t bytes,
                   struct finding *ret)
{
    return census(f, p, bytes, ret) || zlib(f, p, bytes, ret);
}

/* ---- whose library ----------------------------------------------------------
 */

static bool starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* Where libjvm.so is, up to "lib/": everything below is the JDK's. */
static size_t jdk_prefix(const struct smaps *s, const char **path)
{
    const struct smaps_map *map;
    const char *at;

    VEC_EACH (&s->maps, map) {
        at = strstr(map->path, "/lib/server/libjvm.so");
        if (at) {
            *path = map->path;
            return (size_t)(at - map->path);
        }
    }
    return 0;
}

/* A library that neither the JDK nor the system brought. That it is there
 * is no proof of anything, but there are few of them as a rule. */
static void name_library(const struct facts *f, struct pen *p,
                         struct finding *ret)
{
    const struct smaps_map *map;
    const char *jdk = "";
    size_t n;

    if (!f->last->smaps)
        return;
    n = jdk_prefix(f->last->smaps, &jdk);
    VEC_EACH (&f->last->smaps->maps, map) {
        if (!strstr(map->path, ".so") || map->perms[2] != 'x' ||
            starts(map->path, "/lib") || starts(map->path, "/usr/lib") ||
            (n && strncmp(map->path, jdk, n) == 0))
            continue;
        ret->culprit.library = strrchr(map->path, '/') + 1;
        finding_for(ret, HINT,
                    figure_of(f->last->smaps_input, UNKNOWN, map->line), NULL,
                    pen_write(p,
                              "a library of neither the JDK nor the "
                              "system is loaded: %s (a candidate, no "
                              "more)",
                              map->path));
        return;
    }
}

/* Files on tmpfs and other shared memory that the process mapped are pages
 * of its own, but no malloc. ZGC's heap is shared memory as well. */
static bool shared(const struct facts *f, struct pen *p, uint64_t bytes,
                   struct finding *ret)
{
    const struct moment *m = f->last;

    if (facts_multi_mapped(f) || !explains(m->shmem.value, bytes))
        return false;
    ret->kind = KIND_SHMEM_MAPPED;
    finding_for(ret, SUPPORTING, m->shmem, "bytes",
                pen_write(p, "%s of it is shared memory at %s",
                          pen_size(p, m->shmem.value), m->name));
    culprit_named("shared memory mapped by the JVM", m->shmem.value,
                  &ret->culprit);
    if (!f->collector)
        finding_cap(ret, CONFIDENCE_MEDIUM);
    return true;
}

/* What NMT would count lies among the rest where there is none. */
static void doubt_without_nmt(const struct facts *f, struct finding *ret)
{
    if (f->last->nmt)
        return;
    finding_cap(ret, CONFIDENCE_LOW);
    finding_against(ret, SUPPORTING, figure_derived(UNKNOWN), NULL,
                    "without native memory tracking, direct buffers, stacks "
                    "and the JVM's own memory can't be told from malloc");
}

static void kind_of_untracked(const struct facts *f, struct pen *p,
                              const struct part *part, struct finding *ret)
{
    uint64_t bytes = size_of(part);

    /* Without NMT the census is held against everything but the heap. */
    if (!f->last->nmt &&
        (kind_of_owned(f, p, bytes, ret) || many_buffers(f, p, ret)))
        return;
    if (shared(f, p, bytes, ret) || zlib(f, p, bytes, ret))
        return;
    name_library(f, p, ret);
    if (retention(f, p, bytes, ret))
        return;
    doubt_without_nmt(f, ret);
    if (live_malloc(f, p, bytes, ret))
        return;
    by_mappings(f, p, bytes, ret);
    if (ret->kind == KIND_NATIVE_UNTRACKED_MALLOC)
        finding_against(ret, HINT, figure_derived(UNKNOWN), NULL,
                        "without the allocator's own figures, live memory "
                        "can't be told from freed memory it keeps");
}

void kind_of_part(const struct facts *f, struct pen *p, const struct part *part,
                  struct finding *ret)
{
    ret->kind = part->verdict;
    if (part->kind == PART_UNTRACKED)
        kind_of_untracked(f, p, part, ret);
    else if (strcmp(part->name, "Metaspace") == 0)
        kind_of_metaspace(f, p, ret);
    else if (strcmp(part->name, "Other") == 0 ||
             (strcmp(part->name, "Internal") == 0 && f->jdk && f->jdk < 11))
        kind_of_other(f, p, part, ret);
}
