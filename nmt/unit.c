/*
 * unit.c - see unit.h. Properties are named in org.freedesktop.systemd1(5)
 * and systemd.resource-control(5); sizes are binary there. What systemctl
 * status prints is for people: its sizes are rounded to a tenth.
 */
#include "nmt/unit.h"

#include <string.h>

#include "nmt/process.h"
#include "nmt/text.h"

/* Of waitid(2). */
enum { EXITED = 1, KILLED = 2, DUMPED = 3 };
/* A shell adds a signal's number to this. */
#define BY_SIGNAL 128

void unit_init(struct unit *u)
{
    const struct unit_figure none = {.value = UNKNOWN};

    *u = (struct unit){.limit = none,
                       .usage = none,
                       .peak = none,
                       .tasks = none,
                       .code = none,
                       .status = none,
                       .pid = none};
}

uint64_t unit_value(const struct unit_figure *f)
{
    return f->differs ? UNKNOWN : f->value;
}

const struct unit_figure *unit_memory(const struct unit *u)
{
    return known(unit_value(&u->usage)) ? &u->usage : &u->peak;
}

uint64_t unit_exit_status(const struct unit *u)
{
    uint64_t code = unit_value(&u->code), status = unit_value(&u->status);

    if (!known(status) || status >= BY_SIGNAL * 2)
        return UNKNOWN;
    if (code == KILLED || code == DUMPED)
        return BY_SIGNAL + status;
    return code == EXITED ? status : UNKNOWN;
}

static void set(struct unit_figure *f, uint64_t v, uint64_t line)
{
    f->differs = f->differs || (known(f->value) && f->value != v);
    f->value = v;
    f->line = line;
}

/* ---- values ----------------------------------------------------------- */

/* "536870912", "512M", "498.2M", "infinity"; not "80%", "[not set]". */
static bool take_value(const char *s, uint64_t *ret)
{
    if (text_take(&s, "infinity")) {
        *ret = LIMIT_UNLIMITED;
        return true;
    }
    return text_bytes(&s, 1, ret) && *s != '%';
}

static void take(struct unit_figure *f, const char *s, uint64_t line)
{
    uint64_t v;

    if (take_value(s, &v))
        set(f, v, line);
}

/* ---- systemctl status ------------------------------------------------- */

/* Behind `key`, which may stand for swap as well. */
static const char *find(const char *s, const char *key)
{
    static const char swap[] = "swap ";
    const size_t n = sizeof swap - 1 + strlen(key);

    for (const char *p = s; (p = text_after(p, key));)
        if ((size_t)(p - s) < n || !text_starts(p - n, swap))
            return p;
    return NULL;
}

/* "Memory: 498.2M (high: 480.0M, max: 512.0M, swap max: 0B, peak: 500.0M)"; of
 * one that ended the first says nothing. */
static void memory_line(struct unit *u, const char *s, uint64_t line)
{
    const char *limit = find(s, "max: "), *peak = find(s, "peak: ");

    if (!limit)
        limit = text_after(s, "(limit: "); /* up to systemd 241 */
    if (u->runs)
        take(&u->usage, s, line);
    if (limit)
        take(&u->limit, limit, line);
    if (peak)
        take(&u->peak, peak, line);
}

/* "Tasks: 43 (limit: 512)" */
static void tasks_line(struct unit *u, const char *s, uint64_t line)
{
    const char *limit = text_after(s, "(limit: ");

    if (limit)
        take(&u->tasks, limit, line);
}

/* Of waitid(2), as systemd words it. */
static uint64_t code_of(const char *s)
{
    if (text_starts(s, "exited"))
        return EXITED;
    if (text_starts(s, "killed"))
        return KILLED;
    return text_starts(s, "dumped") ? DUMPED : UNKNOWN;
}

static uint64_t signal_of(const char *s)
{
    static const struct {
        const char *name;
        uint64_t number;
    } signals[] = {{"HUP", 1},   {"INT", 2},  {"QUIT", 3},  {"ABRT", 6},
                   {"BUS", 7},   {"KILL", 9}, {"USR1", 10}, {"SEGV", 11},
                   {"PIPE", 13}, {"TERM", 15}};

    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (text_starts(s, signals[i].name))
            return signals[i].number;
    return UNKNOWN;
}

/* "Main PID: 4711 (code=killed, signal=KILL)", "(code=exited, status=143)" */
static void main_line(struct unit *u, const char *s, uint64_t line)
{
    const char *code = text_after(s, "(code="), *name;
    uint64_t pid, v;

    if (!text_uint(&s, &pid) || !code || !known(code_of(code)))
        return;
    if (known(u->pid.value)) /* "Process:" told that it is a JVM */
        set(&u->pid, pid, line);
    set(&u->code, code_of(code), line);
    name = text_after(code, "signal=");
    if (name)
        set(&u->status, signal_of(name), line);
    name = text_after(code, "status=");
    if (name && text_uint(&name, &v))
        set(&u->status, v, line);
}

/* "Process: 4711 ExecStart=/usr/bin/java -Xmx256m ... (code=killed, ...)" */
static void process_line(struct unit *u, const char *s, uint64_t line)
{
    const char *path;
    uint64_t pid;
    size_t n;

    if (!text_uint(&s, &pid) || !(path = text_after(s, "ExecStart=")))
        return;
    n = strcspn(path, " ");
    if (n >= 5 && strncmp(path + n - 5, "/java", 5) == 0)
        set(&u->pid, pid, line);
}

static void status_line(struct unit *u, const char *s, uint64_t number)
{
    if (text_take(&s, "Active: "))
        u->runs = text_starts(s, "active") || text_starts(s, "deactivating");
    else if (text_take(&s, "Memory: "))
        memory_line(u, s, number);
    else if (text_take(&s, "Tasks: "))
        tasks_line(u, s, number);
    else if (text_take(&s, "Process: "))
        process_line(u, s, number);
    else if (text_take(&s, "Main PID: "))
        main_line(u, s, number);
}

/* ---- lines ------------------------------------------------------------ */

bool unit_is_line(const char *text)
{
    static const char *const starts[] = {
        "Loaded: loaded (", "ExecMainStatus=", "MemoryMax=",
        "MemoryLimit=",     "TasksMax=",
    };

    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (text_starts(text, starts[i]))
            return true;
    return false;
}

static void property_line(struct unit *u, const char *s, uint64_t number)
{
    /* What the latter is called since it is v2's is said beside it. */
    if (text_take(&s, "MemoryMax=") ||
        (text_take(&s, "MemoryLimit=") && !text_starts(s, "infinity")))
        take(&u->limit, s, number);
    else if (text_take(&s, "MemoryCurrent="))
        take(&u->usage, s, number);
    else if (text_take(&s, "TasksMax="))
        take(&u->tasks, s, number);
    else if (text_take(&s, "ExecMainCode="))
        take(&u->code, s, number);
    else if (text_take(&s, "ExecMainStatus="))
        take(&u->status, s, number);
    else if (text_take(&s, "MemoryPeak="))
        take(&u->peak, s, number);
}

void unit_line(struct unit *u, const char *text, uint64_t number)
{
    const char *s = text_skip_blanks(text);

    u->described = u->described || unit_is_line(s);
    if (text_starts(s, "Loaded: loaded (")) {
        u->within = true;
        u->runs = true;
    }
    /* The journal's last lines follow an empty one. */
    u->within = u->within && *s;
    if (u->within)
        status_line(u, s, number);
    else
        property_line(u, s, number);
}
