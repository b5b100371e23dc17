/*
 * idmap.c - linear probing; see idmap.h.
 */
#include "hprof/idmap.h"

static struct idmap_entry *place(struct idmap_entry *at, uint64_t mask,
                                 uint64_t key)
{
    uint64_t i = idmap_hash(key) & mask;

    while (at[i].used && at[i].key != key)
        i = (i + 1) & mask;
    return &at[i];
}

static bool grow(struct idmap *map, struct mem *m, struct err *e)
{
    uint64_t room = map->at ? (map->mask + 1) * 2 : 64;
    struct idmap_entry *at = mem_alloc(m, room, sizeof *at, e);

    if (!at)
        return false;
    for (uint64_t i = 0; map->at && i <= map->mask; i++)
        if (map->at[i].used)
            *place(at, room - 1, map->at[i].key) = map->at[i];
    mem_free(m, map->at);
    map->at = at;
    map->mask = room - 1;
    return true;
}

bool idmap_put(struct idmap *map, uint64_t key, uint32_t value, struct mem *m,
               struct err *e)
{
    struct idmap_entry *p;

    if ((!map->at || map->n * 2 > map->mask) && !grow(map, m, e))
        return false;
    p = place(map->at, map->mask, key);
    map->n += !p->used;
    *p = (struct idmap_entry){key, value, 1};
    return true;
}

void idmap_deinit(struct idmap *map, struct mem *m)
{
    mem_free(m, map->at);
    map->at = NULL;
    map->mask = map->n = 0;
}
