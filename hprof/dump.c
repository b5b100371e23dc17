/*
 * dump.c - from a file to a frozen dump; reads as a table of contents.
 *
 *   pass(es)   ingest.c, objects.c: bytes to classes, ids, raw references
 *   settle     how many classes there are is known: nodes get their numbers
 *   resolve    refs.c: raw references to nodes
 *   finish     names, hierarchy, roots, stacks
 */
#include "base/parallel.h"
#include "hprof/ingest.h"
#include "hprof/survey.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- life ------------------------------------------------------------- */

static void store_init(struct hprof_store *st, struct mem *m)
{
    st->mem = m;
    st->class_of.size = 2;
    st->degrees.size = 1;
    st->many.size = st->refs.size = st->lengths.size = st->node_of.size = 4;
    st->weak.size = sizeof(struct hprof_weak_edge);
}

static bool dump_init(struct hprof_dump *d, struct mem *m, struct err *e)
{
    memset(d, 0, sizeof *d);
    d->mem = m;
    arena_init(&d->arena, m);
    d->store = mem_alloc(m, 1, sizeof *d->store, e);
    if (!d->store)
        return false;
    store_init(d->store, m);
    d->ids = &d->store->ids;
    return true;
}

static void store_deinit(struct hprof_store *st, struct mem *m)
{
    ids_deinit(&st->ids);
    vec_free(&st->index.points, m);
    idmap_deinit(&st->class_ids, m);
    column_deinit(&st->class_of, m);
    column_deinit(&st->degrees, m);
    column_deinit(&st->many, m);
    vec_free(&st->doubts, m);
    spans_deinit(&st->refs_of, m);
    column_deinit(&st->refs, m);
    column_deinit(&st->lengths, m);
    column_deinit(&st->weak, m);
    column_deinit(&st->node_of, m);
    mem_free(m, st);
}

void hprof_dump_thin(struct hprof_dump *d)
{
    ids_thin(&d->store->ids);
}

void hprof_dump_deinit(struct hprof_dump *d)
{
    if (!d->mem)
        return;
    if (d->store)
        store_deinit(d->store, d->mem);
    mem_free(d->mem, d->classes);
    lengths_deinit(&d->lengths, d->mem);
    vec_free(&d->roots, d->mem);
    vec_free(&d->threads, d->mem);
    arena_deinit(&d->arena);
    memset(d, 0, sizeof *d);
}

/* ---- passes ------------------------------------------------------------- */

/* Forgets everything read, to start over with ids of another alignment. */
static bool start_over(struct ingest *in, unsigned shift, bool keep_order,
                       struct err *e)
{
    const struct hprof_options *o = in->o;
    const struct detours *detours = in->detours;
    struct hprof_dump *d = in->d;
    struct mem *m = d->mem;

    ingest_deinit(in);
    hprof_dump_deinit(d);
    if (!dump_init(d, m, e)) {
        memset(in, 0, sizeof *in);
        in->d = d;
        return false;
    }
    ingest_init(in, d, o);
    in->detours = detours;
    return ids_init(&d->store->ids, shift, keep_order, m, e);
}

/* Classes that objects name but no record describes. */
static bool add_hidden(struct ingest *in, struct err *e)
{
    const struct idmap *wanted = &in->wanted;

    for (uint64_t i = 0; wanted->at && i <= wanted->mask; i++)
        if (wanted->at[i].used &&
            !classes_hide(&in->classes, wanted->at[i].key, e))
            return false;
    for (unsigned t = 0; t < 12; t++)
        if (in->wanted_arrays[t] && !classes_primitive(&in->classes, t, e))
            return false;
    return true;
}

/* No more classes and ids will come. Where an id belongs to a class and to an
 * object, it means the class. */
