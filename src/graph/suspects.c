/*
 * suspects.c - who retains the heap, and who holds the memory off it.
 *
 * A suspect is a child of the super-root that retains a tenth of the heap,
 * or a class whose remaining top-level objects do so together (Eclipse
 * MAT's definition). From a suspect we go down to the child that retains
 * most until the weight drops by a third: there it accumulates.
 *
 * The same descent over native bytes finds the holders of direct buffers
 * and other off-heap memory: the heap may look empty and still name them.
 */
#include "graph/heap_parts.h"

#include <stdlib.h>
#include <string.h>

#include "graph/paths.h"

#define DEFAULT_PERCENT 10
#define DROP_RATIO      0.7
#define MAX_DEPTH       1000 /* MAT's limit; deeper is a linked list */
#define MAX_SUSPECTS    64
#define CONTENTS        8
#define LEAST_TOP       50
#define HOLDERS         5

/* ---- the dominator list
 * ------------------------------------------------------ */

static bool list_dominators(struct analysis *a, const uint32_t *nodes,
                            uint64_t n)
{
    struct heap *h = a->heap;
    uint64_t *ids = mem_alloc(a->mem, n, sizeof *ids, a->err);
    bool ok = ids && paths_ids(a, nodes, n, ids) &&
              vec_reserve(&h->dominators, a->mem, n, a->err);

    for (uint64_t i = 0; ok && i < n; i++) {
        uint32_t v = nodes[i], at = a->tree.at[v];
        uint64_t below = 0;

        for (uint32_t c = at + 1; c < at + a->tree.span[at];
             c += a->tree.span[c])
            below += a->tree.retained[c];
        h->dominators.at[h->dominators.n++] = (struct heap_object){
            .node = v,
            .id = ids[i],
            .class_name = analysis_class_name(a, v),
            .name = analysis_object_name(a, v),
            .shallow = a->tree.retained[at] - below,
            .retained = a->tree.retained[at],
            .native_retained = analysis_native(a, v),
            .objects = a->tree.span[at],
        };
    }
    mem_free(a->mem, ids);
    return ok;
}

/* ---- going down
 * ------------------------------------------------------------------ */

/* The child of position `at` with the largest weight; 0: no children. */
static uint32_t heaviest(const struct analysis *a, uint32_t at,
                         const uint64_t *weight)
{
    uint32_t best = 0;

    for (uint32_t c = at + 1; c < at + a->tree.span[at]; c += a->tree.span[c])
        if (!best || weight[c] > weight[best])
            best = c;
    return best;
}

static uint32_t accumulation(const struct analysis *a, uint32_t at,
                             const uint64_t *weight)
{
    for (unsigned depth = 0; depth < MAX_DEPTH; depth++) {
        uint32_t c = heaviest(a, at, weight);

        if (!c || (double)weight[c] / (double)weight[at] < DROP_RATIO)
            return at;
        at = c;
    }
    return at;
}

static uint64_t shallow_at(const struct analysis *a, uint32_t at)
{
    uint64_t below = 0;

    for (uint32_t c = at + 1; c < at + a->tree.span[at]; c += a->tree.span[c])
        below += a->tree.retained[c];
    return a->tree.retained[at] - below;
}

static uint64_t children_of(const struct analysis *a, uint32_t at)
{
    uint64_t n = 0;

    for (uint32_t c = at + 1; c < at + a->tree.span[at]; c += a->tree.span[c])
        n++;
    return n;
}

/* ---- what it holds
 * ---------------------------------------------------------------- */

static int by_bytes(const void *x, const void *y)
{
    const struct heap_held *a = x, *b = y;

    if (a->bytes != b->bytes)
        return a->bytes > b->bytes ? -1 : 1;
    return strcmp(a->class_name, b->class_name);
}

static bool held_rows(struct analysis *a, const struct heap_sum *sums,
                      struct heap_suspect *s)
{
    const struct hprof_dump *d = a->dump;

    for (uint32_t c = 0; c <= d->n_classes; c++) {
        if (!sums[c].objects)
            continue;
        if (!vec_push(&s->contents, a->mem, a->err))
            return false;
        *vec_last(&s->contents) = (struct heap_held){
            .class_name = c < d->n_classes ? d->classes[c].name : "?",
            .objects = sums[c].objects,
            .bytes = sums[c].bytes,
        };
    }
    if (s->contents.n)
        qsort(s->contents.at, s->contents.n, sizeof *s->contents.at, by_bytes);
    if (s->contents.n > CONTENTS)
        s->contents.n = CONTENTS;
    return true;
}

