/*
 * translate.c - see translate.h.
 */
#include "hprof/translate.h"

#include <string.h>

#include "base/parallel.h"

/* References that one of several threads takes at a time. */
#define STEP (256 * REFS_BLOCK)

/* Of a slot that no object has. */
static __attribute__((noinline)) uint32_t
node_of_none(const struct translation *t, uint32_t slot)
{
    return ref_node(t->st, t->base, ref_code_of_slot(t->st, slot));
}

/* Where ids ascend, an object's rank is its place. Returns whether one
 * dangles, as the next. */
static bool slots_to_nodes(const struct translation *t, uint32_t *refs,
                           uint64_t n)
{
    const struct hprof_ids ids = t->st->ids; /* no store changes a copy */
    uint32_t base = t->base;
    bool dangles = false;

    for (uint64_t i = 0; i < n; i++) {
        uint32_t slot = refs[i];

        if (__builtin_expect(ids_bit(&ids, slot), 1)) {
            refs[i] = base + ids_rank(&ids, slot);
        } else {
            refs[i] = node_of_none(t, slot);
            dangles |= refs[i] == NODE_NONE;
        }
    }
    return dangles;
}

static bool codes_to_nodes(const struct translation *t, uint32_t *refs,
                           uint64_t n)
{
    bool dangles = false;

    for (uint64_t i = 0; i < n; i++) {
        refs[i] = ref_node(t->st, t->base, refs[i]);
        dangles |= refs[i] == NODE_NONE;
    }
    return dangles;
}

static void slots_to_codes(const struct translation *t, uint32_t *refs,
                           uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        refs[i] = ref_code_of_slot(t->st, refs[i]);
}

bool translation_init(struct translation *t, const struct hprof_dump *d,
                      bool slots, struct err *e)
{
    uint64_t blocks = d->store->refs.n / REFS_BLOCK + 1;

    *t = (struct translation){
        .st = d->store, .base = d->n_classes + 1, .slots = slots};
    t->dangles = mem_alloc(d->mem, blocks, sizeof *t->dangles, e);
    return t->dangles != NULL;
}

void translation_deinit(struct translation *t, struct mem *m)
{
    mem_free(m, t->dangles);
    t->dangles = NULL;
}

uint64_t translate_block(const struct translation *t, uint64_t at)
{
    uint32_t *refs = t->st->refs.at + at;
    uint64_t left = t->st->refs.n - at;
    uint64_t n = left < REFS_BLOCK ? left : REFS_BLOCK;
    bool in_order = t->slots && !t->st->node_of.at;

    if (t->slots && !in_order)
        slots_to_codes(t, refs, n);
    t->dangles[at / REFS_BLOCK] =
        in_order ? slots_to_nodes(t, refs, n) : codes_to_nodes(t, refs, n);
    return at + n;
}

static bool translate_some(void *translation, uint64_t i, unsigned worker,
                           struct err *e)
{
    const struct translation *t = translation;
    uint64_t at = i * STEP, end = at + STEP;

    (void)worker;
    (void)e;
    while (at < end && at < t->st->refs.n)
        at = translate_block(t, at);
    return true;
}

bool translate_all(struct translation *t, unsigned jobs, struct err *e)
{
    return parallel_for(jobs, (t->st->refs.n + STEP - 1) / STEP, translate_some,
                        t, e);
}

bool translate_dangling(const struct translation *t, uint64_t ref, uint64_t n)
{
    uint64_t first = ref / REFS_BLOCK, last = (ref + n - 1) / REFS_BLOCK;

    return n && memchr(t->dangles + first, true, last - first + 1);
}

/* How many blocks are looked at: as many as pay if none dangles. */
#define SIGHT ((uint64_t)64)

uint64_t translate_clear(const struct translation *t, uint64_t ref,
                         uint64_t done)
{
    uint64_t block = ref / REFS_BLOCK, end = done / REFS_BLOCK;
    const uint8_t *found = NULL;

    if (end > block + SIGHT)
        end = block + SIGHT;
    if (block < end)
        found = memchr(t->dangles + block, true, end - block);
    return (found ? (uint64_t)(found - t->dangles) : end) * REFS_BLOCK;
}
