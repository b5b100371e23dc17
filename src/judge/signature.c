/*
 * signature.c - finds the parts of a signature; see signature.h.
 */
#include "signature.h"

#include <string.h>

static const char *command_of(const struct input *in)
{
    if (!in->any)
        return NULL;
    if (in->kind == ARTIFACT_VM_INFO)
        return in->vm_info->main_class;
    if (in->kind == ARTIFACT_VM_FLAGS || in->kind == ARTIFACT_VM_COMMAND_LINE)
        return in->flags->main_class;
    return NULL;
}

/* The lowest frame of the thread `main` that is not the JDK's. */
static const char *main_of_dump(const struct heap *h)
{
    const struct heap_thread *t;

    VEC_EACH (&h->threads, t) {
        uint32_t k = t->n_frames;

        if (!t->name || strcmp(t->name, "main") != 0)
            continue;
        while (k-- > 0)
            if (!signature_is_platform(t->frames[k]->class_name))
                return t->frames[k]->class_name;
    }
    return NULL;
}

static bool find_application(const struct incident *i, struct arena *a,
                             const char **ret, struct err *e)
{
    const struct input *in;
    const char *s = NULL;

    VEC_EACH (&i->inputs, in) {
        s = command_of(in);
        if (s && *s && !signature_is_platform(s)) {
            *ret = signature_command(s, a, e);
            return *ret != NULL;
        }
    }
    s = i->heap ? main_of_dump(i->heap) : NULL;
    *ret = s ? signature_class(s, a, e) : NULL;
    return !s || *ret;
}

bool signature_find(const struct incident *i, const struct verdict *v,
                    struct arena *a, struct signature *ret, struct err *e)
{
    *ret = (struct signature){.family = kind_family(v->kind),
                              .cause = kind_cause(v->kind)};
    return find_application(i, a, &ret->application, e) &&
           signature_holder(i, v, a, &ret->holder, e);
}
