/*
 * text.c - numbers, units and times as people and programs print them.
 */
#include "nmt/text.h"

#include <string.h>

bool text_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool text_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool text_is_alnum(char c)
{
    return text_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool text_is(const char *s, size_t n, const char *word)
{
    return strlen(word) == n && memcmp(s, word, n) == 0;
}

bool text_is_one_of(const char *s, size_t n, const char *const *words)
{
    for (; *words; words++)
        if (text_is(s, n, *words))
            return true;
    return false;
}

bool text_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);

    return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

const char *text_after(const char *s, const char *needle)
{
    const char *p = strstr(s, needle);

    return p ? p + strlen(needle) : NULL;
}

bool text_affirms(const char *s, const char *word)
{
    const char *p = text_after(s, word);

    return p && !text_starts(p + strspn(p, "\":= \t"), "false");
}

const char *text_skip_blanks(const char *s)
{
    while (text_is_blank(*s))
        s++;
    return s;
}

bool text_take(const char **p, const char *word)
{
    if (!text_starts(*p, word))
        return false;
    *p += strlen(word);
    return true;
}

size_t text_trim_end(char *s)
{
    size_t n = strlen(s);

    while (n &&
           (text_is_blank(s[n - 1]) || s[n - 1] == '\r' || s[n - 1] == '\n'))
        n--;
    s[n] = '\0';
    return n;
}

/* ---- numbers ---------------------------------------------------------- */

static bool push_digit(uint64_t *v, char c)
{
    return !__builtin_mul_overflow(*v, (uint64_t)10, v) &&
           !__builtin_add_overflow(*v, (uint64_t)(c - '0'), v);
}

bool text_uint(const char **p, uint64_t *ret)
{
    const char *s = *p;
    uint64_t v = 0;

    if (!text_is_digit(*s))
        return false;
    for (; text_is_digit(*s); s++)
        if (!push_digit(&v, *s))
            return false;
    *p = s;
    *ret = v;
    return true;
}

static bool at_group(const char *s)
{
    return s[0] == ',' && text_is_digit(s[1]) && text_is_digit(s[2]) &&
           text_is_digit(s[3]) && !text_is_digit(s[4]);
}

bool text_assigned(const char *s, const char *key, uint64_t *ret)
{
    if (!text_take(&s, key))
        return false;
    s = text_skip_blanks(s);
    if (!text_take(&s, "="))
        return false;
    s = text_skip_blanks(s);
    return text_uint(&s, ret);
}

bool text_grouped(const char **p, uint64_t *ret)
{
    const char *s = *p;
    uint64_t v;

    if (!text_uint(&s, &v))
        return false;
    if (s - *p <= 3) {
        for (; at_group(s); s += 4)
            for (int i = 1; i < 4; i++)
                if (!push_digit(&v, s[i]))
                    return false;
    }
    *p = s;
    *ret = v;
    return true;
}

bool text_int(const char **p, int64_t *ret)
{
    const char *s = *p;
    bool minus = *s == '-';
    uint64_t v;

    if (*s == '-' || *s == '+')
        s++;
    if (!text_uint(&s, &v) || v > INT64_MAX)
        return false;
    *p = s;
    *ret = minus ? -(int64_t)v : (int64_t)v;
    return true;
}

