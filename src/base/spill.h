/*
 * spill.h - big arrays in temporary files, for mem.c alone.
 *
 * A spilled map is a shared mapping of an unlinked file: the kernel writes
 * its pages out and takes the memory back when it wants to, least recently
 * used first. It is swap, but for what was chosen, and where a container
 * has none. Blocks on disk are reserved up front, so that a full disk is an
 * error here and not a SIGBUS later.
 *
 * Threads may share a `struct spills`; each map has one owner at a time.
 */
#ifndef OOMWHY_BASE_SPILL_H
#define OOMWHY_BASE_SPILL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"

struct spill {
    void *at;
    int fd;
};

struct spills {
    struct spill *at;
    uint32_t n, cap;
    atomic_flag busy;
};

/* `bytes` of zeros. NULL: no disk, or the folder for it is memory itself. */
void *spill_map(struct spills *s, uint64_t bytes, struct err *e);
/* Moves an ordinary map out; its address stays. Nobody else may write to it
 * meanwhile. */
bool spill_take(struct spills *s, void *p, uint64_t bytes, struct err *e);
bool spill_has(struct spills *s, const void *p);
/* The next two are for spilled maps. */
void *spill_remap(struct spills *s, void *p, uint64_t old, uint64_t bytes,
                  struct err *e);
void spill_unmap(struct spills *s, void *p, uint64_t bytes);

#endif
