/*
 * translate.h - references from slots or codes to nodes, where they stand.
 *
 * They are translated by the block, in a loop without dependencies, so that
 * the processor has many look-ups under way; explicit prefetching gained
 * nothing.
 */
#ifndef OOMWHY_HPROF_TRANSLATE_H
#define OOMWHY_HPROF_TRANSLATE_H

#include "hprof/refs.h"

#define REFS_BLOCK ((uint64_t)1024)

struct translation {
    struct hprof_store *st; /* not owned */
    uint32_t base;          /* node of object 0 */
    bool slots;             /* what they are */
    uint8_t *dangles;       /* [blocks] whether one in the block dangles; it
                               is NODE_NONE then */
};

/* Of the references in d->store. */
bool translation_init(struct translation *t, const struct hprof_dump *d,
                      bool slots, struct err *e);
void translation_deinit(struct translation *t, struct mem *m);

/* Translates the block that begins with reference `at`; returns where the next
 * one does, at most where all end. */
uint64_t translate_block(const struct translation *t, uint64_t at);
/* All of them, on several threads. */
bool translate_all(struct translation *t, unsigned jobs, struct err *e);

/* Whether some dangle in the blocks of the n references from `ref` on. */
bool translate_dangling(const struct translation *t, uint64_t ref, uint64_t n);
/* From the block of `ref` to where what is returned begins none dangles; those
 * before `done` are translated. It may well go on. */
uint64_t translate_clear(const struct translation *t, uint64_t ref,
                         uint64_t done);

#endif
