/*
 * threads.c - the threads of the dump: names, what their stacks hold, and
 * which of them was asking for memory when it ran out.
 *
 * A heap dump made by HeapDumpOnOutOfMemoryError shows its maker: the top
 * frame of one stack is OutOfMemoryError's constructor, or the dump's
 * thread stands in an allocation with that error's frames above it.
 */
#include "graph/heap_parts.h"

#include <stdlib.h>
#include <string.h>

#include "hprof/jdk.h"

#define NAME_LIMIT 200 /* characters */

static bool is_oome_frame(const struct hprof_frame *f)
{
    return strcmp(f->class_name, "java.lang.OutOfMemoryError") == 0 &&
           strcmp(f->method, "<init>") == 0;
}

const char *frame_text(struct analysis *a, const struct hprof_frame *f)
{
    if (f->line > 0)
        return arena_printf(a->arena, a->err, "%s.%s(%s:%d)", f->class_name,
                            f->method, *f->source ? f->source : "?", f->line);
    return arena_printf(a->arena, a->err, "%s.%s(%s)", f->class_name, f->method,
                        f->line == -3 ? "native"
                        : *f->source  ? f->source
                                      : "?");
}

const struct hprof_frame *frame_of_program(const struct heap_thread *t,
                                           uint32_t from)
{
    for (uint32_t i = from; i < t->n_frames; i++)
        if (!jdk_has_class(t->frames[i]->class_name))
            return t->frames[i];
    return NULL;
}

/* Who asked for the memory. */
static const char *asking_frame(struct analysis *a, const struct heap_thread *t)
{
    const struct hprof_frame *f = frame_of_program(t, 0);

    if (!f && t->n_frames > 1)
        f = t->frames[1];
    return f ? frame_text(a, f) : NULL;
}

static void look_at_stack(struct analysis *a, struct heap_thread *t)
{
    for (uint32_t i = 0; i < t->n_frames && i < 2; i++)
        t->in_oome |= is_oome_frame(t->frames[i]);
    if (t->in_oome)
        t->oome_caller = asking_frame(a, t);
}

static bool add_thread(struct analysis *a, const struct hprof_thread *from)
{
    struct heap *h = a->heap;
    struct heap_thread *t;

    if (!vec_push(&h->threads, a->mem, a->err))
        return false;
    t = vec_last(&h->threads);
    t->node = from->node;
    t->n_frames = from->n_frames;
    t->frames = from->frames;
    t->retained = UNKNOWN;
    t->class_name = "?";
    if (from->node != NODE_NONE) {
        t->class_name = analysis_class_name(a, from->node);
        t->retained = analysis_retained(a, from->node);
    }
    look_at_stack(a, t);
    if (t->in_oome && h->oome_thread == NODE_NONE)
        h->oome_thread = (uint32_t)(h->threads.n - 1);
    return !err_is_set(a->err);
}

/* ---- fields of the Thread objects ------------------------------------- */

/* Thread.name is a String; a char[] in JDK 8 and before. */
static bool read_names(struct analysis *a, struct hprof_value *values,
                       uint64_t n)
{
    uint32_t *names = mem_alloc(a->mem, n, sizeof *names, a->err);
    const char **texts = mem_alloc(a->mem, n, sizeof *texts, a->err);
    bool ok = names && texts;

    for (uint64_t i = 0; ok && i < n; i++)
        names[i] = hprof_named_node(a->dump, &values[i], "name");
    ok = ok && hprof_strings_read(a->dump, a->source, names, n, NAME_LIMIT,
                                  texts, a->arena, a->err);
    for (uint64_t i = 0; ok && i < n; i++) {
        struct heap_thread *t;

        VEC_EACH (&a->heap->threads, t)
            if (t->node == values[i].node)
                t->name = texts[i];
    }
    mem_free(a->mem, names);
    mem_free(a->mem, texts);
    return ok;
}

static void read_flags(struct analysis *a, const struct hprof_value *v)
{
    struct heap_thread *t;
    uint64_t daemon = 0;

    hprof_named_value(a->dump, v, "daemon", &daemon);
    VEC_EACH (&a->heap->threads, t)
        if (t->node == v->node) {
            t->id = v->id;
            t->daemon = daemon != 0;
        }
}

static bool read_fields(struct analysis *a)
{
    struct heap *h = a->heap;
    struct hprof_value *values =
        mem_alloc(a->mem, h->threads.n, sizeof *values, a->err);
    const struct heap_thread *t;
    uint64_t n = 0;
    bool ok = values != NULL;

    VEC_EACH (&h->threads, t)
        if (ok && t->node != NODE_NONE &&
            !hprof_is_class_object(a->dump, t->node))
            values[n++].node = t->node;
    ok = ok &&
         hprof_values_read(a->dump, a->source, values, n, 0, a->arena, a->err);
    for (uint64_t i = 0; ok && i < n; i++)
        read_flags(a, &values[i]);
    ok = ok && read_names(a, values, n);
    mem_free(a->mem, values);
    return ok;
}

/* ---- what stacks hold ------------------------------------------------- */

struct heap_thread *heap_thread_of(const struct heap *h, uint32_t serial)
{
    const struct hprof_thread *t = hprof_thread_of(&h->dump, serial);

    return t ? &h->threads.at[t - h->dump.threads.at] : NULL;
}

struct local {
    struct heap_thread *thread;
    uint32_t at; /* position in the tree */
};

static int by_position(const void *x, const void *y)
{
    const struct local *a = x, *b = y;

    return a->at < b->at ? -1 : a->at > b->at;
}

/* Neither threads nor locals are ever folded: edges of the overlay join them.
 * Locals inside their thread's subtree are held by the stack alone; one
 * inside another's subtree is part of that one's bytes already. */
static void sum_locals(struct analysis *a, struct local *locals, uint64_t n)
{
    uint64_t covered = 0;

    if (n)
        qsort(locals, n, sizeof *locals, by_position);
    for (uint64_t i = 0; i < n; i++) {
        uint32_t top = tree_at(&a->tree, locals[i].thread->node);
        uint32_t at = locals[i].at;

        if (at <= top || at >= top + a->tree.span[top] || at < covered)
            continue;
        locals[i].thread->stack_retained += tree_bytes(&a->tree, at);
        covered = (uint64_t)at + a->tree.span[at];
    }
}

static bool count_locals(struct analysis *a)
{
    VEC(struct local) locals = {0};
    const struct hprof_root *r;
    bool ok = true;

    VEC_EACH (&a->dump->roots, r) {
        struct heap_thread *t;

        if (r->node == NODE_NONE ||
            (r->kind != ROOT_JAVA_FRAME && r->kind != ROOT_JNI_LOCAL))
            continue;
        t = heap_thread_of(a->heap, r->thread_serial);
        if (!t || t->node == NODE_NONE)
            continue;
        t->stack_locals++;
        if (!analysis_reaches(a, r->node) || !analysis_reaches(a, t->node))
            continue;
        ok = vec_push(&locals, a->mem, a->err);
        if (!ok)
            break;
        *vec_last(&locals) = (struct local){t, tree_at(&a->tree, r->node)};
    }
    if (ok)
        sum_locals(a, locals.at, locals.n);
    vec_free(&locals, a->mem);
    return ok;
}

bool threads_collect(struct analysis *a)
{
    const struct hprof_thread *t;

    VEC_EACH (&a->dump->threads, t)
        if (!add_thread(a, t))
            return false;
    return count_locals(a) && (!a->heap->threads.n || read_fields(a));
}
