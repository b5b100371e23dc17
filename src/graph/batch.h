/*
 * batch.h - a growing list of objects to read again, and following one
 * field of each to the next list. Private to src/graph.
 */
#ifndef OOMWHY_GRAPH_BATCH_H
#define OOMWHY_GRAPH_BATCH_H

#include "graph/heap_parts.h"

struct batch {
    struct hprof_value *at; /* sorted by node once read */
    uint64_t n, cap;
};

bool batch_add(struct analysis *a, struct batch *b, uint32_t node);
/* Reads all, arrays cut at `limit` bytes; bodies live in `scratch`. */
bool batch_read(struct analysis *a, struct batch *b, uint32_t limit,
                struct arena *scratch);
/* The value of `node`; NULL if it is not in the batch or was not found. */
const struct hprof_value *batch_find(const struct batch *b, uint32_t node);
/* Adds what the first existing field of `fields` (NULL-terminated) refers
 * to, for every object of `from`. */
bool batch_follow(struct analysis *a, const struct batch *from,
                  const char *const *fields, struct batch *to);
void batch_free(struct analysis *a, struct batch *b);

/* The node the first existing field of `fields` refers to, or NODE_NONE. */
uint32_t batch_field(const struct analysis *a, const struct hprof_value *v,
                     const char *const *fields);

#endif
