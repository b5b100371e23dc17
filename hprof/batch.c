/*
 * batch.c - see batch.h.
 */
#include "hprof/batch.h"

#include "base/inline.h"

/* Bytes ahead that the loop asks for: the processor does not by itself, at
 * every new page of a file that is looked at where it is. */
#define AHEAD 2048

/* "u1 tag, id, u4 trace" and then, in the order of their kinds, "id class, u4
 * bytes", "u4 n, id class", "u4 n, u1 type". */
enum {
    AT_ID = 1,
    AT_NEXT = 13,
    HEAD = 25,
    HEAD_PRIMITIVE = 18,
};

/* What one sub-record comes to, before it is certain that all is well. */
struct one {
    uint64_t id;
    const uint8_t *next; /* NULL: it is not ordinary */
    uint32_t label;
    uint64_t n_refs;
    bool doubtful; /* see struct doubt */
};

/* ---- ids -------------------------------------------------------------- */

/* With room for a new page, as long as slots fit in 32 bits. */
static uint64_t new_slot(struct hprof_ids *t, uint64_t id)
{
    struct err ignored = {0};
    uint64_t slot = ids_slot(t, id);

    if (slot == IDS_NONE && t->pages.n < IDS_SLOT_PAGES && !ids_scattered(t))
        slot = ids_slot_new(t, id, &ignored);
    return slot;
}

/* The slot on a page that is far away or new; IDS_NONE: there can be none. */
static __attribute__((noinline)) uint64_t slot_slowly(struct decoder *k,
                                                      uint64_t id)
{
    uint64_t slot;

    if (!ids_aligned(k->ids, id))
        return IDS_NONE;
    if (k->lock)
        pthread_mutex_lock(k->lock);
    slot = new_slot(k->ids, id);
    if (k->lock)
        pthread_mutex_unlock(k->lock);
    return slot;
}

static __attribute__((noinline)) bool refs_slowly(struct decoder *k,
                                                  const uint8_t *p,
                                                  const uint32_t *at,
                                                  uint64_t n, uint32_t *to)
{
    for (uint64_t i = 0; i < n; i++) {
        uint64_t id = be64(p + (at ? at[i] : i * 8)), slot;

        if (!id)
            continue;
        slot = slot_slowly(k, id);
        if (slot == IDS_NONE)
            return false;
        *to++ = (uint32_t)slot;
    }
    return true;
}

/*
 * Writes the slots of the ids at p + at[i], or p + 8 * i if `at` is NULL, to
 * `to` but for null ones; counts them in o->n_refs. A null is written too, to
 * be overwritten by the next one: whether an id is null can't be foreseen.
 */
ALWAYS_INLINE void take_refs(struct decoder *k, struct ids_near near,
                             const uint8_t *p, const uint32_t *at, uint64_t n,
                             uint32_t *to, struct one *o)
{
    uint64_t strange = 0, marks = 0, some, known, kept = 0;

    for (uint64_t i = 0; i < n; i++) {
        uint64_t id = be64(p + (at ? at[i] : i * 8));
        uint32_t slot = ids_slot_near(near, id, &known);

        to[kept] = slot;
        some = id != 0;
        marks |= some << (slot & 63);
        strange |= some & ~known;
        kept += some;
    }
    o->n_refs = kept;
    if (__builtin_expect(strange, 0) && !refs_slowly(k, p, at, n, to))
        o->next = NULL;
    /* Different marks, different references. */
    o->doubtful =
        (strange || bit_count(marks) != kept) && refs_doubtful(to, kept);
}

/* ---- classes ---------------------------------------------------------- */

/* Looks a class up; `n`: bytes of the instance, which pay for a layout. */
static __attribute__((noinline)) bool meet(struct decoder *k, uint64_t id,
                                           uint32_t n, struct kind *to)
{
    struct classes *t = k->classes;
    uint32_t c = idmap_get(t->by_id, id);
    const struct layout *l;
    struct err ignored = {0};

    if (!id || c >= LABELS_NARROW || t->layouts.at[c].hidden)
        return false;
    l = &t->layouts.at[c];
    if (!l->ready &&
        (k->lock || classes_layout(t, c, n, false, &ignored) != LAYOUT_OK))
        return false;
    *to = (struct kind){
        .id = id,
        .refs = l->refs,
        .n_refs = l->n_refs,
        .body = l->body,
        .referent = l->referent,
        .label = (uint16_t)c,
        .strength = l->strength,
    };
    return true;
}

ALWAYS_INLINE const struct kind *kind_of(struct decoder *k, uint64_t id,
                                         uint32_t n)
{
    struct kind *to = &k->kinds[id / 8 % KINDS];

    if (__builtin_expect(to->id != id || !id, 0) && !meet(k, id, n, to))
        return NULL;
    return to;
}

/* ---- sub-records --------------------------------------------------------- */

/* Writes the edge to `to`; 1, or 0 if there is none. */
static uint64_t take_referent(struct decoder *k, struct ids_near near,
                              const struct kind *kind, const uint8_t *body,
                              uint64_t object, struct hprof_weak_edge *to,
                              struct one *o)
{
    uint64_t id = be64(body + kind->referent), slot, known;

