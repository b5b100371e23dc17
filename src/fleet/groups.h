/*
 * groups.h - incidents that are the same thing happening again.
 *
 * Nothing is grouped while incidents are stored. Groups are worked out from
 * all rows whenever they are asked for, so they hang neither on the order
 * of analysis nor on what was known at the time.
 *
 * What two incidents are compared by is as much as both know (signature.h):
 *
 *   1. A holder was seen: group by family and holder.
 *   2. None was seen. If the application has exactly one group of kind 1 in
 *      this family, whose cause is not another one: it is that.
 *   3. Else by family, application and cause; where the cause is not known
 *      either, the application's only group of this kind in this family.
 */
#ifndef OOMWHY_FLEET_GROUPS_H
#define OOMWHY_FLEET_GROUPS_H

#include "fleet/store.h"

#define GROUP_ID    13 /* 12 hexadecimal digits and a NUL */
#define GROWTH_DAYS 7

/* Which of two sets a row is in, where two are compared. */
enum set { SET_BEFORE, SET_AFTER, SETS };

struct group {
    char id[GROUP_ID];
    const char *family, *cause, *application, *holder; /* NULL: not known */
    uint64_t count;
    uint64_t in_set[SETS];
    int64_t first, last; /* of those with a time; UNKNOWN_DELTA */
    /* Incidents of the last GROWTH_DAYS before the newest of all, less
     * those of as many days before; UNKNOWN_DELTA: times are not known. */
    int64_t growth;
    const struct stored *representative; /* the one that knows most */
    uint64_t largest; /* bytes of the largest culprit; UNKNOWN */
};

struct member {
    const struct stored *stored;
    enum set set;
    uint32_t group;
};

struct groups {
    struct arena arena;
    VEC(struct member) members; /* those that were judged */
    VEC(struct group) at;       /* most incidents first */
};

void groups_init(struct groups *g, struct mem *m);
void groups_deinit(struct groups *g);
/* Adds the rows that were judged; they must outlive the groups. */
bool groups_add(struct groups *g, const struct stored_rows *rows, enum set set,
                struct err *e);
/* After all were added. */
bool groups_find(struct groups *g, struct err *e);

#endif
