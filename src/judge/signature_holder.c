/*
 * signature_holder.c - the last field of the application's own on the way to
 * what a verdict is about; see signature.h.
 */
#include "signature.h"

#include <string.h>

#include "hprof/values.h"
#include "judge/steps.h"
#include "nmt/text.h"

/* ---- along a path ------------------------------------------------------ */

/* A step from an object of the application along a field of its own, and
 * not along a chain of objects alike. */
static bool is_own_field(const struct heap_step *owner,
                         const struct heap_step *held)
{
    const char *name = step_is_class(owner) ? owner->name : owner->class_name;

    return step_is_field(held->via) && name && !signature_is_platform(name) &&
           strcmp(name, held->class_name) != 0;
}

static const char *holder_text(const char *owner, const char *via,
                               struct arena *a, struct err *e)
{
    const char *o = signature_class(owner, a, e);
    const char *f = signature_class(step_field(via), a, e); /* "arg$1" */

    return o && f ? arena_printf(a, e, "%s.%s", o, f) : NULL;
}

static bool holder_of_suspect(const struct heap_suspect *s, struct arena *a,
                              const char **ret, struct err *e)
{
    for (uint64_t i = s->path.n + s->descent.n; i-- > 1;) {
        const struct heap_step *owner = step_at(s, i - 1);
        const struct heap_step *held = step_at(s, i);

        if (!is_own_field(owner, held))
            continue;
        *ret =
            holder_text(step_is_class(owner) ? owner->name : owner->class_name,
                        held->via, a, e);
        return *ret != NULL;
    }
    return true;
}

/* ---- above a suspect that only a stack was seen to hold --------------- */

/* Higher than this a holder says nothing about the object any more. */
#define CLIMB_MAX 6

static bool static_above(const struct hprof_dump *d, uint32_t node,
                         struct arena *a, const char **ret, struct err *e)
{
    for (uint32_t c = 0; c < d->n_classes; c++) {
        const struct hprof_class *k = &d->classes[c];

        for (uint32_t i = 0; i < k->n_statics; i++) {
            const struct hprof_static *s = &k->statics[i];

            if (s->type != HPROF_OBJECT || s->node != node ||
                s->name[0] == '<' || signature_is_platform(k->name))
                continue;
            *ret = holder_text(k->name, s->name, a, e);
            return *ret != NULL;
        }
    }
    return true;
}

static const char *class_of(const struct hprof_dump *d, uint32_t node)
{
    uint32_t c = hprof_class_of(d, node);

    return c == CLASS_NONE ? "" : d->classes[c].name;
}

/* The field of `above` that refers to `node`, which is read again. */
static bool field_above(const struct incident *i, uint32_t above, uint32_t node,
                        struct arena *a, const char **ret, struct err *e)
{
    const struct hprof_dump *d = &i->heap->dump;
    struct hprof_value v = {.node = above};
    const char *name = class_of(d, above), *via;

    if (!*name || signature_is_platform(name) ||
        strcmp(name, class_of(d, node)) == 0)
        return true;
    if (!hprof_values_read(d, i->heap_source, &v, 1, 0, a, e))
        return false;
    via = v.found ? hprof_step_name(d, &v, node, a, e) : NULL;
    if (step_is_field(via))
        *ret = holder_text(name, via, a, e);
    return !err_is_set(e);
}

/*
 * A thread that works on the object at that moment may be the shortest way
 * to it. What keeps it is found upwards: the first field of the
 * application's own, as on a path.
 */
static bool holder_above(const struct incident *i, const struct heap_suspect *s,
                         struct arena *a, const char **ret, struct err *e)
{
    const struct hprof_dump *d = &i->heap->dump;
    uint32_t node = s->node, above;

    if (s->kind != SUSPECT_OBJECT || node <= d->n_classes)
        return true;
    for (unsigned k = 0; k < CLIMB_MAX; k++, node = above) {
        if (!static_above(d, node, a, ret, e))
            return false;
        above = *ret ? NODE_NONE : hprof_referrer_of(d, node);
        if (above == NODE_NONE)
            return true;
        if (!field_above(i, above, node, a, ret, e))
            return false;
        if (*ret)
            return true;
    }
    return true;
}

/* ---- whom the verdict is about ---------------------------------------- */

/* Whether the largest suspect is what the verdict is about. */
static bool is_about_suspect(const struct heap *h, const struct verdict *v)
{
    const char *cause = kind_cause(v->kind);

    return strcmp(kind_family(v->kind), "heap") == 0 && h->suspects.n &&
           h->suspects.at[0].retained * 10 >= h->reachable.bytes * 3 &&
           (!cause || strcmp(cause, "queue") == 0 ||
            strcmp(cause, "listeners") == 0 || strcmp(cause, "strings") == 0);
}

/* The suspect that the verdict is about; NULL: none. */
static const struct heap_suspect *suspect_of(const struct incident *i,
                                             const struct verdict *v)
{
    const struct heap *h = i->heap;
    const char *family = kind_family(v->kind);

    if (!h)
        return NULL;
    if (is_about_suspect(h, v))
        return &h->suspects.at[0];
    if (!v->culprit.class_name) /* nobody on the heap was found guilty */
        return NULL;
    if ((strcmp(family, "direct") == 0 || strcmp(family, "native") == 0) &&
        h->natives.holders.n)
        return &h->natives.holders.at[0];
    if (strcmp(family, "shmem") == 0 && h->natives.mapped_holders.n)
        return &h->natives.mapped_holders.at[0];
    return NULL;
}

/* "img.Thumbnails.raster" of whoever asked for more than there ever was. */
static bool holder_of_request(const struct incident *i, struct arena *a,
                              const char **ret, struct err *e)
{
    const struct input *in;
    const struct oome *o;

    VEC_EACH (&i->inputs, in) {
        if (in->kind != ARTIFACT_APP_LOG || !in->log)
            continue;
        VEC_EACH (&in->log->oomes, o) {
            const char *frame = o->app_frame;

            if (!frame)
                continue;
            frame += text_starts(frame, "at ") ? 3 : 0;
            *ret = arena_strndup(a, frame, strcspn(frame, "("), e);
            return *ret != NULL;
        }
    }
    return true;
}

bool signature_holder(const struct incident *i, const struct verdict *v,
                      struct arena *a, const char **ret, struct err *e)
{
    const struct heap_suspect *s = suspect_of(i, v);

    if (v->side == SIDE_OTHER_PROCESS) {
        *ret = v->culprit.process;
        return true;
    }
    if (v->kind == KIND_OVERSIZED_REQUEST)
        return holder_of_request(i, a, ret, e);
    if (!s)
        return true;
    return holder_of_suspect(s, a, ret, e) &&
           (*ret || holder_above(i, s, a, ret, e));
}
