/*
 * gunzip.h - takes gzip off raw bytes: any number of concatenated members.
 * What has been read once can be gone back to without starting over: members
 * met so far, places within them (points.h) and some of the bytes themselves
 * (spread.h, pieces.h) are remembered.
 *
 * Damage costs the member it is in: reading goes on at the next one, if there
 * is one, with zeros for the bytes that were lost; else, and where the tail is
 * cut off, the bytes end early. Both are told. Zeros behind the last member
 * are padding.
 */
#ifndef OOMWHY_BASE_GUNZIP_H
#define OOMWHY_BASE_GUNZIP_H

#include "mem.h"
#include "raw.h"

struct gunzip;

/* `raw` begins with a gzip header, and stays where it is. */
struct gunzip *gunzip_create(struct raw *raw, struct mem *m, struct err *e);
void gunzip_destroy(struct gunzip *g);

/* All of it will be read, by so many threads, the caller's included. They
 * start once there is enough to read in a row. Without this one thread reads,
 * and no more is inflated than is asked for: a look at the first bytes does
 * not cost a whole block. */
void gunzip_set_jobs(struct gunzip *g, unsigned jobs);

/* At least one byte unless they have ended. */
size_t gunzip_read(struct gunzip *g, uint8_t *to, size_t n);

/* Goes to `offset`, or as far as it has ever come; returns where that is. Both
 * are uncompressed offsets. */
uint64_t gunzip_seek(struct gunzip *g, uint64_t offset);

/* How far into the raw bytes it has come; that may be ahead of the caller. */
uint64_t gunzip_raw_offset(const struct gunzip *g);
/* NULL while all is well; a sentence of `raw` or its own. */
const char *gunzip_damage(const struct gunzip *g);

#endif
