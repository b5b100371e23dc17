/*
 * vec.h - growable arrays, typed by macro, failing by value.
 *
 *     VEC(struct frame) frames = {0};
 *     if (!vec_push(&frames, m, e)) return false;   // a zeroed slot
 *     *vec_last(&frames) = f;
 *     vec_free(&frames, m);
 *
 * For arrays of thousands. Arrays as long as the heap has objects use
 * mem_map directly (see mem.h).
 */
#ifndef OOMWHY_BASE_VEC_H
#define OOMWHY_BASE_VEC_H

#include <string.h>

#include "mem.h"

#define VEC(T)                                                                 \
    struct {                                                                   \
        T *at;                                                                 \
        uint64_t n, cap;                                                       \
    }

/* Makes room for `more` further elements; true unless memory ran out. */
#define vec_reserve(v, m, more, e)                                             \
    ((v)->n + (more) <= (v)->cap ||                                            \
     vec_grow_((m), (void **)&(v)->at, (v)->n, &(v)->cap, (more),              \
               sizeof *(v)->at, (e)))

/* Appends one zeroed element; true unless memory ran out. */
#define vec_push(v, m, e) (vec_reserve(v, m, 1, e) && vec_bump_((v)))

#define vec_bump_(v)                                                           \
    (memset(&(v)->at[(v)->n], 0, sizeof *(v)->at), (v)->n++, true)

#define vec_last(v) (&(v)->at[(v)->n - 1])

#define vec_free(v, m)                                                         \
    (mem_free((m), (v)->at), (v)->at = NULL, (v)->n = (v)->cap = 0)

#define VEC_EACH(v, it)                                                        \
    for ((it) = (v)->at; (it) && (it) < (v)->at + (v)->n; (it)++)

static inline bool vec_grow_(struct mem *m, void **at, uint64_t n,
                             uint64_t *cap, uint64_t more, size_t size,
                             struct err *e)
{
    uint64_t want = n + more, room = *cap ? *cap * 2 : 8;
    void *p;

    if (room < want)
        room = want;
    p = mem_grow(m, *at, n, room, size, e);
    if (!p)
        return false;
    *at = p;
    *cap = room;
    return true;
}

#endif
