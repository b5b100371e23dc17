/*
 * garbage.c - who retains what nothing reaches.
 *
 * A dump taken without a collection before it may be mostly garbage, and a
 * sum does not say whose. So the unreachable part gets roots, dominators
 * and retained sizes of its own: what the dead structures were that a full
 * GC would free.
 */
#include "graph/heap_parts.h"

#include <stdlib.h>
#include <string.h>

#include "graph/contents.h"
#include "graph/paths.h"
#include "graph/subgraph.h"

#define LARGEST     10
#define LEAST_SHARE 100 /* of the heap: one in so many bytes */

struct garbage {
    struct analysis *a;
    struct subgraph part;
    struct tree tree;
    uint64_t tops;        /* children of its super-root */
    uint32_t *class_of;   /* [part.graph.nodes] and */
    uint32_t *class_node; /* [n_classes]: for join_histogram alone */
};

/* ---- what is garbage ------------------------------------------------------
 */

static bool is_live(const struct analysis *a, uint32_t v)
{
    return a->live ? bits_has(a->live, v) : tree_has(&a->tree, v);
}

/* Class objects without a record of their own are not counted as objects. */
static bool is_garbage(const struct analysis *a, uint32_t v)
{
    if (is_live(a, v))
        return false;
    return !hprof_is_class_object(a->dump, v) ||
           !a->dump->classes[v - 1].hidden;
}

static bool isolate(struct garbage *k)
{
    struct analysis *a = k->a;
    uint64_t bytes = bits_bytes(a->dump->nodes);
    uint64_t *members = mem_map(a->mem, bytes, a->err);
    bool ok = members != NULL;

    for (uint32_t v = 1; ok && v < a->dump->nodes; v++)
        if (is_garbage(a, v))
            bits_add(members, v);
    ok = ok &&
         subgraph_build(&k->part, &a->model.graph, members, a->mem, a->err);
    mem_unmap(a->mem, members, bytes);
    return ok;
}

static uint64_t shallow(void *garbage, uint32_t v, uint32_t class)
{
    struct garbage *k = garbage;

    (void)class; /* the part may not know it */
    return sizes_at(&k->a->sizes, k->part.node[v]);
}

static bool build_tree(struct garbage *k)
{
    struct analysis *a = k->a;
    const struct tree_sizes sizes = {
        .shallow = shallow,
        .ctx = k,
        .most = sizes_most(&a->sizes),
        .shift = sizes_shift(&a->sizes),
    };
    struct dom dom;
    bool ok;

    if (!dom_build(&k->part.graph, a->mem, &dom, a->err))
        return false;
    ok = tree_build(&dom, &sizes, a->mem, &k->tree, a->err);
    dom_deinit(&dom, a->mem);
    return ok;
}

/* ---- the largest ------------------------------------------------------------
 */

static struct heap_object object(struct garbage *k, uint32_t v, uint64_t id)
{
    struct analysis *a = k->a;
    uint32_t node = k->part.node[v];

    return (struct heap_object){
        .node = node,
        .id = id,
        .class_name = analysis_class_name(a, node),
        .name = analysis_object_name(a, node),
        .shallow = sizes_at(&a->sizes, node),
        .retained = tree_retained(&k->tree, v),
        .objects = tree_objects(&k->tree, v),
    };
}

static bool add_objects(struct garbage *k, const uint32_t *tops, uint64_t n)
{
    struct analysis *a = k->a;
    struct heap_garbage *ret = &a->heap->garbage;
    uint64_t *ids = mem_alloc(a->mem, n, sizeof *ids, a->err);
    uint32_t *nodes = mem_alloc(a->mem, n, sizeof *nodes, a->err);
    bool ok = ids && nodes && vec_reserve(&ret->objects, a->mem, n, a->err);

    for (uint64_t i = 0; ok && i < n; i++)
        nodes[i] = k->part.node[tops[i]];
    ok = ok && hprof_ids_of(a->dump, nodes, n, ids, a->mem, a->err);
    for (uint64_t i = 0; ok && i < n; i++)
        ret->objects.at[ret->objects.n++] = object(k, tops[i], ids[i]);
    mem_free(a->mem, ids);
    mem_free(a->mem, nodes);
    return ok;
}

static bool list_objects(struct garbage *k, uint64_t max)
{
    uint32_t *tops;
    uint64_t n;
    bool ok = tree_children(&k->tree, 0, max, k->a->mem, &tops, &n, &k->tops,
                            k->a->err);

    ok = ok && add_objects(k, tops, n);
    mem_free(k->a->mem, tops);
    return ok;
}

