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

#include "graph/contents.h"
#include "graph/paths.h"

#define DEFAULT_PERCENT 10
#define DROP_RATIO      0.7
#define MAX_DEPTH       1000 /* MAT's limit; deeper is a linked list */
#define MAX_SUSPECTS    64
#define LEAST_TOP       50
#define HOLDERS         5

static struct heap_object describe(const struct analysis *a, uint32_t v,
                                   uint64_t id)
{
    return (struct heap_object){
        .node = v,
        .id = id,
        .class_name = analysis_class_name(a, v),
        .name = analysis_object_name(a, v),
        .shallow = sizes_at(&a->sizes, v),
        .retained = tree_retained(&a->tree, v),
        .native_retained = analysis_native(a, v),
        .objects = tree_objects(&a->tree, v),
    };
}

/* ---- the dominator list ----------------------------------------------- */

static bool list_dominators(struct analysis *a, const uint32_t *nodes,
                            uint64_t n)
{
    struct heap *h = a->heap;
    uint64_t *ids = mem_alloc(a->mem, n, sizeof *ids, a->err);
    bool ok = ids && hprof_ids_of(a->dump, nodes, n, ids, a->mem, a->err) &&
              vec_reserve(&h->dominators, a->mem, n, a->err);

    for (uint64_t i = 0; ok && i < n; i++)
        h->dominators.at[h->dominators.n++] = describe(a, nodes[i], ids[i]);
    mem_free(a->mem, ids);
    return ok;
}

/* ---- going down ------------------------------------------------------- */

/* What a subtree weighs: native bytes, or those of the heap without `load`. */
static uint64_t weigh(const struct analysis *a, const struct load *load,
                      uint32_t v)
{
    return load ? load_below(load, &a->tree, v) : tree_retained(&a->tree, v);
}

/* The child of `v` with the largest weight, of equals the lowest; NODE_NONE: no
 * children. */
static uint32_t heaviest(const struct analysis *a, uint32_t v,
                         const struct load *load, uint64_t *weight)
{
    uint32_t best = NODE_NONE, w;
    struct tree_kids it;

    tree_kids_begin(&a->tree, v, &it);
    while ((w = tree_kids_next(&it)) != NODE_NONE) {
        uint64_t bytes = weigh(a, load, w);

        if (best != NODE_NONE &&
            (bytes < *weight || (bytes == *weight && w > best)))
            continue;
        best = w;
        *weight = bytes;
    }
    return best;
}

static uint32_t accumulation(const struct analysis *a, uint32_t v,
                             const struct load *load)
{
    uint64_t above = weigh(a, load, v), below = 0;

    for (unsigned depth = 0; depth < MAX_DEPTH; depth++) {
        uint32_t w = heaviest(a, v, load, &below);

        if (w == NODE_NONE || (double)below / (double)above < DROP_RATIO)
            return v;
        v = w;
        above = below;
    }
    return v;
}

static uint64_t children_of(const struct analysis *a, uint32_t v)
{
    struct tree_kids it;
    uint64_t n = 0;

    tree_kids_begin(&a->tree, v, &it);
    while (tree_kids_next(&it) != NODE_NONE)
        n++;
    return n;
}

/* ---- making one ------------------------------------------------------- */

static void fill_object(struct analysis *a, struct heap_suspect *s, uint32_t v)
{
    s->kind = SUSPECT_OBJECT;
    s->node = v;
    s->class_index = hprof_class_of(a->dump, v);
    s->class_name = analysis_class_name(a, v);
    s->name = analysis_object_name(a, v);
    s->objects = tree_objects(&a->tree, v);
    s->shallow = sizes_at(&a->sizes, v);
    s->retained = tree_retained(&a->tree, v);
    s->native_retained = analysis_native(a, v);
}

static void fill_accumulation(struct analysis *a, struct heap_suspect *s,
                              uint32_t v)
{
    s->has_accumulation = true;
    s->accumulation_children = children_of(a, v);
    s->accumulation = describe(a, v, 0); /* its id comes with finish */
}

static bool add_object(struct analysis *a, struct heap_suspects *f, uint32_t v,
                       const struct load *load)
{
    struct heap_suspect *s;

    if (!vec_push(f, a->mem, a->err))
        return false;
    s = vec_last(f);
    fill_object(a, s, v);
    fill_accumulation(a, s, accumulation(a, v, load));
    return contents_of_subtree(
        a, v, s->objects > a->heap->reachable.objects / 2, &s->contents);
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
         hprof_ids_of(a->dump, nodes, f->n * 2, ids, a->mem, a->err);
    for (uint64_t i = 0; ok && i < f->n; i++) {
        f->at[i].id = ids[2 * i];
        f->at[i].accumulation.id = ids[2 * i + 1];
    }
    mem_free(a->mem, targets);
    mem_free(a->mem, nodes);
    mem_free(a->mem, ids);
    return ok || (!f->n && !err_is_set(a->err));
}