    if (!o->next || !id)
        return 0;
    slot = ids_slot_near(near, id, &known);
    if (!known)
        slot = slot_slowly(k, id);
    if (slot == IDS_NONE)
        o->next = NULL;
    *to = (struct hprof_weak_edge){.from = (uint32_t)object,
                                   .to = (uint32_t)slot,
                                   .strength = kind->strength};
    return o->next != NULL;
}

ALWAYS_INLINE void take_instance(struct decoder *k, struct ids_near near,
                                 struct batch *b, const uint8_t *p,
                                 const uint8_t *end, struct one *o)
{
    const struct kind *kind;
    uint32_t n;

    if (end - p < HEAD)
        return;
    n = be32(p + AT_NEXT + 8);
    kind = kind_of(k, be64(p + AT_NEXT), n);
    if (!kind || n < kind->body || (size_t)(end - p) < HEAD + (size_t)n)
        return;
    p += HEAD;
    o->label = kind->label;
    o->next = p + n;
    take_refs(k, near, p, kind->refs, kind->n_refs, b->refs + b->n_refs, o);
    if (__builtin_expect(kind->referent != UINT32_MAX, 0))
        b->n_weak +=
            take_referent(k, near, kind, p, b->objects, &b->weak[b->n_weak], o);
}

ALWAYS_INLINE void note_array(struct array_run *a, uint64_t id, uint32_t n)
{
    if (!a->first)
        a->first = id;
    else
        a->narrow |= id > a->at && id < a->end;
    a->at = id;
    a->end = array_extent(id, n);
}

ALWAYS_INLINE void take_array(struct decoder *k, struct ids_near near,
                              struct batch *b, const uint8_t *p,
                              const uint8_t *end, struct one *o)
{
    const struct kind *kind;
    uint32_t n;

    if (end - p < HEAD)
        return;
    n = be32(p + AT_NEXT);
    kind = kind_of(k, be64(p + AT_NEXT + 4), 0);
    if (!kind || !o->id || (size_t)(end - p) < HEAD + (uint64_t)n * 8)
        return;
    p += HEAD;
    o->label = kind->label;
    o->next = p + (uint64_t)n * 8;
    take_refs(k, near, p, NULL, n, b->refs + b->n_refs, o);
    if (!o->next)
        return;
    note_array(&b->arrays, o->id, n);
    b->lengths[b->n_lengths++] = n;
    b->object_arrays++;
}

ALWAYS_INLINE void take_primitives(const struct classes *t, struct batch *b,
                                   const uint8_t *p, const uint8_t *end,
                                   struct one *o)
{
    unsigned type = p[AT_NEXT + 4], size = primitive_size(type);
    uint32_t n = be32(p + AT_NEXT);
    uint64_t bytes = (uint64_t)n * size;

    if (!size || (size_t)(end - p) < HEAD_PRIMITIVE + bytes ||
        t->primitive[type] >= LABELS_NARROW)
        return;
    o->label = t->primitive[type];
    o->next = p + HEAD_PRIMITIVE + bytes;
    b->lengths[b->n_lengths++] = n;
    b->primitive_bytes += bytes;
}

ALWAYS_INLINE void add(struct batch *b, const struct one *o, uint32_t slot)
{
    bool many = o->n_refs >= UINT8_MAX;

    if (__builtin_expect(o->doubtful, 0))
        b->doubts[b->n_doubts++] = (struct doubt){
            b->n_refs, (uint32_t)b->objects, (uint32_t)o->n_refs};

    b->slots[b->objects] = slot;
    b->labels[b->objects] = (uint16_t)o->label;
    b->degrees[b->objects] = many ? UINT8_MAX : (uint8_t)o->n_refs;
    if (__builtin_expect(many, 0))
        b->many[b->n_many++] = (uint32_t)o->n_refs;
    b->objects++;
    b->n_refs += o->n_refs;
    b->ids.ascend &= o->id > b->ids.last;
    b->ids.last = o->id;
}

const uint8_t *batch_decode(struct decoder *k, struct batch *ret,
                            const uint8_t *p, const uint8_t *stop,
                            const uint8_t *end)
{
    struct ids_near near = ids_near(k->ids);
    struct batch b = *ret; /* in registers */
    struct one o;

    if (!b.objects && p < stop && end - p >= HEAD_PRIMITIVE)
        b.ids = (struct ids_run){.first = be64(p + AT_ID), .ascend = true};
    for (; p < stop && end - p >= HEAD_PRIMITIVE && batch_is_object(p[0]);
         p = o.next) {
        uint64_t known, slot;

        __builtin_prefetch(p + AHEAD);
        o = (struct one){.id = be64(p + AT_ID)};
        slot = ids_slot_near(near, o.id, &known);
        if (__builtin_expect(!known, 0)) {
            slot = slot_slowly(k, o.id);
            if (slot == IDS_NONE)
                break;
        }
        if (p[0] == SUB_INSTANCE_DUMP)
            take_instance(k, near, &b, p, end, &o);
        else if (p[0] == SUB_PRIMITIVE_ARRAY)
            take_primitives(k->classes, &b, p, end, &o);
        else
            take_array(k, near, &b, p, end, &o);
        if (!o.next)
            break;
        add(&b, &o, (uint32_t)slot);
    }
    b.ids.slots = b.slots;
    b.ids.n = b.objects;
    *ret = b;
    return p;
}
