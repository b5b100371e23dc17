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

#include "nmt/text.h"

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

static const char *skip_word(const char *s)
{
    return s + strcspn(s, " \t");
}

uint64_t kernel_host(const char *name, size_t n)
{
    uint64_t v = 0;
    bool letter = false;

    for (size_t i = 0; i < n; i++) {
        letter = letter || (text_is_alnum(name[i]) && !text_is_digit(name[i]));
        v = v * 31 + (uint8_t)name[i];
    }
    return letter ? v : 0;
}

/* "kernel:", "host kernel:", "CEST host kernel:", "host kernel - - -", and
 * "kernel" as a column of its own. */
static bool take_kernel(const char **p, struct kernel_stamp *stamp)
{
    const char *s = *p;
    uint64_t host = 0;

    for (int words = 0; words < 4; words++) {
        if (text_take(&s, "kernel:") || text_take(&s, "kernel - - - ") ||
            text_take(&s, "kernel\t")) {
            *p = s;
            stamp->host = host ? host : stamp->host;
            return true;
        }
        if (!*s || strchr("[({\"", *s))
            return false;
        host = kernel_host(s, (size_t)(skip_word(s) - s));
        s = text_skip_blanks(skip_word(s));
    }
    return false;
}

/* A host alone between a date and printk's clock. */
static bool take_host(const char **p, struct kernel_stamp *stamp)
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
    stamp->host = kernel_host(*p, (size_t)(skip_word(*p) - *p));
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

/* Loki's labels, "{host="x", transport="kernel"}", behind the time. */
static bool take_labels(const char **p)
{
    const char *end = **p == '{' ? strstr(*p, "\"} ") : NULL;

    if (!end)
        return false;
    *p = end + 2;
    return true;
}

/* A column of a table in CSV, with its comma; of the last one the quote
 * before it, that behind it is cut off. */
static bool take_column(const char **p, char *line, struct kernel_stamp *stamp)
{
    const char *end, *time = *p + 1;
    size_t n = strlen(line);

    if (**p != '"' || !(*p)[1] || line[n - 1] != '"')
        return false;
    end = strchr(*p + 1, '"');
    if (end[1] == ',') {
        kernel_clock_take(&time, stamp);
        *p = end + 2;
        return true;
    }
    if (end != line + n - 1)
        return false;
    line[n - 1] = '\0';
    (*p)++;
    return true;
}

/* ---- the whole -------------------------------------------------------- */

static bool take_element(const char **p, char *line, struct kernel_stamp *stamp,
                         bool *marked)
{
    if (take_decoration(p))
        return true;
    if (take_level(p) || kernel_clock_take(p, stamp) || take_facility(p) ||
        take_kernel(p, stamp) || take_address(p) ||
        take_column(p, line, stamp) ||
        (*marked && (take_host(p, stamp) || take_labels(p)))) {
        *marked = true;
        return true;
    }
    return false;
}

static char *take_elements(char *line, struct kernel_stamp *stamp, bool *marked)
{
    const char *p;

    text_trim_end(line);
    p = text_skip_blanks(line);
    while (take_element(&p, line, stamp, marked))
        p = text_skip_blanks(p);
    return line + (p - line);
}

char *kernel_prefix_strip(char *line, struct kernel_stamp *stamp, bool *marked)
{
    char *json, *text;
    const char *inside;

    kernel_stamp_clear(stamp);
    *marked = false;
    json = kernel_json_message(line, stamp);
    *marked = json != NULL;
    text = take_elements(json ? json : line, stamp, marked);
    /* fluentd has a time and a tag before it. */
    json = *marked && *text == '{' ? kernel_json_message(text, stamp) : NULL;
    if (json)
        text = take_elements(json, stamp, marked);
    inside = *marked ? NULL : kernel_clock_inside(text, stamp);
    if (!inside)
        return text;
    *marked = true;
    return text + (text_skip_blanks(inside) - text);
}
