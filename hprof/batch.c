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

/* What one sub-record comes to. */
struct one {
    uint64_t id;
    uint64_t n_refs;
    struct kind *kind;
    uint32_t slot;
    uint8_t degree;
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

/* Looks up an address on a page that is far away or new; 0: there can be no
 * such page. */
static __attribute__((noinline)) uint64_t look_up_slowly(struct decoder *k,
                                                         uint64_t id)
{
    uint64_t slot;

    if (!ids_aligned(k->ids, id))
        return 0;
    if (k->lock)
        pthread_mutex_lock(k->lock);
    slot = new_slot(k->ids, id);
    if (k->lock)
        pthread_mutex_unlock(k->lock);
    return slot == IDS_NONE ? 0 : IDS_KNOWN + slot;
}

/* An id that is an object's if `object`, and not null: IDS_KNOWN + slot, or
 * 0. No page is made for others. */
ALWAYS_INLINE uint64_t look_up(struct decoder *k, const uint64_t *dir,
                               uint64_t id, bool object)
{
    uint64_t it = ids_look_up_id(dir, id);

    if (__builtin_expect(ids_found(it), 1))
        return it;
    return object ? look_up_slowly(k, id) : 0;
}

/* ---- references -------------------------------------------------------- */

/* Of one object, as they are written. */
struct taken {
    uint64_t n;
    uint64_t known; /* what was looked up, anded */
    uint64_t marks; /* a bit for each, and NULL_MARK */
};

#define NULL_MARK ((uint64_t)1 << (IDS_NULL & 63))

/* Writes the slot of an id to to[t->n]; that of a null too, for the next one
 * to overwrite: whether an id is null can't be foreseen. */
ALWAYS_INLINE void take_ref(const uint64_t *dir, uint64_t id, uint32_t *to,
                            struct taken *t)
{
    uint64_t it = ids_look_up_id(dir, id);

    to[t->n] = (uint32_t)it;
    t->n += id != 0;
    t->known &= it;
    t->marks = with_bit(t->marks, it);
}

/* Takes the fields of an instance at p, or if `kind` is NULL n elements, once
 * more. The loop need not keep what a kind says itself. */
static __attribute__((noinline)) bool refs_slowly(struct decoder *k,
                                                  const uint8_t *p,
                                                  const struct kind *kind,
                                                  uint64_t n, uint32_t *to)
{
    if (kind)
        n = kind->n_refs;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t id = be64(p + (kind ? kind->refs[i] : i * 8)), it;

        if (!id)
            continue;
        it = look_up(k, k->ids->dir, id, true);
        if (!it)
            return false;
        *to++ = (uint32_t)it;
    }
    return true;
}

/* The same at first; whether there is a kind is known to the compiler. False:
 * it's not ordinary. */
ALWAYS_INLINE bool take_refs(struct decoder *k, const uint64_t *dir,
                             const uint8_t *p, const struct kind *kind,
                             uint64_t n, uint32_t *to, struct taken *t)
{
    const uint32_t *at = kind ? kind->refs : NULL;

    if (kind)
        n = kind->n_refs;
    *t = (struct taken){.known = UINT64_MAX, .marks = NULL_MARK};
    for (uint64_t i = 0; i < n; i++)
        take_ref(dir, be64(p + (kind ? at[i] : i * 8)), to, t);
    if (__builtin_expect(t->known >= IDS_KNOWN, 1))
        return true;
    t->marks = 0; /* they tell nothing */
    return refs_slowly(k, p, kind, kind ? 0 : n, to);
}

/* Notes the references just taken if they are a doubt. Different marks,
 * different references. */
ALWAYS_INLINE void note_doubt(struct batch *b, const struct taken *t)
{
    if (__builtin_expect(bit_count(t->marks) <= t->n, 0) &&
        refs_doubtful(b->ref, t->n))
        b->doubts[b->n_doubts++] = (uint32_t)b->objects;
}

/* ---- classes ---------------------------------------------------------- */

void decoder_init(struct decoder *k, struct classes *classes,
                  struct hprof_ids *ids, pthread_mutex_t *lock)
{
    *k = (struct decoder){.classes = classes, .ids = ids, .lock = lock};
    /* What is 0 has its place here, and is no kind. */
    k->kinds[0].id = k->primitives[0].id = UINT64_MAX;
}

static void add_objects(struct classes *t, uint32_t label, uint64_t n)
{
    __atomic_fetch_add(&t->layouts.at[label].objects, n, __ATOMIC_RELAXED);
}

