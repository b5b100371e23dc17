/*
 * census.c - how much of everything: sums, the class histogram with
 * retained sizes, and what only soft, weak or finalizer references hold.
 */
#include "graph/heap_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "graph/walk.h"

/* ---- sums and histogram ----------------------------------------------------
 */

static void add(struct heap_sum *s, uint64_t bytes)
{
    s->objects++;
    s->bytes += bytes;
}

/* By class, the last for objects whose class is missing. */
static struct heap_sum *sum_for(const struct analysis *a, struct heap_sum *sums,
                                uint32_t v)
{
    uint32_t c = hprof_class_of(a->dump, v);

    return &sums[c == CLASS_NONE ? a->dump->n_classes : c];
}

/* All instances are of one size, but for those of one class. */
static void count_instances(struct analysis *a)
{
    const struct hprof_dump *d = a->dump;
    uint64_t classless = d->nodes - d->n_classes - 1;
    const struct sized_node *s;

    for (uint32_t c = 0; c <= d->n_classes; c++) {
        const struct class_size *k = &a->sizes.classes[c];
        uint64_t n = c < d->n_classes ? d->classes[c].objects : classless;

        a->class_live[c] = (struct heap_sum){n, k->element ? 0 : n * k->bytes};
        classless -= c < d->n_classes ? n : 0;
    }
    VEC_EACH (&a->sizes.stack_chunks, s)
        sum_for(a, a->class_live, s->node)->bytes +=
            s->bytes - a->sizes.instance[a->sizes.stack_chunk];
}

static void add_region_tails(uint64_t *tails, uint64_t bytes)
{
    for (unsigned k = 0; k < HEAP_REGION_SIZES; k++) {
        uint64_t region = MIB << k;

        if (bytes > region / 2)
            tails[k] += align_up(bytes, region) - bytes;
    }
}

static void count_arrays(struct analysis *a)
{
    const struct ranks *arrays = &a->sizes.arrays;
    const struct class_size *sizes = a->sizes.classes;
    const struct labels classes = a->dump->class_of;
    struct heap_sum *live = a->class_live;
    uint64_t largest = 0;
    uint32_t rank = 0;

    for (uint32_t i = 0; i < arrays->words; i++)
        for (uint64_t b = arrays->bits[i]; b; b &= b - 1) {
            uint32_t v = i << 6 | (uint32_t)__builtin_ctzll(b),
                     c = labels_get_or_more(&classes, v);
            uint64_t bytes = sizes_of_array(&a->sizes, &sizes[c], rank++);

            live[c].bytes += bytes;
            if (bytes > MIB / 2)
                add_region_tails(a->heap->region_tails, bytes);
            if (bytes > largest)
                largest = bytes;
        }
    a->heap->largest_array_bytes = largest;
}

bool census_count(struct analysis *a)
{
    a->class_live = mem_alloc(a->mem, (uint64_t)a->dump->n_classes + 1,
                              sizeof *a->class_live, a->err);
    if (!a->class_live)
        return false;
    count_instances(a);
    count_arrays(a);
    return true;
}

/* From those counted as alive to the dead: there are fewer, as a rule. */
static void take_out_dead(struct analysis *a, struct heap_sum *dead)
{
    const struct hprof_dump *d = a->dump;

    for (uint32_t i = d->n_classes / 64; i <= d->nodes / 64; i++)
        for (uint64_t b = ~a->tree.seen[i]; b; b &= b - 1) {
            uint32_t v = i << 6 | (uint32_t)__builtin_ctzll(b);
            struct heap_sum *live;
            uint64_t bytes;

            if (v <= d->n_classes || v >= d->nodes)
                continue;
            live = sum_for(a, a->class_live, v);
            bytes = sizes_at(&a->sizes, v);
            add(sum_for(a, dead, v), bytes);
            live->objects--;
            live->bytes -= bytes;
        }
}

