/*
 * refs.h - references on their way from addresses to nodes.
 *
 * While reading, an object's references are appended to one column as they
 * come, without the null ones, as
 *   slots   where their bit in the ids is, if objects further on in the
 *           file are still unknown (one pass), or
 *   codes   rank of the object; REF_CLASS - c for class c; REF_DANGLING.
 * Afterwards refs_resolve turns them into nodes where they stand.
 */
#ifndef OOMWHY_HPROF_REFS_H
#define OOMWHY_HPROF_REFS_H

#include "hprof/store.h"

#define REF_DANGLING UINT32_MAX
#define REF_CLASS    (UINT32_MAX - 1)

/* The code of an id, ids being frozen. */
static inline uint32_t ref_code(const struct hprof_store *st, uint64_t id)
{
    uint32_t rank = ids_rank_of(&st->ids, id), c;

    if (rank != UINT32_MAX)
        return rank;
    c = idmap_get(&st->class_ids, id);
    return c == IDMAP_NONE ? REF_DANGLING : REF_CLASS - c;
}

static inline uint32_t ref_code_of_slot(const struct hprof_store *st,
                                        uint64_t slot)
{
    uint32_t c;

    if (ids_bit(&st->ids, slot))
        return ids_rank(&st->ids, slot);
    c = idmap_get(&st->class_ids, ids_address(&st->ids, slot));
    return c == IDMAP_NONE ? REF_DANGLING : REF_CLASS - c;
}

static inline uint32_t ref_node(const struct hprof_store *st, uint32_t base,
                                uint32_t code)
{
    if (code < st->ids.n)
        return store_node(st, base, code);
    return code == REF_DANGLING ? NODE_NONE : REF_CLASS - code + 1;
}

/*
 * Turns d->store->refs into nodes, dropping dangling references (counted)
 * and those that an object has twice; sets refs_of and refs of `d`. `slots`:
 * what they are. Ids are frozen, d->nodes is set.
 */
bool refs_resolve(struct hprof_dump *d, bool slots, unsigned jobs,
                  struct err *e);

#endif
