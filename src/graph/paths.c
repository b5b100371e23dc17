/*
 * paths.c - one breadth-first walk for all targets, then one batch of
 * reads for every object on the way that must be read.
 */
#include "graph/paths.h"

#include <stdlib.h>
#include <string.h>

#include "graph/walk.h"

/* Longer chains are list walks; nobody reads them. */
#define MAX_PATH 4096
/* Elements of an array searched for the index of a step, in bytes. */
#define ARRAY_LIMIT ((uint32_t)64 << 20)

/* ---- the objects on the way -----------------------------------------------
 */

struct objects {
    uint32_t *nodes; /* [n] of all paths, ascending */
    uint64_t *ids;   /* [n] theirs */
    uint64_t n;
    struct hprof_value *values; /* [n_values] of those that take reading to say
                                   where they lead; ascending */
    uint64_t n_values;
};

static int by_node(const void *x, const void *y)
{
    const struct hprof_value *a = x, *b = y;

    return a->node < b->node ? -1 : a->node > b->node;
}

static uint64_t id_of(const struct objects *o, uint32_t node)
{
    const uint32_t *it =
        bsearch(&node, o->nodes, o->n, sizeof node, by_node_number);

    return o->ids[it - o->nodes];
}

static const struct hprof_value *value_of(const struct objects *o,
                                          uint32_t node)
{
    struct hprof_value key = {.node = node};

    return o->n_values
               ? bsearch(&key, o->values, o->n_values, sizeof key, by_node)
               : NULL;
}

static void collect(const struct hprof_dump *d, const uint32_t *path,
                    uint32_t length, struct objects *o)
{
    for (uint32_t i = 0; i < length; i++) {
        o->nodes[o->n++] = path[i];
        if (i + 1 < length && !hprof_step_is_known(d, path[i], path[i + 1]))
            o->values[o->n_values++].node = path[i];
    }
}

static bool objects_read(struct analysis *a, uint32_t **paths,
                         const uint32_t *lengths, uint64_t n,
                         struct arena *scratch, struct objects *ret)
{
    uint64_t steps = 0;

    for (uint64_t i = 0; i < n; i++)
        steps += lengths[i];
    ret->nodes = mem_alloc(a->mem, steps, sizeof *ret->nodes, a->err);
    ret->ids = mem_alloc(a->mem, steps, sizeof *ret->ids, a->err);
    ret->values = mem_alloc(a->mem, steps, sizeof *ret->values, a->err);
    if (!ret->nodes || !ret->ids || !ret->values)
        return false;
    for (uint64_t i = 0; i < n; i++)
        collect(a->dump, paths[i], lengths[i], ret);
    if (steps)
        qsort(ret->nodes, steps, sizeof *ret->nodes, by_node_number);
    return hprof_ids_of(a->dump, ret->nodes, steps, ret->ids, a->mem, a->err) &&
           hprof_values_read(a->dump, a->source, ret->values, ret->n_values,
                             ARRAY_LIMIT, scratch, a->err);
}

static void objects_deinit(struct objects *o, struct mem *m)
{
    mem_free(m, o->nodes);
    mem_free(m, o->ids);
    mem_free(m, o->values);
}

/* ---- roots ------------------------------------------------------------------
 */

/* Which of several roots of one object says most about who holds it. */
static unsigned precedence(unsigned kind)
{
    static const unsigned char ORDER[ROOT_KINDS] = {
        [ROOT_STICKY_CLASS] = 9, [ROOT_THREAD] = 8,
        [ROOT_JNI_GLOBAL] = 7,   [ROOT_JAVA_FRAME] = 6,
        [ROOT_JNI_LOCAL] = 5,    [ROOT_NATIVE_STACK] = 4,
        [ROOT_MONITOR] = 3,      [ROOT_THREAD_BLOCK] = 2,
    };

    return kind < ROOT_KINDS ? ORDER[kind] : 0;
}

static const struct hprof_root *best_root(const struct analysis *a,
                                          uint32_t node)
{
    const struct hprof_root *r, *best = NULL;

    VEC_EACH (&a->dump->roots, r)
        if (r->node == node &&
            (!best || precedence(r->kind) > precedence(best->kind)))
            best = r;
    return best;
}

/* The root of `local` in the stack of the thread object `thread`. */
static const struct hprof_root *stack_root(const struct analysis *a,
                                           uint32_t thread, uint32_t local)
{
    const struct hprof_root *r, *best = NULL;

    VEC_EACH (&a->dump->roots, r) {
        const struct heap_thread *t;

        if (r->node != local || r->kind == ROOT_THREAD)
            continue;
        t = heap_thread_of(a->heap, r->thread_serial);
        if (!t || t->node != thread)
            continue;
        if (!best || precedence(r->kind) > precedence(best->kind))
            best = r;
    }
    return best;
}

/* Whose local it is: a method of the JDK's that was called by the program's
 * says little by itself. */
