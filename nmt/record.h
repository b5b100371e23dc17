/*
 * record.h - what collectors of logs call the parts of what they keep: which
 * key of a JSON object, or column of a table, is the message, and which its
 * time.
 */
#ifndef OOMWHY_NMT_RECORD_H
#define OOMWHY_NMT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `key` is `n` bytes, in whichever case. */
bool record_is_message(const char *key, size_t n);
/* A stack that a program logged beside its message. */
bool record_is_trace(const char *key, size_t n);
bool record_is_time(const char *key, size_t n);

/* Unix ms of a value: a time as text, or a count since 1970 of seconds or of
 * any smaller unit, which its size tells. The value ends where its digits do.
 */
bool record_time(const char *value, int64_t *ret);

/* The end quote of the JSON string whose first byte is `s`; NULL if it is
 * cut. */
char *record_string_end(char *s);
/* Decodes a JSON string from `s` to `end` in place: no escape is shorter than
 * what it stands for. Control characters become blanks, but for line ends,
 * if `lines`. NUL-terminated; returns the length. */
size_t record_decode(char *s, const char *end, bool lines);

#endif
