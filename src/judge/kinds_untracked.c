/*
 * kinds_untracked.c - memory outside the heap that NMT does not account for:
 * the allocator's own figures tell live memory from what glibc keeps, and the
 * list of mappings whose library may have asked for it.
 */
#include "kinds.h"

#include <string.h>

#include "base/path.h"
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

static bool live_malloc(const struct facts *f, struct pen *p, uint64_t bytes,
                        struct finding *ret)
{
    const struct moment *m = f->last;
    uint64_t outside =
        known_minus(m->malloc_in_use.value, moment_nmt_malloc(m));

    if (!kind_explains(outside, bytes))
        return false;
    finding_for(ret, SUPPORTING, m->malloc_in_use, "bytes",
                pen_write(p,
                          "glibc says %s are in use that NMT did not "
                          "malloc",
                          pen_size(p, outside)));
    ret->kind = KIND_NATIVE_UNTRACKED_MALLOC;
    return true;
}

/* A trim gives back what was freed, and leaves what is in use, whoever mapped
 * it. */
static bool trim_left_it(const struct facts *f, struct pen *p, uint64_t bytes,
                         struct finding *ret)
{
    const struct moment *m = f->last;
    uint64_t trimmed = known_minus(m->trim_before.value, m->trim_after.value);

    if (!known(trimmed) || trimmed >= bytes / 8)
        return false;
    finding_for(ret, SUPPORTING, m->trim_after, "bytes",
                pen_write(p,
                          "trimming the native heap gave back only %s and "
                          "left %s: it is in use",
                          pen_size(p, trimmed),
                          pen_size(p, m->trim_after.value)));
    return true;
}

/* ---- who may have asked for it ------------------------------------------- */

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
 * is no proof of anything, but there are few of them as a rule. pmap leaves
 * out the folders, so that nobody can tell. */
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
            !strchr(map->path, '/') || text_starts(map->path, "/lib") ||
            text_starts(map->path, "/usr/lib") ||
            (n && strncmp(map->path, jdk, n) == 0))
            continue;
        ret->culprit.library = path_name(map->path);
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

/* The allocator does not say that it is in use. */
static void by_mappings(const struct facts *f, struct pen *p, uint64_t bytes,
                        struct finding *ret)
{
    bool in_use = trim_left_it(f, p, bytes, ret);

    ret->kind = KIND_NATIVE_UNTRACKED_MALLOC;
    /* Without NMT there are more doubts, and they are said already. */
    if (!kind_of_mappings(f, p, bytes, ret) && f->last->nmt) {
        finding_cap(ret, CONFIDENCE_MEDIUM);
        finding_doubt(ret, SUPPORTING,
                      "neither the allocator's figures nor the mappings tell "
                      "malloc from memory that native code mapped itself "
                      "(native_untracked_mmap)");
    }
    if (ret->kind == KIND_NATIVE_UNTRACKED_MALLOC && !in_use)
        finding_doubt(ret, HINT,
                      "without the allocator's own figures, live memory "
                      "can't be told from freed memory it keeps");
}

void kind_of_untracked(const struct facts *f, struct pen *p,
                       const struct part *part, struct finding *ret)
{
    uint64_t bytes = part->last;

    /* Without NMT the census is held against everything but the heap. */
    if (!f->last->nmt &&
        (kind_of_owned(f, p, bytes, ret) || kind_of_many_buffers(f, p, ret)))
        return;
    if (shared(f, p, bytes, ret) || kind_of_written_copies(f, p, bytes, ret) ||
        kind_of_zlib(f, p, bytes, ret))
        return;
    name_library(f, p, ret);
    if (retention(f, p, bytes, ret))
        return;
    doubt_without_nmt(f, ret);
    if (!live_malloc(f, p, bytes, ret))
        by_mappings(f, p, bytes, ret);
}
