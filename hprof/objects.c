/*
 * objects.c - the sub-records of a heap: classes, roots and, a hundred
 * million times, objects.
 */
#include "hprof/ingest.h"

static bool again(struct ingest *in, enum ingest_again why)
{
    in->again = why;
    return false;
}

/* ---- numbering -------------------------------------------------------- */

bool ingest_reserve(struct ingest *in, uint64_t n, struct err *e)
{
    struct hprof_store *st = in->st;
    uint64_t classes = in->classes.all.n, loaded = in->classes.loaded.n;
    uint64_t head = st->class_of.at ? 0 : 2;

    if (head)
        st->head = head += classes > loaded ? classes : loaded;
    if (!column_reserve(&st->class_of, head + n, st->mem, e) ||
        !column_reserve(&st->degrees, n, st->mem, e))
        return false;
    st->class_of.n += head;
    return true;
}

/* Class indices do not fit in 2 bytes any more. */
static bool widen_labels(struct hprof_store *st, struct err *e)
{
    const struct labels old = {.narrow = st->class_of.at16};
    struct column wide = {.size = 4};

    if (!column_reserve(&wide, st->class_of.cap, st->mem, e))
        return false;
    for (; wide.n < st->class_of.n; wide.n++)
        wide.at[wide.n] = labels_get(&old, wide.n);
    column_deinit(&st->class_of, st->mem);
    st->class_of = wide;
    return true;
}

/* There is room for it. */
static bool push_label(struct hprof_store *st, uint32_t c, struct err *e)
{
    if (st->class_of.size == 2 && c >= LABELS_NARROW && c != CLASS_NONE &&
        !widen_labels(st, e))
        return false;
    if (st->class_of.size == 2)
        st->class_of.at16[st->class_of.n++] = (uint16_t)c;
    else
        st->class_of.at[st->class_of.n++] = c;
    return true;
}

/* Registers the id of the next object. */
static bool number(struct ingest *in, uint64_t id, struct err *e)
{
    struct hprof_store *st = in->st;
    uint32_t rank;

    if (in->mode != INGEST_BUILD) {
        if (!ids_aligned(&st->ids, id))
            return again(in, AGAIN_UNALIGNED);
        if (in->mode == INGEST_ONCE && st->ids.pages.n >= IDS_SLOT_PAGES &&
            ids_slot(&st->ids, id) == IDS_NONE)
            return again(in, AGAIN_TWO_PASSES);
        return ids_add(&st->ids, id, e);
    }
    if (!st->node_of.at)
        return true;
    rank = ids_rank_of(&st->ids, id);
    if (rank != UINT32_MAX && !st->node_of.at[rank])
        st->node_of.at[rank] = (uint32_t)(in->classes.all.n + 1 + st->objects);
    return true;
}

/* One more object: from here on its references may follow. */
static bool add_object(struct ingest *in, uint64_t id, uint32_t c,
                       struct err *e)
{
    struct hprof_store *st = in->st;

    if ((in->mode == INGEST_BUILD || !ids_add_next(&st->ids, id)) &&
        !number(in, id, e))
        return false;
    st->objects++;
    if (in->mode == INGEST_COLLECT)
        return true;
    if (!ingest_reserve(in, 1, e) || !push_label(st, c, e))
        return false;
    if (!in->no_refs)
        st->degrees.at8[st->degrees.n++] = 0;
    if (c != CLASS_NONE)
        in->classes.layouts.at[c].objects++;
    return true;
}

/* ---- references ------------------------------------------------------- */

static bool note_doubt(struct hprof_store *st, uint64_t ref, uint64_t n,
                       struct err *e)
{
    if (!refs_doubtful(st->refs.at + ref, n))
        return true;
    if (!vec_push(&st->doubts, st->mem, e))
        return false;
    *vec_last(&st->doubts) = (uint32_t)(st->objects - 1);
    return true;
}

/* The references appended since `before` are those of the last object. */
static bool end_object(struct hprof_store *st, uint64_t before, struct err *e)
{
    uint64_t n = st->refs.n - before;

    if (n > 1 && !note_doubt(st, before, n, e))
        return false;
    st->degrees.at8[st->degrees.n - 1] =
        (uint8_t)(n < UINT8_MAX ? n : UINT8_MAX);
    return n < UINT8_MAX || column_push(&st->many, (uint32_t)n, st->mem, e);
}

/* What stands for an id until all is read; the id is not 0. */
static bool encode(struct ingest *in, uint64_t id, uint32_t *ret, struct err *e)
{
    struct hprof_store *st = in->st;
    uint64_t slot;

    if (in->mode == INGEST_BUILD) {
        *ret = ref_code(st, id);
        return true;
    }
    if (!ids_aligned(&st->ids, id))
        return again(in, AGAIN_TWO_PASSES);
    slot = ids_slot(&st->ids, id);
    if (slot == IDS_NONE) {
        if (st->ids.pages.n >= IDS_SLOT_PAGES || ids_scattered(&st->ids))
            return again(in, AGAIN_TWO_PASSES);
        slot = ids_slot_new(&st->ids, id, e);
    }
    *ret = (uint32_t)slot;
    return slot != IDS_NONE;
}