static void settle(struct classes *t, struct kind *kind)
{
    if (kind->objects)
        add_objects(t, kind->label, kind->objects);
    kind->objects = 0;
}

void decoder_settle(struct decoder *k)
{
    for (unsigned i = 0; i < KINDS; i++)
        settle(k->classes, &k->kinds[i]);
    for (unsigned i = 0; i < PRIMITIVES; i++)
        settle(k->classes, &k->primitives[i]);
}

/* Maybe before they are added; what comes of it at last is right. */
void batch_take_back(const struct batch *b, struct classes *classes)
{
    for (uint64_t i = 0; i < b->objects; i++)
        add_objects(classes, b->labels[i], UINT64_MAX);
}

static struct kind *place_of(struct decoder *k, uint64_t id)
{
    return &k->kinds[id / 8 % KINDS];
}

/* Looks a class up; `n`: bytes of the instance, which pay for a layout. */
static __attribute__((noinline)) struct kind *meet(struct decoder *k,
                                                   uint64_t id, uint32_t n)
{
    struct classes *t = k->classes;
    uint32_t c = idmap_get(t->by_id, id);
    struct kind *place = place_of(k, id);
    const struct layout *l;
    struct err ignored = {0};

    if (!id || c >= LABELS_NARROW || t->layouts.at[c].hidden)
        return NULL;
    l = &t->layouts.at[c];
    if (!l->ready &&
        (k->lock || classes_layout(t, c, n, false, &ignored) != LAYOUT_OK))
        return NULL;
    if (l->n_refs >= UINT8_MAX) /* too many for `degrees` */
        return NULL;
    settle(t, place);
    *place = (struct kind){
        .id = id,
        .refs = l->refs,
        .body = l->body,
        .referent = l->referent,
        .label = (uint16_t)c,
        .n_refs = (uint8_t)l->n_refs,
        .strength = l->strength,
    };
    return place;
}

ALWAYS_INLINE struct kind *kind_of(struct decoder *k, uint64_t id, uint32_t n)
{
    struct kind *kind = place_of(k, id);

    return __builtin_expect(kind->id == id, 1) ? kind : meet(k, id, n);
}

static __attribute__((noinline)) struct kind *meet_primitive(struct decoder *k,
                                                             unsigned type)
{
    unsigned size = primitive_size(type);
    struct kind *place = &k->primitives[type % PRIMITIVES];

    if (!size || k->classes->primitive[type] >= LABELS_NARROW)
        return NULL;
    place->id = type;
    place->body = size;
    place->label = (uint16_t)k->classes->primitive[type];
    return place;
}

ALWAYS_INLINE struct kind *primitive_kind(struct decoder *k, unsigned type)
{
    struct kind *kind = &k->primitives[type % PRIMITIVES];

    return __builtin_expect(kind->id == type, 1) ? kind
                                                 : meet_primitive(k, type);
}

/* ---- sub-records --------------------------------------------------------- */

/* False: it's not ordinary. */
ALWAYS_INLINE bool take_referent(struct decoder *k, const uint64_t *dir,
                                 const struct kind *kind, const uint8_t *body,
                                 struct batch *b)
{
    uint64_t id = be64(body + kind->referent), it;

    if (!id)
        return true;
    it = look_up(k, dir, id, true);
    if (!it)
        return false;
    b->weak[b->n_weak++] =
        (struct hprof_weak_edge){.from = (uint32_t)b->objects,
                                 .to = (uint32_t)it,
                                 .strength = kind->strength};
    return true;
}

/* Returns where the next sub-record is; NULL: it's not ordinary. So do the
 * next two. */
ALWAYS_INLINE const uint8_t *take_instance(struct decoder *k,
                                           const uint64_t *dir, struct batch *b,
                                           const uint8_t *p, const uint8_t *end,
                                           struct one *o)
{
    const uint8_t *body = p + HEAD;
    uint32_t n = be32(p + AT_NEXT + 8);
    struct kind *kind = kind_of(k, be64(p + AT_NEXT), n);
    struct taken t;

