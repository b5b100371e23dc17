/*
 * member.h - where the next gzip member begins, in a file that is damaged
 * before it. A member doesn't say how long it is: its header is searched for,
 * and believed if what follows can be inflated.
 */
#ifndef OOMWHY_BASE_MEMBER_H
#define OOMWHY_BASE_MEMBER_H

#include "mem.h"
#include "raw.h"

/* From `from` on; false: there is none, or no memory to look. */
bool member_find(struct raw *raw, uint64_t from, struct mem *m, uint64_t *ret);

struct member_fault {
    const char *what;
    uint64_t at; /* where on disk that was noticed */
};

/* Inflates the one that begins at `at`, for nothing but to see whether it is
 * damaged. Those that are cut off are not, nor is anybody asked of more than a
 * few MiB. */
bool member_is_damaged(struct raw *raw, uint64_t at, struct mem *m,
                       struct member_fault *ret);

/* How many bytes the member that began at `from` or later, and ends where the
 * one at `next` begins, says that it had; 0 if that can't be true. */
uint64_t member_length(struct raw *raw, uint64_t from, uint64_t next);

/* How many bytes what lies between may be at most. */
uint64_t member_most(uint64_t from, uint64_t next);

#endif
