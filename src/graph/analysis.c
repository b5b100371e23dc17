/*
 * analysis.c - what the passes ask of the state they share.
 */
#include "graph/heap_parts.h"

const struct graph *analysis_paths(const struct analysis *a)
{
    return a->heap->mat ? &a->strong.graph : &a->model.graph;
}

uint64_t analysis_retained(const struct analysis *a, uint32_t node)
{
    return analysis_reaches(a, node) ? tree_retained(&a->tree, node) : UNKNOWN;
}

uint64_t analysis_native(const struct analysis *a, uint32_t node)
{
    return analysis_reaches(a, node) ? load_below(&a->native, &a->tree, node)
                                     : 0;
}

const char *analysis_class_name(const struct analysis *a, uint32_t node)
{
    const struct hprof_dump *d = a->dump;
    uint32_t c = hprof_class_of(d, node);

    if (c != CLASS_NONE)
        return d->classes[c].name;
    return hprof_is_class_object(d, node) ? "java.lang.Class" : "?";
}

const char *analysis_object_name(const struct analysis *a, uint32_t node)
{
    const struct heap_thread *t;

    if (hprof_is_class_object(a->dump, node))
        return a->dump->classes[node - 1].name;
    VEC_EACH (&a->heap->threads, t)
        if (t->node == node)
            return t->name;
    return NULL;
}

static bool push_node(struct analysis *a, struct node_list *list, uint32_t node)
{
    if (!vec_push(list, a->mem, a->err))
        return false;
    *vec_last(list) = node;
    return true;
}

/* Which of the 64 nodes of a word are instances of a class. */
static uint64_t among(const struct hprof_dump *d, uint32_t word, uint32_t class)
{
    uint32_t from = word * 64;
    uint64_t ret = 0;

    if (from > d->n_classes && d->nodes - from >= 64)
        return labels_equal64(&d->class_of, from, class);
    for (uint32_t v = from; v - from < 64 && v < d->nodes; v++)
        ret |= (uint64_t)(v > d->n_classes && hprof_class_of(d, v) == class)
               << (v & 63);
    return ret;
}

/* Those of the classes wanted that have instances: few, as a rule; *n: how
 * many instances. */
static bool occupied(struct analysis *a, const uint8_t *wanted,
                     struct node_list *classes, uint64_t *n)
{
    *n = 0;
    for (uint32_t c = 0; c < a->dump->n_classes; c++) {
        uint64_t objects = wanted[c] ? a->dump->classes[c].objects : 0;

        if (objects && !push_node(a, classes, c))
            return false;
        *n += objects;
    }
    return true;
}

bool analysis_instances(struct analysis *a, const uint8_t *wanted,
                        struct node_list *ret)
{
    struct node_list classes = {0};
    uint64_t left;
    bool ok = occupied(a, wanted, &classes, &left);

    for (uint32_t w = 0; ok && left && w <= a->dump->nodes / 64; w++) {
        uint64_t found = 0;

        for (uint64_t i = 0; i < classes.n; i++)
            found |= among(a->dump, w, classes.at[i]);
        for (; ok && found; found &= found - 1, left--)
            ok = push_node(a, ret, w << 6 | (uint32_t)__builtin_ctzll(found));
    }
    vec_free(&classes, a->mem);
    return ok;
}

bool analysis_instances_of(struct analysis *a, const char *name,
                           struct node_list *ret)
{
    uint8_t *wanted =
        mem_alloc(a->mem, (uint64_t)a->dump->n_classes + 1, 1, a->err);
    bool ok = wanted != NULL;

    for (uint32_t c = 0; ok && c < a->dump->n_classes; c++)
        wanted[c] = hprof_class_is(a->dump, c, name);
    ok = ok && analysis_instances(a, wanted, ret);
    mem_free(a->mem, wanted);
    return ok;
}
