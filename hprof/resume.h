/*
 * resume.h - where to go on in a file, once it is not known what comes next.
 *
 * Work is bounded: it may be so many steps for each byte that is passed over,
 * however much of it looks like a dump. All functions move the reader.
 */
#ifndef OOMWHY_HPROF_RESUME_H
#define OOMWHY_HPROF_RESUME_H

#include "hprof/detour.h"
#include "hprof/likely.h"

struct resume {
    struct reader *r;
    const struct likely *likely;
    uint64_t steps;   /* taken so far */
    uint64_t allowed; /* at most */
};

void resume_init(struct resume *x, struct reader *r, const struct likely *l);

/*
 * What is at `at` can't be understood, nor can it be certain what is behind
 * `sound`, where something does begin. `from` of what is returned stays unset.
 * `claimed`: where the heap record ends, if its length is true; UINT64_MAX:
 * unknown, or there is none.
 */
struct detour resume_find(struct resume *x, uint64_t sound, uint64_t at,
                          uint64_t claimed);

/* The same, from `from` on; whether it is before `before`. */
bool resume_find_in(struct resume *x, uint64_t from, uint64_t before,
                    uint64_t claimed, struct detour *ret);

/* Whether it must be records that begin at `at`. */
bool resume_at_records(struct resume *x, uint64_t at);

#endif
