/*
 * pack.h - bytes to compress, and gzip members of them.
 */
#ifndef OOMWHY_TESTS_BASE_PACK_H
#define OOMWHY_TESTS_BASE_PACK_H

#include <stddef.h>
#include <stdint.h>

/* The next of 24 random bits. */
uint32_t pack_random(uint32_t *state);

/* Makes a member of `from`, with a comment if `say`, at `to`, which has room;
 * returns its length. */
size_t pack_member(const uint8_t *from, size_t n, int level, const char *say,
                   uint8_t *to, size_t room);

#endif
