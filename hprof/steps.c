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

/*
 * Where in an instance's body the reference to `to` is, by the references that
 * are kept of it: where no field is null and no two are the same they are as
 * many as its fields, in their order. UINT32_MAX: they don't say.
 */
static uint32_t known_offset(const struct hprof_dump *d, uint32_t from,
                             uint32_t to)
{
    uint32_t c = hprof_class_of(d, from);
    const struct hprof_class *k;
    uint64_t i, end;

    if (c == CLASS_NONE || d->classes[c].array || !d->has_refs)
        return UINT32_MAX;
    k = &d->classes[c];
    hprof_refs(d, from, &i, &end);
    if (end - i != k->n_refs)
        return UINT32_MAX;
    for (uint32_t n = 0; n < k->n_refs; n++)
        if (d->refs[i + n] == to)
            return k->refs[n];
    return UINT32_MAX;
}

bool hprof_step_is_known(const struct hprof_dump *d, uint32_t from, uint32_t to)
{
    return hprof_is_class_object(d, from) ||
           known_offset(d, from, to) != UINT32_MAX;
}

static bool leads_to(const struct hprof_dump *d, const struct hprof_value *v,
                     const struct hprof_field *f, uint32_t to)
{
    uint32_t body = d->classes[hprof_class_of(d, v->node)].body;
    uint64_t id;

    if (f->type != HPROF_OBJECT || f->from_end > body)
        return false;
    if (!v->body)
        return known_offset(d, v->node, to) == body - f->from_end;
    return hprof_field_value(d, v, f, &id) && hprof_node_of(d, id) == to;
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

            if (!leads_to(d, v, f, to))
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
    else if (c != CLASS_NONE && !d->classes[c].array)
        name = field_step(d, v, to, a, e);
    if (!name && c != CLASS_NONE && c + 1 == to)
        return "<class>";
    return name;
}
