/*
 * idmap.h - from 64-bit keys to 32-bit numbers: class ids, string ids,
 * serials, pages. Open addressing, at most half full; 16 bytes an entry,
 * so not for objects.
 */
#ifndef OOMWHY_HPROF_IDMAP_H
#define OOMWHY_HPROF_IDMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"

#define IDMAP_NONE UINT32_MAX

struct idmap_entry {
    uint64_t key;
    uint32_t value;
    uint32_t used;
};

struct idmap {
    struct idmap_entry *at;
    uint64_t mask; /* slots - 1, when there are any */
    uint64_t n;
};

static inline uint64_t idmap_hash(uint64_t key)
{
    key *= 0x9e3779b97f4a7c15u;
    return key ^ key >> 32;
}

/* The number of `key`, or IDMAP_NONE. */
static inline uint32_t idmap_get(const struct idmap *map, uint64_t key)
{
    const struct idmap_entry *p;
    uint64_t i;

    if (!map->at)
        return IDMAP_NONE;
    for (i = idmap_hash(key) & map->mask;; i = (i + 1) & map->mask) {
        p = &map->at[i];
        if (p->key == key && p->used)
            return p->value;
        if (!p->used)
            return IDMAP_NONE;
    }
}

/* Sets the number of `key`, replacing an older one. */
bool idmap_put(struct idmap *map, uint64_t key, uint32_t value, struct mem *m,
               struct err *e);
void idmap_deinit(struct idmap *map, struct mem *m);

#endif
