/*
 * saved_json.c - the messages of a JSON document, whoever wrote it: Loki,
 * CloudWatch, Elasticsearch, Google's and Azure's logs, `dmesg --json`,
 * kubectl's events. Goes through its strings and brackets once; an element
 * of a list that holds a message is a line of the log, and a time within that
 * element is its.
 */
#include "nmt/saved_parts.h"

#include <string.h>

#include "nmt/container.h"
#include "nmt/record.h"
#include "nmt/text.h"

/* Documents of logs are flat. */
#define DEPTH_MAX 63

struct walk {
    struct saved *saved;
    char *at, *end;
    uint64_t line, value_line; /* here, and where the last string began */
    unsigned depth;
    uint64_t lists; /* bit d: the d-th open bracket is a list's */
    unsigned entry; /* depth of the element that is being read; 0: none */
    unsigned nth;   /* element of the innermost list, as far as it has none
                       but strings */
    unsigned pair;  /* depth of a list that begins with a time; 0: none */
    const char *key;
    size_t key_n;
    const char *field; /* of CloudWatch: {"field": .., "value": ..} */
    size_t field_n;
    struct saved_message m;
};

/* ---- what a value says ------------------------------------------------ */

static void take_time(struct walk *w, const char *value)
{
    const char *p = value;
    double uptime;

    if (w->m.time != INT64_MIN || w->m.uptime >= 0 ||
        record_time(value, &w->m.time))
        return;
    w->m.time = INT64_MIN;
    if (text_seconds(&p, &uptime) && memchr(value, '.', (size_t)(p - value)))
        w->m.uptime = uptime; /* of dmesg */
}

static void take_message(struct walk *w, char *value, const char *end)
{
    w->m.line = w->value_line;
    w->m.text = value;
    w->m.n = record_decode(value, end, true);
}

/* `quoted`: it is a string. */
static void on_member(struct walk *w, char *value, char *end, bool quoted)
{
    const char *key = w->key;
    size_t n = w->key_n;

    if (quoted && text_is(key, n, "field")) {
        w->field = value;
        w->field_n = (size_t)(end - value);
        w->entry = w->depth - 1; /* the list of such is one message */
        return;
    }
    if (w->field && text_is(key, n, "value")) {
        key = w->field;
        n = w->field_n;
        w->field = NULL;
    }
    if (quoted && !w->m.text && record_is_message(key, n)) {
        take_message(w, value, end);
    } else if (quoted && !w->m.trace && record_is_trace(key, n)) {
        w->m.trace = value;
        w->m.trace_n = record_decode(value, end, true);
    } else if (record_is_time(key, n)) {
        take_time(w, value);
    }
}

/* Loki's ["1735689600000000000", "the message"]. */
static void on_element(struct walk *w, char *value, char *end)
{
    int64_t time;

    if (w->nth == 0 && record_time(value, &time) &&
        strspn(value, "0123456789") == (size_t)(end - value)) {
        w->pair = w->depth;
        w->m.time = time;
    } else if (w->nth == 1 && w->pair == w->depth) {
        take_message(w, value, end);
    }
    w->nth++;
}

/* ---- tokens ----------------------------------------------------------- */

static bool in_list(const struct walk *w)
{
    return w->lists >> w->depth & 1;
}

static void skip_blanks(struct walk *w)
{
    for (; w->at < w->end && strchr(" \t\r\n", *w->at); w->at++)
        w->line += *w->at == '\n';
}

static void on_string(struct walk *w)
{
    char *value = w->at + 1, *end = record_string_end(value);

    if (!end) {
        w->at = w->end;
        return;
    }
    w->at = end + 1;
    w->value_line = w->line;
    skip_blanks(w);
    if (w->at < w->end && *w->at == ':') {
        w->at++;
        w->key = value;
        w->key_n = (size_t)(end - value);
    } else if (in_list(w)) {
        on_element(w, value, end);
    } else if (w->key) {
        on_member(w, value, end, true);
        w->key = NULL;
    }
}

/* A number, or true, false and null. */
static void on_word(struct walk *w)
{
    char *value = w->at;

    w->at += strcspn(value, ",]}\" \t\r\n");
    if (w->at == value)
        w->at++;
    else if (w->key && !in_list(w))
        on_member(w, value, w->at, false);
    w->key = NULL;
}

static bool open_bracket(struct walk *w)
{
    bool list = *w->at == '[', within = w->depth && in_list(w);

    if (++w->depth > DEPTH_MAX)
        return false;
    w->lists &= ~((uint64_t)1 << w->depth);
    w->lists |= (uint64_t)list << w->depth;
    if (!list && within && !w->entry)
        w->entry = w->depth;
    w->nth = 0;
    w->key = NULL;
    w->at++;
    return true;
}

static bool close_bracket(struct walk *w, struct err *e)
{
    bool ends = w->depth == w->pair || w->depth == w->entry || w->depth == 1;

    w->at++;
    w->key = NULL;
    w->nth = 2; /* whatever follows in the list is no pair */
    if (w->depth == w->entry)
        w->entry = 0;
    w->depth -= w->depth > 0;
    if (!ends)
        return true;
    w->pair = 0;
    w->field = NULL;
    if (w->m.text && !saved_add(w->saved, &w->m, e))
        return false;
    saved_message_clear(&w->m);
    return true;
}

/* ---- the document ----------------------------------------------------- */

bool saved_json_begins(const char *p, size_t n)
{
    const char *end = p + n, *next;
    char first;

    while (p < end && strchr(" \t\r\n", *p))
        p++;
    if (p == end || (*p != '[' && *p != '{'))
        return false;
    first = *p;
    for (next = p + 1; next < end && strchr(" \t\r\n", *next);)
        next++;
    if (next == end)
        return false;
    if (first == '[')
        return *next == '{' || *next == '[';
    /* An object a line: a log's own form, and read as that. */
    next = memchr(p, '\n', (size_t)(end - p));
    if (next && next > p && next[-1] == '\r')
        return next[-2] != '}';
    return !next || next[-1] != '}' || next + 1 == end;
}

bool saved_json_read(struct saved *s, struct err *e)
{
    struct walk w = {
        .saved = s, .at = s->bytes, .end = s->bytes + s->n, .line = 1};
    bool ok = true;

    /* What describes a container has messages in it, too. */
    if (container_is_line(s->bytes))
        return true;
    saved_message_clear(&w.m);
    for (skip_blanks(&w); ok && w.at < w.end; skip_blanks(&w)) {
        switch (*w.at) {
        case '{':
        case '[':
            if (!open_bracket(&w)) {
                s->messages.n = 0;
                return true;
            }
            break;
        case '}':
        case ']': ok = close_bracket(&w, e); break;
        case '"': on_string(&w); break;
        default: on_word(&w); break;
        }
    }
    return ok;
}
