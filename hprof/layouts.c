/*
 * layouts.c - where the references of a class's instances are, which takes the
 * classes above it; see classes.h.
 */

#include "hprof/classes.h"

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
    const struct loaded *l = classes_loaded(t, t->all.at[c].id);

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
        const struct loaded *l = classes_loaded(t, k->id);

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

    return classes_called(t, id, "java/lang/ref/Reference") ||
           classes_called(t, id, "java.lang.ref.Reference");
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

void classes_finish_layout(struct classes *t, uint32_t i)
{
    struct hprof_class *c = &t->all.at[i];
    const struct layout *l = &t->layouts.at[i];
    struct climb up;

    climb(t, i, &up);
    c->super = super_of(t, i);
    c->body = up.body;
    c->strength = up.strength;
    c->referent = l->referent;
    c->objects = l->objects;
    for (uint32_t k = 0; k < c->n_fields; k++)
        c->fields[k].from_end = c->body - c->fields[k].at;
}
