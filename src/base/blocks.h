/*
 * blocks.h - the blocks of a compressed heap dump, inflated ahead.
 *
 * `jcmd GC.heap_dump -gz` cuts the dump into blocks of 1 MiB, each a gzip
 * member of its own; a comment in the first one's header says so (OpenJDK,
 * heapDumperCompression.cpp). A member doesn't say how long it is, so the
 * next one's header is searched for, and what lies between is inflated on
 * the guess that it is one whole member, by as many threads as wanted.
 *
 * The caller says where a member does begin, which it knows from the one
 * before; a wrong guess therefore costs time and nothing else, and the bytes
 * are the same whatever the number of threads. What cannot be inflated here
 * (damage, a member larger than a block) is left to the general path.
 */
#ifndef OOMWHY_BASE_BLOCKS_H
#define OOMWHY_BASE_BLOCKS_H

#include "mem.h"
#include "raw.h"

struct blocks;

struct block {
    const uint8_t *bytes; /* uncompressed; valid until the next call */
    size_t n;
    uint64_t end; /* where the next member begins on disk, if there is one */
};

/* NULL if this isn't such a dump, or there is no memory for it. `raw` must
 * stay. Its file is read from any thread once the pipe, if any, has ended. */
struct blocks *blocks_create(struct raw *raw, struct mem *m);
void blocks_destroy(struct blocks *b);

/* Bytes that every block but the last has, uncompressed. */
size_t blocks_size(const struct blocks *b);

/* Threads to use, the caller's included; they start when blocks are asked
 * for one after the other. Only before the first of blocks_next. */
void blocks_set_jobs(struct blocks *b, unsigned jobs);

/* The member that begins at `at` on disk. */
bool blocks_next(struct blocks *b, uint64_t at, struct block *ret);

#endif
