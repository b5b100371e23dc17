/*
 * hash.h - uthash, made safe: running out of memory fails the insertion
 * instead of ending the process.
 *
 * An entry costs 56 bytes, so this is for classes, names, threads and
 * categories; never for objects. Blocks come from malloc, outside the
 * budget, because uthash's hooks carry no context.
 *
 *     HASH_ADD(hh, head, key, sizeof p->key, p);
 *     if (!hash_added(p, hh)) ...
 */
#ifndef OOMWHY_BASE_HASH_H
#define OOMWHY_BASE_HASH_H

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* After an insertion that failed, uthash leaves the handle without table. */
#define hash_added(p, hh) ((p)->hh.tbl != NULL)

#endif
