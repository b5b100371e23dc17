/*
 * quote.c - goes back to a file for one line; see quote.h.
 */
#include "quote.h"

#include <string.h>
#include <sys/stat.h>

#include "base/lines.h"
#include "judge/incident_parts.h"

/* What came through a pipe is gone. */
static bool can_be_read_again(const struct input *in)
{
    struct stat st;

    return strcmp(in->path, "-") != 0 && stat(in->path, &st) == 0 &&
           S_ISREG(st.st_mode);
}

static bool find(struct source *s, uint64_t number, struct arena *a,
                 const char **ret, struct err *e)
{
    struct lines l;
    char *text;
    size_t n, from;

    if (!lines_init(&l, s, a->mem, e))
        return false;
    while ((text = lines_next(&l, &n)) && l.number < number)
        ;
    if (text && l.number == number) {
        from = strspn(text, " \t");
        n -= from;
        while (n && strchr(" \t", text[from + n - 1]))
            n--;
        *ret = arena_strndup(a, text + from, n < QUOTE_MAX ? n : QUOTE_MAX, e);
    }
    lines_deinit(&l);
    return !err_is_set(e);
}

/* *ret NULL: it can't be opened now, which is no error here. */
static bool open_again(const struct input *in, struct mem *m,
                       struct source **ret, struct err *e)
{
    struct err why = {0};

    *ret = NULL;
    if (!can_be_read_again(in) || source_open(in->path, m, ret, &why))
        return true;
    *ret = NULL;
    return !err_is_memory(&why) || err_set(e, why.code, "%s", why.text);
}

bool quote_line(const struct input *in, uint64_t number, struct arena *a,
                const char **ret, struct err *e)
{
    struct source *s;
    bool ok;

    *ret = NULL;
    if (!open_again(in, a->mem, &s, e))
        return false;
    ok = !s || !number || find(s, number, a, ret, e);
    if (s)
        source_close(s);
    return ok;
}

bool quote_find(const struct input *in, uint64_t from, uint64_t to,
                const char *text, struct mem *m, uint64_t *ret, struct err *e)
{
    uint64_t first = from < to ? from : to, last = from < to ? to : from;
    struct source *s;
    struct lines l;
    const char *line;

    *ret = 0;
    if (!open_again(in, m, &s, e))
        return false;
    if (s && lines_init(&l, s, m, e)) {
        while (!*ret && (line = lines_next(&l, NULL)) && l.number <= last)
            if (l.number >= first && strstr(line, text))
                *ret = l.number;
        lines_deinit(&l);
    }
    if (s)
        source_close(s);
    return !err_is_set(e);
}
