/*
 * size.h - byte counts as people write and read them, in binary units.
 */
#ifndef OOMWHY_BASE_SIZE_H
#define OOMWHY_BASE_SIZE_H

#include <stdbool.h>
#include <stdint.h>

#define KIB ((uint64_t)1 << 10)
#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

#define SIZE_TEXT 32 /* bytes of a buffer that holds any size */

/* "236.0 MiB"; exact below 1 KiB: "512 B". Returns `buf`. */
const char *size_text(char buf[SIZE_TEXT], uint64_t bytes);

/* Reads "256m", "1.5GiB", "268435456", "64 kB": units are powers of 1024,
 * whatever follows their letter. The whole text must be one size. */
bool size_parse(const char *text, uint64_t *ret);

#endif