    if (!kind || n < kind->body || (uintptr_t)body + n > (uintptr_t)end ||
        !take_refs(k, dir, body, kind, 0, b->ref, &t))
        return NULL;
    if (__builtin_expect(kind->referent != UINT32_MAX, 0) &&
        !take_referent(k, dir, kind, body, b))
        return NULL;
    note_doubt(b, &t);
    o->kind = kind;
    o->degree = (uint8_t)t.n;
    o->n_refs = t.n;
    return body + n;
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

ALWAYS_INLINE const uint8_t *take_array(struct decoder *k, const uint64_t *dir,
                                        struct batch *b, const uint8_t *p,
                                        const uint8_t *end, struct one *o)
{
    const uint8_t *body = p + HEAD;
    uint32_t n = be32(p + AT_NEXT);
    struct kind *kind = kind_of(k, be64(p + AT_NEXT + 4), 0);
    struct taken t;

    if (!kind || !o->id || end - body < (int64_t)n * 8 ||
        !take_refs(k, dir, body, NULL, n, b->ref, &t))
        return NULL;
    note_doubt(b, &t);
    note_array(&b->arrays, o->id, n);
    b->lengths[b->n_lengths++] = n;
    b->object_arrays++;
    o->kind = kind;
    o->degree = UINT8_MAX;
    if (t.n < UINT8_MAX)
        o->degree = (uint8_t)t.n;
    else
        b->many[b->n_many++] = (uint32_t)t.n;
    o->n_refs = t.n;
    return body + (uint64_t)n * 8;
}

ALWAYS_INLINE const uint8_t *take_primitives(struct decoder *k, struct batch *b,
                                             const uint8_t *p,
                                             const uint8_t *end, struct one *o)
{
    const uint8_t *body = p + HEAD_PRIMITIVE;
    struct kind *kind = primitive_kind(k, p[AT_NEXT + 4]);
    uint32_t n = be32(p + AT_NEXT);
    int64_t bytes;

    if (!kind || end - body < (bytes = (int64_t)n * kind->body))
        return NULL;
    b->lengths[b->n_lengths++] = n;
    b->primitive_bytes += (uint64_t)bytes;
    o->kind = kind;
    o->degree = 0;
    o->n_refs = 0;
    return body + bytes;
}

ALWAYS_INLINE void add(struct batch *b, const struct one *o)
{
    o->kind->objects++;
    b->slots[b->objects] = o->slot;
    b->labels[b->objects] = o->kind->label;
    b->degrees[b->objects] = o->degree;
    b->objects++;
    b->ref += o->n_refs;
    b->ids.rises += o->id > b->ids.last;
    b->ids.last = o->id;
}

/* The same as batch_decode, but the longest head could begin anywhere before
 * `stop`. */
static const uint8_t *decode_some(struct decoder *k, struct batch *ret,
                                  const uint8_t *p, const uint8_t *stop,
                                  const uint8_t *end)
{
    const uint64_t *dir = k->ids->dir;
    struct batch b = *ret; /* in registers */
    const uint8_t *next;

    for (b.ref = b.refs + b.n_refs; p < stop; p = next) {
        struct one o = {.id = be64(p + AT_ID)};
        uint64_t it;

        __builtin_prefetch(p + AHEAD);
        it = look_up(k, dir, o.id, batch_is_object(p[0]));
        if (!it)
            break;
        o.slot = (uint32_t)it;
        if (p[0] == SUB_INSTANCE_DUMP)
            next = take_instance(k, dir, &b, p, end, &o);
        else if (p[0] == SUB_PRIMITIVE_ARRAY)
            next = take_primitives(k, &b, p, end, &o);
        else if (p[0] == SUB_OBJECT_ARRAY)
            next = take_array(k, dir, &b, p, end, &o);
        else
            break;
        if (!next)
            break;
        add(&b, &o);
    }
    b.n_refs = (uint64_t)(b.ref - b.refs);
    *ret = b;
    return p;
}

/* What has fewer bytes than the longest head may be an array of a few bytes:
 * it is decoded with zeros behind it. */
static const uint8_t *decode_last(struct decoder *k, struct batch *b,
                                  const uint8_t *p, const uint8_t *end)
{
    uint8_t copy[2 * HEAD] = {0};
    size_t n = (size_t)(end - p);

    if (n < HEAD_PRIMITIVE || p[0] != SUB_PRIMITIVE_ARRAY)
        return p;
    memcpy(copy, p, n);
    return p + (decode_some(k, b, copy, copy + 1, copy + n) - copy);
}

const uint8_t *batch_decode(struct decoder *k, struct batch *b,
                            const uint8_t *p, const uint8_t *stop,
                            const uint8_t *end)
{
    if (!b->objects && p < stop && end - p >= HEAD_PRIMITIVE)
        b->ids.first = be64(p + AT_ID);
    if (end - p >= HEAD)
        p = decode_some(k, b, p, end - stop < HEAD ? end - HEAD + 1 : stop,
                        end);
    if (p < stop && end - p < HEAD)
        p = decode_last(k, b, p, end);
    b->ids.slots = b->slots;
    b->ids.n = b->objects;
    return p;
}
