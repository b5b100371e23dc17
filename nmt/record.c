/* record.c - see record.h. */
#include "nmt/record.h"

#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "nmt/text.h"

/* ---- keys ------------------------------------------------------------- */

static bool is_one_of(const char *s, size_t n, const char *const *words)
{
    for (; *words; words++)
        if (strncasecmp(s, *words, n) == 0 && !(*words)[n])
            return true;
    return false;
}

bool record_is_message(const char *key, size_t n)
{
    static const char *const keys[] = {
        "message", "@message", "msg",        "log",  "textPayload", "line",
        "_raw",    "logEntry", "logMessage", "body", "content",     NULL,
    };

    return is_one_of(key, n, keys);
}

bool record_is_trace(const char *key, size_t n)
{
    static const char *const keys[] = {
        "stack_trace", "stackTrace",        "stack", "exception", "throwable",
        "thrown",      "error.stack_trace", NULL,
    };

    return is_one_of(key, n, keys);
}

bool record_is_time(const char *key, size_t n)
{
    static const char *const keys[] = {
        "time",
        "timestamp",
        "@timestamp",
        "receiveTimestamp",
        "_time",
        "ts",
        "date",
        "datetime",
        "eventTime",
        "timeGenerated",
        "lastTimestamp",
        "__REALTIME_TIMESTAMP",
        NULL,
    };

    return is_one_of(key, n, keys);
}

/* ---- values ----------------------------------------------------------- */

/* Of this century: ten digits are seconds, thirteen their thousandths. */
static bool take_count(const char *s, int64_t *ret)
{
    const char *p = s;
    uint64_t v, scale = 1;
    size_t digits;

    if (!text_uint(&p, &v))
        return false;
    digits = (size_t)(p - s);
    if (digits == 10) {
        *ret = (int64_t)v * 1000;
        return true;
    }
    for (size_t i = 13; i < digits; i++)
        scale *= 10;
    *ret = (int64_t)(v / scale);
    return digits == 13 || digits == 16 || digits == 19;
}

bool record_time(const char *value, int64_t *ret)
{
    return text_iso_time(&value, ret, NULL) || take_count(value, ret);
}

/* ---- JSON's strings --------------------------------------------------- */

char *record_string_end(char *s)
{
    for (; *s; s++) {
        if (*s == '"')
            return s;
        if (*s == '\\' && s[1])
            s++;
    }
    return NULL;
}

/* "00e9" of a \u escape. Surrogates are rare enough in logs to be left as
 * they are: three bytes each, never longer than their escapes. */
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

static char plain(uint64_t c, bool lines)
{
    return lines && c == '\n' ? '\n' : ' ';
}

/* What "\n" and its like stand for. */
static char letter(char c, bool lines)
{
    if (c == 'n')
        return plain('\n', lines);
    return c && strchr("rtbf", c) ? (c == 't' && lines ? '\t' : ' ') : c;
}

size_t record_decode(char *s, const char *end, bool lines)
{
    char *to = s, *begin = s;
    uint64_t c;

    while (s < end) {
        if (*s != '\\') {
            *to++ = *s++;
        } else if (s[1] == 'u' && hex4(s + 2, &c)) {
            if (c < 0x20)
                *to++ = plain(c, lines);
            else
                to += utf8_put((uint32_t)c, to);
            s += 6;
        } else {
            *to++ = letter(s[1], lines);
            s += 2;
        }
    }
    *to = '\0';
    return (size_t)(to - begin);
}
