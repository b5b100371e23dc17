/*
 * mutf8.c - see mutf8.h.
 */
#include "hprof/mutf8.h"

#include <stdbool.h>

#include "base/utf8.h"

static bool tail(const uint8_t *s, size_t n, size_t i)
{
    return i < n && (s[i] & 0xc0) == 0x80;
}

/* Decodes one character at s[0]; returns its bytes, 0 if it is none. */
static size_t decode(const uint8_t *s, size_t n, uint32_t *c)
{
    if (s[0] < 0x80) {
        *c = s[0];
        return 1;
    }
    if (s[0] >= 0xc2 && s[0] <= 0xdf && tail(s, n, 1)) {
        *c = (s[0] & 0x1fu) << 6 | (s[1] & 0x3fu);
        return 2;
    }
    if ((s[0] & 0xf0) == 0xe0 && tail(s, n, 1) && tail(s, n, 2)) {
        *c = (s[0] & 0x0fu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu);
        return *c >= 0x800 ? 3 : 0;
    }
    if (s[0] >= 0xf0 && s[0] <= 0xf4 && tail(s, n, 1) && tail(s, n, 2) &&
        tail(s, n, 3)) {
        *c = (s[0] & 7u) << 18 | (s[1] & 0x3fu) << 12 | (s[2] & 0x3fu) << 6 |
             (s[3] & 0x3fu);
        return *c >= 0x10000 && *c < 0x110000 ? 4 : 0;
    }
    return 0;
}

static bool surrogate(uint32_t c, uint32_t first)
{
    return c >= first && c < first + 0x400;
}

/* The same with pairs of surrogates joined and faults replaced. */
static size_t character(const uint8_t *s, size_t n, uint32_t *c)
{
    size_t k = decode(s, n, c), l;
    uint32_t low;

    if (k == 3 && surrogate(*c, 0xd800) && k < n) {
        l = decode(s + k, n - k, &low);
        if (l == 3 && surrogate(low, 0xdc00)) {
            *c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
            return 6;
        }
    }
    if (k == 0 || *c == 0 || surrogate(*c, 0xd800) || surrogate(*c, 0xdc00))
        *c = 0xfffd;
    if (k == 0)
        k = n > 1 && s[0] == 0xc0 && s[1] == 0x80 ? 2 : 1;
    return k;
}

static bool plain(const uint8_t *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] == 0 || s[i] >= 0x80)
            return false;
    return true;
}

char *mutf8_to_utf8(const uint8_t *s, size_t n, struct arena *a, struct err *e)
{
    size_t i = 0, used = 0, room = 0;
    uint32_t c;
    char *to, some[4];

    if (plain(s, n))
        return arena_strndup(a, (const char *)s, n, e);

    while (i < n) {
        i += character(s + i, n - i, &c);
        room += utf8_put(c, some);
    }
    to = arena_alloc(a, room + 1, 1, e);
    if (!to)
        return NULL;
    for (i = 0; i < n;) {
        i += character(s + i, n - i, &c);
        used += utf8_put(c, to + used);
    }
    return to;
}
