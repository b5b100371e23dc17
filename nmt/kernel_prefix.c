/*
 * kernel_prefix.c - what stands before the kernel's own text on a line:
 * printk's clock, dmesg's, syslog's and journald's headers, quotes of a
 * mail, the wrappers of container logs.
 *
 * Elements are taken off one after the other, in any order, for as long as
 * one is recognised; each may fill the stamp.
 */
#include "nmt/kernel_parts.h"

#include <string.h>

#include "base/lines.h"
#include "nmt/text.h"

void kernel_stamp_clear(struct kernel_stamp *s)
{
    s->time = INT64_MIN;
    s->uptime = -1;
    s->clock = NULL;
}

static void stamp_time(struct kernel_stamp *s, int64_t ms, const char *clock)
{
    if (s->time != INT64_MIN)
        return;
    s->time = ms;
    s->clock = clock;
}

static void stamp_uptime(struct kernel_stamp *s, double seconds)
{
    s->uptime = seconds;
    if (!s->clock)
        s->clock = "boot";
}

/* ---- months ----------------------------------------------------------- */

/* The beginnings that tell a month, in the locales met so far; months that
 * are numbers ("3月") are found as such. No entry begins another month. */
static const char *const months[12] = {
    "ja ene gen sty янв",
    "fe fé lut фев",
    "mar mär maa mrt mrz мар",
    "ap av abr kwi апр",
    "mai may mei maj mag мая май",
    "jun juin giu cze июн",
    "jul juil lug lip июл",
    "au aoû août ago sie авг",
    "se wrz сен",
    "oc ok ott out paź окт",
    "no lis ноя",
    "de dé dic gru дек",
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Whether `word` begins like one of the blank-separated `beginnings`. */
static bool begins_like(const char *word, const char *beginnings)
{
    const char *w;

    while (*beginnings) {
        for (w = word; *beginnings && *beginnings != ' '; beginnings++, w++)
            if (lower(*w) != *beginnings)
                break;
        if (!*beginnings || *beginnings == ' ')
            return true;
        while (*beginnings && *beginnings++ != ' ')
            ;
    }
    return false;
}

/* 1..12, or 0. */
static int month_of(const char *word)
{
    const char *p = word;
    uint64_t n;

    if (text_uint(&p, &n))
        return n >= 1 && n <= 12 && !text_is_blank(*p) && *p ? (int)n : 0;
    for (int i = 0; i < 12; i++)
        if (begins_like(word, months[i]))
            return i + 1;
    return 0;
}

/* ---- clocks ----------------------------------------------------------- */

struct civil {
    int month, day, hour, minute, second;
};

/* "03:54:03" */
static bool take_clock(const char **p, struct civil *c)
{
    const char *s = *p;
    uint64_t h, m, sec;

    if (!text_uint(&s, &h) || !text_take(&s, ":") || !text_uint(&s, &m) ||
        !text_take(&s, ":") || !text_uint(&s, &sec) || h > 23 || m > 59 ||
        sec > 60)
        return false;
    c->hour = (int)h;
    c->minute = (int)m;
    c->second = (int)sec;
    *p = s;
    return true;
}

static const char *skip_word(const char *s)
{
    while (*s && !text_is_blank(*s))
        s++;
    return s;
}

/* "Di Aug 12 03:54:03 2025" up to its ']': the words before the clock are
 * whatever the locale has, with the day of the month last. */
static bool take_ctime(const char **p, struct kernel_stamp *stamp)
{
    const char *s = *p, *word = NULL, *before = NULL;
    struct civil c = {0};
    uint64_t day = 0, year;
    int64_t ms;

    for (int words = 0;; words++) {
        s = text_skip_blanks(s);
        if (take_clock(&s, &c))
            break;
        if (!*s || *s == ']' || words == 4)
            return false;
        before = word;
        word = s;
        s = skip_word(s);
    }
    s = text_skip_blanks(s);
    if (!text_uint(&s, &year) || *s != ']')
        return false;
    *p = s + 1;
    stamp->clock = "dmesg -T";
    if (word && before && text_uint(&word, &day) &&
        text_civil((int64_t)year, month_of(before), day < 32 ? (int)day : 0,
                   c.hour, c.minute, c.second, &ms))
        stamp_time(stamp, ms, "dmesg -T");
    return true;
}

/* "[ 123.456789]", "[Di Aug 12 03:54:03 2025]", "[ T5241]",
 * "[2025-05-18T15:40:20.6Z]:" */
static bool take_bracket(const char **p, struct kernel_stamp *stamp)
{
    const char *s = *p;
    double seconds;
    uint64_t id;
    int64_t ms;

    if (!text_take(&s, "["))
        return false;
    s = text_skip_blanks(s);
    if (text_iso_time(&s, &ms, NULL)) {
        stamp_time(stamp, ms, "rfc3339");
    } else if (strchr("0123456789", *s) && *s) {
        const char *digits = s;

        if (!text_seconds(&s, &seconds) || !memchr(digits, '.', s - digits))
            return false;
        stamp_uptime(stamp, seconds);
    } else if ((*s == 'T' || *s == 'C') && text_is_digit(s[1])) {
        s++;
        if (!text_uint(&s, &id))
            return false;
    } else if (take_ctime(&s, stamp)) {
        *p = s;
        return true;
    } else {
        return false;
    }
    s = text_skip_blanks(s);
    if (!text_take(&s, "]"))
        return false;
    text_take(&s, ":");
    *p = s;
    return true;
}

/* "Jan 15 03:08:35", or with a year between: "Jan 15 2017 03:08:35". */
static bool take_syslog_date(const char **p, struct kernel_stamp *stamp)
{
    const char *s = *p, *word = s;
    struct civil c = {0};
    uint64_t day, year = 0;
    int64_t ms;

    if (!month_of(word) || text_is_digit(*word))
        return false;
    s = text_skip_blanks(skip_word(s));
    if (!text_uint(&s, &day) || day < 1 || day > 31 || !text_is_blank(*s))
        return false;
    s = text_skip_blanks(s);
    if (!take_clock(&s, &c)) {
        if (!text_uint(&s, &year))
            return false;
        s = text_skip_blanks(s);
        if (!take_clock(&s, &c))
            return false;
    }
    *p = s;
    if (!stamp->clock)
        stamp->clock = "syslog";
    if (text_civil((int64_t)year, month_of(word), (int)day, c.hour, c.minute,
                   c.second, &ms))
        stamp_time(stamp, ms, "syslog");
    return true;
}

/* ISO time, a weekday before it (journalctl -o short-full), "stdout F"
 * behind it (CRI), or an RFC 5424 version before it. */
static bool take_iso(const char **p, struct kernel_stamp *stamp)
{
    const char *s = *p;
    int64_t ms;

    if (text_starts(s, "1 ") && text_is_digit(s[2]))
        s += 2;
    else if (!text_is_digit(*s))
        s = text_skip_blanks(skip_word(s));
    if (s - *p > 12 || !text_iso_time(&s, &ms, NULL))
        return false;
    stamp_time(stamp, ms, "rfc3339");
    s = text_skip_blanks(s);
    if (text_take(&s, "stdout ") || text_take(&s, "stderr ")) {
        stamp->clock = "container";
        if (*s && text_is_blank(s[1]))
            s += 2;
    }
    *p = s;
    return true;
}

/* ---- names ------------------------------------------------------------ */

/* "kern: warning:", "kern  :err   :" */
static bool take_facility(const char **p)
{
    const char *s = *p;

    if (!text_take(&s, "kern"))
        return false;
    s = text_skip_blanks(s);
    if (!text_take(&s, ":"))
        return false;
    s = text_skip_blanks(s);
    while (*s >= 'a' && *s <= 'z')
        s++;
    s = text_skip_blanks(s);
    if (!text_take(&s, ":"))
        return false;
    *p = s;
    return true;
}

/* "kernel:", "host kernel:", "CEST host kernel:", "host kernel - - -". */
static bool take_kernel(const char **p)
{
    const char *s = *p;

    for (int words = 0; words < 4; words++) {
        if (text_take(&s, "kernel:") || text_take(&s, "kernel - - - ")) {
            *p = s;
            return true;
        }
        if (!*s || strchr("[({\"", *s))
            return false;
        s = text_skip_blanks(skip_word(s));
    }
    return false;
}

/* A host alone between a date and printk's clock. */
static bool take_host(const char **p)
{
    const char *s = skip_word(*p);

    if (s == *p || **p == '[' || !text_is_blank(*s))
        return false;
    s = text_skip_blanks(s);
    if (*s != '[')
        return false;
    s = text_skip_blanks(s + 1);
    if (!text_is_digit(*s))
        return false;
    while (text_is_digit(*s))
        s++;
    if (*s != '.')
        return false;
    *p = text_skip_blanks(skip_word(*p));
    return true;
}

/* "<6>" */
static bool take_level(const char **p)
{
    const char *s = *p;
    uint64_t n;

    if (!text_take(&s, "<") || !text_uint(&s, &n) || !text_take(&s, ">"))
        return false;
    *p = s;
    return true;
}

/* "172.20.0.5: " */
static bool take_address(const char **p)
{
    const char *s = *p;
    uint64_t n;

    for (int i = 0; i < 4; i++)
        if (!text_uint(&s, &n) || n > 255 || (i < 3 && !text_take(&s, ".")))
            return false;
    if (*s != ':' && !text_is_blank(*s))
        return false;
    text_take(&s, ":");
    *p = s;
    return true;
}

/* Mail quotes and list bullets: they say nothing about the logger. */
static bool take_decoration(const char **p)
{
    const char *s = *p;

    if (*s == '>' || *s == '|') {
        *p = s + 1;
        return true;
    }
    if (*s == '*' && text_is_blank(s[1])) {
        *p = s + 1;
        return true;
    }
    return text_take(p, "•") || text_take(p, "MESSAGE=");
}

/* ---- the whole -------------------------------------------------------- */

/* printk's clock in the middle of other output, "text[   34.739137] text":
 * where the kernel's text begins, or NULL. */
static const char *clock_inside(const char *s, struct kernel_stamp *stamp)
{
    for (s = strchr(s, '['); s; s = strchr(s + 1, '[')) {
        const char *p = text_skip_blanks(s + 1), *dot;
        double seconds;

        if (!text_is_digit(*p) || !text_seconds(&p, &seconds) || *p != ']')
            continue;
        for (dot = p; dot[-1] != '.' && dot > s + 1; dot--)
            ;
        if (p - dot != 6 || dot == s + 1)
            continue;
        stamp_uptime(stamp, seconds);
        return p + 1;
    }
    return NULL;
}

static bool take_element(const char **p, struct kernel_stamp *stamp,
                         bool *marked)
{
    if (take_decoration(p))
        return true;
    if (take_level(p) || take_bracket(p, stamp) || take_iso(p, stamp) ||
        take_syslog_date(p, stamp) || take_facility(p) || take_kernel(p) ||
        take_address(p) || (*marked && take_host(p))) {
        *marked = true;
        return true;
    }
    return false;
}

char *kernel_prefix_strip(char *line, struct kernel_stamp *stamp, bool *marked)
{
    const char *p, *inside;
    char *json;

    kernel_stamp_clear(stamp);
    *marked = false;
    lines_uncolour(line);
    json = kernel_json_message(line, stamp);
    if (json) {
        *marked = true;
        line = json;
    }
    text_trim_end(line);
    p = text_skip_blanks(line);
    while (take_element(&p, stamp, marked))
        p = text_skip_blanks(p);
    inside = *marked ? NULL : clock_inside(p, stamp);
    if (inside) {
        *marked = true;
        p = text_skip_blanks(inside);
    }
    return line + (p - line);
}
