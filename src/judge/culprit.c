/*
 * culprit.c - turns the path to a suspect into a name; see culprit.h.
 *
 * The nearest static field on the way from the root to where it piles up is
 * what a programmer greps for; what lies behind it is told by field names.
 * Without a static field it is the thread, the JNI root or just the class.
 */
#include "culprit.h"

#include <string.h>

#include "hprof/jdk.h"
#include "judge/owner.h"
#include "judge/steps.h"

void culprit_named(const char *name, uint64_t bytes, struct culprit *ret)
{
    ret->known = true;
    ret->name = name;
    ret->bytes = bytes;
}

/* ---- the way: path and descent as one chain --------------------------- */

/* The way down can be a list of thousands; its beginning has the names. */
#define DESCENT_MAX 12

static uint64_t chain_length(const struct heap_suspect *s)
{
    uint64_t down = s->descent.n < DESCENT_MAX ? s->descent.n : DESCENT_MAX;

    return s->path.n + down;
}

/* Index of the last step that leads out of a class object by a static. */
static uint64_t last_static(const struct heap_suspect *s)
{
    for (uint64_t i = chain_length(s); i-- > 1;)
        if (step_is_class(step_at(s, i - 1)) &&
            step_is_field(step_at(s, i)->via) && !step_is_class(step_at(s, i)))
            return i;
    return 0;
}

/*
 * ".rows.index": the fields from step `from` on, until a class of the JDK
 * begins to look into itself (a map's table says nothing).
 */
static const char *fields(struct pen *p, const struct heap_suspect *s,
                          uint64_t from, const char **holder)
{
    const char *text = "";

    for (uint64_t i = from; i < chain_length(s) && i < from + 4; i++) {
        const struct heap_step *step = step_at(s, i);

        if (!step_is_field(step->via) ||
            jdk_has_type(step_at(s, i - 1)->class_name))
            break;
        text = pen_write(p, "%s.%s", text, step_field(step->via));
        *holder = step->class_name;
    }
    return text;
}

/* ---- the names -------------------------------------------------------- */

static void name_static(struct pen *p, const struct heap_suspect *s,
                        uint64_t at, struct culprit *ret)
{
    const char *holder = step_at(s, at)->class_name, *rest;

    ret->field = step_field(step_at(s, at)->via);
    ret->class_name = step_at(s, at - 1)->name;
    rest = fields(p, s, at + 1, &holder);
    ret->name = pen_write(p, "static %s.%s%s (%s)", ret->class_name, ret->field,
                          rest, holder);
}

static const char *static_that_holds(const struct heap *h, uint32_t node,
                                     const char **field)
{
    for (uint32_t c = 0; c < h->dump.n_classes; c++) {
        const struct hprof_class *k = &h->dump.classes[c];

        for (uint32_t i = 0; i < k->n_statics; i++)
            if (k->statics[i].type == HPROF_OBJECT &&
                k->statics[i].node == node && k->statics[i].name[0] != '<') {
                *field = k->statics[i].name;
                return k->name;
            }
    }
    return NULL;
}

/* Higher than this a holder says nothing about the object any more. */
#define CLIMB_MAX 4

/*
 * The shortest path may lead over a stack that just works on the object: who
 * keeps it is a static field that refers to it, or to its holder.
 */
static bool name_holder(struct pen *p, const struct heap *h,
                        const struct heap_suspect *s, struct culprit *ret)
{
    uint32_t node = s->node;

    for (unsigned i = 0; i < CLIMB_MAX && node != NODE_NONE; i++) {
        ret->class_name = static_that_holds(h, node, &ret->field);
        if (ret->class_name) {
            ret->root = "sticky_class";
            ret->name = pen_write(
                p, i ? "static %s.%s (with %s in it)" : "static %s.%s (%s)",
                ret->class_name, ret->field, s->class_name);
            return true;
        }
        node = hprof_referrer_of(&h->dump, node);
    }
    ret->field = NULL;
    return false;
}

/* "ex.match.Engine.books (java.util.LinkedHashMap), on the stack of ..." */
static void name_owner(struct pen *p, const struct heap_suspect *s,
                       const struct owner *o, struct culprit *ret)
{
    const char *field = o->field ? pen_write(p, ".%s", o->field) : "";

    ret->thread = s->root_thread;
    ret->class_name = o->class_name;
    ret->field = o->field;
    ret->name = pen_write(p, "%s%s (%s), on the stack of thread %s",
                          o->class_name, field, o->held, s->root_thread);
}

/* A thread's own fields, thread-locals or the target it runs, or its stack's
 * locals, of which the one that leads on is told. */
static void name_thread(struct pen *p, const struct heap_suspect *s,
                        struct culprit *ret)
{
    const struct heap_step *first = s->descent.n ? s->descent.at : NULL;
    const char *inside = "", *caller = "";

    ret->thread = s->root_thread;
    ret->class_name = s->class_name;
    if (s->root_caller)
        caller = pen_write(p, ", called by %s,", s->root_caller);
    if (first && step_is_local(first->via))
        ret->class_name = first->class_name;
    else if (first && step_is_field(first->via))
        inside =
            pen_write(p, ".%s (%s)", step_field(first->via), first->class_name);
    if (s->root_frame)
        ret->name =
            pen_write(p, "%s%s, a local of %s%s in thread %s", ret->class_name,
                      inside, s->root_frame, caller, s->root_thread);
    else
        ret->name = pen_write(p, "%s%s, held by thread %s", ret->class_name,
                              inside, s->root_thread);
}

static void name_class(struct pen *p, const struct heap_suspect *s,
                       struct culprit *ret)
{
    ret->class_name = s->class_name;
    ret->name = s->kind == SUSPECT_CLASS_GROUP
                    ? pen_write(p, "%llu objects of %s",
                                (unsigned long long)s->objects, s->class_name)
                    : s->class_name;
}

void culprit_of_suspect(struct pen *p, const struct heap *h,
                        const struct heap_suspect *s, uint64_t bytes,
                        struct culprit *ret)
{
    uint64_t at = last_static(s);
    bool object = s->kind == SUSPECT_OBJECT;
    struct owner owner;

    ret->known = true;
    ret->bytes = bytes;
    ret->root = s->root_kind;
    if (at) {
        name_static(p, s, at, ret);
    } else if (s->name && strcmp(s->class_name, "java.lang.Class") == 0) {
        ret->class_name = s->name;
        ret->name = pen_write(p, "statics of %s", s->name);
    } else if (object && s->root_frame && name_holder(p, h, s, ret)) {
        return;
    } else if (object && s->root_thread && owner_on_stack(h, s, &owner)) {
        name_owner(p, s, &owner, ret);
    } else if (s->root_thread) {
        name_thread(p, s, ret);
    } else {
        name_class(p, s, ret);
    }
}