static bool freeze(struct ingest *in, struct err *e)
{
    struct hprof_store *st = in->st;
    const struct hprof_class *c;

    if (!classes_boot_loader(&in->classes, e))
        return false;
    VEC_EACH (&in->classes.all, c)
        if (!c->hidden && !ids_remove(&st->ids, c->id, e))
            return false;
    if (!ids_freeze(&st->ids, e))
        return false;
    if (st->ids.ascend)
        return true;
    if (!column_reserve(&st->node_of, st->ids.n, st->mem, e))
        return false;
    st->node_of.n = st->ids.n;
    return true;
}

/*
 * HotSpot writes classes before their instances, so one pass does. Agents
 * and Android write them last, ids of agents are no addresses, and slots
 * end at 32 GiB of heap: then a first pass finds out what there is, and a
 * second one knows it. Sets *slots: what the references are in.
 */
static bool one_or_two_passes(struct ingest *in, struct source *s, bool *slots,
                              struct err *e)
{
    bool aligned;

    *slots = true;
    if (ingest_pass(in, s, INGEST_ONCE, e))
        return freeze(in, e);
    *slots = false;
    if (in->again == AGAIN_NOT || in->again == AGAIN_DAMAGED)
        return false;
    aligned = in->again != AGAIN_UNALIGNED;
    if (!start_over(in, aligned ? 3 : 0, false, e))
        return false;
    if (!ingest_pass(in, s, INGEST_COLLECT, e)) {
        if (in->again != AGAIN_UNALIGNED || !start_over(in, 0, false, e) ||
            !ingest_pass(in, s, INGEST_COLLECT, e))
            return false;
    }
    if (!add_hidden(in, e) || !freeze(in, e))
        return false;
    in->d->instances = in->d->object_arrays = in->d->primitive_arrays = 0;
    in->st->index.points.n = 0;
    return ingest_pass(in, s, INGEST_BUILD, e);
}

/* Where something can't be understood, all starts over with detours. */
static bool passes(struct ingest *in, struct source *s, bool *slots,
                   struct err *e)
{
    struct detours detours = {0};
    bool ok = one_or_two_passes(in, s, slots, e);

    if (ok || in->again != AGAIN_DAMAGED)
        return ok;
    ok = start_over(in, 3, true, e) &&
         survey_file(s, in->o, in->d->mem, &detours, e);
    in->detours = &detours;
    ok = ok && one_or_two_passes(in, s, slots, e);
    in->detours = NULL;
    vec_free(&detours.list, in->d->mem);
    return ok;
}

/* ---- nodes -------------------------------------------------------------- */

/* Makes `base` the place of object 0 in a column where it is at `head`;
 * returns the address of number 0, NULL: out of memory. */
static void *settle_labels(struct column *c, uint64_t head, uint64_t base,
                           struct mem *m, struct err *e)
{
    uint64_t n = c->n - head;

    column_trim(c, m);
    if (base <= head && c->bytes)
        return c->at8 + (head - base) * c->size;
    if (!column_reserve(c, base - head + 1, m, e))
        return NULL;
    memmove(c->at8 + base * c->size, c->at8 + head * c->size, n * c->size);
    c->n = base + n;
    return c->at8;
}

static uint32_t class_called(const struct ingest *in, const char *name)
{
    for (uint32_t c = (uint32_t)in->classes.all.n; c-- > 0;)
        if (strcmp(in->classes.all.at[c].name, name) == 0)
            return c;
    return CLASS_NONE;
}

/* Gives the nodes that are no objects their classes. */
static void label_classes(struct ingest *in, void *labels, unsigned size)
{
    struct hprof_dump *d = in->d;
    uint32_t class = class_called(in, "java.lang.Class");
    uint32_t loader = class_called(in, "java.lang.ClassLoader");
    uint16_t *narrow = size == 2 ? labels : NULL;
    uint32_t *wide = size == 4 ? labels : NULL;

    for (uint32_t v = 0; v <= d->n_classes; v++) {
        uint32_t c = v == 0 ? CLASS_NONE : v < d->boot_loader ? class : loader;

        if (narrow)
            narrow[v] = (uint16_t)c;
        else
            wide[v] = c;
    }
    d->class_of = (struct labels){.narrow = narrow, .wide = wide};
}

