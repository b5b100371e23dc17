/*
 * mutf8.h - the characters of class files: modified UTF-8, in which NUL takes
 * two bytes and a pair of surrogates six.
 */
#ifndef OOMWHY_HPROF_MUTF8_H
#define OOMWHY_HPROF_MUTF8_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* As UTF-8 (table 3-7 of Unicode) in `a`: pairs of surrogates are joined,
 * whatever is not a character becomes U+FFFD. */
char *mutf8_to_utf8(const uint8_t *s, size_t n, struct arena *a, struct err *e);

#endif
