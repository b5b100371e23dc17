/*
 * heap_lines.c - one line of a heap's figures, whichever collector it is.
 */
#include "nmt/heap_lines.h"

#include <string.h>

#include "nmt/text.h"

void heap_info_init(struct heap_info *h)
{
    memset(h, 0, sizeof *h);
    h->used = h->committed = h->reserved = UNKNOWN;
    h->metaspace_used = h->metaspace_committed = UNKNOWN;
    h->class_space_used = h->class_space_committed = UNKNOWN;
    h->class_space_reserved = UNKNOWN;
    h->old_percent = h->full_count = h->full_in_vain = UNKNOWN;
}

/* One generation or heap: its name, and whether "total" leaves a survivor
 * space out, so that the addresses tell what is committed. */
static const struct {
    const char *name, *collector;
    bool generation;
} spaces[] = {
    {"def new generation", "Serial", true},
    {"tenured generation", "Serial", true},
    {"DefNew ", "Serial", true},
    {"Tenured ", "Serial", true},
    {"PSYoungGen", "Parallel", true},
    {"ParOldGen", "Parallel", true},
    {"PSOldGen", "Parallel", true},
    {"par new generation", "CMS", true},
    {"concurrent mark-sweep generation", "CMS", true},
    {"garbage-first heap", "G1", false},
};

static void add(uint64_t *sum, uint64_t v)
{
    if (known(v))
        *sum = known_or(*sum, 0) + v;
}

static uint64_t figure(const char *s, const char *key)
{
    uint64_t v;

    return text_bytes_after(s, key, 1, &v) ? v : UNKNOWN;
}

/* "[0xLOW, 0xTOP, 0xHIGH)": *top UNKNOWN if there are only two. */
static bool addresses(const char *s, uint64_t *low, uint64_t *top,
                      uint64_t *high)
{
    const char *p = strchr(s, '[');
    uint64_t last;

    *top = UNKNOWN;
    if (!p)
        return false;
    p++;
    if (!text_hex(&p, low) || !text_take(&p, ", ") || !text_hex(&p, high))
        return false;
    p = text_skip_blanks(p);
    if (text_take(&p, ",")) {
        p = text_skip_blanks(p);
        if (!text_hex(&p, &last))
            return false;
        *top = *high;
        *high = last;
    }
    return *low <= *high && (!known(*top) || (*low <= *top && *top <= *high));
}

static void take_space(struct heap_info *h, const char *s, bool generation)
{
    uint64_t low, top, high, committed = figure(s, "total ");

    if (!known(committed))
        committed = figure(s, "committed "); /* G1 of 25 */
    add(&h->used, figure(s, "used "));
    if (addresses(s, &low, &top, &high)) {
        add(&h->reserved, high - low);
        if (generation && known(top))
            committed = top - low;
    }
    add(&h->committed, committed);
}

static bool generation_line(struct heap_info *h, const char *s)
{
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
        if (!text_starts(s, spaces[i].name) || !strstr(s, "total ") ||
            !strstr(s, "used "))
            continue;
        h->collector = spaces[i].collector;
        take_space(h, s, spaces[i].generation);
        return true;
    }
    return false;
}

/* "ZHeap           used 24M, capacity 64M, max capacity 512M" */
static bool z_line(struct heap_info *h, const char *s)
{
    if (!text_starts(s, "ZHeap ") && !text_starts(s, "Z Heap "))
        return false;
    h->collector = "Z";
    h->used = figure(s, "used ");
    h->committed = figure(s, "capacity ");
    h->reserved = figure(s, "max capacity ");
    return true;
}

/* " 512M max, 512M soft max, 128M committed, 40M used" below its name */
static bool shenandoah_line(struct heap_info *h, const char *s)
{
    const char *p = s, *q;

    if (text_starts(s, "Shenandoah Heap")) {
        h->collector = "Shenandoah";
        return true;
    }
    if (!text_is_digit(*s) || !strstr(s, " max, ") || !strstr(s, " committed"))
        return false;
    for (; p && *p; p = (q = strchr(p, ',')) ? text_skip_blanks(q + 1) : NULL) {
        uint64_t v;

        if (!text_bytes(&p, 1, &v))
            continue;
        p = text_skip_blanks(p);
        if (text_starts(p, "max"))
            h->reserved = v;
        else if (text_starts(p, "committed"))
            h->committed = v;
        else if (text_starts(p, "used"))
            h->used = v;
    }
    return true;
}

static bool metaspace_line(struct heap_info *h, const char *s)
{
    if (!strstr(s, "used ") || !strstr(s, "committed "))
        return false;
    if (text_starts(s, "Metaspace ")) {
        h->metaspace_used = figure(s, "used ");
        h->metaspace_committed = figure(s, "committed ");
        return true;
    }
    if (!text_starts(s, "class space"))
        return false;
    h->class_space_used = figure(s, "used ");
    h->class_space_committed = figure(s, "committed ");
    h->class_space_reserved = figure(s, "reserved ");
    return true;
}

bool heap_info_line(struct heap_info *h, const char *line)
{
    const char *s = text_skip_blanks(line);

    return generation_line(h, s) || z_line(h, s) || shenandoah_line(h, s) ||
           metaspace_line(h, s);
}
