/*
 * kinds_untracked.c - memory outside the heap that NMT does not account for:
 * the allocator's own figures and the mappings tell live memory from what
 * glibc keeps, and whose library may have asked for it.
 */
#include "kinds.h"

#include <string.h>

#include "base/size.h"
#include "culprit.h"
#include "nmt/text.h"

/* ---- the allocator's figures -------------------------------------------- */

/* Freed memory that the allocator keeps: its own figures, or what a trim
 * gave back. */
static bool retention(const struct facts *f, struct pen *p, uint64_t bytes,
                      struct finding *ret)
{
    const struct moment *m = f->last;
    struct figure freed = m->trim_after;
    uint64_t trimmed = known_minus(m->trim_before.value, m->trim_after.value);

    freed.value = trimmed;
    if (kind_explains(trimmed, bytes))
        finding_for(ret, DECISIVE, freed, "bytes",
                    pen_write(p,
                              "trimming the native heap gave back %s of %s: "
                              "freed memory that glibc had kept",
                              pen_size(p, trimmed),
                              pen_size(p, m->trim_before.value)));
    else if (kind_explains(m->malloc_retained.value, bytes))
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

    if (kind_explains(outside, bytes))
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

/* ---- the mappings ------------------------------------------------------- */

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

/* A file's pages that the process has written to, and that are its own
 * since: those of a private mapping. Libraries have a few. */
static bool is_written_copy(const struct smaps_map *map)
{
    return map->path[0] == '/' && map->perms[3] == 'p' &&
           !strstr(map->path, ".so");
}

/* Private mappings of files, which count as anonymous memory once written. */
static bool written_copies(const struct facts *f, struct pen *p, uint64_t bytes,
                           struct finding *ret)
{
    const struct smaps_map *map, *most = NULL;
    uint64_t sum = 0;

    if (!f->last->smaps)
        return false;
    VEC_EACH (&f->last->smaps->maps, map) {
        if (!is_written_copy(map))
            continue;
        sum += map->anon;
        if (!most || map->anon > most->anon)
            most = map;
    }
    if (!kind_explains(sum, bytes))
        return false;
    ret->kind = KIND_NATIVE_UNTRACKED_MMAP;
    finding_for(ret, DECISIVE, figure_of(f->last->smaps_input, sum, most->line),
                "bytes",
                pen_write(p,
                          "%s are pages of private mappings of files that "
                          "were written to, mostly of %s: copies, which never "
                          "go back to the file",
                          pen_size(p, sum), most->path));
    culprit_named(pen_write(p, "private mappings of %s", most->path), sum,
                  &ret->culprit);
    return true;
}

/*
 * Many arenas, each filled in part, are what freed bursts of many threads
 * leave; a leak fills its arena's heaps to the brim, and the others that any
 * JVM has stay all but empty beside. Only a hint: nothing tells used from
 * free pages here.
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
    if (count >= 8 && kind_explains(resident, bytes) &&
        resident / count < 48 * MIB &&
        smaps_full_arenas(f->last->smaps) < resident / 2) {
        at = figure_of(f->last->smaps_input, count, 0);
        ret->kind = KIND_GLIBC_ARENAS;
        finding_for(ret, SUPPORTING, at, "count",
                    pen_write(p,
                              "%llu arenas of glibc hold %s, most of it in "
                              "such as are not full",
                              (unsigned long long)count,
                              pen_size(p, resident)));
        finding_cap(ret, CONFIDENCE_MEDIUM);
    } else if (kind_explains(stray, bytes) &&
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
            text_starts(map->path, "/lib") ||
            text_starts(map->path, "/usr/lib") ||
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

    if (facts_multi_mapped(f) || !kind_explains(m->shmem.value, bytes))
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

/* ---- which of them ------------------------------------------------------ */

/* What NMT would count lies among the rest where there is none. */
static void doubt_without_nmt(const struct facts *f, struct finding *ret)
{
    if (f->last->nmt)
        return;
    finding_cap(ret, CONFIDENCE_LOW);
    finding_doubt(ret, SUPPORTING,
                  "without native memory tracking, direct buffers, stacks "
                  "and the JVM's own memory can't be told from malloc");
}

void kind_of_untracked(const struct facts *f, struct pen *p,
                       const struct part *part, struct finding *ret)
{
    uint64_t bytes = part->last;

    /* Without NMT the census is held against everything but the heap. */
    if (!f->last->nmt &&
        (kind_of_owned(f, p, bytes, ret) || kind_of_many_buffers(f, p, ret)))
        return;
    if (shared(f, p, bytes, ret) || written_copies(f, p, bytes, ret) ||
        kind_of_zlib(f, p, bytes, ret))
        return;
    name_library(f, p, ret);
    if (retention(f, p, bytes, ret))
        return;
    doubt_without_nmt(f, ret);
    if (live_malloc(f, p, bytes, ret))
        return;
    by_mappings(f, p, bytes, ret);
    if (ret->kind == KIND_NATIVE_UNTRACKED_MALLOC)
        finding_doubt(ret, HINT,
                      "without the allocator's own figures, live memory "
                      "can't be told from freed memory it keeps");
}
