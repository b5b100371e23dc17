/*
 * gclog.c - GC logs: the unified log of 9 and later for every collector;
 * JDK 8's own format is gclog_old.c's.
 */
#include <string.h>

#include "base/lines.h"
#include "base/out.h"
#include "nmt/cut.h"
#include "nmt/gclog_parse.h"
#include "nmt/kernel_parts.h"
#include "nmt/release.h"
#include "nmt/text.h"

/* ---- lines of the unified log ----------------------------------------- */

/* "[0.393s]", "[393ms]" among the decorations in front; < 0 if not there. */
static double uptime_of(const char *line)
{
    const char *s = line;
    double v;

    for (int i = 0; i < 8 && (s = strchr(s, '[')); i++) {
        s++;
        if (!text_seconds(&s, &v))
            continue;
        if (text_starts(s, "s]"))
            return v;
        if (text_starts(s, "ms]"))
            return v / 1000;
    }
    return -1;
}

/* What frees memory, whether it looked at the whole heap, and whether the
 * program had to wait for it. "Pause Remark" and its like free nothing. */
static const struct {
    const char *mark;
    bool full, stall;
} collections[] = {
    {" Pause Full", true, false},
    {" Pause Young", false, false},
    {" Pause Mixed", false, false},
    {" Pause Initial Mark", false, false},
    {" Pause Degenerated", false, true},
    {" Garbage Collection (", true, false},
    {" Major Collection (", true, false},
    {" Minor Collection (", false, false},
    {" Concurrent cleanup ", false, false},
};

/* Shenandoah starts over with the whole heap where it gets nowhere. */
static bool is_upgraded(struct gc_reader *r, bool degenerated)
{
    bool was = r->upgraded;

    r->upgraded = false;
    return was && degenerated;
}

static bool collection_line(struct gc_reader *r, const char *line,
                            struct err *e)
{
    const char *s = strstr(line, " GC("), *mark = NULL;
    struct gc_change c;
    struct gc_pause p;
    size_t i, n = sizeof collections / sizeof *collections;

    s = s ? s : line;
    for (i = 0; i < n && !(mark = strstr(s, collections[i].mark)); i++)
        ;
    if (strstr(s, "upgrading to Full GC") || strstr(s, "Upgrade To Full GC"))
        r->upgraded = true;
    if (i == n || !gc_change_find(mark, &c))
        return true;
    gc_pause_init(r, &p);
    p.full = is_upgraded(r, collections[i].stall) || collections[i].full;
    p.before = c.before;
    p.after = c.after;
    p.capacity = c.capacity;
    p.uptime = uptime_of(line);
    p.time = gc_time_of(line);
    r->log->stalls += collections[i].stall;
    return gc_cause_before(r, mark, c.from, &p.cause, e) &&
           gc_pause_add(r, &p, e);
}

static void set_size(const char *line, const char *key, uint64_t *to)
{
    uint64_t v;

    if (text_bytes_after(line, key, 1, &v))
        *to = v;
}

static void collector_line(struct gc_log *g, const char *line)
{
    static const char *const names[][2] = {
        {"Using Serial", "Serial"},
        {"Using Parallel", "Parallel"},
        {"Using G1", "G1"},
        {"Using Concurrent Mark Sweep", "CMS"},
        {"The Z Garbage Collector", "Z"},
        {"Using Shenandoah", "Shenandoah"},
        {"Using Epsilon", "Epsilon"},
        /* Logs that were cut off or rotated tell it by the way. */
        {"(G1 ", "G1"},
        {" DefNew: ", "Serial"},
        {" PSYoungGen: ", "Parallel"},
        {" ParNew: ", "CMS"},
        {" Garbage Collection (", "Z"},
        {" Major Collection (", "Z"},
    };

    for (size_t i = 0; !g->collector && i < sizeof names / sizeof *names; i++)
        if (strstr(line, names[i][0]))
            g->collector = names[i][1];
}

static void init_line(struct gc_log *g, const char *line)
{
    if (strstr(line, "Max Capacity: "))
        set_size(line, "Max Capacity: ", &g->heap_max);
    else if (strstr(line, "init] Version: "))
        g->jdk = release_of(text_after(line, "init] Version: "));
    else if (strstr(line, "Pre-touch: Enabled"))
        g->pretouch = true;
    else if (strstr(line, "init] Memory: "))
        set_size(line, "init] Memory: ", &g->container_memory);
    else if (strstr(line, "egion Size: "))
        set_size(line, "egion Size: ", &g->region_size);
    else if (strstr(line, "egion size: "))
        set_size(line, "egion size: ", &g->region_size);
    else if (!known(g->heap_max) && strstr(line, "eap address: "))
        set_size(line, "size: ", &g->heap_max);
}

static void humongous_line(struct gc_log *g, const char *line)
{
    const char *s = text_after(line, "Humongous regions: ");
    uint64_t n;

    s = s ? text_after(s, "->") : NULL;
    if (!s || !text_uint(&s, &n))
        return;
    g->humongous_regions = n;
    gc_peak_raise(&g->humongous_peak, n);
}

/* "Metaspace: 98M(99M)->98M(99M) NonClass: ..."; JDK 8 and 11 have no size in
 * brackets before the arrow, JDK 8 says it of full collections only. */
static void metaspace_line(struct gc_reader *r, const char *line)
{
    const char *s = text_after(line, "Metaspace: ");
    struct gc_log *g = r->log;
    struct gc_change c;

    if (!s || !gc_change_find(s, &c) || !known(c.after))
        return;
    if (!known(g->first_metaspace))
        g->first_metaspace = c.after;
    g->last_metaspace = c.after;
    g->metaspace_line = r->number;
}

