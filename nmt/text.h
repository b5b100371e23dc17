/*
 * text.h - scanning one line of foreign text.
 *
 * Lines are NUL-terminated. A scanner takes a cursor, and moves it only if
 * it found what it was asked for; what it found goes to `ret`. Byte counts
 * that would not fit in 64 bits are not found at all.
 */
#ifndef OOMWHY_NMT_TEXT_H
#define OOMWHY_NMT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool text_is_digit(char c);
bool text_is_blank(char c);
bool text_is_alnum(char c);

/* Whether the `n` bytes at `s` are this word, or one of these, up to NULL. */
bool text_is(const char *s, size_t n, const char *word);
bool text_is_one_of(const char *s, size_t n, const char *const *words);
bool text_starts(const char *s, const char *prefix);
bool text_ends(const char *s, const char *suffix);
/* Just behind the first `needle` in `s`; NULL if it is not there. */
const char *text_after(const char *s, const char *needle);
/* Whether `word` stands there and is not said to be false: `"word": false`. */
bool text_affirms(const char *s, const char *word);
const char *text_skip_blanks(const char *s);
/* Steps over `word` if the cursor stands on it. */
bool text_take(const char **p, const char *word);
/* Cuts blanks, tabs and line ends off the end. Returns the new length. */
size_t text_trim_end(char *s);

/* Plain decimal digits: "123" of "123,456". */
bool text_uint(const char **p, uint64_t *ret);
/* Those of "key = 123", which begins with the key. */
bool text_assigned(const char *s, const char *key, uint64_t *ret);
/* Decimal digits, in groups of three with commas if so written. */
bool text_grouped(const char **p, uint64_t *ret);
/* An optional sign and decimal digits. */
bool text_int(const char **p, int64_t *ret);
/* Hexadecimal digits, with or without 0x before them. */
bool text_hex(const char **p, uint64_t *ret);
/* Digits with an optional fraction: seconds. */
bool text_seconds(const char **p, double *ret);

/*
 * A number and its unit as bytes: "12kB", "12 kB", "1,024K", "1.5 GB",
 * "12 bytes", "12". K, M, G and T are powers of 1024, whatever follows
 * them (B, iB) and however they are spelled. Without a unit the number
 * counts `unit` bytes.
 */
bool text_bytes(const char **p, uint64_t unit, uint64_t *ret);
/* The same of the first number behind `key` in `line`, if there is one:
 * blanks, ':' and '=' between them are skipped. */
bool text_bytes_after(const char *line, const char *key, uint64_t unit,
                      uint64_t *ret);

/* Unix time in ms of a date and time in UTC; false if out of range. */
bool text_civil(int64_t year, int month, int day, int hour, int minute,
                int second, int64_t *ret);
/* "2025-05-18T15:40:20.654317542Z", with 'T' or a blank, '.' or ',' before
 * the fraction, and an optional zone (Z, +0200, +02:00); *zoned (may be
 * NULL) tells whether there was one, else it is taken for UTC. Unix ms. */
bool text_iso_time(const char **p, int64_t *ret, bool *zoned);

#endif
