/*
 * detour.h - ways round what is damaged in a file. survey.h finds them, the
 * reader follows them; so every pass over the file, and whoever comes back
 * for an object, sees the same records.
 */
#ifndef OOMWHY_HPROF_DETOUR_H
#define OOMWHY_HPROF_DETOUR_H

#include "base/vec.h"

#include <stdint.h>

struct detour {
    uint64_t from; /* where a record or a sub-record should begin */
    uint64_t to;   /* where to go on; `from` if only a length was wrong */
    uint64_t stop; /* up to here sub-records go on; 0: a record begins */
};

struct detours {
    VEC(struct detour) list; /* ascending */
    uint64_t first_at;       /* the first fault and what it is */
    char first[160];
};

#endif