static void describe_frame(struct analysis *a, const struct hprof_root *r,
                           struct heap_suspect *s)
{
    const struct heap_thread *t = heap_thread_of(a->heap, r->thread_serial);
    const struct hprof_frame *f, *caller;

    s->root_frame = s->root_caller = NULL;
    if (!t || r->frame < 0 || (uint32_t)r->frame >= t->n_frames)
        return;
    f = t->frames[r->frame];
    caller = frame_of_program(t, (uint32_t)r->frame);
    s->root_frame = frame_text(a, f);
    if (caller && caller != f)
        s->root_caller = frame_text(a, caller);
}

/* How the path goes on from its root. */
static const char *second_via(const struct heap_suspect *s)
{
    if (s->path.n > 1)
        return s->path.at[1].via;
    return s->path.n && s->descent.n ? s->descent.at[0].via : "";
}

static void describe_root(struct analysis *a, struct heap_suspect *s,
                          const uint32_t *path, uint32_t length)
{
    const struct hprof_root *r = best_root(a, path[0]);
    const struct hprof_root *local =
        length > 1 ? stack_root(a, path[0], path[1]) : NULL;
    const struct heap_thread *t;

    if (!r)
        return;
    s->root_kind = hprof_root_name(r->kind);
    t = heap_thread_of(a->heap, r->thread_serial);
    if (t && r->kind != ROOT_STICKY_CLASS)
        s->root_thread = t->name;
    if (r->kind == ROOT_JAVA_FRAME || r->kind == ROOT_JNI_LOCAL)
        describe_frame(a, r, s);
    /* Thread -> local: the stack is what holds, unless a field does. */
    if (local && r->kind == ROOT_THREAD && second_via(s)[0] == '<') {
        s->root_kind = hprof_root_name(local->kind);
        describe_frame(a, local, s);
    }
}

/* ---- steps ------------------------------------------------------------ */

static const char *via(struct analysis *a, const struct hprof_value *from,
                       uint32_t holder, uint32_t to)
{
    struct hprof_value self = {.node = holder};
    const char *name =
        hprof_step_name(a->dump, from ? from : &self, to, a->arena, a->err);
    const struct hprof_root *r;

    if (name || err_is_set(a->err))
        return name;
    r = stack_root(a, holder, to);
    if (r)
        return r->kind == ROOT_JNI_LOCAL ? "<JNI local>" : "<stack local>";
    return "?";
}

static bool add_step(struct analysis *a, struct heap_suspect *s, bool down,
                     const uint32_t *path, uint32_t i, const struct objects *o)
{
    struct heap_step step = {
        .node = path[i],
        .id = id_of(o, path[i]),
        .class_name = analysis_class_name(a, path[i]),
        .name = analysis_object_name(a, path[i]),
    };

    if (i)
        step.via = via(a, value_of(o, path[i - 1]), path[i - 1], path[i]);
    if (err_is_set(a->err))
        return false;
    if (down) {
        if (!vec_push(&s->descent, a->mem, a->err))
            return false;
        *vec_last(&s->descent) = step;
    } else {
        if (!vec_push(&s->path, a->mem, a->err))
            return false;
        *vec_last(&s->path) = step;
    }
    return true;
}

static bool describe(struct analysis *a, struct heap_suspect *s,
                     const uint32_t *path, uint32_t length,
                     const struct objects *o)
{
    bool below = false;

    for (uint32_t i = 0; i < length; i++) {
        if (!add_step(a, s, below, path, i, o))
            return false;
        below |= path[i] == s->node;
    }
    if (length)
        describe_root(a, s, path, length);
    return !err_is_set(a->err);
}

static bool read_and_describe(struct analysis *a, struct heap_suspect *suspects,
                              uint64_t n, uint32_t **paths,
                              const uint32_t *lengths)
{
    struct objects o = {0};
    struct arena scratch;
    bool ok;

    arena_init(&scratch, a->mem);
    ok = objects_read(a, paths, lengths, n, &scratch, &o);
    for (uint64_t i = 0; ok && i < n; i++)
        ok = describe(a, &suspects[i], paths[i], lengths[i], &o);
    arena_deinit(&scratch);
    objects_deinit(&o, a->mem);
    return ok;
}

bool paths_describe(struct analysis *a, struct heap_suspect *suspects,
                    const uint32_t *targets, uint64_t n)
{
    uint32_t **paths = mem_alloc(a->mem, n, sizeof *paths, a->err);
    uint32_t *lengths = mem_alloc(a->mem, n, sizeof *lengths, a->err);
    bool ok = paths && lengths &&
              walk_paths(analysis_paths(a), &a->tree.core, targets, (uint32_t)n,
                         MAX_PATH, a->mem, paths, lengths, a->err) &&
              read_and_describe(a, suspects, n, paths, lengths);

    for (uint64_t i = 0; paths && i < n; i++)
        mem_free(a->mem, paths[i]);
    mem_free(a->mem, paths);
    mem_free(a->mem, lengths);
    return ok;
}
