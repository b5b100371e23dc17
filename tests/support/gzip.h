/*
 * gzip.h - makes gzip members for tests. What goes wrong ends the program.
 */
#ifndef OOMWHY_TESTS_GZIP_H
#define OOMWHY_TESTS_GZIP_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that a member of `n` has at most, its comment aside. */
size_t gzip_room(size_t n);

/* Makes a member of `from`, with a comment if `say`, at `to`, which has room;
 * returns its length. */
size_t gzip_member(const uint8_t *from, size_t n, int level, const char *say,
                   uint8_t *to, size_t room);

#endif
