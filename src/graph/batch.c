/*
 * batch.c - lists of objects to read again.
 */
#include "graph/batch.h"

#include <stdlib.h>

bool batch_add(struct analysis *a, struct batch *b, uint32_t node)
{
    if (node == NODE_NONE || hprof_is_class_object(a->dump, node))
        return true;
    if (!vec_push(b, a->mem, a->err))
        return false;
    vec_last(b)->node = node;
    return true;
}

static int by_node(const void *x, const void *y)
{
    const struct hprof_value *a = x, *b = y;

    return a->node < b->node ? -1 : a->node > b->node;
}

bool batch_read(struct analysis *a, struct batch *b, uint32_t limit,
                struct arena *scratch)
{
    uint64_t n = 0;

    if (!b->n)
        return true;
    qsort(b->at, b->n, sizeof *b->at, by_node);
    for (uint64_t i = 0; i < b->n; i++)
        if (!n || b->at[i].node != b->at[n - 1].node)
            b->at[n++] = b->at[i];
    b->n = n;
    return hprof_values_read(a->dump, a->source, b->at, b->n, limit, scratch,
                             a->err);
}

const struct hprof_value *batch_find(const struct batch *b, uint32_t node)
{
    struct hprof_value key = {.node = node};
    const struct hprof_value *v =
        b->n ? bsearch(&key, b->at, b->n, sizeof key, by_node) : NULL;

    return v && v->found ? v : NULL;
}

uint32_t batch_field(const struct analysis *a, const struct hprof_value *v,
                     const char *const *fields)
{
    uint32_t c = v->found ? hprof_class_of(a->dump, v->node) : CLASS_NONE;

    for (; c != CLASS_NONE && *fields; fields++)
        if (hprof_field_find(a->dump, c, *fields))
            return hprof_named_node(a->dump, v, *fields);
    return NODE_NONE;
}

bool batch_follow(struct analysis *a, const struct batch *from,
                  const char *const *fields, struct batch *to)
{
    const struct hprof_value *v;

    VEC_EACH (from, v)
        if (!batch_add(a, to, batch_field(a, v, fields)))
            return false;
    return true;
}

void batch_free(struct analysis *a, struct batch *b)
{
    vec_free(b, a->mem);
}
