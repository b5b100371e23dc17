/* stacks.c - see stacks.h. */
#include "stacks.h"

#include <string.h>

#include "base/size.h"

/* What an ordinary thread of a server touches, by the NMT of JDK 11 and
 * later. */
#define TOUCHED (128 * KIB)
/* Guard pages, and what glibc puts at the end of a stack. */
#define NOT_STACK (64 * KIB)

bool stacks_are_whole(const struct nmt_category *c)
{
    return strcmp(c->name, "Thread") == 0 && known(c->count) && c->count &&
           known(c->mmap_reserved) && c->mmap_committed == c->mmap_reserved;
}

/* As long as a stack, behind pages that nobody may touch. */
static bool is_stack(const struct smaps_map *guard, const struct smaps_map *map,
                     uint64_t stack)
{
    uint64_t bytes = map->to - map->from;

    return strncmp(map->perms, "rw-p", 4) == 0 && !*map->path &&
           bytes <= stack && bytes + NOT_STACK >= stack &&
           strncmp(guard->perms, "---p", 4) == 0 && guard->to == map->from;
}

/* UNKNOWN: too few of them are to be seen. */
static uint64_t resident(const struct smaps *s, uint64_t stack,
                         uint64_t threads)
{
    const struct smaps_map *map, *before = NULL;
    uint64_t bytes = 0, n = 0;

    VEC_EACH (&s->maps, map) {
        if (before && is_stack(before, map, stack)) {
            bytes += map->rss;
            n++;
        }
        before = map;
    }
    return n >= threads / 2 ? bytes : UNKNOWN;
}

/* Longer ones nobody asks for; shorter ones no thread could run on. */
#define LONGEST  (64 * MIB)
#define SHORTEST (64 * KIB)

/* As long as a stack may be. A block of malloc's arenas begins at a multiple of
 * its size, and may have the reserved end of another before it. */
static bool may_be_stack(const struct smaps_map *guard,
                         const struct smaps_map *map)
{
    uint64_t bytes = map->to - map->from;

    return is_stack(guard, map, bytes) && bytes >= SHORTEST &&
           bytes <= LONGEST && guard->to - guard->from <= NOT_STACK &&
           !*guard->path;
}

uint64_t stacks_by_guards(const struct smaps *s, uint64_t threads)
{
    const struct smaps_map *map, *before = NULL;
    uint64_t bytes = 0, n = 0;

    if (s->rollup || !known(threads))
        return UNKNOWN;
    VEC_EACH (&s->maps, map) {
        if (before && may_be_stack(before, map)) {
            bytes += map->rss;
            n++;
        }
        before = map;
    }
    return n >= threads / 2 && n <= threads ? bytes : UNKNOWN;
}

uint64_t stacks_without_pages(const struct nmt_category *c,
                              const struct smaps *s)
{
    uint64_t stack, pages = UNKNOWN;

    if (!stacks_are_whole(c))
        return 0;
    stack = c->mmap_committed / c->count;
    if (s && !s->rollup)
        pages = resident(s, stack, c->count);
    if (!known(pages))
        pages = c->count * (stack < TOUCHED ? stack : TOUCHED);
    return pages < c->mmap_committed ? c->mmap_committed - pages : 0;
}
