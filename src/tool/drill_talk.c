/*
 * drill_talk.c - reads what the student types; menus take a number or the
 * word itself.
 */
#include <stdlib.h>
#include <string.h>

#include "nmt/text.h"
#include "tool/drill.h"

/* What is beyond the line's room is read away. */
static bool read_line(FILE *in, char line[DRILL_LINE])
{
    size_t n;
    int c;

    if (!fgets(line, DRILL_LINE, in))
        return false;
    n = strlen(line);
    if (n && line[n - 1] == '\n')
        return true;
    while ((c = getc(in)) != EOF && c != '\n')
        continue;
    return true;
}

bool drill_read(struct drill *d, const char *prompt, char line[DRILL_LINE])
{
    char *from;
    bool ok;

    out_printf(&d->out, "%s> ", prompt);
    fflush(d->out.file);
    ok = !d->ended && read_line(d->in, line);
    if (!ok) {
        d->ended = true;
        out_char(&d->out, '\n');
        return false;
    }
    text_trim_end(line);
    from = line + strspn(line, " \t");
    memmove(line, from, strlen(from) + 1);
    if (d->echo) {
        out_clean(&d->out, line);
        out_char(&d->out, '\n');
    }
    return true;
}

/* ---- menus ------------------------------------------------------------ */

struct item {
    int value;
    const char *word, *title;
};

#define ITEMS 40

static void list(struct drill *d, const char *title, const struct item *items,
                 unsigned n)
{
    unsigned i;

    out_printf(&d->out, "\n%s\n", title);
    for (i = 0; i < n; i++)
        out_printf(&d->out, "  %2u  %-26s %s\n", i + 1, items[i].word,
                   items[i].title);
}

/* NULL: neither a number of the list nor one of its words. */
static const struct item *chosen(const struct item *items, unsigned n,
                                 const char *line)
{
    char *end;
    unsigned long k = strtoul(line, &end, 10);
    unsigned i;

    if (end != line && !*end)
        return k >= 1 && k <= n ? &items[k - 1] : NULL;
    for (i = 0; i < n; i++)
        if (strcmp(items[i].word, line) == 0)
            return &items[i];
    return NULL;
}

static const struct item *ask(struct drill *d, const char *title,
                              const struct item *items, unsigned n)
{
    const struct item *it = NULL;
    char line[DRILL_LINE];

    list(d, title, items, n);
    while (!it) {
        if (!drill_read(d, "number", line) || strcmp(line, "back") == 0)
            return NULL;
        it = chosen(items, n, line);
        if (!it)
            out_printf(&d->out,
                       "A number from 1 to %u, please, a word of the list, "
                       "or `back`.\n",
                       n);
    }
    return it;
}

bool drill_ask_side(struct drill *d, enum side *ret)
{
    static const struct item sides[] = {
        {SIDE_ON_HEAP, "on_heap", "in objects on the Java heap"},
        {SIDE_OFF_HEAP, "off_heap", "in the JVM's native memory"},
        {SIDE_SIZING, "sizing", "nowhere: the sizes never fitted"},
        {SIDE_PROCESS_LIMIT, "process_limit",
         "not memory: threads or mappings ran out"},
        {SIDE_OTHER_PROCESS, "other_process", "in another process"},
        {SIDE_NONE, "none", "nowhere: it did not run out of memory"},
        {SIDE_UNDECIDED, "undecided", "nobody can tell from this"},
    };
    const struct item *it = ask(d, "Where was the memory lost?", sides,
                                sizeof sides / sizeof sides[0]);

    if (it)
        *ret = (enum side)it->value;
    return it != NULL;
}

bool drill_ask_kind(struct drill *d, enum side side, enum verdict_kind *ret,
                    bool *given)
{
    struct item items[ITEMS];
    const struct item *it;
    unsigned n = 0;
    int k;

    for (k = 0; k < KINDS && n < ITEMS - 1; k++)
        if (kind_side((enum verdict_kind)k) == side)
            items[n++] = (struct item){k, kind_name((enum verdict_kind)k),
                                       kind_title((enum verdict_kind)k)};
    *given = true;
    *ret = (enum verdict_kind)items[0].value;
    if (n == 1)
        return true;
    items[n++] = (struct item){KINDS, "unknown", "I can't say"};
    it = ask(d, "As what?", items, n);
    if (!it)
        return false;
    *given = it->value != KINDS;
    if (*given)
        *ret = (enum verdict_kind)it->value;
    return true;
}
