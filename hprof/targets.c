/*
 * targets.c - see targets.h.
 */
#include "hprof/targets.h"

#include "hprof/reader.h"

/* So many objects are read at a time. */
#define BATCH ((uint64_t)4096)

struct teller {
    const struct hprof_dump *d;
    struct source *s;
    hprof_target_fn *fn;
    void *ctx;
    struct hprof_value *values; /* [BATCH] */
    uint64_t *seen; /* [nodes / 64 + 1] a bit per node, all 0 in between */
    uint32_t *met;  /* [n_met] what the bits are of */
    uint64_t n_met, room;
    struct err *e;
};

static bool tell_known(struct teller *t, uint32_t v)
{
    uint64_t i, end;

    hprof_refs(t->d, v, &i, &end);
    for (; i < end; i++)
        if (!t->fn(t->ctx, v, t->d->refs[i]))
            return false;
    return true;
}

/* ---- read again ------------------------------------------------------- */

/* Notes what an id means, but for nothing and for what is noted already. */
static void meet(struct teller *t, uint64_t id)
{
    uint32_t to = hprof_node_of(t->d, id);
    uint64_t bit = (uint64_t)1 << (to & 63);

    if (to == NODE_NONE || t->seen[to >> 6] & bit)
        return;
    t->seen[to >> 6] |= bit;
    t->met[t->n_met++] = to;
}

static bool make_room(struct teller *t, uint64_t n)
{
    uint32_t *p;

    if (n <= t->room)
        return true;
    p = mem_grow(t->d->mem, t->met, t->room, n, sizeof *p, t->e);
    if (!p)
        return false;
    t->met = p;
    t->room = n;
    return true;
}

static bool meet_fields(struct teller *t, const struct hprof_value *v,
                        const struct hprof_class *k)
{
    if (v->n < k->body || !k->n_refs)
        return true; /* cut short: nothing of it is believed */
    if (!make_room(t, k->n_refs))
        return false;
    for (uint32_t i = 0; i < k->n_refs; i++)
        meet(t, load_id(v->body + k->refs[i], t->d->id_size));
    return true;
}

static bool meet_elements(struct teller *t, const struct hprof_value *v)
{
    unsigned w = t->d->id_size;

    if (!make_room(t, v->n / w))
        return false;
    for (uint32_t at = 0; at + w <= v->n; at += w)
        meet(t, load_id(v->body + at, w));
    return true;
}

static bool tell_again(struct teller *t, const struct hprof_value *v)
{
    uint32_t c = v->found ? hprof_class_of(t->d, v->node) : CLASS_NONE;
    const struct hprof_class *k = &t->d->classes[c];
    bool ok = true;

    if (c == CLASS_NONE || (k->array && k->array != HPROF_OBJECT))
        return true;
    ok = k->array ? meet_elements(t, v) : meet_fields(t, v, k);
    for (uint64_t i = 0; ok && i < t->n_met; i++)
        ok = t->fn(t->ctx, v->node, t->met[i]);
    while (t->n_met)
        t->seen[t->met[--t->n_met] >> 6] = 0;
    return ok;
}

static bool tell_batch(struct teller *t, const uint32_t *nodes, uint64_t n)
{
    struct arena scratch;
    bool ok;

    for (uint64_t i = 0; i < n; i++)
        t->values[i].node = nodes[i];
    arena_init(&scratch, t->d->mem);
    ok = hprof_values_read(t->d, t->s, t->values, n,
                           TARGETS_OF_ARRAY * t->d->id_size, &scratch, t->e);
    for (uint64_t i = 0; ok && i < n; i++)
        ok = tell_again(t, &t->values[i]);
    arena_deinit(&scratch);
    return ok;
}

static bool read_again(struct teller *t, const uint32_t *nodes, uint64_t n)
{
    struct mem *m = t->d->mem;
    uint64_t bytes = ((uint64_t)t->d->nodes / 64 + 1) * sizeof *t->seen;
    bool ok;

    t->values = mem_alloc(m, BATCH, sizeof *t->values, t->e);
    t->seen = t->values ? mem_map(m, bytes, t->e) : NULL;
    ok = t->seen != NULL;
    for (uint64_t i = 0; ok && i < n; i += BATCH)
        ok = tell_batch(t, nodes + i, n - i < BATCH ? n - i : BATCH);
    mem_free(m, t->values);
    mem_free(m, t->met);
    mem_unmap(m, t->seen, bytes);
    return ok;
}

bool hprof_targets(const struct hprof_dump *d, struct source *s,
                   const uint32_t *nodes, uint64_t n, hprof_target_fn *fn,
                   void *ctx, struct err *e)
{
    struct teller t = {.d = d, .s = s, .fn = fn, .ctx = ctx, .e = e};

    if (!d->has_refs)
        return !n || read_again(&t, nodes, n);
    for (uint64_t i = 0; i < n; i++)
        if (!tell_known(&t, nodes[i]))
            return false;
    return true;
}
