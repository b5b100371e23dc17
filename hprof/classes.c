/*
 * classes.c - see classes.h.
 */
#include "hprof/classes.h"

#include <string.h>

void classes_init(struct classes *t, struct names *names, struct idmap *by_id,
                  struct mem *m, struct arena *keep)
{
    memset(t, 0, sizeof *t);
    t->mem = m;
    t->keep = keep;
    t->names = names;
    t->by_id = by_id;
    memset(t->primitive, 0xff, sizeof t->primitive);
}

void classes_deinit(struct classes *t)
{
    vec_free(&t->all, t->mem);
    vec_free(&t->layouts, t->mem);
    vec_free(&t->name_ids, t->mem);
    vec_free(&t->first_name, t->mem);
    vec_free(&t->loaded, t->mem);
    idmap_deinit(&t->loaded_by_id, t->mem);
    idmap_deinit(&t->loaded_by_serial, t->mem);
}

bool classes_load(struct classes *t, const struct loaded *l, struct err *e)
{
    uint32_t i = (uint32_t)t->loaded.n;

    if (!vec_push(&t->loaded, t->mem, e))
        return false;
    *vec_last(&t->loaded) = *l;
    return idmap_put(&t->loaded_by_id, l->class_id, i, t->mem, e) &&
           idmap_put(&t->loaded_by_serial, l->serial, i, t->mem, e);
}

const struct loaded *classes_loaded(const struct classes *t, uint64_t id)
{
    uint32_t i = idmap_get(&t->loaded_by_id, id);

    return i == IDMAP_NONE ? NULL : &t->loaded.at[i];
}

/* ---- entries ---------------------------------------------------------- */

static struct hprof_class *append(struct classes *t, uint64_t id, bool hidden,
                                  struct err *e)
{
    struct hprof_class *c;

    if (!vec_push(&t->first_name, t->mem, e) ||
        !vec_push(&t->layouts, t->mem, e) || !vec_push(&t->all, t->mem, e))
        return NULL;
    *vec_last(&t->first_name) = t->name_ids.n;
    vec_last(&t->layouts)->referent = UINT32_MAX;
    vec_last(&t->layouts)->hidden = hidden;
    c = vec_last(&t->all);
    c->hidden = hidden;
    c->id = id;
    c->super = CLASS_NONE;
    c->loader = NODE_NONE;
    c->referent = UINT32_MAX;
    if (id && !idmap_put(t->by_id, id, (uint32_t)(t->all.n - 1), t->mem, e))
        return NULL;
    return c;
}

static bool read_statics(struct classes *t, struct hprof_class *c,
                         const uint8_t *p, struct err *e)
{
    unsigned w = t->id_size;

    c->n_statics = be16(p);
    p += 2;
    c->statics = arena_alloc(t->keep, c->n_statics, sizeof *c->statics, e);
    if (!c->statics || !vec_reserve(&t->name_ids, t->mem, c->n_statics, e))
        return false;
    for (unsigned i = 0; i < c->n_statics; i++) {
        struct hprof_static *s = &c->statics[i];

        t->name_ids.at[t->name_ids.n++] = load_id(p, w);
        s->type = p[w];
        s->value = load_value(p + w + 1, s->type, w);
        s->node = NODE_NONE;
        p += w + 1 + hprof_type_size(s->type, w);
    }
    return true;
}

static bool read_fields(struct classes *t, struct hprof_class *c,
                        const uint8_t *p, struct err *e)
{
    unsigned w = t->id_size;
    uint32_t at = 0;

    c->n_fields = be16(p);
    p += 2;
    c->fields = arena_alloc(t->keep, c->n_fields, sizeof *c->fields, e);
    if (!c->fields || !vec_reserve(&t->name_ids, t->mem, c->n_fields, e))
        return false;
    for (unsigned i = 0; i < c->n_fields; i++) {
        struct hprof_field *f = &c->fields[i];

        t->name_ids.at[t->name_ids.n++] = load_id(p, w);
        f->type = p[w];
        f->at = at;
        at += hprof_type_size(f->type, w);
        p += w + 1;
    }
    c->body = at; /* of its own fields, until classes_finish */
    return true;
}

bool classes_dump(struct classes *t, const struct sub *s, struct err *e)
{
    unsigned w = t->id_size;
    const uint8_t *p = s->body + w + 4; /* id, trace */
    struct hprof_class *c;

    if (idmap_get(t->by_id, s->id) != IDMAP_NONE) {
        t->duplicates++;
        return true;
    }
    c = append(t, s->id, false, e);
    if (!c)
        return false;
    t->dumped++;
    c->super_id = load_id(p, w);
    c->loader_id = load_id(p + w, w);
    c->signers_id = load_id(p + 2 * w, w);
    c->domain_id = load_id(p + 3 * w, w);
    c->boot = c->loader_id == 0;
    return read_statics(t, c, s->body + s->statics, e) &&
           read_fields(t, c, s->body + s->fields, e);
}

