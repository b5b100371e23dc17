/*
 * load.c - weights sorted by position, and their running sum.
 */
#include "graph/load.h"

#include <stdlib.h>
#include <string.h>

static int by_position(const void *x, const void *y)
{
    const struct load_entry *a = x, *b = y;

    return a->at < b->at ? -1 : a->at > b->at;
}

static int by_node(const void *x, const void *y)
{
    const struct load_weight *a = x, *b = y;

    return a->node < b->node ? -1 : a->node > b->node;
}

/* ---- collecting ------------------------------------------------------- */

static void add(struct load *l, uint32_t at, uint64_t bytes)
{
    l->entries[l->n++] = (struct load_entry){at, bytes};
}

/* Bytes of one folded node. */
static uint64_t folded_bytes(const struct load *l, uint32_t node)
{
    uint64_t low = 0, high = l->n_folded, bytes = 0;

    while (low < high) {
        uint64_t mid = low + (high - low) / 2;

        if (l->folded[mid].node < node)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < l->n_folded && l->folded[low].node == node; low++)
        bytes += l->folded[low].bytes;
    return bytes;
}

/* One sweep over the tree finds what folded nodes are folded into. */
static bool add_folded(struct load *l, const struct tree *t, struct mem *m,
                       struct err *e)
{
    uint64_t bytes = t->core.n_words * sizeof(uint64_t);
    uint64_t *wanted = mem_map(m, bytes, e);

    if (!wanted)
        return false;
    qsort(l->folded, l->n_folded, sizeof *l->folded, by_node);
    for (uint64_t i = 0; i < l->n_folded; i++)
        bits_add(wanted, l->folded[i].node);
    for (uint32_t i = 1; i < t->reached; i++) {
        struct folded_iter it;
        uint32_t w;

        if (!t->folded[i])
            continue;
        folded_begin(&t->core, t->order[i], &it);
        while ((w = folded_next(&it)) != NO_NODE)
            if (bits_has(wanted, w))
                add(l, i, folded_bytes(l, w));
    }
    mem_unmap(m, wanted, bytes);
    return true;
}

static void sum_up(struct load *l)
{
    uint64_t sum = 0;

    qsort(l->entries, l->n, sizeof *l->entries, by_position);
    for (uint64_t i = 0; i <= l->n; i++) {
        uint64_t bytes = l->entries[i].before;

        l->entries[i].before = sum;
        sum += bytes;
    }
}

bool load_build(struct load *l, const struct tree *t,
                const struct load_weight *w, uint64_t n, struct mem *m,
                struct err *e)
{
    memset(l, 0, sizeof *l);
    l->entries = mem_alloc(m, n + 1, sizeof *l->entries, e);
    l->folded = l->entries ? mem_alloc(m, n, sizeof *l->folded, e) : NULL;
    for (uint64_t i = 0; l->folded && i < n; i++) {
        if (!tree_has(t, w[i].node))
            continue;
        if (tree_is_folded(t, w[i].node))
            l->folded[l->n_folded++] = w[i];
        else
            add(l, tree_at(t, w[i].node), w[i].bytes);
    }
    if (!l->folded || (l->n_folded && !add_folded(l, t, m, e))) {
        load_deinit(l, m);
        return false;
    }
    sum_up(l);
    return true;
}

void load_deinit(struct load *l, struct mem *m)
{
    mem_free(m, l->entries);
    mem_free(m, l->folded);
    memset(l, 0, sizeof *l);
}

/* ---- asking ----------------------------------------------------------- */

/* Bytes of entries at positions below `at`. */
static uint64_t before(const struct load *l, uint32_t at)
{
    uint64_t low = 0, high = l->n;

    while (low < high) {
        uint64_t mid = low + (high - low) / 2;

        if (l->entries[mid].at < at)
            low = mid + 1;
        else
            high = mid;
    }
    return l->entries[low].before;
}

uint64_t load_below(const struct load *l, const struct tree *t, uint32_t v)
{
    struct folded_iter it;
    uint64_t bytes;
    uint32_t at, w;

    if (!l->n)
        return 0;
    if (!tree_is_folded(t, v)) {
        at = tree_at(t, v);
        return before(l, at + t->span[at]) - before(l, at);
    }
    bytes = folded_bytes(l, v);
    folded_begin(&t->core, v, &it);
    while ((w = folded_next(&it)) != NO_NODE)
        bytes += folded_bytes(l, w);
    return bytes;
}
