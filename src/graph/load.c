/*
 * load.c - weights sorted by position, and their running sum.
 */
#include "graph/load.h"

#include <stdlib.h>
#include <string.h>

/* ---- a list ----------------------------------------------------------- */

static int by_key(const void *x, const void *y)
{
    const struct load_entry *a = x, *b = y;

    return a->key < b->key ? -1 : a->key > b->key;
}

static bool list_create(struct load_list *l, uint64_t n, struct mem *m,
                        struct err *e)
{
    l->at = mem_alloc(m, n + 1, sizeof *l->at, e);
    return l->at != NULL;
}

static void list_add(struct load_list *l, uint32_t key, uint64_t bytes)
{
    l->at[l->n++] = (struct load_entry){key, bytes};
}

/* Ends the adding: what each entry weighs becomes what is before it. */
static void list_sum_up(struct load_list *l)
{
    uint64_t sum = 0;

    qsort(l->at, l->n, sizeof *l->at, by_key);
    for (uint64_t i = 0; i <= l->n; i++) {
        uint64_t bytes = l->at[i].before;

        l->at[i].before = sum;
        sum += bytes;
    }
}

/* Bytes of entries with keys below `key`. */
static uint64_t list_before(const struct load_list *l, uint32_t key)
{
    uint64_t low = 0, high = l->n;

    while (low < high) {
        uint64_t mid = low + (high - low) / 2;

        if (l->at[mid].key < key)
            low = mid + 1;
        else
            high = mid;
    }
    return l->at[low].before;
}

/* Bytes of entries with keys from `key` on, `n` of them. */
static uint64_t list_bytes(const struct load_list *l, uint32_t key, uint32_t n)
{
    return list_before(l, key + n) - list_before(l, key);
}

/* ---- collecting ------------------------------------------------------- */

/* One sweep over the tree finds what folded nodes are folded into. */
static bool add_folded(struct load *l, const struct tree *t, struct mem *m,
                       struct err *e)
{
    uint64_t bytes = t->core.n_words * sizeof(uint64_t);
    uint64_t *wanted = mem_map(m, bytes, e);

    if (!wanted)
        return false;
    list_sum_up(&l->folded);
    for (uint64_t i = 0; i < l->folded.n; i++)
        bits_add(wanted, l->folded.at[i].key);
    for (uint32_t i = 1; i < t->reached; i++) {
        struct folded_iter it;
        uint32_t w;

        if (!t->folded[i])
            continue;
        folded_begin(&t->core, t->order[i].node, &it);
        while ((w = folded_next(&it)) != NO_NODE)
            if (bits_has(wanted, w))
                list_add(&l->places, i, list_bytes(&l->folded, w, 1));
    }
    mem_unmap(m, wanted, bytes);
    return true;
}

bool load_build(struct load *l, const struct tree *t,
                const struct load_weight *w, uint64_t n, struct mem *m,
                struct err *e)
{
    bool ok;

    memset(l, 0, sizeof *l);
    ok = list_create(&l->places, n, m, e) && list_create(&l->folded, n, m, e);
    for (uint64_t i = 0; ok && i < n; i++) {
        if (!tree_has(t, w[i].node))
            continue;
        if (tree_is_folded(t, w[i].node))
            list_add(&l->folded, w[i].node, w[i].bytes);
        else
            list_add(&l->places, tree_at(t, w[i].node), w[i].bytes);
    }
    if (!ok || (l->folded.n && !add_folded(l, t, m, e))) {
        load_deinit(l, m);
        return false;
    }
    list_sum_up(&l->places);
    return true;
}

void load_deinit(struct load *l, struct mem *m)
{
    mem_free(m, l->places.at);
    mem_free(m, l->folded.at);
    memset(l, 0, sizeof *l);
}

/* ---- asking ----------------------------------------------------------- */

uint64_t load_below(const struct load *l, const struct tree *t, uint32_t v)
{
    struct folded_iter it;
    uint64_t bytes;
    uint32_t at, w;

    if (load_is_empty(l))
        return 0;
    if (!tree_is_folded(t, v)) {
        at = tree_at(t, v);
        return list_bytes(&l->places, at, t->span[at]);
    }
    bytes = list_bytes(&l->folded, v, 1);
    folded_begin(&t->core, v, &it);
    while ((w = folded_next(&it)) != NO_NODE)
        bytes += list_bytes(&l->folded, w, 1);
    return bytes;
}