static bool take_referent(struct ingest *in, const struct sub *s,
                          const struct layout *l, struct err *e)
{
    uint64_t id = load_id(s->body + l->referent, in->r.id_size);
    struct hprof_weak_edge edge = {.strength = l->strength};
    struct column *weak = &in->st->weak;

    if (!id)
        return true;
    edge.from = (uint32_t)(in->st->objects - 1);
    if (!encode(in, id, &edge.to, e) ||
        !column_reserve(weak, 1, in->st->mem, e))
        return false;
    store_weak(in->st)[weak->n++] = edge;
    return true;
}

/* Appends what stands for the ids at p + at[i]; `at` NULL: those at p, p + w,
 * and so on. There is room for them. */
static bool take_ids(struct ingest *in, const uint8_t *p, const uint32_t *at,
                     uint64_t n, struct err *e)
{
    struct column *refs = &in->st->refs;
    unsigned w = in->r.id_size;

    for (uint64_t i = 0; i < n; i++) {
        uint64_t id = load_id(p + (at ? at[i] : i * w), w);

        if (!id)
            continue;
        if (!encode(in, id, &refs->at[refs->n], e))
            return false;
        refs->n++;
    }
    return true;
}

static bool take_fields(struct ingest *in, const struct sub *s,
                        const struct layout *l, struct err *e)
{
    uint64_t before = in->st->refs.n;

    if (l->n_refs &&
        (!column_reserve(&in->st->refs, l->n_refs, in->d->mem, e) ||
         !take_ids(in, s->body, l->refs, l->n_refs, e) ||
         !end_object(in->st, before, e)))
        return false;
    return l->referent == UINT32_MAX || take_referent(in, s, l, e);
}

/* Takes an array's elements as references; *n: how many were there. */
static bool take_elements(struct ingest *in, uint32_t *n, struct err *e)
{
    uint64_t before = in->st->refs.n;
    unsigned w = in->r.id_size;
    const uint8_t *p;
    size_t bytes;

    *n = 0;
    if (in->no_refs) {
        if (in->r.pending)
            *n = (uint32_t)(reader_skip_elements(&in->r) / w);
        return true;
    }
    while (in->r.pending && (bytes = reader_elements(&in->r, w, &p)) > 0) {
        *n += (uint32_t)(bytes / w);
        if (!column_reserve(&in->st->refs, bytes / w, in->d->mem, e) ||
            !take_ids(in, p, NULL, bytes / w, e))
            return false;
    }
    return end_object(in->st, before, e);
}

/* ---- objects ---------------------------------------------------------- */

/* A class that is not in the table, or was put there for an object's sake. */
static bool odd_class(struct ingest *in, uint64_t id, struct err *e)
{
    if (in->mode == INGEST_ONCE)
        return again(in, AGAIN_TWO_PASSES);
    if (in->mode == INGEST_COLLECT)
        return idmap_put(&in->wanted, id, 0, in->d->mem, e);
    in->d->damage.missing_classes++;
    damage_note(&in->d->damage, in->r.record.at,
                "no record describes class 0x%llx", (unsigned long long)id);
    return true;
}

/* The class of an object, which decides whether one pass is enough. */
static bool object_class(struct ingest *in, uint64_t id, uint32_t *ret,
                         struct err *e)
{
    *ret = classes_get(&in->classes, id);
    if (*ret == CLASS_NONE || in->classes.layouts.at[*ret].hidden)
        return odd_class(in, id, e);
    return true;
}

static void short_instance(struct ingest *in, const struct sub *s)
{
    in->d->damage.short_instances++;
    damage_note(&in->d->damage, s->at,
                "an instance has %u bytes, fewer than its class's fields",
                s->n);
}

static bool layout_ready(struct ingest *in, uint32_t c, uint32_t bytes,
                         struct err *e)
{
    bool final = in->mode == INGEST_BUILD;

    if (in->classes.layouts.at[c].ready)
        return true;
    switch (classes_layout(&in->classes, c, bytes, final, e)) {
    case LAYOUT_LATER: return again(in, AGAIN_TWO_PASSES);
    case LAYOUT_NOMEM: return false;
    default: return true;
    }
}

static bool read_instance(struct ingest *in, const struct sub *s, struct err *e)
{
    const struct layout *l;
    uint32_t c;

    if (!object_class(in, s->class_id, &c, e) || !add_object(in, s->id, c, e))
        return false;
    in->d->instances++;
    if (in->mode == INGEST_COLLECT || c == CLASS_NONE)
        return true;
    if (!layout_ready(in, c, s->n, e))
        return false;
    l = &in->classes.layouts.at[c];
    if (l->ready && s->n >= l->body)
        return take_fields(in, s, l, e);
    short_instance(in, s);
    return true;
}