static void sum_subtree(const struct analysis *a, uint32_t at,
                        struct heap_sum *sums)
{
    for (uint32_t i = at; i < at + a->tree.span[at]; i++) {
        uint32_t c = hprof_class_of(a->dump, a->tree.order[i]);
        struct heap_sum *s = &sums[c == CLASS_NONE ? a->dump->n_classes : c];

        s->objects++;
        s->bytes += shallow_at(a, i);
    }
}

/* Of one subtree, or of every top-level object of the suspect's class. */
static bool find_contents(struct analysis *a, struct heap_suspect *s,
                          uint32_t at)
{
    struct heap_sum *sums = mem_alloc(a->mem, (uint64_t)a->dump->n_classes + 1,
                                      sizeof *sums, a->err);
    bool ok;

    if (!sums)
        return false;
    if (s->kind == SUSPECT_OBJECT) {
        sum_subtree(a, at, sums);
    } else {
        for (uint32_t c = 1; c < a->tree.reached; c += a->tree.span[c])
            if (hprof_class_of(a->dump, a->tree.order[c]) == s->class_index)
                sum_subtree(a, c, sums);
    }
    ok = held_rows(a, sums, s);
    mem_free(a->mem, sums);
    return ok;
}

/* ---- making one
 * ------------------------------------------------------------------- */

static void fill_object(struct analysis *a, struct heap_suspect *s, uint32_t at)
{
    uint32_t v = a->tree.order[at];

    s->kind = SUSPECT_OBJECT;
    s->node = v;
    s->class_index = hprof_class_of(a->dump, v);
    s->class_name = analysis_class_name(a, v);
    s->name = analysis_object_name(a, v);
    s->objects = a->tree.span[at];
    s->shallow = shallow_at(a, at);
    s->retained = a->tree.retained[at];
    s->native_retained = a->native ? a->native[at] : 0;
}

static void fill_accumulation(struct analysis *a, struct heap_suspect *s,
                              uint32_t at)
{
    uint32_t v = a->tree.order[at];

    s->has_accumulation = true;
    s->accumulation_children = children_of(a, at);
    s->accumulation = (struct heap_object){
        .node = v,
        .class_name = analysis_class_name(a, v),
        .name = analysis_object_name(a, v),
        .shallow = shallow_at(a, at),
        .retained = a->tree.retained[at],
        .native_retained = a->native ? a->native[at] : 0,
        .objects = a->tree.span[at],
    };
}

static bool add_object(struct analysis *a, struct heap_suspects *f, uint32_t at,
                       const uint64_t *weight)
{
    struct heap_suspect *s;
    uint32_t point = accumulation(a, at, weight);

    if (!vec_push(f, a->mem, a->err))
        return false;
    s = vec_last(f);
    fill_object(a, s, at);
    fill_accumulation(a, s, point);
    return find_contents(a, s, at);
}

/* Ids and paths for all at once. */
static bool finish(struct analysis *a, struct heap_suspects *f)
{
    uint32_t *targets = mem_alloc(a->mem, f->n, sizeof *targets, a->err);
    uint32_t *nodes = mem_alloc(a->mem, f->n * 2, sizeof *nodes, a->err);
    uint64_t *ids = mem_alloc(a->mem, f->n * 2, sizeof *ids, a->err);
    bool ok = targets && nodes && ids;

    for (uint64_t i = 0; ok && i < f->n; i++) {
        const struct heap_suspect *s = &f->at[i];

        targets[i] = s->has_accumulation ? s->accumulation.node : s->node;
        nodes[2 * i] = s->node;
        nodes[2 * i + 1] = targets[i];
    }
    ok = ok && f->n && paths_describe(a, f->at, targets, f->n) &&
         paths_ids(a, nodes, f->n * 2, ids);
    for (uint64_t i = 0; ok && i < f->n; i++) {
        f->at[i].id = ids[2 * i];
        f->at[i].accumulation.id = ids[2 * i + 1];
    }
    mem_free(a->mem, targets);
    mem_free(a->mem, nodes);
    mem_free(a->mem, ids);
    return ok || (!f->n && !err_is_set(a->err));
}

/* ---- suspects of the heap
 * ----------------------------------------------------- */

struct group {
    uint64_t members, retained;
    uint32_t largest; /* position */
};

static void group_rest(const struct analysis *a, uint64_t threshold,
                       struct group *groups)
{
    for (uint32_t c = 1; c < a->tree.reached; c += a->tree.span[c]) {
        uint32_t k = hprof_class_of(a->dump, a->tree.order[c]);
        struct group *g;

        if (a->tree.retained[c] > threshold || k == CLASS_NONE)
            continue;
        g = &groups[k];
        if (!g->members || a->tree.retained[c] > a->tree.retained[g->largest])
            g->largest = c;
        g->members++;
        g->retained += a->tree.retained[c];
    }
}

