/*
 * culprit.h - a name for who holds the memory, short enough for a pager:
 * "static cache.PageCache.PAGES (java.util.HashMap)".
 */
#ifndef OOMWHY_JUDGE_CULPRIT_H
#define OOMWHY_JUDGE_CULPRIT_H

#include "judge/facts.h"
#include "judge/pen.h"

/* `bytes`: what it holds, on the heap or natively. */
void culprit_of_suspect(struct pen *p, const struct heap *h,
                        const struct heap_suspect *s, uint64_t bytes,
                        struct culprit *ret);
/* Something that has no object: an NMT category, an allocation site. */
void culprit_named(const char *name, uint64_t bytes, struct culprit *ret);

#endif
