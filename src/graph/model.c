/*
 * model.c - collects the overlay's edges and the distinct roots.
 */
#include "graph/model.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"

struct builder {
    const struct hprof_dump *dump;
    struct mem *mem;
    struct err *err;
    bool mat;
    VEC(struct edge) edges;
    VEC(uint32_t) roots;
};

static bool add_edge(struct builder *b, uint32_t from, uint32_t to)
{
    if (from == NODE_NONE || to == NODE_NONE || to == 0 || from == 0)
        return true;
    if (!vec_push(&b->edges, b->mem, b->err))
        return false;
    *vec_last(&b->edges) = (struct edge){from, to};
    return true;
}

static bool add_root(struct builder *b, uint32_t node)
{
    if (node == NODE_NONE || node == 0)
        return true;
    if (!vec_push(&b->roots, b->mem, b->err))
        return false;
    *vec_last(&b->roots) = node;
    return true;
}

/* ---- edges ------------------------------------------------------------ */

/* MAT makes up an object for the boot loader, and has it stand in for
 * loaders that are not in the dump. */
static uint32_t loader_of(const struct builder *b, const struct hprof_class *k)
{
    if (b->mat && k->loader == NODE_NONE && !k->hidden)
        return b->dump->boot_loader;
    return k->loader;
}

static bool class_edges(struct builder *b, uint32_t c)
{
    const struct hprof_dump *d = b->dump;
    const struct hprof_class *k = &d->classes[c];
    uint32_t node = c + 1;

    if (k->super != CLASS_NONE && !add_edge(b, node, k->super + 1))
        return false;
    if (!add_edge(b, node, loader_of(b, k)))
        return false;
    /* MAT knows neither signers nor protection domains. */
    if (!b->mat && (!add_edge(b, node, hprof_node_of(d, k->signers_id)) ||
                    !add_edge(b, node, hprof_node_of(d, k->domain_id))))
        return false;
    for (uint32_t i = 0; i < k->n_statics; i++)
        if (k->statics[i].type == HPROF_OBJECT &&
            !add_edge(b, node, k->statics[i].node))
            return false;
    return true;
}

static bool weak_edges(struct builder *b)
{
    const struct hprof_weak_edge *w;

    VEC_EACH (&b->dump->weak, w)
        if (!add_edge(b, w->from, w->to))
            return false;
    return true;
}

/* ---- roots ------------------------------------------------------------ */

static bool is_stack_local(unsigned kind)
{
    return kind == ROOT_JNI_LOCAL || kind == ROOT_JAVA_FRAME ||
           kind == ROOT_NATIVE_STACK || kind == ROOT_THREAD_BLOCK;
}

static uint32_t thread_node(const struct hprof_dump *d, uint32_t serial)
{
    const struct hprof_thread *t = hprof_thread_of(d, serial);

    return t ? t->node : NODE_NONE;
}

/*
 * What a stack holds is held by its thread: as an edge from the Thread
 * object it adds up to "this thread retains", as a root of its own it
 * would not.
 */
static bool collect_roots(struct builder *b)
{
    const struct hprof_root *r;

    VEC_EACH (&b->dump->roots, r) {
        uint32_t thread = NODE_NONE;

        if (r->kind == ROOT_UNREACHABLE)
            continue;
        if (is_stack_local(r->kind))
            thread = thread_node(b->dump, r->thread_serial);
        if (thread != NODE_NONE ? !add_edge(b, thread, r->node)
                                : !add_root(b, r->node))
            return false;
    }
    return true;
}

/* Dumps without sticky roots (Android, some agents) would lose every
 * static: the boot loader's classes stand in. */
static bool boot_classes(struct builder *b)
{
    const struct hprof_dump *d = b->dump;

    for (uint32_t c = 0; c < d->n_classes; c++)
        if (d->classes[c].boot && !d->classes[c].array &&
            !d->classes[c].hidden && !add_root(b, c + 1))
            return false;
    return true;
}

static void distinct(struct builder *b)
{
    uint64_t n = 0;

    if (!b->roots.n)
        return;
    qsort(b->roots.at, b->roots.n, sizeof *b->roots.at, by_node_number);
    for (uint64_t i = 0; i < b->roots.n; i++)
        if (n == 0 || b->roots.at[i] != b->roots.at[n - 1])
            b->roots.at[n++] = b->roots.at[i];
    b->roots.n = n;
}

/* ---- together --------------------------------------------------------- */

static bool collect(struct builder *b, bool weak)
{
    const struct hprof_dump *d = b->dump;

    for (uint32_t c = 0; c < d->n_classes; c++)
        if (!class_edges(b, c))
            return false;
    if (weak && !weak_edges(b))
        return false;
    if (!collect_roots(b) || (!d->has_sticky_roots && !boot_classes(b)))
        return false;
    distinct(b);
    return true;
}

static bool freeze(struct model *g, struct builder *b)
{
    const struct hprof_dump *d = b->dump;

    g->class_node = mem_alloc(b->mem, (uint64_t)d->n_classes + 1,
                              sizeof *g->class_node, b->err);
    if (!g->class_node || !overlay_build(&g->extra, d->nodes, b->edges.at,
                                         b->edges.n, b->mem, b->err))
        return false;
    for (uint32_t c = 0; c < d->n_classes; c++)
        g->class_node[c] = c + 1;
    g->roots = b->roots.at;
    g->n_roots = (uint32_t)b->roots.n;
    b->roots.at = NULL;
    g->graph = (struct graph){
        .nodes = d->nodes,
        .edges = d->refs_of,
        .to = d->refs,
        .class_node = g->class_node,
        .class_of = d->class_of,
        .n_classes = d->n_classes,
        .extra = &g->extra,
        .roots = g->roots,
        .n_roots = g->n_roots,
    };
    return true;
}

bool model_build(struct model *g, const struct hprof_dump *d, bool mat,
                 bool weak, struct mem *m, struct err *e)
{
    struct builder b = {.dump = d, .mem = m, .err = e, .mat = mat};
    bool ok;

    memset(g, 0, sizeof *g);
    ok = collect(&b, weak) && freeze(g, &b);
    vec_free(&b.edges, m);
    vec_free(&b.roots, m);
    if (!ok)
        model_deinit(g, m);
    return ok;
}

void model_deinit(struct model *g, struct mem *m)
{
    overlay_deinit(&g->extra, m);
    mem_free(m, g->class_node);
    mem_free(m, g->roots);
    memset(g, 0, sizeof *g);
}