/* Says which rank each object's id has, where that is not its place. */
static void order_nodes(struct hprof_store *st, uint32_t base)
{
    for (uint64_t i = 0; i < st->ids.slots.n; i++) {
        uint32_t slot = st->ids.slots.at[i], *to;

        if (!ids_bit(&st->ids, slot))
            continue; /* it is a class's */
        to = &st->node_of.at[ids_rank(&st->ids, slot)];
        if (!*to)
            *to = base + (uint32_t)i;
    }
    column_deinit(&st->ids.slots, st->mem);
}

/* Numbers all nodes, now that the classes are counted. */
static bool settle(struct ingest *in, struct err *e)
{
    struct hprof_dump *d = in->d;
    struct hprof_store *st = in->st;
    uint64_t base = in->classes.all.n + 1;
    uint8_t *labels;

    if (base + st->objects >= UINT32_MAX)
        return err_set(e, ERR_UNSUPPORTED,
                       "holds more than 2^32 objects; nobody counted on that");
    d->nodes = (uint32_t)(base + st->objects);
    d->boot_loader = d->n_classes = (uint32_t)in->classes.all.n;
    labels = settle_labels(&st->class_of, st->head, base, st->mem, e);
    if (!labels)
        return false;
    label_classes(in, labels, st->class_of.size);
    order_nodes(st, (uint32_t)base);
    return true;
}

/* ---- the rest, with nodes known ----------------------------------------- */

/* Returns how many dangle, as the next. */
static uint64_t finish_weak(struct hprof_dump *d, bool slots)
{
    struct hprof_store *st = d->store;
    uint32_t base = d->n_classes + 1;
    struct hprof_weak_edge *all = store_weak(st);
    uint64_t kept = 0;

    for (uint64_t i = 0; i < st->weak.n; i++) {
        struct hprof_weak_edge w = all[i];

        w.from += base;
        w.to = ref_node(st, base, slots ? ref_code_of_slot(st, w.to) : w.to);
        if (w.to != NODE_NONE)
            all[kept++] = w;
    }
    d->weak.at = all;
    d->weak.n = kept;
    return st->weak.n - kept;
}

static uint64_t finish_class(struct hprof_dump *d, struct hprof_class *c)
{
    uint64_t dangling = 0;

    c->loader = hprof_node_of(d, c->loader_id);
    for (uint32_t i = 0; i < c->n_statics; i++) {
        struct hprof_static *s = &c->statics[i];

        if (s->type != HPROF_OBJECT)
            continue;
        s->node = hprof_node_of(d, s->value);
        dangling += s->node == NODE_NONE && s->value;
    }
    return dangling;
}

static bool finish_threads(struct ingest *in, struct err *e)
{
    struct hprof_dump *d = in->d;
    uint64_t *ids = NULL;
    bool ok = threads_finish(&in->threads, &in->classes, d, &ids, e);

    for (uint64_t i = 0; ok && i < d->threads.n; i++)
        d->threads.at[i].node = hprof_node_of(d, ids[i]);
    mem_free(d->mem, ids);
    return ok;
}

static bool take_lengths(struct hprof_dump *d, struct err *e)
{
    struct column *c = &d->store->lengths;

    if (!lengths_narrow(&d->lengths, c->at, c->n, d->mem, e))
        return false;
    c->size /= 2;
    c->cap *= 2;
    column_trim(c, d->mem);
    d->lengths.at = c->at16;
    return true;
}

static bool finish_refs(struct ingest *in, bool slots, struct err *e)
{
    struct hprof_store *st = in->st;

    in->d->has_refs = !in->no_refs;
    if (in->d->has_refs)
        return refs_resolve(in->d, slots, in->o ? in->o->jobs : 1, e);
    column_deinit(&st->degrees, st->mem);
    column_deinit(&st->many, st->mem);
    column_deinit(&st->refs, st->mem);
    return true;
}

