/*
 * likely.c - see likely.h.
 */
#include "hprof/likely.h"

#include "hprof/classes.h"

/* Objects still to come lie this far beyond those met at most; and to be taken
 * for some by their ids alone. */
#define FAR(w)   ((uint64_t)1 << ((w) == 8 ? 40 : 29))
#define BELOW    ((uint64_t)16 << 20)
#define ABOVE(w) ((uint64_t)((w) == 8 ? 4096 : 16) << 20)

void likely_init(struct likely *l, unsigned id_size, struct mem *m)
{
    *l = (struct likely){.mem = m, .id_size = id_size, .lowest = UINT64_MAX};
}

void likely_deinit(struct likely *l)
{
    idmap_deinit(&l->by_id, l->mem);
    vec_free(&l->classes, l->mem);
}

/* ---- what is met ------------------------------------------------------ */

static void meet_id(struct likely *l, uint64_t id)
{
    if (id < l->lowest)
        l->lowest = id;
    if (id > l->highest)
        l->highest = id;
}

static struct met_class *class_of(const struct likely *l, uint64_t id)
{
    uint32_t c = idmap_get(&l->by_id, id);

    return id && c != IDMAP_NONE ? &l->classes.at[c] : NULL;
}

bool likely_loaded(struct likely *l, uint64_t id, struct err *e)
{
    if (!id || class_of(l, id))
        return true;
    return vec_push(&l->classes, l->mem, e) &&
           idmap_put(&l->by_id, id, (uint32_t)(l->classes.n - 1), l->mem, e);
}

/* Bytes that the fields of a class itself take in an instance. */
static uint32_t own_fields(const struct sub *s, unsigned w)
{
    const uint8_t *p = s->body + s->fields;
    uint32_t bytes = 0;
    unsigned n = be16(p);

    for (p += 2; n; n--, p += w + 1)
        bytes += hprof_type_size(p[w], w);
    return bytes;
}

static bool meet_class(struct likely *l, const struct sub *s, struct err *e)
{
    struct met_class *c;

    if (!likely_loaded(l, s->id, e))
        return false;
    c = class_of(l, s->id);
    if (!c || c->dumped)
        return true;
    c->dumped = true;
    c->super = load_id(s->body + l->id_size + 4, l->id_size);
    c->own = own_fields(s, l->id_size);
    return true;
}

bool likely_meet(struct likely *l, const struct sub *s, enum trust t,
                 struct err *e)
{
    if (s->tag == SUB_CLASS_DUMP)
        return meet_class(l, s, e);
    if (t == CERTAIN &&
        (s->tag == SUB_INSTANCE_DUMP || s->tag == SUB_OBJECT_ARRAY)) {
        meet_id(l, s->id);
        l->low_bits |= s->id & 7;
    }
    return true;
}

/* ---- judging ---------------------------------------------------------- */

/* Of anything, if nothing has been met. */
static bool is_within(const struct likely *l, uint64_t id, uint64_t below,
                      uint64_t above)
{
    return id && !(id & 7 & ~l->low_bits) &&
           (id >= l->lowest || l->lowest - id <= below || !l->highest) &&
           (id <= l->highest || id - l->highest <= above || !l->highest);
}

static bool is_near(const struct likely *l, uint64_t id)
{
    return l->highest && is_within(l, id, BELOW, ABOVE(l->id_size));
}

/* Bytes of an instance's body; UINT32_MAX: not all classes above are there. */
static uint32_t body_of(const struct likely *l, const struct met_class *c)
{
    uint32_t bytes = 0;

    for (unsigned up = 0; c && c->dumped && up < CLASS_DEPTH; up++) {
        bytes += c->own;
        if (!c->super)
            return bytes;
        c = class_of(l, c->super);
    }
    return UINT32_MAX;
}

static enum trust trust_instance(const struct likely *l, const struct sub *s)
{
    const struct met_class *c = class_of(l, s->class_id);
    uint32_t body;

    if (!c || !s->id)
        return DOUBTFUL;
    body = body_of(l, c);
    return body == s->n || body == UINT32_MAX ? CERTAIN : DOUBTFUL;
}

static enum trust trust_class(const struct likely *l, const struct sub *s)
{
    uint64_t super = load_id(s->body + l->id_size + 4, l->id_size);

    return class_of(l, s->id) || class_of(l, super) ? CERTAIN : DOUBTFUL;
}

enum trust likely_trust(const struct likely *l, const struct sub *s)
{
    switch (s->tag) {
    case SUB_INSTANCE_DUMP: return trust_instance(l, s);
    case SUB_OBJECT_ARRAY:
        return class_of(l, s->class_id) && s->id ? CERTAIN : DOUBTFUL;
    case SUB_CLASS_DUMP: return trust_class(l, s);
    case SUB_HEAP_DUMP_INFO: return DOUBTFUL;
    case SUB_PRIMITIVE_ARRAY:
    case SUB_PRIMITIVE_NO_DATA: return is_near(l, s->id) ? LIKELY : DOUBTFUL;
    default: /* a root */
        if (class_of(l, s->id))
            return CERTAIN;
        return is_near(l, s->id) ? LIKELY : DOUBTFUL;
    }
}

/* The id at p + at, of which nothing is known if it is not there. */
static bool names_class(const struct likely *l, const uint8_t *p, size_t n,
                        size_t at)
{
    return n < at + l->id_size || class_of(l, load_id(p + at, l->id_size));
}

bool likely_not(const struct likely *l, const uint8_t *p, size_t n)
{
    unsigned w = l->id_size;
    uint64_t id;

    if (n < 1 + w)
        return true;
    id = load_id(p + 1, w);
    switch (p[0]) {
    case SUB_INSTANCE_DUMP:
        return !is_within(l, id, FAR(w), FAR(w)) ||
               !names_class(l, p, n, 5 + w);
    case SUB_OBJECT_ARRAY:
        return !is_within(l, id, FAR(w), FAR(w)) ||
               !names_class(l, p, n, 9 + w);
    case SUB_CLASS_DUMP:
        return !class_of(l, id) && !names_class(l, p, n, 5 + w);
    case SUB_PRIMITIVE_ARRAY:
    case SUB_PRIMITIVE_NO_DATA:
        return !is_near(l, id) || n < 10 + w || !primitive_size(p[9 + w]);
    default: return !root_form(p[0]) || (!class_of(l, id) && !is_near(l, id));
    }
}