static int hex_digit(char c)
{
    if (text_is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool text_hex(const char **p, uint64_t *ret)
{
    const char *s = *p;
    uint64_t v = 0;

    if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && hex_digit(s[2]) >= 0)
        s += 2;
    if (hex_digit(*s) < 0)
        return false;
    for (; hex_digit(*s) >= 0; s++) {
        if (v >> 60)
            return false;
        v = v << 4 | (uint64_t)hex_digit(*s);
    }
    *p = s;
    *ret = v;
    return true;
}

/* Digits behind the cursor as a fraction of one. */
static double fraction(const char **p)
{
    double v = 0, unit = 0.1;

    for (; text_is_digit(**p); (*p)++, unit /= 10)
        v += (**p - '0') * unit;
    return v;
}

bool text_seconds(const char **p, double *ret)
{
    const char *s = *p;
    uint64_t whole;

    if (!text_uint(&s, &whole))
        return false;
    *ret = (double)whole;
    if ((s[0] == '.' || s[0] == ',') && text_is_digit(s[1])) {
        s++;
        *ret += fraction(&s);
    }
    *p = s;
    return true;
}

/* ---- bytes ------------------------------------------------------------ */

/* Steps over a unit that ends where a word ends; 0 if there is none. */
static uint64_t take_unit(const char **p)
{
    static const char letters[] = "kmgt";
    const char *s = *p, *letter;
    uint64_t unit = 1;

    if (text_take(&s, "bytes") || text_take(&s, "byte")) {
        *p = s;
        return 1;
    }
    letter = *s ? strchr(letters, *s | 0x20) : NULL;
    if (letter) {
        unit <<= 10 * (letter - letters + 1);
        s++;
        if (s[0] == 'i')
            s++;
    }
    if (*s == 'B' || *s == 'b')
        s++;
    if (s == *p || text_is_alnum(*s))
        return 0;
    *p = s;
    return unit;
}

bool text_bytes(const char **p, uint64_t unit, uint64_t *ret)
{
    const char *s = *p, *u;
    uint64_t v, named;
    double part = 0;

    if (!text_grouped(&s, &v))
        return false;
    u = s;
    if (u[0] == '.' && text_is_digit(u[1])) {
        u++;
        part = fraction(&u);
    }
    if (text_is_blank(*u))
        u = text_skip_blanks(u);
    named = take_unit(&u);
    if (named) {
        unit = named;
        s = u;
    } else {
        part = 0;
    }
    if (__builtin_mul_overflow(v, unit, &v) ||
        __builtin_add_overflow(v, (uint64_t)(part * (double)unit), &v))
        return false;
    *p = s;
    *ret = v;
    return true;
}

bool text_bytes_after(const char *line, const char *key, uint64_t unit,
                      uint64_t *ret)
{
    const char *s = text_after(line, key);

    if (!s)
        return false;
    while (text_is_blank(*s) || *s == ':' || *s == '=')
        s++;
    return text_bytes(&s, unit, ret);
}

/* ---- times ------------------------------------------------------------ */

/* Days from 1970-01-01 in the Gregorian calendar, by counting from a year
 * that begins in March, so that the leap day is the last of its year. */
static int64_t days_from_civil(int64_t y, int m, int d)
{
    int64_t era, yoe, doy;

    y -= m <= 2;
    era = (y >= 0 ? y : y - 399) / 400;
    yoe = y - era * 400;
    doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

bool text_civil(int64_t year, int month, int day, int hour, int minute,
                int second, int64_t *ret)
{
    if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1 ||
        day > 31 || hour < 0 || hour > 24 || minute < 0 || minute > 59 ||
        second < 0 || second > 60)
        return false;
    *ret = days_from_civil(year, month, day) * 86400000 +
           (hour * 3600 + minute * 60 + second) * (int64_t)1000;
    return true;
}

/* Exactly `n` digits. */
static bool digits(const char **p, int n, int *ret)
{
    int v = 0;

    for (int i = 0; i < n; i++) {
        if (!text_is_digit((*p)[i]))
            return false;
        v = v * 10 + ((*p)[i] - '0');
    }
    *p += n;
    *ret = v;
    return true;
}

/* "Z", "+0200", "+02:00" as minutes east of UTC. */
static bool zone(const char **p, int *minutes)
{
    const char *s = *p;
    int h, m = 0, sign = *s == '-' ? -1 : 1;

    *minutes = 0;
    if (text_take(p, "Z"))
        return true;
    if (*s != '+' && *s != '-')
        return false;
    s++;
    if (!digits(&s, 2, &h))
        return false;
    if (*s == ':')
        s++;
    digits(&s, 2, &m);
    *minutes = sign * (h * 60 + m);
    *p = s;
    return true;
}

bool text_iso_time(const char **p, int64_t *ret, bool *zoned)
{
    const char *s = *p;
    int y, mo, d, h, mi, sec, east;
    int64_t ms;
    bool z;

    if (!digits(&s, 4, &y) || !text_take(&s, "-") || !digits(&s, 2, &mo) ||
        !text_take(&s, "-") || !digits(&s, 2, &d) || (*s != 'T' && *s != ' '))
        return false;
    s++;
    if (!digits(&s, 2, &h) || !text_take(&s, ":") || !digits(&s, 2, &mi) ||
        !text_take(&s, ":") || !digits(&s, 2, &sec) ||
        !text_civil(y, mo, d, h, mi, sec, &ms))
        return false;
    if ((s[0] == '.' || s[0] == ',') && text_is_digit(s[1])) {
        s++;
        ms += (int64_t)(fraction(&s) * 1000 + 1e-6);
    }
    z = zone(&s, &east);
    if (z)
        ms -= east * (int64_t)60000;
    if (zoned)
        *zoned = z;
    *p = s;
    *ret = ms;
    return true;
}
