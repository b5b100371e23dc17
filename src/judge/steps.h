/*
 * steps.h - the steps to a suspect and on from it, and what a step is called.
 */
#ifndef OOMWHY_JUDGE_STEPS_H
#define OOMWHY_JUDGE_STEPS_H

#include "graph/heap.h"

/* Of path and descent as one: the first of the descent has number path.n. */
static inline const struct heap_step *step_at(const struct heap_suspect *s,
                                              uint64_t i)
{
    return i < s->path.n ? &s->path.at[i] : &s->descent.at[i - s->path.n];
}

/* Whether it is a class object, and `name` says of which class. */
bool step_is_class(const struct heap_step *s);
/* Whether a thread's stack holds it. */
bool step_is_local(const char *via);
/* Whether a step is along a field: neither "<stack local>" nor "[3]". */
bool step_is_field(const char *via);
/* "PAGES" of "static PAGES", "name" of "Super#name". */
const char *step_field(const char *via);

#endif
