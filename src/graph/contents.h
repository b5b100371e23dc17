/*
 * contents.h - what a part of the heap consists of, class by class: a sum for
 * every class, of which the largest are listed.
 */
#ifndef OOMWHY_GRAPH_CONTENTS_H
#define OOMWHY_GRAPH_CONTENTS_H

#include "graph/heap_parts.h"

/* [n_classes + 1], all 0; the last is for objects whose class is missing.
 * mem_free releases it. */
struct heap_sum *contents_sums(struct analysis *a);
void contents_add(const struct analysis *a, uint32_t v, struct heap_sum *sums);
/* The `most` largest. */
bool contents_list(struct analysis *a, const struct heap_sum *sums,
                   uint64_t most, struct heap_contents *ret);

/* Of all that `v` retains. `most`: that is most of the heap, as far as one
 * knows; then the rest is looked at. */
bool contents_of_subtree(struct analysis *a, uint32_t v, bool most,
                         struct heap_contents *ret);
/* Of all that the top-level objects of a class retain; `most` as above. */
bool contents_of_group(struct analysis *a, uint32_t class, bool most,
                       struct heap_contents *ret);

#endif
