/* heap_tools.c - `jmap -heap`, `jstat -gc` and `-gcutil`; see heap_tools.h. */
#include "nmt/heap_tools.h"

#include <stddef.h>
#include <string.h>

#include "nmt/text.h"

static void add(uint64_t *sum, uint64_t v)
{
    *sum = known_or(*sum, 0) + v;
}

/* ---- jmap -heap --------------------------------------------------------- */

static const char *const collectors[][2] = {
    {"Mark Sweep Compact GC", "Serial"},
    {"Parallel GC with ", "Parallel"},
    {"Concurrent Mark-Sweep GC", "CMS"},
    {"Garbage-First (G1) GC", "G1"},
};

/* Of Parallel's young generation jmap prints the spaces alone; of the others'
 * the sum, and the spaces that it is made of. */
static const struct {
    const char *heading;
    bool counted;
} headings[] = {
    {"Eden Space:", false},
    {"From Space:", false},
    {"To Space:", false},
    {"New Generation (Eden + 1 Survivor Space):", true},
    {"tenured generation:", true},
    {"concurrent mark-sweep generation:", true},
    {"PS Young Generation", false},
    {"PS Old Generation", true},
    {"G1 Heap:", true},
    {"G1 Young Generation:", false},
    {"G1 Old Generation:", false},
};

static bool heading(struct heap_tools *t, const struct heap_info *h,
                    const char *s)
{
    bool parallel = h->collector && strcmp(h->collector, "Parallel") == 0;

    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
        if (text_starts(s, headings[i].heading)) {
            t->counted = headings[i].counted ||
                         (parallel && strstr(s, " Space:") != NULL);
            return true;
        }
    return false;
}

static bool jmap_line(struct heap_tools *t, struct heap_info *h, const char *s)
{
    uint64_t v;

    for (size_t i = 0; i < sizeof collectors / sizeof *collectors; i++)
        if (text_starts(s, collectors[i][0])) {
            h->collector = collectors[i][1];
            return true;
        }
    if (text_assigned(s, "MaxHeapSize", &v)) {
        h->reserved = v;
        return true;
    }
    if (text_starts(s, "Heap Usage:")) {
        t->usage = true;
        return true;
    }
    if (!t->usage || heading(t, h, s))
        return t->usage;
    if (t->counted && text_assigned(s, "capacity", &v))
        add(&h->committed, v);
    else if (t->counted && text_assigned(s, "used", &v))
        add(&h->used, v);
    return true;
}

/* ---- jstat -gc, -gcutil ------------------------------------------------- */

static const struct {
    const char *name;
    size_t offset; /* in struct heap_info; what the columns add up to */
    unsigned unit;
} columns[] = {
    {"S0C", offsetof(struct heap_info, committed), 1024},
    {"S1C", offsetof(struct heap_info, committed), 1024},
    {"EC", offsetof(struct heap_info, committed), 1024},
    {"OC", offsetof(struct heap_info, committed), 1024},
    {"S0U", offsetof(struct heap_info, used), 1024},
    {"S1U", offsetof(struct heap_info, used), 1024},
    {"EU", offsetof(struct heap_info, used), 1024},
    {"OU", offsetof(struct heap_info, used), 1024},
    {"MC", offsetof(struct heap_info, metaspace_committed), 1024},
    {"MU", offsetof(struct heap_info, metaspace_used), 1024},
    {"CCSC", offsetof(struct heap_info, class_space_committed), 1024},
    {"CCSU", offsetof(struct heap_info, class_space_used), 1024},
    {"O", offsetof(struct heap_info, old_percent), 1},
    {"FGC", offsetof(struct heap_info, full_count), 1},
};

bool heap_tools_is_jstat(const char *line)
{
    const char *s = text_skip_blanks(line);

    if (text_take(&s, "Timestamp"))
        s = text_skip_blanks(s);
    return (text_starts(s, "S0C ") && strstr(s, " S0U ") && strstr(s, " OU")) ||
           (text_starts(s, "S0 ") && strstr(s, " O ") && strstr(s, " FGC "));
}

static void head(struct heap_tools *t, struct heap_info *h, const char *s)
{
    t->n_columns = 0;
    for (s = text_skip_blanks(s); *s && t->n_columns < JSTAT_COLUMNS;
         s = text_skip_blanks(s)) {
        size_t n = strcspn(s, " \t");

        t->column[t->n_columns] = NULL;
        for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
            if (text_is(s, n, columns[i].name)) {
                t->column[t->n_columns] =
                    (uint64_t *)((char *)h + columns[i].offset);
                t->unit[t->n_columns] = columns[i].unit;
            }
        t->n_columns++;
        s += n;
    }
}

/* Less of the old generation is room. */
#define OLD_IS_FULL 95

static void count_in_vain(struct heap_tools *t, struct heap_info *h)
{
    if (!known(h->old_percent) || !known(h->full_count))
        return;
    if (!t->seen || h->old_percent < OLD_IS_FULL ||
        h->full_count < t->full_with_room)
        t->full_with_room = h->full_count;
    t->seen = true;
    h->full_in_vain = h->full_count - t->full_with_room;
}

/* Numbers with a fraction, behind a dot or a locale's comma; "-" where a
 * collector has no such space. */
static bool row(struct heap_tools *t, struct heap_info *h, const char *s)
{
    for (unsigned i = 0; i < t->n_columns; i++)
        if (t->column[i])
            *t->column[i] = UNKNOWN;
    for (unsigned i = 0; i < t->n_columns; i++) {
        uint64_t v;

        s = text_skip_blanks(s);
        if (text_uint(&s, &v) && t->column[i] && v < UNKNOWN >> 12)
            add(t->column[i], v * t->unit[i]);
        s += strcspn(s, " \t");
    }
    count_in_vain(t, h);
    return true;
}

bool heap_tools_line(struct heap_tools *t, struct heap_info *h,
                     const char *line)
{
    const char *s = text_skip_blanks(line);

    if (heap_tools_is_jstat(line)) {
        head(t, h, s);
        return true;
    }
    if (t->n_columns)
        return (text_is_digit(*s) || *s == '-') && row(t, h, s);
    return jmap_line(t, h, s);
}
