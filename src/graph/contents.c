/*
 * contents.c - what a part of the heap consists of, class by class.
 */
#include "graph/contents.h"

#include <stdlib.h>
#include <string.h>

#define LISTED 8 /* classes of a suspect */

/* ---- rows ------------------------------------------------------------- */

static int by_bytes(const void *x, const void *y)
{
    const struct heap_held *a = x, *b = y;

    if (a->bytes != b->bytes)
        return a->bytes > b->bytes ? -1 : 1;
    return strcmp(a->class_name, b->class_name);
}

struct heap_sum *contents_sums(struct analysis *a)
{
    return mem_alloc(a->mem, (uint64_t)a->dump->n_classes + 1,
                     sizeof(struct heap_sum), a->err);
}

bool contents_list(struct analysis *a, const struct heap_sum *sums,
                   uint64_t most, struct heap_contents *ret)
{
    const struct hprof_dump *d = a->dump;

    for (uint32_t c = 0; c <= d->n_classes; c++) {
        if (!sums[c].objects)
            continue;
        if (!vec_push(ret, a->mem, a->err))
            return false;
        *vec_last(ret) = (struct heap_held){
            .class_name = c < d->n_classes ? d->classes[c].name : "?",
            .objects = sums[c].objects,
            .bytes = sums[c].bytes,
        };
    }
    if (ret->n)
        qsort(ret->at, ret->n, sizeof *ret->at, by_bytes);
    if (ret->n > most)
        ret->n = most;
    return true;
}

/* ---- sums ------------------------------------------------------------- */

void contents_add(const struct analysis *a, uint32_t v, struct heap_sum *sums)
{
    uint32_t c = hprof_class_of(a->dump, v);
    struct heap_sum *s = &sums[c == CLASS_NONE ? a->dump->n_classes : c];

    s->objects++;
    s->bytes += sizes_at(&a->sizes, v);
}

static void add_with_folded(const struct analysis *a, uint32_t v,
                            struct heap_sum *sums)
{
    struct folded_iter it;
    uint32_t w;

    contents_add(a, v, sums);
    folded_begin(&a->tree.core, v, &it);
    while ((w = folded_next(&it)) != NODE_NONE)
        contents_add(a, w, sums);
}

static void add_range(const struct analysis *a, uint32_t at, uint32_t end,
                      struct heap_sum *sums)
{
    const struct tree *t = &a->tree;

    for (uint32_t i = at; i < end; i++)
        if (tree_holds(t, i))
            add_with_folded(a, t->order[i].node, sums);
        else
            contents_add(a, t->order[i].node, sums);
}

/* From sums to what the rest of all that is reachable sums up to. Class
 * objects that nobody counts are in the tree too. */
static void invert(const struct analysis *a, struct heap_sum *sums)
{
    const struct hprof_dump *d = a->dump;

    for (uint32_t c = 0; c <= d->n_classes; c++) {
        sums[c].objects = a->class_live[c].objects - sums[c].objects;
        sums[c].bytes = a->class_live[c].bytes - sums[c].bytes;
    }
    for (uint32_t v = 1; v <= d->n_classes; v++)
        if (d->classes[v - 1].hidden &&
            !(a->heap->mat && v == d->boot_loader) && tree_has(&a->tree, v))
            contents_add(a, v, sums);
}

/* What is most of the tree is the whole without the rest. */
static void sum_subtree(const struct analysis *a, uint32_t v, bool most,
                        struct heap_sum *sums)
{
    const struct tree *t = &a->tree;
    uint32_t at, end;

    if (tree_is_folded(t, v)) {
        add_with_folded(a, v, sums);
        return;
    }
    at = tree_at(t, v);
    end = at + t->span[at];
    if (!most) {
        add_range(a, at, end, sums);
        return;
    }
    add_range(a, 1, at, sums);
    add_range(a, end, t->reached, sums);
    invert(a, sums);
}

static bool is_top_of(const struct analysis *a, uint32_t i, uint32_t class)
{
    const struct tree *t = &a->tree;

    return hprof_class_of(a->dump, t->order[t->tops[i]].node) == class;
}

static void sum_group(const struct analysis *a, uint32_t class, bool most,
                      struct heap_sum *sums)
{
    const struct tree *t = &a->tree;

    for (uint32_t i = 0; i < t->n_tops; i++) {
        uint32_t c = t->tops[i];

        if (is_top_of(a, i, class) != most)
            add_range(a, c, c + t->span[c], sums);
    }
    if (most)
        invert(a, sums);
}

/* ---- contents --------------------------------------------------------- */

bool contents_of_subtree(struct analysis *a, uint32_t v, bool most,
                         struct heap_contents *ret)
{
    struct heap_sum *sums = contents_sums(a);
    bool ok;

    if (!sums)
        return false;
    sum_subtree(a, v, most, sums);
    ok = contents_list(a, sums, LISTED, ret);
    mem_free(a->mem, sums);
    return ok;
}

bool contents_of_group(struct analysis *a, uint32_t class, bool most,
                       struct heap_contents *ret)
{
    struct heap_sum *sums = contents_sums(a);
    bool ok;

    if (!sums)
        return false;
    sum_group(a, class, most, sums);
    ok = contents_list(a, sums, LISTED, ret);
    mem_free(a->mem, sums);
    return ok;
}
