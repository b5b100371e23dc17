/*
 * jcmd_native.c - the reports about what lies beside the heap: VM.metaspace,
 * Compiler.codecache, System.native_heap_info and trim_native_heap.
 */
#include <string.h>

#include "nmt/heap_lines.h"
#include "nmt/jcmd_lines.h"
#include "nmt/logs.h"
#include "nmt/text.h"

#define UNLIMITED_ABOVE 1e18

/* "4.34 MB", "1,50 GB" (by locale), "0 bytes": bytes, rounded as printed. */
static bool take_size(const char **p, uint64_t *ret)
{
    static const char units[] = "KMGT";
    const char *s = *p, *u;
    double v;

    if (!text_seconds(&s, &v))
        return false;
    s = text_skip_blanks(s);
    u = *s ? strchr(units, *s) : NULL;
    for (; u && u >= units; u--)
        v *= 1024;
    if (v >= UNLIMITED_ABOVE)
        return false;
    *p = s;
    *ret = (uint64_t)v;
    return true;
}

static void set(uint64_t *to, uint64_t v)
{
    if (!known(*to))
        *to = v;
}

/* ---- VM.metaspace ----------------------------------------------------- */

enum metaspace_part { PART_OTHER, PART_USAGE, PART_VIRTUAL, PART_WASTE };

struct metaspace_reader {
    struct metaspace_info *ret;
    struct heap_info exact; /* 25 prints the sums in KB as well */
    enum metaspace_part part;
};

/* The size in the ", "-separated piece that ends in `word`. */
static bool size_of(const char *s, const char *word, uint64_t *ret)
{
    while (s) {
        const char *next = strstr(s, ", "), *p = text_skip_blanks(s);
        const char *hit = strstr(s, word);

        if (hit && (!next || hit < next))
            return take_size(&p, ret);
        s = next ? next + 2 : NULL;
    }
    return false;
}

/* "Total Usage - 53 loaders, 1057 classes (918 shared):", in 11 only
 * "Total Usage ( 353 loaders):" */
static void usage_head(struct metaspace_info *m, const char *s)
{
    s += strcspn(s, "0123456789");
    if (!text_uint(&s, &m->loaders))
        return;
    s += strcspn(s, "0123456789");
    text_uint(&s, &m->classes);
}

static void usage_line(struct metaspace_info *m, const char *s)
{
    uint64_t v;

    if (text_take(&s, "Both:") && size_of(s, " used", &v))
        set(&m->used, v);
    else if (text_take(&s, "Class:") && size_of(s, " used", &v))
        set(&m->class_used, v);
}

static void virtual_line(struct metaspace_info *m, const char *s)
{
    bool both = text_take(&s, "Both:");
    uint64_t v;

    if (!both && !text_take(&s, "Class space:"))
        return;
    if (size_of(s, " reserved", &v))
        set(both ? &m->reserved : &m->class_reserved, v);
    if (size_of(s, " committed", &v))
        set(both ? &m->committed : &m->class_committed, v);
}

static void metaspace_limit(struct metaspace_info *m, const char *s)
{
    if (text_take(&s, "MaxMetaspaceSize:")) {
        s = text_skip_blanks(s);
        take_size(&s, &m->max);
    } else if (text_take(&s, "CompressedClassSpaceSize:")) {
        s = text_skip_blanks(s);
        take_size(&s, &m->class_limit);
    }
}

static void waste_line(struct metaspace_info *m, const char *s)
{
    uint64_t v;

    if (!text_take(&s, "-total-:"))
        return;
    s = text_skip_blanks(s);
    if (take_size(&s, &v))
        set(&m->waste, v);
}

static bool metaspace_line(void *context, const char *line, uint64_t number,
                           struct err *e)
{
    struct metaspace_reader *r = context;
    const char *s = text_skip_blanks(line);