/* ---- by class ---------------------------------------------------------------
 */

static bool list_classes(struct garbage *k)
{
    struct analysis *a = k->a;
    struct heap_sum *sums = contents_sums(a);
    bool ok;

    if (!sums)
        return false;
    for (uint32_t v = 1; v < k->part.graph.nodes; v++)
        contents_add(a, k->part.node[v], sums);
    ok = contents_list(a, sums, LARGEST, &a->heap->garbage.classes);
    mem_free(a->mem, sums);
    return ok;
}

/* ---- --keep-unreachable ----------------------------------------------- */

static int by_retained(const void *x, const void *y)
{
    const struct heap_object *a = x, *b = y;

    if (a->retained != b->retained)
        return a->retained > b->retained ? -1 : 1;
    return a->node < b->node ? -1 : a->node > b->node;
}

/* Lists the garbage among the objects that are alive. */
static bool join_dominators(struct garbage *k)
{
    struct heap *h = k->a->heap;
    const struct heap_object *o;

    VEC_EACH (&h->garbage.objects, o) {
        if (!vec_push(&h->dominators, k->a->mem, k->a->err))
            return false;
        *vec_last(&h->dominators) = *o;
    }
    if (h->dominators.n)
        qsort(h->dominators.at, h->dominators.n, sizeof *h->dominators.at,
              by_retained);
    h->n_dominators += k->tops;
    return true;
}

/* Tells the graph its nodes' classes, without edges to them: those that
 * count are among the others. */
static bool know_classes(struct garbage *k)
{
    struct analysis *a = k->a;
    struct graph *g = &k->part.graph;
    uint32_t n = a->dump->n_classes;

    k->class_of =
        mem_map(a->mem, (uint64_t)g->nodes * sizeof *k->class_of, a->err);
    k->class_node = mem_alloc(a->mem, n, sizeof *k->class_node, a->err);
    if (!k->class_of || !k->class_node)
        return false;
    for (uint32_t v = 0; v < g->nodes; v++)
        k->class_of[v] = hprof_class_of(a->dump, k->part.node[v]);
    memset(k->class_node, 0xff, n * sizeof *k->class_node);
    g->class_of.wide = k->class_of;
    g->class_node = k->class_node;
    g->n_classes = n;
    return true;
}

/* Adds what the dead instances of a class retain. */
static void join_histogram(const struct garbage *k)
{
    struct heap_class_row *row;

    VEC_EACH (&k->a->heap->histogram, row)
        if (row->class_index != CLASS_NONE && known(row->retained))
            row->retained += k->tree.classes[row->class_index].retained;
}

/* ---- the pass --------------------------------------------------------- */

static bool is_worth_it(const struct analysis *a)
{
    const struct heap *h = a->heap;

    if (!analysis_has_tree(a) || !h->unreachable.objects)
        return false;
    return a->options->keep_unreachable ||
           h->unreachable.bytes >= h->all.bytes / LEAST_SHARE;
}

static bool find(struct garbage *k)
{
    bool join = k->a->options->keep_unreachable;
    uint64_t top = k->a->options->top;

    if (!isolate(k) || (join && !know_classes(k)) || !build_tree(k))
        return false;
    k->a->heap->garbage.roots = k->part.graph.n_roots;
    if (!list_objects(k, join && (top == 0 || top > LARGEST) ? top : LARGEST) ||
        !list_classes(k))
        return false;
    if (join)
        join_histogram(k);
    return !join || join_dominators(k);
}

/* Nobody asked: without the memory for it, the rest is worth having. */
static bool do_without(struct analysis *a)
{
    struct heap_garbage *ret = &a->heap->garbage;

    if (a->options->keep_unreachable || a->err->code != ERR_BUDGET)
        return false;
    *a->err = (struct err){0};
    ret->roots = UNKNOWN;
    ret->objects.n = ret->classes.n = 0;
    return true;
}

bool garbage_find(struct analysis *a)
{
    struct garbage k = {.a = a};
    bool ok;

    if (!is_worth_it(a))
        return true;
    ok = find(&k);
    tree_deinit(&k.tree, a->mem);
    mem_unmap(a->mem, k.class_of,
              (uint64_t)k.part.graph.nodes * sizeof *k.class_of);
    mem_free(a->mem, k.class_node);
    subgraph_deinit(&k.part, a->mem);
    return ok || do_without(a);
}
