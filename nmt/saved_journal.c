/*
 * saved_journal.c - the messages of the journal as `journalctl -o export` and
 * `-o verbose` give them, a field a line. Authority: systemd's "Journal Export
 * Formats".
 */
#include "nmt/saved_parts.h"

#include <string.h>

#include "base/bits.h"
#include "nmt/record.h"
#include "nmt/text.h"

static const char message[] = "MESSAGE";
static const char realtime[] = "__REALTIME_TIMESTAMP=";

/* "Fri 2026-11-20 22:40:00.000123 UTC [s=1;i=2;b=3;m=4;t=5;x=6]" */
static bool is_head(const char *line, size_t n)
{
    const char *s = n && line[n - 1] == ']' ? memchr(line, '[', n) : NULL;

    return s && text_starts(s, "[s=") && strstr(s, ";i=");
}

bool saved_journal_begins(const char *p, size_t n)
{
    const char *end = memchr(p, '\n', n);
    char line[512];
    size_t len = end ? (size_t)(end - p) : n;

    if (len >= sizeof line)
        return false;
    memcpy(line, p, len);
    line[len] = '\0';
    return text_starts(line, "__CURSOR=") || text_starts(line, realtime) ||
           is_head(line, len);
}

/* A field that is no plain text: its name alone, its length in 8 bytes, itself
 * and a line end. */
static bool take_binary(char **at, const char *end, struct saved_message *m)
{
    char *s = *at + sizeof message - 1;
    uint64_t n;

    if (strncmp(*at, message, sizeof message - 1) != 0 || *s != '\n' ||
        end - s < 10)
        return false;
    s++;
    n = le64((const uint8_t *)s);
    s += 8;
    if (n > (uint64_t)(end - s))
        return false;
    m->text = s;
    m->n = n;
    *at = s + n;
    return true;
}

struct records {
    struct saved *saved;
    struct saved_message m;
    bool within; /* a value of -o verbose goes on in lines further in */
    size_t indent;
};

static bool end_record(struct records *r, struct err *e)
{
    bool ok = !r->m.text || saved_add(r->saved, &r->m, e);

    saved_message_clear(&r->m);
    r->within = false;
    return ok;
}

static void take_field(struct records *r, const char *line, size_t n,
                       uint64_t number)
{
    const char *s = text_skip_blanks(line);
    size_t indent = (size_t)(s - line);

    if (r->within && indent > r->indent) {
        r->m.n = (size_t)(line + n - r->m.text);
        return;
    }
    r->within = false;
    if (text_take(&s, realtime)) {
        if (!record_time(s, &r->m.time))
            r->m.time = INT64_MIN;
    } else if (text_take(&s, "MESSAGE=")) {
        r->m.text = s;
        r->m.n = (size_t)(line + n - s);
        r->m.line = number;
        r->within = true;
        r->indent = indent;
    }
}

static bool take_head(struct records *r, const char *line, struct err *e)
{
    const char *s = text_skip_blanks(line + strcspn(line, " "));

    if (!end_record(r, e))
        return false;
    if (!text_iso_time(&s, &r->m.time, NULL))
        r->m.time = INT64_MIN;
    return true;
}

bool saved_journal_read(struct saved *s, struct err *e)
{
    struct records r = {.saved = s};
    char *p = s->bytes, *end = s->bytes + s->n;
    uint64_t number = 0;
    bool ok = true;

    saved_message_clear(&r.m);
    while (ok && p < end) {
        size_t n;

        number++;
        if (take_binary(&p, end, &r.m)) {
            r.m.line = number;
            continue;
        }
        n = strcspn(p, "\n");
        if (!n)
            ok = end_record(&r, e);
        else if (is_head(p, n))
            ok = take_head(&r, p, e);
        else
            take_field(&r, p, n, number);
        p += n + 1;
    }
    return ok && end_record(&r, e);
}