bool classes_hide(struct classes *t, uint64_t id, struct err *e)
{
    if (idmap_get(t->by_id, id) != IDMAP_NONE || !classes_loaded(t, id))
        return true;
    return append(t, id, true, e) != NULL;
}

bool classes_boot_loader(struct classes *t, struct err *e)
{
    struct hprof_class *c = append(t, 0, true, e);

    if (!c)
        return false;
    c->boot = true;
    c->name = "<boot loader>";
    return true;
}

/* ---- arrays ----------------------------------------------------------- */

static const struct {
    uint8_t type;
    const char *code, *java;
} primitives[] = {
    {HPROF_BOOLEAN, "[Z", "boolean[]"}, {HPROF_CHAR, "[C", "char[]"},
    {HPROF_FLOAT, "[F", "float[]"},     {HPROF_DOUBLE, "[D", "double[]"},
    {HPROF_BYTE, "[B", "byte[]"},       {HPROF_SHORT, "[S", "short[]"},
    {HPROF_INT, "[I", "int[]"},         {HPROF_LONG, "[J", "long[]"},
};
#define N_PRIMITIVES (sizeof primitives / sizeof *primitives)

bool classes_called(struct classes *t, uint64_t id, const char *name)
{
    const struct loaded *l = classes_loaded(t, id);

    return l && names_is(t->names, l->name_id, name);
}

uint32_t classes_find_primitive(struct classes *t, unsigned type)
{
    for (size_t i = 0; i < N_PRIMITIVES; i++) {
        if (primitives[i].type != type)
            continue;
        for (uint32_t c = 0; c < t->all.n && t->primitive[type] == CLASS_NONE;
             c++)
            if (classes_called(t, t->all.at[c].id, primitives[i].code) ||
                classes_called(t, t->all.at[c].id, primitives[i].java))
                t->primitive[type] = c;
    }
    return t->primitive[type];
}

bool classes_primitive(struct classes *t, unsigned type, struct err *e)
{
    struct hprof_class *c;

    if (classes_find_primitive(t, type) != CLASS_NONE)
        return true;
    c = append(t, 0, true, e);
    if (!c)
        return false;
    c->boot = true;
    for (size_t i = 0; i < N_PRIMITIVES; i++)
        if (primitives[i].type == type)
            c->name = primitives[i].java;
    t->primitive[type] = (uint32_t)(t->all.n - 1);
    return true;
}

/* HPROF_OBJECT also for arrays of arrays. */
static uint8_t element_type(const char *name)
{
    size_t n = strlen(name);

    if (n < 2 || strcmp(name + n - 2, "[]") != 0)
        return 0;
    for (size_t i = 0; i < N_PRIMITIVES; i++)
        if (strcmp(name, primitives[i].java) == 0)
            return primitives[i].type;
    return HPROF_OBJECT;
}

/* ---- the end ---------------------------------------------------------- */

void classes_want_names(struct classes *t)
{
    const uint64_t *id;
    const struct hprof_class *c;

    VEC_EACH (&t->name_ids, id)
        names_want(t->names, *id);
    VEC_EACH (&t->all, c) {
        const struct loaded *l = classes_loaded(t, c->id);

        if (l)
            names_want(t->names, l->name_id);
    }
}

void classes_want_serial(struct classes *t, uint32_t serial)
{
    uint32_t i = idmap_get(&t->loaded_by_serial, serial);

    if (i != IDMAP_NONE)
        names_want(t->names, t->loaded.at[i].name_id);
}

static const char *member_name(struct classes *t, uint64_t at, struct err *e)
{
    return names_keep(t->names, t->name_ids.at[at], "?", e);
}

static bool finish_names(struct classes *t, uint32_t i, struct err *e)
{
    struct hprof_class *c = &t->all.at[i];
    const struct loaded *l = classes_loaded(t, c->id);
    uint64_t at = t->first_name.at[i];

    if (!c->name)
        c->name = l ? names_keep_class(t->names, l->name_id, e) : "?";
    if (!c->name)
        return false;
    c->serial = l ? l->serial : 0;
    c->array = element_type(c->name);
    for (uint32_t k = 0; k < c->n_statics; k++)
        if (!(c->statics[k].name = member_name(t, at++, e)))
            return false;
    for (uint32_t k = 0; k < c->n_fields; k++)
        if (!(c->fields[k].name = member_name(t, at++, e)))
            return false;
    return true;
}

bool classes_finish(struct classes *t, struct err *e)
{
    for (uint32_t i = 0; i < t->all.n; i++) {
        if (!finish_names(t, i, e))
            return false;
        classes_finish_layout(t, i);
    }
    return true;
}

const char *classes_serial_name(struct classes *t, uint32_t serial,
                                struct err *e)
{
    uint32_t i = idmap_get(&t->loaded_by_serial, serial);

    return i == IDMAP_NONE
               ? ""
               : names_keep_class(t->names, t->loaded.at[i].name_id, e);
}