    (void)e;
    if (text_starts(s, "Total Usage")) {
        r->part = PART_USAGE;
        r->ret->line = number;
        usage_head(r->ret, s);
    } else if (text_starts(s, "Virtual space:"))
        r->part = PART_VIRTUAL;
    else if (text_starts(s, "Waste"))
        r->part = r->part == PART_WASTE ? r->part : PART_WASTE;
    else if (text_starts(s, "Chunk freelists:"))
        r->part = PART_OTHER;
    else if (r->part == PART_USAGE)
        usage_line(r->ret, s);
    else if (r->part == PART_VIRTUAL)
        virtual_line(r->ret, s);
    else if (r->part == PART_WASTE)
        waste_line(r->ret, s);
    metaspace_limit(r->ret, s);
    if (heap_info_line(&r->exact, s) && !r->ret->line)
        r->ret->line = number;
    return true;
}

bool metaspace_read(struct source *s, struct arena *a,
                    struct metaspace_info *ret, struct err *e)
{
    struct metaspace_reader r = {.ret = ret};

    memset(ret, 0, sizeof *ret);
    ret->used = ret->committed = ret->reserved = UNKNOWN;
    ret->class_used = ret->class_committed = ret->class_reserved = UNKNOWN;
    ret->loaders = ret->classes = ret->waste = UNKNOWN;
    ret->max = ret->class_limit = UNKNOWN;
    heap_info_init(&r.exact);
    if (!jcmd_each_line(s, a->mem, metaspace_line, &r, e))
        return false;
    set(&ret->used, r.exact.metaspace_used);
    set(&ret->committed, r.exact.metaspace_committed);
    set(&ret->class_used, r.exact.class_space_used);
    set(&ret->class_committed, r.exact.class_space_committed);
    set(&ret->class_reserved, r.exact.class_space_reserved);
    return true;
}

/* ---- Compiler.codecache ----------------------------------------------- */

struct codecache_reader {
    struct codecache_info *ret;
    bool heaps; /* segments were summed: the sum's own line is left out */
};

static void add_after(const char *s, const char *key, uint64_t *sum)
{
    uint64_t v;

    if (text_bytes_after(s, key, 1, &v))
        *sum = known_or(*sum, 0) + v;
}

static bool codecache_line(void *context, const char *line, uint64_t number,
                           struct err *e)
{
    struct codecache_reader *r = context;
    struct codecache_info *c = r->ret;
    const char *s = text_skip_blanks(line), *p;
    uint64_t full;

    (void)e;
    if (text_starts(s, "CodeHeap '") ||
        (text_starts(s, "CodeCache:") && !r->heaps)) {
        r->heaps |= text_starts(s, "CodeHeap '");
        add_after(s, " size=", &c->size);
        add_after(s, " used=", &c->used);
        add_after(s, " max_used=", &c->max_used);
        add_after(s, " free=", &c->free);
        if (!c->line)
            c->line = number;
    }
    if (strstr(s, "ompilation: disabled"))
        c->full = true;
    p = text_after(s, "full_count=");
    if (p && text_uint(&p, &full) && full)
        c->full = true;
    return true;
}

bool codecache_read(struct source *s, struct arena *a,
                    struct codecache_info *ret, struct err *e)
{
    struct codecache_reader r = {.ret = ret};

    memset(ret, 0, sizeof *ret);
    ret->size = ret->used = ret->max_used = ret->free = UNKNOWN;
    return jcmd_each_line(s, a->mem, codecache_line, &r, e);
}

/* ---- System.native_heap_info, System.trim_native_heap ----------------- */

struct native_reader {
    struct native_heap *ret;
    bool in_heap;  /* between <heap> and </heap>: one arena's figures */
    bool in_total; /* malloc_stats: behind "Total (incl. mmap):" */
};

static void take_xml(const char *s, uint64_t *to)
{
    const char *p = text_after(s, " size=\"");
    uint64_t v;

    if (p && text_uint(&p, &v))
        *to = known_or(*to, 0) + v;
}

