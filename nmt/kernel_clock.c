/*
 * kernel_clock.c - the times that loggers put before a kernel's line: of
 * printk, of dmesg in any locale, of syslog, of journald, of containers.
 */
#include "nmt/kernel_parts.h"

#include <string.h>

#include "nmt/text.h"

void kernel_stamp_clear(struct kernel_stamp *s)
{
    s->time = INT64_MIN;
    s->uptime = -1;
    s->clock = NULL;
    s->host = 0;
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
        return n >= 1 && n <= 12 && (*p & 0x80) ? (int)n : 0;
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

/* "[  +0.000012]" of dmesg -H: since the line before. */
static bool take_delta(const char **p)
{
    const char *s = *p;
    double seconds;

    if (!text_take(&s, "["))
        return false;
    s = text_skip_blanks(s);
    if (!text_take(&s, "+") || !text_seconds(&s, &seconds) ||
        !text_take(&s, "]"))
        return false;
    *p = s;
    return true;
}

/* "[Jan 5 10:11]" or "[Jan05 10:11]", also of dmesg -H: the first line of a
 * minute. */
static bool take_minute(const char **p)
{
    const char *s = *p;
    uint64_t n;

    if (!text_take(&s, "[") || !month_of(s))
        return false;
    while (*s && !text_is_digit(*s) && *s != ']')
        s++;
    if (!text_uint(&s, &n))
        return false;
    s = text_skip_blanks(s);
    if (!text_uint(&s, &n) || !text_take(&s, ":") || !text_uint(&s, &n) ||
        !text_take(&s, "]"))
        return false;
    *p = s;
    return true;
}

/* The same behind a clock, "<    0.000012>", if it is there. */
static const char *skip_delta(const char *s)
{
    const char *p = text_skip_blanks(s);
    double seconds;

    if (!text_take(&p, "<"))
        return s;
    p = text_skip_blanks(p);
    if (!text_seconds(&p, &seconds))
        return s;
    p = text_skip_blanks(p);
    return text_take(&p, ">") ? p : s;
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
    if (!text_uint(&s, &year))
        return false;
    s = text_skip_blanks(skip_delta(s));
    if (*s != ']')
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
    s = text_skip_blanks(skip_delta(s));
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

    if (!month_of(word))
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

/* A record of /dev/kmsg: "4,1234,3594506255,-,caller=T1;", where the third is
 * printk's clock in microseconds. */
static bool take_kmsg(const char **p, struct kernel_stamp *stamp)
{
    const char *s = *p, *end = strchr(s, ';');
    uint64_t n, us;

    if (!end || !text_uint(&s, &n) || !text_take(&s, ",") ||
        !text_uint(&s, &n) || !text_take(&s, ",") || !text_uint(&s, &us) ||
        !text_take(&s, ","))
        return false;
    stamp_uptime(stamp, (double)us / 1e6);
    *p = end + 1;
    return true;
}

bool kernel_clock_take(const char **p, struct kernel_stamp *stamp)
{
    return take_bracket(p, stamp) || take_delta(p) || take_minute(p) ||
           take_iso(p, stamp) || take_syslog_date(p, stamp) ||
           take_kmsg(p, stamp);
}

/* ---- anywhere --------------------------------------------------------- */

/* printk's clock in the middle of other output, "text[   34.739137] text":
 * where the kernel's text begins, or NULL. */
const char *kernel_clock_inside(const char *s, struct kernel_stamp *stamp)
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
