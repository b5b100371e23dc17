/*
 * kernel_json.c - a log line inside JSON: journalctl -o json, Docker's and
 * the clouds' wrappers, dmesg --json. Not a JSON parser: it walks the
 * strings of one line, and a string whose key says "message" is the line.
 */
#include "nmt/kernel_parts.h"

#include <string.h>

#include "base/utf8.h"
#include "nmt/text.h"

static bool is_message_key(const char *s, size_t n)
{
    static const char *const keys[] = {"MESSAGE", "message",     "log",
                                       "msg",     "textPayload", NULL};

    return text_is_one_of(s, n, keys);
}

static bool is_time_key(const char *s, size_t n)
{
    static const char *const keys[] = {"time", "timestamp", "@timestamp",
                                       "receiveTimestamp", NULL};

    return text_is_one_of(s, n, keys);
}

/* The end quote of the string whose first byte is `s`; NULL if it is cut. */
static char *string_end(char *s)
{
    for (; *s; s++) {
        if (*s == '"')
            return s;
        if (*s == '\\' && s[1])
            s++;
    }
    return NULL;
}

/* "00e9" of a \u escape. Surrogates are rare enough in kernel logs to be
 * left as they are: three bytes each, never longer than their escapes. */
static bool hex4(const char *s, uint64_t *ret)
{
    char four[5] = {0};
    const char *p = four;

    for (int i = 0; i < 4; i++) {
        if (!text_is_alnum(s[i]))
            return false;
        four[i] = s[i];
    }
    return text_hex(&p, ret) && !*p;
}

/* Decodes from `s` to `end` in place: no escape is shorter than what it
 * stands for. Control characters become blanks. */
static void decode(char *s, const char *end)
{
    char *to = s;
    uint64_t c;

    while (s < end) {
        if (*s != '\\') {
            *to++ = *s++;
        } else if (s[1] == 'u' && hex4(s + 2, &c)) {
            to += utf8_put(c < 0x20 ? ' ' : (uint32_t)c, to);
            s += 6;
        } else {
            *to++ = (char)(s[1] && strchr("nrtbf", s[1]) ? ' ' : s[1]);
            s += 2;
        }
    }
    *to = '\0';
}

/* journald gives a message that is no UTF-8 as an array of bytes. */
static char *decode_array(char *s)
{
    const char *p = s;
    char *to = s;
    uint64_t byte;

    while (text_uint(&p, &byte) && byte < 256) {
        *to++ = (char)(byte < 0x20 ? ' ' : byte);
        while (*p == ',' || text_is_blank(*p))
            p++;
    }
    *to = '\0';
    return s;
}

/* A time as text, or journald's microseconds. */
static void read_time(const char *key, size_t n, const char *value,
                      struct kernel_stamp *stamp)
{
    static const char realtime[] = "__REALTIME_TIMESTAMP";
    const char *p = value;
    uint64_t us;
    int64_t ms;

    if (stamp->time != INT64_MIN)
        return;
    if (is_time_key(key, n) && text_iso_time(&p, &ms, NULL)) {
        stamp->time = ms;
        stamp->clock = "container";
    } else if (n == sizeof realtime - 1 && memcmp(key, realtime, n) == 0 &&
               text_uint(&p, &us)) {
        stamp->time = (int64_t)(us / 1000);
        stamp->clock = "journald";
    }
}

/* Steps over blanks and one ':'; false if there is no ':'. */
static bool take_colon(char **p)
{
    char *s = *p + strspn(*p, " \t");

    if (*s != ':')
        return false;
    *p = s + 1 + strspn(s + 1, " \t");
    return true;
}

char *kernel_json_message(char *line, struct kernel_stamp *stamp)
{
    char *s = line + strspn(line, " \t"), *message = NULL, *message_end = NULL;

    if (*s != '{' && *s != '"')
        return NULL;
    while ((s = strchr(s, '"'))) {
        char *key = s + 1, *end = string_end(key), *value;
        size_t n;

        if (!end)
            break;
        n = (size_t)(end - key);
        s = end + 1;
        if (!take_colon(&s))
            continue;
        value = *s == '"' || *s == '[' ? s + 1 : s;
        if (*s == '"') {
            end = string_end(value);
            s = end ? end + 1 : value + strlen(value);
        } else {
            end = NULL;
        }
        if (!message && is_message_key(key, n) && value != s) {
            message = value;
            message_end = value[-1] == '[' ? NULL : end ? end : s;
        } else {
            read_time(key, n, value, stamp);
        }
    }
    if (!message)
        return NULL;
    if (message_end)
        decode(message, message_end);
    return message_end ? message : decode_array(message);
}