/* MAT's test for compressed references: mat-model, "Sizes". */
static void note_array(struct ingest *in, uint64_t id, uint32_t n)
{
    if (id > in->array_at && id < in->array_end)
        in->d->narrow_arrays = true;
    in->array_at = id;
    in->array_end = array_extent(id, n);
}

static bool read_object_array(struct ingest *in, const struct sub *s,
                              struct err *e)
{
    uint32_t c, n;

    if (!object_class(in, s->class_id, &c, e) || !add_object(in, s->id, c, e))
        return false;
    in->d->object_arrays++;
    if (in->mode == INGEST_COLLECT)
        return true;
    note_array(in, s->id, s->n);
    return take_elements(in, &n, e) &&
           column_push(&in->st->lengths, n, in->d->mem, e);
}

static bool read_primitive_array(struct ingest *in, const struct sub *s,
                                 struct err *e)
{
    unsigned size = primitive_size(s->type);
    uint32_t c = classes_primitive_known(&in->classes, s->type);
    uint32_t n = s->n;

    if (in->mode == INGEST_ONCE && c == CLASS_NONE)
        return again(in, AGAIN_TWO_PASSES);
    in->wanted_arrays[s->type] = true;
    if (!add_object(in, s->id, c, e))
        return false;
    in->d->primitive_arrays++;
    if (in->mode == INGEST_COLLECT)
        return true;
    if (in->r.pending)
        n = (uint32_t)(reader_skip_elements(&in->r) / size);
    in->d->primitive_bytes += (uint64_t)n * size;
    return column_push(&in->st->lengths, n, in->d->mem, e);
}

/* ---- the rest --------------------------------------------------------- */

static bool read_root(struct ingest *in, const struct sub *s, struct err *e)
{
    const struct root_form *f = s->root;
    struct hprof_root *root;

    if (in->mode == INGEST_BUILD)
        return true;
    if (f->kind == ROOT_THREAD && !threads_root(&in->threads, s, e))
        return false;
    if (!vec_push(&in->d->roots, in->d->mem, e))
        return false;
    root = vec_last(&in->d->roots);
    root->id = s->id;
    root->kind = f->kind;
    root->node = NODE_NONE;
    root->thread_serial = f->thread ? s->words[0] : 0;
    root->frame = f->frame ? (int32_t)s->words[1] : -1;
    in->d->has_sticky_roots |= f->kind == ROOT_STICKY_CLASS;
    return true;
}

static bool read_sub(struct ingest *in, const struct sub *s, struct err *e)
{
    switch (s->tag) {
    case SUB_INSTANCE_DUMP: return read_instance(in, s, e);
    case SUB_OBJECT_ARRAY: return read_object_array(in, s, e);
    case SUB_PRIMITIVE_ARRAY:
    case SUB_PRIMITIVE_NO_DATA: return read_primitive_array(in, s, e);
    case SUB_CLASS_DUMP:
        return in->mode == INGEST_BUILD || classes_dump(&in->classes, s, e);
    case SUB_HEAP_DUMP_INFO: return true;
    default: return read_root(in, s, e);
    }
}

void ingest_tell(struct ingest *in, uint64_t at)
{
    const struct hprof_options *o = in->o;

    if (!o || !o->progress || at < in->progress)
        return;
    in->progress = at + ((uint64_t)4 << 20);
    o->progress(o->progress_ctx,
                in->mode == INGEST_COLLECT ? "scanning" : "reading",
                source_raw_offset(in->r.s), source_raw_length(in->r.s));
}

bool ingest_note(struct ingest *in, uint64_t at, uint64_t stop,
                 uint64_t objects, struct err *e)
{
    if (objects >= UINT32_MAX - INDEX_STEP)
        return err_set(e, ERR_UNSUPPORTED,
                       "holds more than 2^32 objects; nobody counted on that");
    return index_note(&in->st->index, at, stop, objects, in->d->mem, e);
}

bool ingest_checkpoint(struct ingest *in, uint64_t at, struct err *e)
{
    ingest_tell(in, at);
    in->st->ids.seen = at;
    return ingest_note(in, at, in->r.stop, in->st->objects, e);
}

bool ingest_rest(struct ingest *in, struct err *e)
{
    struct hprof_index *x = &in->st->index;
    struct sub s;

    for (;;) {
        if (!ingest_ordinary(in, e))
            return false;
        if (!reader_sub(&in->r, &s))
            return true;
        if (s.at >= x->next && !ingest_checkpoint(in, s.at, e))
            return false;
        if (!read_sub(in, &s, e))
            return false;
    }
}

bool ingest_heap(struct ingest *in, struct err *e)
{
    struct hprof_index *x = &in->st->index;
    uint64_t first = x->points.n;

    x->next = 0;
    if (!ingest_rest(in, e))
        return false;
    /* Its length may have turned out to be unknown on the way. */
    for (uint64_t i = first; i < x->points.n; i++)
        x->points.at[i].stop = in->r.stop;
    return true;
}