static uint64_t group_native(const struct analysis *a, uint32_t class_index)
{
    uint64_t n = 0;

    for (uint32_t c = 1; a->native && c < a->tree.reached; c += a->tree.span[c])
        if (hprof_class_of(a->dump, a->tree.order[c]) == class_index)
            n += a->native[c];
    return n;
}

static bool add_group(struct analysis *a, struct heap_suspects *f, uint32_t k,
                      const struct group *g)
{
    struct heap_suspect *s;

    if (!vec_push(f, a->mem, a->err))
        return false;
    s = vec_last(f);
    fill_object(a, s, g->largest);
    s->kind = SUSPECT_CLASS_GROUP;
    s->class_index = k;
    s->class_name = a->dump->classes[k].name;
    s->objects = g->members;
    s->retained = g->retained;
    s->native_retained = group_native(a, k);
    return find_contents(a, s, g->largest);
}

static bool add_groups(struct analysis *a, struct heap_suspects *f,
                       uint64_t threshold)
{
    uint32_t n = a->dump->n_classes;
    struct group *groups =
        mem_alloc(a->mem, (uint64_t)n + 1, sizeof *groups, a->err);
    bool ok = groups != NULL;

    if (ok)
        group_rest(a, threshold, groups);
    for (uint32_t k = 0; ok && k < n; k++)
        if (groups[k].retained > threshold && f->n < MAX_SUSPECTS)
            ok = add_group(a, f, k, &groups[k]);
    mem_free(a->mem, groups);
    return ok;
}

static int by_retained(const void *x, const void *y)
{
    const struct heap_suspect *a = x, *b = y;

    if (a->retained != b->retained)
        return a->retained > b->retained ? -1 : 1;
    return a->node < b->node ? -1 : a->node > b->node;
}

static bool find_suspects(struct analysis *a, const uint32_t *top, uint64_t n)
{
    unsigned percent = a->options->suspect_percent;
    uint64_t threshold =
        a->heap->reachable.bytes / 100 * (percent ? percent : DEFAULT_PERCENT);
    struct heap_suspects f = {0};
    bool ok = true;

    for (uint64_t i = 0; ok && i < n && f.n < MAX_SUSPECTS; i++) {
        uint32_t at = a->tree.at[top[i]];

        if (a->tree.retained[at] <= threshold)
            break;
        ok = add_object(a, &f, at, a->tree.retained);
    }
    ok = ok && add_groups(a, &f, threshold) && finish(a, &f);
    if (ok && f.n)
        qsort(f.at, f.n, sizeof *f.at, by_retained);
    a->heap->suspects = f;
    return ok;
}

/* ---- holders of native memory
 * ------------------------------------------------- */

/* The top-level positions with most native bytes, by repeated maximum:
 * there are few. */
static bool find_holders(struct analysis *a, const uint64_t *weight,
                         struct heap_suspects *ret)
{
    struct heap_suspects f = {0};
    uint64_t bound = UINT64_MAX;
    uint32_t last = 0;
    bool ok = true;

    while (ok && weight && f.n < HOLDERS) {
        uint32_t best = 0;

        for (uint32_t c = 1; c < a->tree.reached; c += a->tree.span[c])
            if ((weight[c] < bound || (weight[c] == bound && c > last)) &&
                (!best || weight[c] > weight[best]))
                best = c;
        if (!best || weight[best] == 0 || weight[best] < weight[0] / 20)
            break;
        bound = weight[best];
        last = best;
        ok = add_object(a, &f, best, weight);
        if (ok)
            vec_last(&f)->native_retained = weight[best];
    }
    ok = ok && finish(a, &f);
    *ret = f;
    return ok;
}

bool suspects_find(struct analysis *a)
{
    uint64_t top = a->options->top, n = 0;
    uint32_t *nodes = NULL;
    bool ok;

    if (!a->tree.at)
        return true;
    if (top && top < LEAST_TOP)
        top = LEAST_TOP;
    ok = tree_children(&a->tree, 0, 0, a->mem, &nodes, &n, a->err);
    if (ok) {
        a->heap->n_dominators = n;
        ok = list_dominators(a, nodes, top && top < n ? top : n) &&
             find_suspects(a, nodes, n) &&
             find_holders(a, a->native, &a->heap->natives.holders) &&
             find_holders(a, a->mapped, &a->heap->natives.mapped_holders);
    }
    mem_free(a->mem, nodes);
    return ok;
}