/* The tables move from the reading to the dump. */
static void take_tables(struct ingest *in)
{
    struct hprof_dump *d = in->d;
    struct hprof_store *st = in->st;

    d->classes = in->classes.all.at;
    in->classes.all.at = NULL;
    d->class_dumps = in->classes.dumped;
    d->ids_ascend = st->ids.ascend;
    d->version = arena_strdup(&d->arena, in->r.version, &(struct err){0});
    if (!d->version)
        d->version = "";
    d->id_size = in->r.id_size;
    d->time = (int64_t)in->r.time;
    d->damage.duplicate_ids = st->ids.duplicates + in->classes.duplicates;
}

struct finishing {
    struct ingest *in;
    bool slots;
    uint64_t dangling; /* of what is not in the references' column */
};

static bool finish_others(struct finishing *f, struct err *e)
{
    struct hprof_dump *d = f->in->d;
    struct hprof_root *root;

    if (!take_lengths(d, e) || !finish_threads(f->in, e))
        return false;
    f->dangling = finish_weak(d, f->slots);
    for (uint32_t c = 0; c < d->n_classes; c++)
        f->dangling += finish_class(d, &d->classes[c]);
    VEC_EACH (&d->roots, root)
        root->node = hprof_node_of(d, root->id);
    return true;
}

/* Neither half looks at what the other makes. */
static bool finish_half(void *finishing, uint64_t i, unsigned worker,
                        struct err *e)
{
    struct finishing *f = finishing;

    (void)worker;
    return i == 0 ? finish_others(f, e) : finish_refs(f->in, f->slots, e);
}

static bool finish(struct ingest *in, bool slots, struct err *e)
{
    struct hprof_dump *d = in->d;
    struct finishing f = {.in = in, .slots = slots};

    take_tables(in);
    if (in->o && in->o->progress)
        in->o->progress(in->o->progress_ctx, "resolving", 0, 0);
    if (!parallel_for(in->o ? in->o->jobs : 1, 2, finish_half, &f, e))
        return false;
    d->damage.dangling_references += f.dangling;
    d->damage.missing_strings = in->names.missing;
    if (!d->has_refs)
        d->damage.dangling_references = UNKNOWN;
    return true;
}

/* ---- all of it -------------------------------------------------------- */

/* The names that are needed, and have been left in the file. */
static bool load_names(struct ingest *in, struct source *s, struct err *e)
{
    classes_want_names(&in->classes);
    threads_want_names(&in->threads, &in->classes);
    return names_load(&in->names, s, in->r.id_size, e);
}

/* What the layer below says of the file; before it's gone back into. */
static void note_source(struct hprof_dump *d, const char *damage)
{
    if (damage)
        snprintf(d->damage.source, sizeof d->damage.source, "%s", damage);
}

/* No heap: says what there was instead. */
static bool check_found(const struct hprof_dump *d,
                        const struct hprof_options *o, struct err *e)
{
    if (d->dump_read)
        return true;
    if (d->dumps_in_file)
        return err_set(e, ERR_USAGE, "holds %u heap dumps, not %u",
                       d->dumps_in_file, o && o->dump ? o->dump : 1);
    return err_at_offset(e, ERR_FORMAT, d->bytes,
                         "holds no heap: %llu strings were read%s%.150s",
                         (unsigned long long)d->strings,
                         d->damage.first[0] ? "; " : "", d->damage.first);
}

bool hprof_dump_read(struct source *s, const struct hprof_options *o,
                     struct mem *m, struct hprof_dump *ret, struct err *e)
{
    struct ingest in;
    bool slots, ok;

    if (!dump_init(ret, m, e)) {
        hprof_dump_deinit(ret);
        return false;
    }
    ingest_init(&in, ret, o);
    ok = ids_init(&ret->store->ids, 3, true, m, e) &&
         passes(&in, s, &slots, e) && check_found(ret, o, e);
    note_source(ret, source_damage(s));
    ok = ok && load_names(&in, s, e) && classes_finish(&in.classes, e) &&
         settle(&in, e) && finish(&in, slots, e);
    ingest_deinit(&in);
    if (!ok)
        hprof_dump_deinit(ret);
    return ok;
}