/* ---- suspects of the heap --------------------------------------------- */

struct group {
    uint64_t members, retained;
    uint64_t most;    /* that one of them retains */
    uint32_t largest; /* the lowest node of those */
};

static void add_member(struct group *g, uint32_t v, uint64_t bytes)
{
    if (!g->members || bytes > g->most ||
        (bytes == g->most && v < g->largest)) {
        g->largest = v;
        g->most = bytes;
    }
    g->members++;
    g->retained += bytes;
}

static void group_rest(const struct analysis *a, uint64_t threshold,
                       struct group *groups)
{
    const struct tree *t = &a->tree;

    for (uint32_t i = 0; i < t->n_tops; i++) {
        uint32_t v = t->order[t->tops[i]].node;
        uint32_t k = hprof_class_of(a->dump, v);
        uint64_t bytes = tree_bytes(t, t->tops[i]);

        if (bytes <= threshold && k != CLASS_NONE)
            add_member(&groups[k], v, bytes);
    }
}

static uint64_t group_native(const struct analysis *a, uint32_t class_index)
{
    const struct tree *t = &a->tree;
    uint64_t n = 0;

    for (uint32_t i = 0; !load_is_empty(&a->native) && i < t->n_tops; i++) {
        uint32_t v = t->order[t->tops[i]].node;

        if (hprof_class_of(a->dump, v) == class_index)
            n += load_below(&a->native, t, v);
    }
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
    return contents_of_group(a, k, g->retained > a->heap->reachable.bytes / 2,
                             &s->contents);
}

/* Statics of many classes together are nobody's leak; MAT lists them. */
static bool is_group(const struct analysis *a, uint32_t k)
{
    return a->heap->mat ||
           strcmp(a->dump->classes[k].name, "java.lang.Class") != 0;
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
        if (groups[k].retained > threshold && is_group(a, k) &&
            f->n < MAX_SUSPECTS)
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
        if (tree_retained(&a->tree, top[i]) <= threshold)
            break;
        ok = add_object(a, &f, top[i], NULL);
    }
    ok = ok && add_groups(a, &f, threshold) && finish(a, &f);
    if (ok && f.n)
        qsort(f.at, f.n, sizeof *f.at, by_retained);
    a->heap->suspects = f;
    return ok;
}

/* ---- holders of native memory ----------------------------------------- */

struct holder {
    uint32_t node;
    uint64_t bytes;
};

static bool holds_more(struct holder a, struct holder b)
{
    return a.bytes != b.bytes ? a.bytes > b.bytes : a.node < b.node;
}

/* Keeps the largest, largest first. */
static unsigned insert(struct holder *top, unsigned n, struct holder h)
{
    unsigned i = n < HOLDERS ? n++ : HOLDERS;

    for (; i && holds_more(h, top[i - 1]); i--)
        if (i < HOLDERS)
            top[i] = top[i - 1];
    if (i < HOLDERS)
        top[i] = h;
    return n;
}

/* The children of the super-root with most bytes of `load`. */
static unsigned top_holders(const struct analysis *a, const struct load *load,
                            struct holder *top)
{
    const struct tree *t = &a->tree;
    unsigned n = 0;

    for (uint32_t i = 0; !load_is_empty(load) && i < t->n_tops; i++) {
        uint32_t v = t->order[t->tops[i]].node;
        struct holder h = {v, load_below(load, t, v)};

        if (h.bytes)
            n = insert(top, n, h);
    }
    return n;
}

static bool find_holders(struct analysis *a, const struct load *load,
                         struct heap_suspects *ret)
{
    struct holder top[HOLDERS];
    struct heap_suspects f = {0};
    unsigned n = top_holders(a, load, top);
    bool ok = true;

    for (unsigned i = 0; ok && i < n; i++) {
        if (top[i].bytes < load_below(load, &a->tree, 0) / 20)
            break;
        ok = add_object(a, &f, top[i].node, load);
        if (ok)
            vec_last(&f)->native_retained = top[i].bytes;
    }
    ok = ok && finish(a, &f);
    *ret = f;
    return ok;
}

bool suspects_find(struct analysis *a)
{
    uint64_t top = a->options->top, most, n = 0;
    uint32_t *nodes = NULL;
    bool ok;

    if (!analysis_has_tree(a))
        return true;
    if (top && top < LEAST_TOP)
        top = LEAST_TOP;
    most = top && top < MAX_SUSPECTS ? MAX_SUSPECTS : top;
    ok = tree_children(&a->tree, 0, most, a->mem, &nodes, &n,
                       &a->heap->n_dominators, a->err);
    ok = ok && list_dominators(a, nodes, top && top < n ? top : n) &&
         find_suspects(a, nodes, n) &&
         find_holders(a, &a->native, &a->heap->natives.holders) &&
         find_holders(a, &a->mapped, &a->heap->natives.mapped_holders);
    mem_free(a->mem, nodes);
    return ok;
}
