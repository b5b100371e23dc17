/*
 * utf16.c - units, surrogates and the mark at the front.
 */
#include "utf16.h"

#include <string.h>

#include "utf8.h"

#define MARK        0xFEFFu
#define REPLACEMENT 0xFFFDu

bool utf16_is_marked(const uint8_t *p, size_t n, bool *big)
{
    if (n < 2)
        return false;
    *big = p[0] == 0xFE && p[1] == 0xFF;
    return *big || (p[0] == 0xFF && p[1] == 0xFE);
}

void utf16_init(struct utf16 *u, bool big)
{
    u->big = big;
    u->begun = false;
    u->n = 0;
}

static uint32_t unit_at(const struct utf16 *u, size_t at)
{
    const uint8_t *p = u->piece + at;

    return u->big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

static bool is_high(uint32_t unit)
{
    return unit >= 0xD800 && unit < 0xDC00;
}

static bool is_low(uint32_t unit)
{
    return unit >= 0xDC00 && unit < 0xE000;
}

/* The character at `*at`, which moves behind it; false: the rest of it is
 * not there yet. */
static bool take(const struct utf16 *u, bool last, size_t *at, uint32_t *ret)
{
    uint32_t c = unit_at(u, *at);

    if (is_high(c) && *at + 4 > u->n && !last)
        return false;
    *at += 2;
    if (is_high(c) && *at + 2 <= u->n && is_low(unit_at(u, *at))) {
        c = 0x10000 + ((c - 0xD800) << 10 | (unit_at(u, *at) - 0xDC00));
        *at += 2;
    }
    *ret = is_high(c) || is_low(c) ? REPLACEMENT : c;
    return true;
}

size_t utf16_decode(struct utf16 *u, bool last, uint8_t *to)
{
    size_t at = 0, n = 0;
    uint32_t c;

    while (at + 2 <= u->n && take(u, last, &at, &c)) {
        if (u->begun || c != MARK)
            n += utf8_put(c, (char *)to + n);
        u->begun = true;
    }
    u->n -= at;
    if (last && u->n)
        n += utf8_put(REPLACEMENT, (char *)to + n);
    if (last)
        u->n = 0;
    memmove(u->piece, u->piece + at, u->n);
    return n;
}