/* ZGC's table: "     Live:        -     12M (1%)   12M (1%) ..." */
static void live_line(struct gc_reader *r, const char *line)
{
    const char *s = text_after(line, " Live: ");
    uint64_t v;

    if (!s)
        return;
    for (; *s; s++) {
        const char *p = s;

        if (text_is_digit(*s)) {
            if (gc_size_take(&p, &v))
                r->live = v;
            return;
        }
    }
}

/* Of -Xlog:gc* three of these come with the first collections; nobody asks
 * for three of them one by one. */
#define DETAILS 3

static void details_line(struct gc_reader *r, const char *line)
{
    static const char *const tags[] = {
        "[gc,init",      "[gc,start",  "[gc,heap",
        "[gc,metaspace", "[gc,phases", "[gc,cpu",
    };
    unsigned seen = 0;

    if (r->log->detailed)
        return;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        if (strstr(line, tags[i]))
            r->tags |= 1u << i;
        seen += r->tags >> i & 1;
    }
    if (seen >= DETAILS || strstr(line, " [Times: user="))
        r->log->detailed = true;
}

/* "[gc,heap,exit   ] Heap"; JDK 8 prints "Heap" alone. */
static void exit_line(struct gc_reader *r, const char *line)
{
    const char *s = text_after(line, "[gc,");
    const char *tag = s ? strstr(s - 1, ",exit") : NULL;

    if (tag ? *text_skip_blanks(tag + 5) == ']' : strcmp(line, "Heap") == 0)
        r->log->exit_line = r->number;
}

/* A line of a log that is kept as JSON, without that. */
static const char *unwrap(char *line)
{
    struct kernel_stamp ignored;
    const char *message;

    kernel_stamp_clear(&ignored);
    message = *line == '{' ? kernel_json_message(line, &ignored) : NULL;
    return message ? message : line;
}

static bool read_line(struct gc_reader *r, const char *line, struct err *e)
{
    bool old;

    details_line(r, line);
    exit_line(r, line);
    metaspace_line(r, line);
    if (!gc_old_line(r, line, &old, e))
        return false;
    if (old)
        return true;
    collector_line(r->log, line);
    init_line(r->log, line);
    humongous_line(r->log, line);
    live_line(r, line);
    if (strstr(line, "Allocation Stall ("))
        r->log->stalls++;
    return collection_line(r, line, e);
}

/* ---- the whole log ------------------------------------------------------ */

static void log_init(struct gc_log *g)
{
    memset(g, 0, sizeof *g);
    g->heap_max = g->peak_before = g->peak_capacity = UNKNOWN;
    g->last_full_after = g->first_full_after = UNKNOWN;
    g->humongous_last = g->humongous_regions = g->region_size = UNKNOWN;
    g->humongous_peak = UNKNOWN;
    g->container_memory = UNKNOWN;
    g->first_metaspace = g->last_metaspace = UNKNOWN;
}

/* Bytes of `n` regions; no log of a real heap overflows. */
static uint64_t regions(const struct gc_log *g, uint64_t n)
{
    uint64_t v;

    if (!known(n) || !known(g->region_size) ||
        __builtin_mul_overflow(n, g->region_size, &v))
        return UNKNOWN;
    return v;
}

/* A line of the unified log, and what of it stands below. */
struct whole_line {
    struct out text;
    size_t width; /* at which lines were cut; 0: none was */
    bool cut;     /* so far */
    uint64_t number;
};

static bool end_line(struct gc_reader *r, struct whole_line *w, struct err *e)
{
    const char *text = out_string(&w->text);

    r->number = r->log->last_line = w->number;
    w->text.text.n = 0;
    return out_finish(&w->text, e) && (!*text || read_line(r, text, e));
}

/* Every line of the unified log begins with a bracket. */
static bool take_line(struct gc_reader *r, struct whole_line *w, char *line,
                      size_t n, uint64_t number, struct err *e)
{
    if (!w->width) {
        r->number = r->log->last_line = number;
        return read_line(r, unwrap(line), e);
    }
    if (!w->cut || *line == '[') {
        if (w->text.text.n && !end_line(r, w, e))
            return false;
        w->number = number;
    }
    w->cut = n == w->width;
    out_str(&w->text, line);
    return out_finish(&w->text, e);
}

static bool read_lines(struct gc_reader *r, struct source *s, struct lines *l,
                       struct err *e)
{
    struct whole_line w = {.width = 0};
    const uint8_t *p;
    size_t n = source_peek(s, SOURCE_WINDOW, &p);
    bool ok = true;
    char *line;

    out_to_memory(&w.text, r->arena->mem);
    if (n && *p == '[')
        w.width = cut_look_at(p, n).width;
    while (ok && (line = lines_next(l, &n)))
        ok = take_line(r, &w, line, n, l->number, e);
    if (ok && w.text.text.n)
        ok = end_line(r, &w, e);
    out_deinit(&w.text);
    return ok;
}

bool gc_log_read(struct source *s, struct arena *a, struct gc_log *ret,
                 struct err *e)
{
    struct gc_reader r = {.log = ret, .arena = a, .live = UNKNOWN};
    struct lines l;
    bool ok;

    log_init(ret);
    if (!lines_init(&l, s, a->mem, e))
        return false;
    ok = read_lines(&r, s, &l, e);
    gc_pauses_unroll(&r);
    ret->humongous_last = regions(ret, ret->humongous_regions);
    ret->humongous_peak = regions(ret, ret->humongous_peak);
    vec_free(&r.causes, a->mem);
    lines_deinit(&l);
    if (!ok)
        gc_log_deinit(ret, a->mem);
    return ok;
}

void gc_log_deinit(struct gc_log *g, struct mem *m)
{
    vec_free(&g->pauses, m);
}
