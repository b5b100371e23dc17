/*
 * heap.c - from a dump to facts: the passes in their order.
 *
 *     read -> size model -> edges and roots -> dominators -> tree
 *          -> sums -> threads -> native census -> suspects -> patterns
 */
#include "graph/heap_parts.h"

#include <string.h>

#include "base/parallel.h"
#include "graph/layout.h"

/* ---- the passes ------------------------------------------------------------
 */

/* Always true, so that it stands in a chain of passes. */
static bool begin(const struct analysis *a, const char *phase)
{
    if (a->options->progress)
        a->options->progress(a->options->progress_ctx, phase, 0, 0);
    return true;
}

static bool read_dump(struct analysis *a)
{
    const struct hprof_options o = {
        .dump = a->options->dump,
        .jobs = a->options->jobs,
        .no_refs = a->options->quick,
        .progress = a->options->progress,
        .progress_ctx = a->options->progress_ctx,
    };

    return hprof_dump_read(a->source, &o, a->mem, &a->heap->dump, a->err);
}

static bool build_model(struct analysis *a)
{
    bool mat = a->heap->mat;

    if (!model_build(&a->model, a->dump, mat, mat, a->mem, a->err))
        return false;
    a->model.graph.jobs = a->options->jobs;
    a->heap->roots = a->model.n_roots;
    return !mat ||
           model_build(&a->strong, a->dump, true, false, a->mem, a->err);
}

bool heap_is_size_model(const char *name)
{
    return strcmp(name, "auto") == 0 || strcmp(name, "mat") == 0 ||
           layout_named(name);
}

static bool find_sizes(struct analysis *a)
{
    const char *sizes = a->options->size_model;

    if (a->heap->mat && (!sizes || strcmp(sizes, "auto") == 0))
        sizes = "mat";
    if (!sizes_init(&a->sizes, a->dump, sizes, a->mem, a->err) ||
        !sizes_read_stacks(&a->sizes, a->source, a->mem, a->err))
        return false;
    a->heap->sizes = a->sizes.model;
    return true;
}

/* The dominators need nothing but the graph; what needs no tree is done beside
 * them, and only that looks at the file or at the state they share. */
struct halves {
    struct analysis *a;
    struct dom dom;
};

/* A pass on a thread that has errors of its own; one at a time. */
static bool pass_on_thread(struct analysis *a, bool (*pass)(struct analysis *a),
                           struct err *e)
{
    struct err *whole = a->err;
    bool ok;

    a->err = e;
    ok = pass(a);
    a->err = whole;
    return ok;
}

static bool do_without_tree(struct analysis *a)
{
    bool ok = find_sizes(a) && census_count(a) && texts_sample(a);

    hprof_dump_thin(&a->heap->dump);
    return ok;
}

static bool build_half(void *halves, uint64_t i, unsigned worker, struct err *e)
{
    struct halves *h = halves;

    (void)worker;
    return i == 0 ? dom_find(&h->dom, h->a->mem, e)
                  : pass_on_thread(h->a, do_without_tree, e);
}

static bool build_dominators(struct analysis *a, struct dom *ret)
{
    struct halves h = {.a = a};
    bool alone = a->options->jobs < 2;
    bool ok =
        (!alone || do_without_tree(a)) && begin(a, "dominators") &&
        dom_fold(&a->model.graph, a->mem, &h.dom, a->err) &&
        parallel_for(a->options->jobs, alone ? 1 : 2, build_half, &h, a->err);

    *ret = h.dom;
    return ok;
}

static bool build_tree(struct analysis *a)
{
    struct tree_sizes sizes = {.shallow = sizes_next, .ctx = &a->sizes};
    struct dom dom;
    bool ok;

    if (a->options->quick)
        return do_without_tree(a);
    ok = build_dominators(a, &dom) && begin(a, "retained sizes");
    if (ok) {
        sizes.most = sizes_most(&a->sizes);
        sizes.shift = sizes_shift(&a->sizes);
        ok = tree_build(&dom, &sizes, a->mem, &a->tree, a->err);
    }
    dom_deinit(&dom, a->mem);
    return ok;
}

/* The rest of the census takes one thread as long as the suspects do. Alone
 * it comes after them: what it keeps is not there while they walk the heap. */
static bool look_half(void *analysis, uint64_t i, unsigned worker,
                      struct err *e)
{
    struct analysis *a = analysis;

    (void)worker;
    return i == 0 ? pass_on_thread(a, suspects_find, e) : census_finish(a, e);
}

static bool look_at_tree(struct analysis *a)
{
    return parallel_for(a->options->jobs, 2, look_half, a, a->err);
}

static void count_roots(struct heap *h)
{
    const struct hprof_root *r;

    VEC_EACH (&h->dump.roots, r)
        h->root_records[r->kind]++;
}

static bool run(struct analysis *a)
{
    return begin(a, "sizes and roots") && build_model(a) && build_tree(a) &&
           begin(a, "histogram") && census_take(a) && threads_collect(a) &&
           begin(a, "native memory") && natives_collect(a) && natives_flow(a) &&
           begin(a, "suspects") && look_at_tree(a) && begin(a, "garbage") &&
           garbage_find(a) && begin(a, "patterns") && patterns_find(a);
}

static void analysis_deinit(struct analysis *a)
{
    sizes_deinit(&a->sizes, a->mem);
    model_deinit(&a->model, a->mem);
    model_deinit(&a->strong, a->mem);
    load_deinit(&a->native, a->mem);
    load_deinit(&a->mapped, a->mem);
    mem_unmap(a->mem, a->live, bits_bytes(a->dump->nodes));
    tree_deinit(&a->tree, a->mem);
    mem_free(a->mem, a->class_live);
    vec_free(&a->native_weights, a->mem);
    vec_free(&a->mapped_weights, a->mem);
}

bool heap_analyse(struct source *s, const char *path,
                  const struct heap_options *o, struct mem *m, struct heap *ret,
                  struct err *e)
{
    struct analysis a = {
        .heap = ret,
        .dump = &ret->dump,
        .options = o,
        .source = s,
        .mem = m,
        .arena = &ret->arena,
        .err = e,
    };
    bool ok;

    memset(ret, 0, sizeof *ret);
    ret->mem = m;
    ret->mat = o->mat;
    ret->quick = o->quick;
    ret->oome_thread = NODE_NONE;
    ret->garbage.roots = UNKNOWN;
    arena_init(&ret->arena, m);
    if (!read_dump(&a)) {
        arena_deinit(&ret->arena);
        return false;
    }
    count_roots(ret);
    ret->path = arena_strdup(&ret->arena, path, e);
    ok = ret->path && run(&a);
    analysis_deinit(&a);
    if (!ok)
        heap_deinit(ret);
    return ok;
}

static void suspects_free(struct heap *h, struct heap_suspects *list)
{
    struct heap_suspect *s;

    VEC_EACH (list, s) {
        vec_free(&s->path, h->mem);
        vec_free(&s->descent, h->mem);
        vec_free(&s->contents, h->mem);
    }
    vec_free(list, h->mem);
}

void heap_deinit(struct heap *h)
{
    suspects_free(h, &h->suspects);
    suspects_free(h, &h->natives.holders);
    suspects_free(h, &h->natives.mapped_holders);
    vec_free(&h->natives.peers, h->mem);
    vec_free(&h->histogram, h->mem);
    vec_free(&h->dominators, h->mem);
    vec_free(&h->garbage.objects, h->mem);
    vec_free(&h->garbage.classes, h->mem);
    vec_free(&h->threads, h->mem);
    hprof_dump_deinit(&h->dump);
    arena_deinit(&h->arena);
}
