/*
 * utf16.h - UTF-16 into UTF-8, a piece at a time: what a Windows shell makes
 * of a text that is redirected into a file.
 */
#ifndef OOMWHY_BASE_UTF16_H
#define OOMWHY_BASE_UTF16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF16_PIECE ((size_t)8 << 10)
/* What a piece can become at most: three bytes of two. */
#define UTF16_ROOM (UTF16_PIECE / 2 * 3)

struct utf16 {
    bool big;   /* the high byte first */
    bool begun; /* the mark at the front was taken off */
    size_t n;   /* bytes in `piece`: what an earlier call left over */
    uint8_t piece[UTF16_PIECE];
};

/* Whether the bytes begin with UTF-16's mark; *big as above. */
bool utf16_is_marked(const uint8_t *p, size_t n, bool *big);
void utf16_init(struct utf16 *u, bool big);

/* Turns the `n` bytes of `piece` into UTF-8 at `to`, which has UTF16_ROOM;
 * returns how many. Half a character at the end stays in `piece` for the
 * next call, unless this is the `last`. What is no character becomes
 * U+FFFD. */
size_t utf16_decode(struct utf16 *u, bool last, uint8_t *to);

#endif