/* Without a tree nothing is known to be alive. */
static void tell_apart(struct analysis *a, struct heap_sum *dead)
{
    if (analysis_has_tree(a)) {
        take_out_dead(a, dead);
        return;
    }
    for (uint32_t c = 0; c <= a->dump->n_classes; c++) {
        dead[c] = a->class_live[c];
        a->class_live[c] = (struct heap_sum){0};
    }
}

static void count_class_objects(struct analysis *a, struct heap_sum *dead)
{
    const struct hprof_dump *d = a->dump;
    struct heap *h = a->heap;

    for (uint32_t v = 1; v <= d->n_classes; v++) {
        if (d->classes[v - 1].hidden && !(h->mat && v == d->boot_loader))
            continue;
        h->class_objects += v != d->boot_loader;
        add(sum_for(a, analysis_reaches(a, v) ? a->class_live : dead, v),
            sizes_at(&a->sizes, v));
    }
}

static struct heap_sum sum_of(struct heap_sum a, struct heap_sum b)
{
    return (struct heap_sum){a.objects + b.objects, a.bytes + b.bytes};
}

/* One row a class plus one for objects whose class is missing. */
static bool count_all(struct analysis *a, struct heap_sum *rows)
{
    struct heap *h = a->heap;
    uint32_t n = a->dump->n_classes;
    struct heap_sum *dead =
        mem_alloc(a->mem, (uint64_t)n + 1, sizeof *dead, a->err);
    bool dead_too = !h->mat || h->quick || a->options->keep_unreachable;

    if (!dead)
        return false;
    tell_apart(a, dead);
    count_class_objects(a, dead);
    for (uint32_t c = 0; c <= n; c++) {
        h->reachable = sum_of(h->reachable, a->class_live[c]);
        h->unreachable = sum_of(h->unreachable, dead[c]);
        rows[c] =
            dead_too ? sum_of(a->class_live[c], dead[c]) : a->class_live[c];
    }
    h->all = sum_of(h->reachable, h->unreachable);
    if (!analysis_has_tree(a))
        h->reachable = h->unreachable = (struct heap_sum){UNKNOWN, UNKNOWN};
    mem_free(a->mem, dead);
    return true;
}

static const char *loader_text(struct analysis *a, const struct hprof_class *k)
{
    if (k->boot || k->loader_id == 0)
        return NULL;
    return arena_printf(
        a->arena, a->err, "%s @ 0x%llx",
        k->loader == NODE_NONE ? "?" : analysis_class_name(a, k->loader),
        (unsigned long long)k->loader_id);
}

static int by_shallow(const void *x, const void *y)
{
    const struct heap_class_row *a = x, *b = y;

    if (a->shallow != b->shallow)
        return a->shallow > b->shallow ? -1 : 1;
    if (a->objects != b->objects)
        return a->objects > b->objects ? -1 : 1;
    if (strcmp(a->name, b->name) != 0)
        return strcmp(a->name, b->name);
    return a->class_index < b->class_index ? -1
                                           : a->class_index > b->class_index;
}

static bool make_rows(struct analysis *a, const struct heap_sum *sums)
{
    const struct hprof_dump *d = a->dump;
    struct heap *h = a->heap;

    for (uint32_t c = 0; c <= d->n_classes; c++) {
        struct heap_class_row *row;

        if (!sums[c].objects)
            continue;
        if (!vec_push(&h->histogram, a->mem, a->err))
            return false;
        row = vec_last(&h->histogram);
        row->class_index = c < d->n_classes ? c : CLASS_NONE;
        row->name = c < d->n_classes ? d->classes[c].name : "?";
        row->objects = sums[c].objects;
        row->shallow = sums[c].bytes;
        row->retained =
            analysis_has_tree(a) ? a->tree.classes[c].retained : UNKNOWN;
        if (c < d->n_classes)
            row->loader = loader_text(a, &d->classes[c]);
        if (err_is_set(a->err))
            return false;
    }
    if (h->histogram.n)
        qsort(h->histogram.at, h->histogram.n, sizeof *h->histogram.at,
              by_shallow);
    return true;
}

