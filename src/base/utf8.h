/*
 * utf8.h - what is a character, and which characters are safe to show.
 */
#ifndef OOMWHY_BASE_UTF8_H
#define OOMWHY_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the well-formed UTF-8 character at `s` (NUL-terminated); 0 if it
 * is not one: stray continuation, overlong, surrogate, above U+10FFFF. */
size_t utf8_length(const char *s);
/* Whether the character of `n` bytes could drive a terminal or reorder the
 * line: C0, DEL, C1, bidirectional overrides, line separators, U+FEFF. */
bool utf8_is_control(const char *s, size_t n);

/* Writes a character as UTF-8, at most 4 bytes; returns how many. */
size_t utf8_put(uint32_t c, char *to);

#endif
