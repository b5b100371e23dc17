/*
 * lines.c - splits the window of a source at line ends.
 */
#include "lines.h"

#include <string.h>

#include "known.h"

bool lines_init(struct lines *l, struct source *s, struct mem *m, struct err *e)
{
    memset(l, 0, sizeof *l);
    l->source = s;
    l->mem = m;
    l->text = mem_alloc(m, LINE_MAX_BYTES + 1, 1, e);
    return l->text != NULL;
}

void lines_deinit(struct lines *l)
{
    mem_free(l->mem, l->text);
    l->text = NULL;
}

/* Length of the line at the front of `n` bytes, of which no more are looked at
 * than a line may have; *end: with its line end. */
static size_t measure(const uint8_t *p, size_t n, size_t *end)
{
    size_t look = n < LINE_MAX_BYTES + 2 ? n : LINE_MAX_BYTES + 2;
    const uint8_t *line = look ? memchr(p, '\n', look) : NULL;
    size_t len = line ? (size_t)(line - p) : look;
    const uint8_t *cr = len ? memchr(p, '\r', len) : NULL;

    *end = len + (line != NULL);
    if (!cr)
        return len;
    if (cr + 1 == line)
        return len - 1;
    *end = (size_t)(cr - p) + 1;
    return *end - 1;
}

#define ESCAPE   '\033'
#define NO_BREAK "\xC2\xA0" /* a blank, in UTF-8 */

/* Steps over "ESC [ ... letter". */
static const char *skip_colour(const char *s)
{
    s += 2;
    s += strspn(s, "0123456789;");
    return s + (*s != '\0');
}

/* The character that pages write as `*s`, which moves behind that; NUL: it is
 * none of those. */
static char take_entity(const char **s)
{
    static const struct {
        const char *name;
        char c;
    } entities[] = {{"&gt;", '>'},   {"&lt;", '<'},   {"&amp;", '&'},
                    {"&quot;", '"'}, {"&#34;", '"'},  {"&apos;", '\''},
                    {"&#39;", '\''}, {"&#x27;", '\''}};

    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        size_t n = strlen(entities[i].name);

        if (strncmp(*s, entities[i].name, n) == 0) {
            *s += n;
            return entities[i].c;
        }
    }
    return '\0';
}

/* What terminals and pages make of a text. Returns its length. */
static size_t make_plain(char *text)
{
    const char *s = text + strcspn(text, "\033\xC2&");
    char c;
    char *to = text + (s - text);

    while (*s) {
        if (s[0] == ESCAPE && s[1] == '[') {
            s = skip_colour(s);
        } else if (strncmp(s, NO_BREAK, 2) == 0) {
            *to++ = ' ';
            s += 2;
        } else if (*s == '&' && (c = take_entity(&s))) {
            *to++ = c;
        } else {
            *to++ = *s++;
        }
    }
    *to = '\0';
    return (size_t)(to - text);
}

bool lines_cut(const uint8_t **p, size_t *n, char *to, size_t size)
{
    size_t end, len = measure(*p, *n, &end);
    size_t keep = len < size - 1 ? len : size - 1;

    if (!*n)
        return false;
    memcpy(to, *p, keep);
    to[keep] = '\0';
    make_plain(to);
    *p += end;
    *n -= end;
    return true;
}

/* What of the line is no text. Returns the length of what is. */
static size_t clean(struct lines *l, size_t n)
{
    static const char mark[] = "\xEF\xBB\xBF";

    for (size_t i = 0; i < n; i++)
        if (!l->text[i])
            l->text[i] = ' ';
    if (l->count == 1 && strncmp(l->text, mark, 3) == 0) {
        n -= 3;
        memmove(l->text, l->text + 3, n + 1);
    }
    if (!memchr(l->text, ESCAPE, n) && !memchr(l->text, *NO_BREAK, n) &&
        !memchr(l->text, '&', n))
        return n;
    return make_plain(l->text);
}

char *lines_next(struct lines *l, size_t *ret)
{
    const uint8_t *p;
    size_t n, len, end;

    n = source_peek(l->source, 512, &p);
    if (n == 0)
        return NULL;
    len = measure(p, n, &end);
    if (end >= n) {
        n = source_peek(l->source, LINE_MAX_BYTES + 2, &p);
        len = measure(p, n, &end);
    }
    if (len > LINE_MAX_BYTES)
        end = len = LINE_MAX_BYTES;
    if (!l->partial)
        l->number = source_line(l->source, ++l->count);
    l->offset = source_is_made(l->source) ? UNKNOWN : source_offset(l->source);
    l->partial = len == LINE_MAX_BYTES && end == len && end < n;
    memcpy(l->text, p, len);
    l->text[len] = '\0';
    len = clean(l, len);
    source_consume(l->source, end);
    if (ret)
        *ret = len;
    return l->text;
}
