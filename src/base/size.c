/* size.c - byte counts in binary units; see size.h. */
#include "size.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char prefixes[] = "KMGTPE";

const char *size_text(char buf[SIZE_TEXT], uint64_t bytes)
{
    double v = (double)bytes;
    unsigned unit = 0;

    if (bytes < 1024) {
        snprintf(buf, SIZE_TEXT, "%u B", (unsigned)bytes);
        return buf;
    }
    /* 1023.95 would be printed as 1024.0: that is one of the next unit. */
    for (v /= 1024; v >= 1023.95 && prefixes[unit + 1]; v /= 1024)
        unit++;
    snprintf(buf, SIZE_TEXT, "%.1f %ciB", v, prefixes[unit]);
    return buf;
}

/* Steps over a unit; its power of 1024, or -1 if it is none. */
static int parse_unit(const char **p)
{
    const char *s = *p, *at;
    int power = 0;

    if (*s && (at = strchr(prefixes, toupper((unsigned char)*s)))) {
        power = (int)(at - prefixes) + 1;
        s++;
        if (*s == 'i')
            s++;
    }
    if (*s == 'b' || *s == 'B')
        s++;
    if (*s)
        return -1;
    *p = s;
    return power;
}

bool size_parse(const char *text, uint64_t *ret)
{
    char *end;
    double v;
    const char *p;
    int power;

    while (isspace((unsigned char)*text))
        text++;
    /* strtod would take signs, "inf", "0x1p3" and exponents too. */
    if (!isdigit((unsigned char)*text) ||
        text[strspn(text, "0123456789.")] == 'x' ||
        text[strspn(text, "0123456789.")] == 'X')
        return false;
    p = text + strspn(text, "0123456789");
    if (!*p) { /* exact beyond what a double can hold */
        for (uint64_t n = 0;; text++) {
            uint64_t digit = (uint64_t)(*text - '0');

            if (text == p) {
                *ret = n;
                return true;
            }
            if (n > (UINT64_MAX - digit) / 10)
                return false;
            n = n * 10 + digit;
        }
    }
    v = strtod(text, &end);
    if (end != text + strspn(text, "0123456789."))
        return false;
    for (p = end; *p == ' '; p++)
        ;
    power = parse_unit(&p);
    if (power < 0)
        return false;
    v = ldexp(v, 10 * power);
    if (!(v < 18446744073709551616.0))
        return false;
    *ret = (uint64_t)v;
    return true;
}
