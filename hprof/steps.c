/*
 * steps.c - what the arrow from one object to another is called.
 */
#include "hprof/values.h"

#include <string.h>

#include "hprof/reader.h"

static const char *class_step(const struct hprof_dump *d, uint32_t node,
                              uint32_t to, struct arena *a, struct err *e)
{
    const struct hprof_class *c = &d->classes[node - 1];

    for (uint32_t i = 0; i < c->n_statics; i++)
        if (c->statics[i].type == HPROF_OBJECT && c->statics[i].node == to)
            return arena_printf(a, e, "static %s", c->statics[i].name);
    if (c->super != CLASS_NONE && c->super + 1 == to)
        return "<super>";
    if (c->loader == to)
        return "<loader>";
    return NULL;
}

static const char *array_step(const struct hprof_dump *d,
                              const struct hprof_value *v, uint32_t to,
                              struct arena *a, struct err *e)
{
    unsigned w = d->id_size;

    for (uint32_t at = 0; at + w <= v->n; at += w)
        if (hprof_node_of(d, load_id(v->body + at, w)) == to)
            return arena_printf(a, e, "[%u]", at / w);
    return NULL;
}

static const char *simple_name(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot ? dot + 1 : name;
}

static const char *field_step(const struct hprof_dump *d,
                              const struct hprof_value *v, uint32_t to,
                              struct arena *a, struct err *e)
{
    uint32_t c = hprof_class_of(d, v->node);

    for (unsigned up = 0; c != CLASS_NONE && up < 1000; up++) {
        const struct hprof_class *k = &d->classes[c];

        for (uint32_t i = 0; i < k->n_fields; i++) {
            const struct hprof_field *f = &k->fields[i];
            uint64_t id;

            if (f->type != HPROF_OBJECT || !hprof_field_value(d, v, f, &id) ||
                hprof_node_of(d, id) != to)
                continue;
            return up == 0 ? arena_strdup(a, f->name, e)
                           : arena_printf(a, e, "%s#%s", simple_name(k->name),
                                          f->name);
        }
        c = k->super;
    }
    return NULL;
}

const char *hprof_step_name(const struct hprof_dump *d,
                            const struct hprof_value *v, uint32_t to,
                            struct arena *a, struct err *e)
{
    const char *name = NULL;
    uint32_t c;

    if (v->node == 0 || v->node >= d->nodes || to == NODE_NONE)
        return NULL;
    c = hprof_class_of(d, v->node);
    if (hprof_is_class_object(d, v->node))
        name = class_step(d, v->node, to, a, e);
    else if (v->body && c != CLASS_NONE && d->classes[c].array == HPROF_OBJECT)
        name = array_step(d, v, to, a, e);
    else if (v->body && c != CLASS_NONE && !d->classes[c].array)
        name = field_step(d, v, to, a, e);
    if (!name && c != CLASS_NONE && c + 1 == to)
        return "<class>";
    return name;
}
