/*
 * kinds_mappings.c - what the mappings tell of memory that NMT does not
 * account for: whether malloc handed it out of its arenas, keeps it there, or
 * somebody mapped it himself.
 *
 * malloc serves large blocks by mmap, so that what lies outside its arenas may
 * be malloc's all the same: unless the allocator denies it, that is no sure
 * mmap.
 */
#include "kinds.h"

#include <string.h>

#include "base/size.h"
#include "culprit.h"

static struct figure mappings_say(const struct facts *f, uint64_t value)
{
    return figure_of(f->last->smaps_input, value, 0);
}

/* ---- private mappings of files ------------------------------------------ */

/* A file's pages that the process has written to, and that are its own
 * since: those of a private mapping. Libraries have a few. */
static bool is_written_copy(const struct smaps_map *map)
{
    return map->path[0] == '/' && map->perms[3] == 'p' &&
           !strstr(map->path, ".so");
}

bool kind_of_written_copies(const struct facts *f, struct pen *p,
                            uint64_t bytes, struct finding *ret)
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

/* ---- anonymous mappings -------------------------------------------------- */

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

/* Resident bytes of anonymous mappings that neither NMT's map nor glibc's
 * arenas account for: raw mmap, or malloc of large blocks. */
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

/* ---- malloc's own -------------------------------------------------------- */

/* Others have mappings of their own, which look like anybody's. glibc's always
 * begins with [heap], which pmap does not name. */
static bool is_glibcs_malloc(const struct smaps *s)
{
    static const char *const others[] = {"jemalloc", "tcmalloc", "mimalloc",
                                         "ld-musl"};
    const struct smaps_map *map;
    bool heap = false;

    VEC_EACH (&s->maps, map) {
        heap |= strcmp(map->path, "[heap]") == 0;
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
            if (strstr(map->path, others[i]))
                return false;
    }
    return heap && smaps_malloc(s) >= MIB;
}

/*
 * Many arenas, each filled in part, are what freed bursts of many threads
 * leave; a leak fills its arena's heaps to the brim, and the others that any
 * JVM has stay all but empty beside. Only a hint: nothing tells used from
 * free pages here.
 */
static bool by_many_arenas(const struct facts *f, struct pen *p, uint64_t bytes,
                           struct finding *ret)
{
    uint64_t count, resident;

    smaps_arenas(f->last->smaps, &count, &resident);
    if (count < 8 || !kind_explains(resident, bytes) ||
        resident / count >= 48 * MIB ||
        smaps_full_arenas(f->last->smaps) >= resident / 2)
        return false;
    ret->kind = KIND_GLIBC_ARENAS;
    finding_for(ret, SUPPORTING, mappings_say(f, count), "count",
                pen_write(p,
                          "%llu arenas of glibc hold %s, most of it in "
                          "such as are not full",
                          (unsigned long long)count, pen_size(p, resident)));
    finding_cap(ret, CONFIDENCE_MEDIUM);
    return true;
}

/* Nearly all of it lies where malloc cuts its smaller blocks from. */
static bool by_malloc_pages(const struct facts *f, struct pen *p,
                            uint64_t bytes, struct finding *ret)
{
    const struct moment *m = f->last;
    uint64_t pages = smaps_malloc(m->smaps);

    if (!is_glibcs_malloc(m->smaps) ||
        known_minus(pages, moment_nmt_malloc(m)) < bytes - bytes / 4)
        return false;
    ret->kind = KIND_NATIVE_UNTRACKED_MALLOC;
    finding_for(ret, SUPPORTING, mappings_say(f, pages), "bytes",
                pen_write(p,
                          "%s lie in glibc's arenas and heap, of which NMT's "
                          "own malloc is %s",
                          pen_size(p, pages),
                          pen_size(p, moment_nmt_malloc(m))));
    return true;
}

/* ---- what lies elsewhere ------------------------------------------------- */

/* The allocator's own figures leave no room for it. With another allocator
 * glibc's has next to nothing: less than the JVM alone. */
static bool malloc_denies(const struct moment *m, uint64_t bytes)
{
    uint64_t nmt = moment_nmt_malloc(m), in_use = m->malloc_in_use.value;
    uint64_t kept = m->malloc_retained.value;

    return known(in_use) && known(kept) && in_use >= nmt / 2 &&
           known_minus(in_use, nmt) < bytes / 4 && kept < bytes / 4;
}

static void name_mappings(const struct facts *f, struct pen *p, uint64_t bytes,
                          struct finding *ret)
{
    const struct moment *m = f->last;

    ret->kind = KIND_NATIVE_UNTRACKED_MMAP;
    if (malloc_denies(m, bytes)) {
        finding_for(ret, SUPPORTING, m->malloc_in_use, "bytes",
                    pen_write(p,
                              "glibc's malloc has %s in use and keeps %s: it "
                              "did not hand this out",
                              pen_size(p, m->malloc_in_use.value),
                              pen_size(p, m->malloc_retained.value)));
        return;
    }
    finding_cap(ret, CONFIDENCE_MEDIUM);
    finding_doubt(ret, SUPPORTING,
                  "malloc maps large blocks (from 128 KiB on) one by one as "
                  "well: native_untracked_malloc is not excluded");
}

static bool by_stray_mappings(const struct facts *f, struct pen *p,
                              uint64_t bytes, struct finding *ret)
{
    uint64_t count, arenas, stray;

    smaps_arenas(f->last->smaps, &count, &arenas);
    stray = stray_mappings(f->last, arenas);
    if (!kind_explains(stray, bytes))
        return false;
    name_mappings(f, p, bytes, ret);
    finding_for(ret, SUPPORTING, mappings_say(f, stray), "bytes",
                pen_write(p,
                          "%s lie in anonymous mappings that are "
                          "neither NMT's nor an arena's",
                          pen_size(p, stray)));
    return true;
}

/* Without the addresses in NMT's detail the same by what is left over. Of what
 * grew unseen after the mappings were read a quarter must be in them. */
static bool by_little_malloc(const struct facts *f, struct pen *p,
                             uint64_t bytes, struct finding *ret)
{
    const struct moment *m = f->last;
    uint64_t pages = smaps_malloc(m->smaps), seen = m->untracked.value;

    if (!known(seen) || seen < bytes / 4 || !is_glibcs_malloc(m->smaps) ||
        pages > seen / 4)
        return false;
    name_mappings(f, p, bytes, ret);
    finding_for(ret, SUPPORTING, mappings_say(f, pages), "bytes",
                pen_write(p,
                          "glibc's arenas and heap hold no more than %s: what "
                          "NMT does not account for has mappings of its own",
                          pen_size(p, pages)));
    return true;
}

bool kind_of_mappings(const struct facts *f, struct pen *p, uint64_t bytes,
                      struct finding *ret)
{
    const struct moment *m = f->last;

    if (m->smaps)
        return by_many_arenas(f, p, bytes, ret) ||
               by_stray_mappings(f, p, bytes, ret) ||
               by_malloc_pages(f, p, bytes, ret) ||
               by_little_malloc(f, p, bytes, ret);
    if (!m->nmt || !malloc_denies(m, bytes))
        return false;
    name_mappings(f, p, bytes, ret);
    return true;
}
