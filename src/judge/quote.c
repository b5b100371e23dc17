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

bool quote_line(const struct input *in, uint64_t number, struct arena *a,
                const char **ret, struct err *e)
{
    struct source *s;
    struct err why = {0};
    bool ok;

    *ret = NULL;
    if (!number || !can_be_read_again(in))
        return true;
    if (!source_open(in->path, a->mem, &s, &why))
        return !err_is_memory(&why) || err_set(e, why.code, "%s", why.text);
    ok = find(s, number, a, ret, e);
    source_close(s);
    return ok;
}
