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

static const struct loaded *loaded(const struct classes *t, uint64_t id)
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
    if (idmap_get(t->by_id, id) != IDMAP_NONE || !loaded(t, id))
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

/* Whether the class is called `name` in the dump's spelling. */
static bool called(struct classes *t, uint64_t id, const char *name)
{
    const struct loaded *l = loaded(t, id);

    return l && names_is(t->names, l->name_id, name);
}

uint32_t classes_find_primitive(struct classes *t, unsigned type)
{
    for (size_t i = 0; i < N_PRIMITIVES; i++) {
        if (primitives[i].type != type)
            continue;
        for (uint32_t c = 0; c < t->all.n && t->primitive[type] == CLASS_NONE;
             c++)
            if (called(t, t->all.at[c].id, primitives[i].code) ||
                called(t, t->all.at[c].id, primitives[i].java))
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

/* ---- layouts ---------------------------------------------------------- */

static uint32_t super_of(const struct classes *t, uint32_t c)
{
    uint64_t id = t->all.at[c].super_id;

    return id ? idmap_get(t->by_id, id) : CLASS_NONE;
}

static uint8_t strength(struct classes *t, uint32_t c)
{
    static const struct {
        const char *slashed, *dotted;
        uint8_t strength;
    } kinds[] = {
        {"java/lang/ref/SoftReference", "java.lang.ref.SoftReference", SOFT},
        {"java/lang/ref/WeakReference", "java.lang.ref.WeakReference", WEAK},
        {"java/lang/ref/PhantomReference", "java.lang.ref.PhantomReference",
         PHANTOM},
        {"java/lang/ref/FinalReference", "java.lang.ref.FinalReference", FINAL},
    };
    const struct loaded *l = loaded(t, t->all.at[c].id);

    for (size_t i = 0; l && i < sizeof kinds / sizeof *kinds; i++)
        if (names_is(t->names, l->name_id, kinds[i].slashed) ||
            names_is(t->names, l->name_id, kinds[i].dotted))
            return kinds[i].strength;
    return STRONG;
}

/* What one walk up the hierarchy finds. */
struct climb {
    uint32_t levels[CLASS_DEPTH];
    uint32_t n;
    uint32_t n_refs, body;
    uint8_t strength;
    bool complete; /* all classes and names above are there */
};

static void climb(struct classes *t, uint32_t c, struct climb *ret)
{
    ret->n = ret->n_refs = ret->body = 0;
    ret->strength = STRONG;
    ret->complete = true;
    while (c != CLASS_NONE && ret->n < CLASS_DEPTH) {
        const struct hprof_class *k = &t->all.at[c];
        const struct loaded *l = loaded(t, k->id);

        ret->levels[ret->n++] = c;
        ret->complete &= l && names_has(t->names, l->name_id);
        if (ret->strength == STRONG)
            ret->strength = strength(t, c);
        for (uint32_t i = 0; i < k->n_fields; i++) {
            ret->n_refs += k->fields[i].type == HPROF_OBJECT;
            ret->body += hprof_type_size(k->fields[i].type, t->id_size);
        }
        c = super_of(t, c);
        ret->complete &= c != CLASS_NONE || !k->super_id;
    }
}

static bool is_reference(struct classes *t, uint32_t c)
{
    uint64_t id = t->all.at[c].id;

    return called(t, id, "java/lang/ref/Reference") ||
           called(t, id, "java.lang.ref.Reference");
}

/* Lists the offsets; `referent` of a weak class goes aside. */
static void place_refs(struct classes *t, const struct climb *up,
                       struct layout *l, uint32_t *refs)
{
    uint32_t base = 0;

    for (uint32_t i = 0; i < up->n; i++) {
        const struct hprof_class *k = &t->all.at[up->levels[i]];
        bool aside = up->strength != STRONG && is_reference(t, up->levels[i]);
        uint64_t name = t->first_name.at[up->levels[i]] + k->n_statics;
        uint32_t size = 0;

        for (uint32_t f = 0; f < k->n_fields; f++) {
            uint64_t id = t->name_ids.at[name + f];

            size = k->fields[f].at +
                   hprof_type_size(k->fields[f].type, t->id_size);
            if (k->fields[f].type != HPROF_OBJECT)
                continue;
            if (aside && names_is(t->names, id, "referent"))
                l->referent = base + k->fields[f].at;
            else
                refs[l->n_refs++] = base + k->fields[f].at;
        }
        base += size;
    }
}

enum layout_result classes_layout(struct classes *t, uint32_t c, uint32_t n,
                                  bool final, struct err *e)
{
    struct layout *l = &t->layouts.at[c];
    struct hprof_class *k = &t->all.at[c];
    struct climb up;
    uint32_t *refs;

    climb(t, c, &up);
    if (!up.complete && !final)
        return LAYOUT_LATER;
    if (up.body > n)
        return LAYOUT_SHORT;
    refs = arena_alloc(t->keep, up.n_refs, sizeof *refs, e);
    if (!refs)
        return LAYOUT_NOMEM;
    place_refs(t, &up, l, refs);
    k->refs = refs;
    k->n_refs = l->n_refs;
    l->refs = refs;
    if (t->no_refs)
        l->n_refs = 0;
    l->body = up.body;
    l->strength = l->referent == UINT32_MAX ? STRONG : up.strength;
    l->ready = true;
    return LAYOUT_OK;
}

void classes_prepare(struct classes *t, uint64_t bytes)
{
    struct err ignored = {0};

    for (uint32_t c = 0; t->prepared != t->all.n && c < t->all.n; c++) {
        const struct layout *l = &t->layouts.at[c];

        if (l->ready || l->hidden || t->spent >= bytes)
            continue;
        if (classes_layout(t, c, UINT16_MAX, false, &ignored) == LAYOUT_OK)
            t->spent += t->all.at[c].n_refs * sizeof *l->refs;
    }
    for (unsigned type = 0; t->prepared != t->all.n && type < 12; type++)
        classes_find_primitive(t, type);
    t->prepared = t->all.n;
}

/* ---- the end ---------------------------------------------------------- */

void classes_want_names(struct classes *t)
{
    const uint64_t *id;
    const struct hprof_class *c;

    VEC_EACH (&t->name_ids, id)
        names_want(t->names, *id);
    VEC_EACH (&t->all, c) {
        const struct loaded *l = loaded(t, c->id);

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
    const struct loaded *l = loaded(t, c->id);
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

static void finish_layout(struct classes *t, uint32_t i, struct climb *up)
{
    struct hprof_class *c = &t->all.at[i];
    const struct layout *l = &t->layouts.at[i];

    climb(t, i, up);
    c->super = super_of(t, i);
    c->body = up->body;
    c->strength = up->strength;
    c->referent = l->referent;
    c->objects = l->objects;
    for (uint32_t k = 0; k < c->n_fields; k++)
        c->fields[k].from_end = c->body - c->fields[k].at;
}

bool classes_finish(struct classes *t, struct err *e)
{
    struct climb up;

    for (uint32_t i = 0; i < t->all.n; i++) {
        if (!finish_names(t, i, e))
            return false;
        finish_layout(t, i, &up);
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
