/*
 * kernel_json.c - a log line inside JSON: journalctl -o json, Docker's and
 * the clouds' wrappers, dmesg --json. Not a JSON parser: it walks the
 * strings of one line, and a string whose key says "message" is the line.
 */
#include "nmt/kernel_parts.h"

#include <string.h>

#include "nmt/record.h"
#include "nmt/text.h"

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

static void read_time(const char *key, size_t n, const char *value,
                      struct kernel_stamp *stamp)
{
    if (stamp->time == INT64_MIN && record_is_time(key, n) &&
        record_time(value, &stamp->time))
        stamp->clock = *key == '_' ? "journald" : "container";
}

static bool is_host_key(const char *key, size_t n)
{
    static const char *const keys[] = {"_HOSTNAME", "hostname", "host", NULL};

    return text_is_one_of(key, n, keys);
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
        char *key = s + 1, *end = record_string_end(key), *value;
        size_t n;

        if (!end)
            break;
        n = (size_t)(end - key);
        s = end + 1;
        if (!take_colon(&s))
            continue;
        value = *s == '"' || *s == '[' ? s + 1 : s;
        if (*s == '"') {
            end = record_string_end(value);
            s = end ? end + 1 : value + strlen(value);
        } else {
            end = NULL;
        }
        if (!message && record_is_message(key, n) && value != s) {
            message = value;
            message_end = value[-1] == '[' ? NULL : end ? end : s;
        } else if (end && is_host_key(key, n)) {
            stamp->host = kernel_host(value, (size_t)(end - value));
        } else {
            read_time(key, n, value, stamp);
        }
    }
    if (!message)
        return NULL;
    if (message_end)
        record_decode(message, message_end, false);
    return message_end ? message : decode_array(message);
}
