/*
 * listing.h - what the fleet commands say, as walks that every renderer can
 * write: the groups, one group, two sets compared, the summary of a batch.
 */
#ifndef OOMWHY_FLEET_LISTING_H
#define OOMWHY_FLEET_LISTING_H

#include "fleet/batch.h"
#include "fleet/groups.h"
#include "report/emitter.h"

#define FLEET_SCHEMA 1 /* schema_version of these documents: docs/fleet.md */

struct listing {
    const struct groups *groups;
    uint64_t top;      /* rows; 0 = all */
    bool compared;     /* two sets: before and after */
    uint64_t left_out; /* incidents that fall into neither, or before --since */
};

/* "new", "gone", "more", "fewer", "same": of two sets. */
const char *group_change(const struct group *g);

void listing_groups(struct emitter *em, const struct listing *l);
/* One group with its incidents; it is `l->groups->at.at[index]`. */
void listing_group(struct emitter *em, const struct listing *l, uint32_t index);
/* What a batch did; `rows` are those of the store. */
void listing_batch(struct emitter *em, const struct batch_result *r,
                   const struct stored_rows *rows);

#endif
