/*
 * digest.h - the SHA-256 of a file as it lies on disk, so that a report can
 * say exactly which bytes it speaks of.
 */
#ifndef OOMWHY_JUDGE_DIGEST_H
#define OOMWHY_JUDGE_DIGEST_H

#include "base/err.h"

#define DIGEST_TEXT 65 /* 64 hexadecimal digits and a NUL */

/* Reads at most `limit` bytes: `ret` becomes "" if the file is longer.
 * *bytes is how many were read. */
bool digest_file(const char *path, uint64_t limit, char ret[DIGEST_TEXT],
                 uint64_t *bytes, struct err *e);

#endif
