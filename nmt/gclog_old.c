/*
 * gclog_old.c - GC logs of JDK 8 and before: -verbose:gc, PrintGC and
 * PrintGCDetails of Serial, Parallel, CMS and G1.
 */
#include <string.h>

#include "nmt/gclog_parse.h"
#include "nmt/release.h"
#include "nmt/text.h"

/* The change that stands in no inner bracket: generations have theirs, and
 * so has Metaspace; what is left is the whole heap's. */
static bool outer_change(const char *s, int depth, struct gc_change *ret)
{
    struct gc_change c;
    const char *p = s;

    while (gc_change_find(p, &c)) {
        for (; s < c.from; s++)
            depth += (*s == '[') - (*s == ']');
        if (depth == 1) {
            *ret = c;
            return true;
        }
        p = c.to;
    }
    return false;
}

/* "2.345: [GC": seconds since start; a date may stand before them, or alone:
 * "2026-01-02T03:04:05.678+0000: [GC". */
static double uptime_before(const char *line, const char *bracket)
{
    const char *p = bracket;
    double v;

    if (p - line < 3 || p[-1] != ' ' || p[-2] != ':')
        return -1;
    for (p -= 2;
         p > line && (text_is_digit(p[-1]) || p[-1] == '.' || p[-1] == ',');)
        p--;
    if (p > line && (p[-1] == '+' || p[-1] == '-'))
        return -1;
    return text_seconds(&p, &v) ? v : -1;
}

/* How many brackets are open behind the line, if `depth` were before it. Those
 * of address ranges, "[0x1, 0x2)", never close. */
static int depth_behind(const char *line, int depth)
{
    for (const char *s = line; *s; s++)
        if (*s == ']')
            depth--;
        else if (*s == '[' && !text_starts(s + 1, "0x"))
            depth++;
    return depth;
}

/* The old generation's own bracket: Serial and CMS collect it where a young
 * collection would not have done, and say so nowhere else. */
static bool collects_old(const char *s)
{
    const char *cms = s;

    if (strstr(s, "[Tenured"))
        return true;
    while ((cms = text_after(cms, "[CMS")))
        if (*cms != '-')
            return true;
    return false;
}

static void note_collector(struct gc_log *g, const char *line)
{
    static const char *const marks[][2] = {
        {"[PSYoungGen", "Parallel"},
        {"[ParNew", "CMS"},
        {"[CMS", "CMS"},
        {"[DefNew", "Serial"},
        {"[Tenured", "Serial"},
        {"[GC pause", "G1"},
        {"UseG1GC", "G1"},
        {"UseConcMarkSweepGC", "CMS"},
        {"UseParallelGC", "Parallel"},
        {"UseSerialGC", "Serial"},
    };

    for (size_t i = 0; !g->collector && i < sizeof marks / sizeof *marks; i++)
        if (strstr(line, marks[i][0]))
            g->collector = marks[i][1];
}

static void set_change(struct gc_pause *p, const struct gc_change *c)
{
    p->before = c->before;
    p->after = c->after;
    p->capacity = c->capacity;
}

/* "[GC (Cause) ...", "[Full GC (Cause) ...", "[GC pause (Cause) (young)":
 * `s` stands behind the word. */
static bool begin(struct gc_reader *r, const char *line, const char *bracket,
                  const char *s, bool full, struct err *e)
{
    struct gc_change c;
    struct gc_pause p;

    gc_pause_init(r, &p);
    r->log->old = true;
    p.full = full || collects_old(s);
    p.uptime = uptime_before(line, bracket);
    p.time = gc_time_of(line);
    if (!gc_cause_at(r, s, &p.cause, e))
        return false;
    r->is_open = false;
    if (outer_change(bracket, 0, &c)) {
        set_change(&p, &c);
        return gc_pause_add(r, &p, e);
    }
    r->open = p;
    r->is_open = true;
    r->depth = depth_behind(bracket, 0);
    return true;
}

/* What an open pause still waits for: G1's "Heap: A(B)->C(D)]", or the rest
 * of a line that other messages broke: those of CMS's own thread, or what
 * -XX:+PrintAdaptiveSizePolicy and the like print. */
static bool finish(struct gc_reader *r, const char *line, struct err *e)
{
    const char *heap = text_after(line, " Heap: ");
    int depth = r->depth;
    struct gc_change c;

    r->depth = depth_behind(line, depth);
    if (collects_old(line) || strstr(line, "concurrent mode failure"))
        r->open.full = true;
    if (heap ? !gc_change_find(heap, &c)
             : !strstr(line, "secs]") || !outer_change(line, depth, &c))
        return true;
    r->is_open = false;
    set_change(&r->open, &c);
    r->open.line = r->number;
    return gc_pause_add(r, &r->open, e);
}

static void flags(struct gc_log *g, const char *line)
{
    const char *jre = strstr(line, " JRE (");
    uint64_t v;

    if (jre && strstr(line, " Server VM ("))
        g->jdk = release_in_brackets(jre);
    if (!strstr(line, "CommandLine flags:"))
        return;
    g->old = true;
    if (text_bytes_after(line, "-XX:MaxHeapSize=", 1, &v))
        g->heap_max = v;
    if (text_bytes_after(line, "-XX:G1HeapRegionSize=", 1, &v))
        g->region_size = v;
}

/* "[GC (CMS Final Remark) [YG occupancy: ..." and "[GC concurrent-mark-start]"
 * collect nothing, and "[GC Worker Start" is a figure of G1's. */
static bool frees_nothing(const char *s)
{
    return text_starts(s, "[GC concurrent") || text_starts(s, "[GC remark") ||
           text_starts(s, "[GC cleanup") || text_starts(s, "[GC Worker") ||
           strstr(s, " CMS-initial-mark:") || strstr(s, " CMS-remark:");
}

bool gc_old_line(struct gc_reader *r, const char *line, bool *ret,
                 struct err *e)
{
    const char *s;

    flags(r->log, line);
    if (!strchr(line, '[') && !r->is_open) {
        if (strstr(line, "CommandLine flags:"))
            note_collector(r->log, line);
        *ret = false;
        return true;
    }
    *ret = true;
    if ((s = strstr(line, "[Full GC"))) {
        note_collector(r->log, line);
        return begin(r, line, s, s + strlen("[Full GC"), true, e);
    }
    if ((s = strstr(line, "[GC pause"))) {
        note_collector(r->log, line);
        return begin(r, line, s, s + strlen("[GC pause"), false, e);
    }
    if ((s = strstr(line, "[GC ")) && !frees_nothing(s)) {
        note_collector(r->log, line);
        return begin(r, line, s, s + strlen("[GC"), false, e);
    }
    *ret = r->is_open;
    return !r->is_open || finish(r, line, e);
}
