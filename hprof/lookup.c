/*
 * lookup.c - questions to a frozen dump that need no file.
 */
#include "hprof/refs.h"

#include <stdlib.h>
#include <string.h>

bool hprof_damage_any(const struct hprof_damage *d)
{
    return d->truncated || d->unknown_tags || d->unparsed_bytes ||
           d->bad_records || d->missing_classes || d->short_instances ||
           d->source[0];
}

uint32_t hprof_class_find(const struct hprof_dump *d, const char *name)
{
    for (uint32_t c = 0; c < d->n_classes; c++)
        if (strcmp(d->classes[c].name, name) == 0)
            return c;
    return CLASS_NONE;
}

/* Hierarchies in damaged files may go in circles; none is that deep. */
#define DEPTH 1000

bool hprof_class_is(const struct hprof_dump *d, uint32_t c, const char *name)
{
    for (unsigned up = 0; c != CLASS_NONE && up < DEPTH; up++) {
        if (strcmp(d->classes[c].name, name) == 0)
            return true;
        c = d->classes[c].super;
    }
    return false;
}

const struct hprof_field *hprof_field_find(const struct hprof_dump *d,
                                           uint32_t c, const char *name)
{
    for (unsigned up = 0; c != CLASS_NONE && up < DEPTH; up++) {
        const struct hprof_class *k = &d->classes[c];

        for (uint32_t i = 0; i < k->n_fields; i++)
            if (strcmp(k->fields[i].name, name) == 0)
                return &k->fields[i];
        c = k->super;
    }
    return NULL;
}

const struct hprof_static *hprof_static_find(const struct hprof_dump *d,
                                             uint32_t c, const char *name)
{
    if (c == CLASS_NONE)
        return NULL;
    for (uint32_t i = 0; i < d->classes[c].n_statics; i++)
        if (strcmp(d->classes[c].statics[i].name, name) == 0)
            return &d->classes[c].statics[i];
    return NULL;
}

uint32_t hprof_node_of(const struct hprof_dump *d, uint64_t id)
{
    if (!id)
        return NODE_NONE;
    return ref_node(d->store, d->n_classes + 1, ref_code(d->store, id));
}

/* The rank of an object, by its node; UINT32_MAX: its id is another's. */
static uint32_t rank_of_node(const struct hprof_dump *d, uint32_t node)
{
    const struct column *order = &d->store->node_of;

    if (!order->at)
        return node - d->n_classes - 1;
    for (uint64_t rank = 0; rank < order->n; rank++)
        if (order->at[rank] == node)
            return (uint32_t)rank;
    return UINT32_MAX;
}

uint64_t hprof_id_of(const struct hprof_dump *d, uint32_t node)
{
    uint32_t rank;

    if (node == 0 || node >= d->nodes)
        return 0;
    if (hprof_is_class_object(d, node))
        return d->classes[node - 1].id;
    rank = rank_of_node(d, node);
    return rank == UINT32_MAX ? 0 : ids_select(&d->store->ids, rank);
}

struct wanted {
    uint32_t node;
    uint64_t at; /* in `ids` */
};

static int by_node(const void *x, const void *y)
{
    uint32_t a = ((const struct wanted *)x)->node;
    uint32_t b = ((const struct wanted *)y)->node;

    return a < b ? -1 : a > b;
}

/* Sorted, with a bitmap of their nodes that most others fail to pass. */
static void want(struct wanted *w, uint64_t *marks, const uint32_t *nodes,
                 uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        w[i] = (struct wanted){nodes[i], i};
        marks[nodes[i] >> 6] |= (uint64_t)1 << (nodes[i] & 63);
    }
    qsort(w, n, sizeof *w, by_node);
}

/* The first of those of a node, which is wanted. */
static const struct wanted *first_of(const struct wanted *w, uint64_t n,
                                     uint32_t node)
{
    struct wanted key = {.node = node};
    const struct wanted *it = bsearch(&key, w, n, sizeof key, by_node);

    while (it > w && it[-1].node == node)
        it--;
    return it;
}

static void look_through(const struct hprof_dump *d, const struct wanted *w,
                         uint64_t n, const uint64_t *marks, uint64_t *ids)
{
    const struct column *order = &d->store->node_of;

    for (uint64_t rank = 0; rank < order->n; rank++) {
        uint32_t node = order->at[rank];
        const struct wanted *it;

        if (!(marks[node >> 6] >> (node & 63) & 1))
            continue;
        for (it = first_of(w, n, node); it < w + n && it->node == node; it++)
            ids[it->at] = ids_select(&d->store->ids, (uint32_t)rank);
    }
}

bool hprof_ids_of(const struct hprof_dump *d, const uint32_t *nodes, uint64_t n,
                  uint64_t *ids, struct mem *m, struct err *e)
{
    bool ascend = !d->store->node_of.at;
    uint64_t words = (uint64_t)d->nodes / 64 + 1;
    uint64_t *marks = ascend ? NULL : mem_map(m, words * sizeof *marks, e);
    struct wanted *w = marks ? mem_alloc(m, n, sizeof *w, e) : NULL;
    bool ok = ascend || w;

    for (uint64_t i = 0; ok && i < n; i++)
        ids[i] = ascend || hprof_is_class_object(d, nodes[i])
                     ? hprof_id_of(d, nodes[i])
                     : 0;
    if (w && n) {
        want(w, marks, nodes, n);
        look_through(d, w, n, marks, ids);
    }
    mem_free(m, w);
    mem_unmap(m, marks, words * sizeof *marks);
    return ok;
}

/* The first object behind a checkpoint that is not before an offset. */
static uint32_t node_from(const struct hprof_dump *d, uint64_t at)
{
    const struct checkpoint *p = index_from(&d->store->index, at);

    return p ? d->n_classes + 1 + p->object : d->nodes;
}

unsigned hprof_spread(const struct hprof_dump *d,
                      struct hprof_range ret[SPREAD_MOST])
{
    uint64_t stride = spread_stride(d->bytes);
    unsigned n = 0;

    if (stride == SPREAD_WINDOW) {
        ret[0] = (struct hprof_range){d->n_classes + 1, d->nodes};
        return 1;
    }
    /* An object may begin INDEX_STEP behind the checkpoint before it, and
     * whoever reads it looks further than it is long. */
    for (uint64_t at = 0; at < d->bytes; at += stride) {
        ret[n].begin = node_from(d, at);
        ret[n].end = node_from(d, at + SPREAD_WINDOW - 2 * INDEX_STEP);
        n += ret[n].begin < ret[n].end;
    }
    return n;
}

uint32_t hprof_referrer_of(const struct hprof_dump *d, uint32_t node)
{
    uint64_t i, end;

    if (!d->has_refs)
        return NODE_NONE;
    for (uint32_t v = d->n_classes + 1; v < d->nodes; v++)
        for (hprof_refs(d, v, &i, &end); i < end; i++)
            if (d->refs[i] == node)
                return v;
    return NODE_NONE;
}

const struct hprof_thread *hprof_thread_of(const struct hprof_dump *d,
                                           uint32_t serial)
{
    uint64_t low = 0, high = d->threads.n;

    while (low < high) {
        uint64_t mid = low + (high - low) / 2;

        if (d->threads.at[mid].serial < serial)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == d->threads.n || d->threads.at[low].serial != serial)
        return NULL;
    return &d->threads.at[low];
}