/* glibc's malloc_info: arenas first, then the sums outside any of them. */
static void malloc_info_line(struct native_reader *r, const char *s)
{
    struct native_heap *h = r->ret;

    if (text_starts(s, "<heap ")) {
        r->in_heap = true;
        h->arenas = known_or(h->arenas, 0) + 1;
    } else if (text_starts(s, "</heap>"))
        r->in_heap = false;
    else if (r->in_heap)
        return;
    else if (text_starts(s, "<total type=\"mmap\""))
        take_xml(s, &h->mmapped);
    else if (text_starts(s, "<total type="))
        take_xml(s, &h->free_bytes);
    else if (text_starts(s, "<system type=\"current\""))
        take_xml(s, &h->system);
}

static void stats_figure(const char *s, uint64_t *to)
{
    uint64_t v;

    if (text_bytes_after(s, "=", 1, &v))
        *to = v;
}

/* glibc's malloc_stats: "Arena 0:", "system bytes     =     135168". */
static void malloc_stats_line(struct native_reader *r, const char *s)
{
    struct native_heap *h = r->ret;

    if (text_starts(s, "Arena "))
        h->arenas = known_or(h->arenas, 0) + 1;
    else if (text_starts(s, "Total (incl. mmap):"))
        r->in_total = true;
    else if (r->in_total && text_starts(s, "system bytes"))
        stats_figure(s, &h->system);
    else if (r->in_total && text_starts(s, "in use bytes"))
        stats_figure(s, &h->in_use);
}

/* "Trim native heap: RSS+Swap: 193M->192M (-144K)", and before 21 "RSS
 * before: 171084k, after: 154348k, (-16736k)". */
static void trim_line(struct native_heap *h, const char *s)
{
    const char *p = text_after(s, "RSS+Swap: ");
    uint64_t v;

    if (p) {
        if (text_bytes(&p, 1, &h->trim_before) && text_take(&p, "->"))
            text_bytes(&p, 1, &h->trim_after);
    } else if ((p = text_after(s, "RSS before:"))) {
        p = text_skip_blanks(p);
        if (text_bytes(&p, 1, &h->trim_before) &&
            text_bytes_after(p, "after:", 1, &v))
            h->trim_after = v;
    }
    p = p ? strchr(p, '(') : NULL;
    if (p && (p[1] == '-' || p[1] == '+')) {
        bool minus = p[1] == '-';

        p += 2;
        if (text_bytes(&p, 1, &v) && v <= INT64_MAX)
            h->trim_delta = minus ? -(int64_t)v : (int64_t)v;
    }
}

static bool native_line(void *context, const char *line, uint64_t number,
                        struct err *e)
{
    struct native_reader *r = context;
    const char *s = text_skip_blanks(line);

    (void)e;
    malloc_info_line(r, s);
    malloc_stats_line(r, s);
    trim_line(r->ret, s);
    if (!r->ret->line && (known(r->ret->arenas) || known(r->ret->trim_before)))
        r->ret->line = number;
    return true;
}

bool native_heap_read(struct source *s, struct arena *a,
                      struct native_heap *ret, struct err *e)
{
    struct native_reader r = {.ret = ret};

    memset(ret, 0, sizeof *ret);
    ret->in_use = ret->free_bytes = ret->mmapped = ret->system = UNKNOWN;
    ret->arenas = ret->trim_before = ret->trim_after = UNKNOWN;
    ret->trim_delta = UNKNOWN_DELTA;
    if (!jcmd_each_line(s, a->mem, native_line, &r, e))
        return false;
    if (!known(ret->in_use) && known(ret->system))
        ret->in_use = known_minus(ret->system + known_or(ret->mmapped, 0),
                                  known_or(ret->free_bytes, 0));
    else if (!known(ret->free_bytes))
        ret->free_bytes = known_minus(ret->system, ret->in_use);
    return true;
}
