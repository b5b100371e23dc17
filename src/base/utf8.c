/*
 * utf8.c - strict decoding, after table 3-7 of the Unicode standard.
 */
#include "utf8.h"

#include <stdint.h>

static bool tail(unsigned char c, unsigned char low, unsigned char high)
{
    return c >= low && c <= high;
}

size_t utf8_length(const char *str)
{
    const unsigned char *s = (const unsigned char *)str;
    unsigned char a = s[0];

    if (a < 0x80)
        return a ? 1 : 0;
    if (a >= 0xc2 && a <= 0xdf)
        return tail(s[1], 0x80, 0xbf) ? 2 : 0;
    if (a >= 0xe0 && a <= 0xef) {
        unsigned char low = a == 0xe0 ? 0xa0 : 0x80;
        unsigned char high = a == 0xed ? 0x9f : 0xbf;

        return tail(s[1], low, high) && tail(s[2], 0x80, 0xbf) ? 3 : 0;
    }
    if (a >= 0xf0 && a <= 0xf4) {
        unsigned char low = a == 0xf0 ? 0x90 : 0x80;
        unsigned char high = a == 0xf4 ? 0x8f : 0xbf;

        return tail(s[1], low, high) && tail(s[2], 0x80, 0xbf) &&
                       tail(s[3], 0x80, 0xbf)
                   ? 4
                   : 0;
    }
    return 0;
}

bool utf8_is_control(const char *str, size_t n)
{
    const unsigned char *s = (const unsigned char *)str;
    uint32_t c;

    if (n == 1)
        return s[0] < 0x20 || s[0] == 0x7f;
    if (n == 2)
        return s[0] == 0xc2 && s[1] < 0xa0;
    if (n != 3)
        return false;
    c = (uint32_t)(s[0] & 0x0f) << 12 | (uint32_t)(s[1] & 0x3f) << 6 |
        (uint32_t)(s[2] & 0x3f);
    return (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

size_t utf8_put(uint32_t c, char *to)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xe0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3f));
        to[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    to[0] = (char)(0xf0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 0x3f));
    to[2] = (char)(0x80 | (c >> 6 & 0x3f));
    to[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}