bool census_take(struct analysis *a)
{
    uint64_t n = (uint64_t)a->dump->n_classes + 1;
    struct heap_sum *sums = mem_alloc(a->mem, n, sizeof *sums, a->err);
    bool ok = sums && count_all(a, sums) && make_rows(a, sums);

    mem_free(a->mem, sums);
    return ok;
}

/* ---- reachability by strength ----------------------------------------------
 */

struct reaching {
    const struct analysis *a;
    struct heap_reference_sum *sum;
};

static void add_reached(void *reaching, uint32_t node)
{
    const struct reaching *r = reaching;

    r->sum->objects++;
    r->sum->bytes += sizes_at(&r->a->sizes, node);
}

/* Indices of the edges of a strength; and how many are of living References. */
static bool collect_edges(struct analysis *a, unsigned strength,
                          struct node_list *edges, uint64_t *alive,
                          struct err *e)
{
    const struct hprof_weak_edge *all = a->dump->weak.at;

    for (uint64_t i = 0; i < a->dump->weak.n; i++) {
        if (all[i].strength != strength)
            continue;
        if (!vec_push(edges, a->mem, e))
            return false;
        *vec_last(edges) = (uint32_t)i;
        *alive += bits_has(a->live, all[i].from);
    }
    return true;
}

/* Referents whose Reference is alive and they are not. Edges of those that are
 * not alive are left, for another round. */
static bool collect_starts(struct analysis *a, struct node_list *edges,
                           struct node_list *starts, struct err *e)
{
    uint64_t left = 0;

    starts->n = 0;
    for (uint64_t i = 0; i < edges->n; i++) {
        const struct hprof_weak_edge *w = &a->dump->weak.at[edges->at[i]];

        if (!bits_has(a->live, w->from)) {
            edges->at[left++] = edges->at[i];
        } else if (!bits_has(a->live, w->to)) {
            if (!vec_push(starts, a->mem, e))
                return false;
            *vec_last(starts) = w->to;
        }
    }
    edges->n = left;
    return true;
}

/* A reference met on the way can open further ones; a chain of more than
 * this many soft caches inside soft caches is counted short. */
#define MAX_ROUNDS 64

static bool reach_by(struct analysis *a, unsigned strength,
                     struct heap_reference_sum *ret, struct err *e)
{
    struct reaching r = {a, ret};
    struct node_list edges = {0}, starts = {0};
    bool ok = collect_edges(a, strength, &edges, &ret->references, e);

    for (unsigned i = 0; ok && i < MAX_ROUNDS; i++) {
        ok = collect_starts(a, &edges, &starts, e);
        if (!ok || !starts.n)
            break;
        ok = walk_beyond(&a->model.graph, starts.at, starts.n, a->live,
                         add_reached, &r, a->mem, e);
    }
    vec_free(&edges, a->mem);
    vec_free(&starts, a->mem);
    return ok;
}

static void take_out(struct heap *h, const struct heap_reference_sum *s)
{
    h->unreachable.objects -= s->objects;
    h->unreachable.bytes -= s->bytes;
}

/* java.lang.ref: soft before weak before due for finalization before
 * phantom; each strength counts what no stronger one reaches. */
static bool strengths(struct analysis *a, struct err *e)
{
    struct heap *h = a->heap;
    uint64_t bytes = bits_bytes(a->dump->nodes);
    bool ok;

    a->live = mem_map(a->mem, bytes, e);
    if (!a->live)
        return false;
    memcpy(a->live, a->tree.seen, bytes);
    ok = reach_by(a, SOFT, &h->soft, e) && reach_by(a, WEAK, &h->weak, e) &&
         reach_by(a, FINAL, &h->final, e) &&
         reach_by(a, PHANTOM, &h->phantom, e);
    if (ok) {
        take_out(h, &h->soft);
        take_out(h, &h->weak);
        take_out(h, &h->final);
        take_out(h, &h->phantom);
    }
    return ok;
}

bool census_finish(struct analysis *a, struct err *e)
{
    return !analysis_has_tree(a) || a->heap->mat || strengths(a, e);
}
