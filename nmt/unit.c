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

    *u = (struct unit){none, none, none, none, none};
}

uint64_t unit_value(const struct unit_figure *f)
{
    return f->differs ? UNKNOWN : f->value;
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

/* Behind "max: ", which may stand for swap as well. */
static const char *find_max(const char *s)
{
    static const char swap[] = "swap ";
    const size_t n = sizeof swap - 1;

    for (const char *p = s; (p = text_after(p, "max: "));)
        if ((size_t)(p - s) < n + 5 || strncmp(p - 5 - n, swap, n) != 0)
            return p;
    return NULL;
}

/* "Memory: 498.2M (high: 480.0M, max: 512.0M, swap max: 0B)" */
static void memory_line(struct unit *u, const char *s, uint64_t line)
{
    const char *limit = find_max(s);

    if (!limit)
        limit = text_after(s, "(limit: "); /* up to systemd 241 */
    take(&u->usage, s, line);
    if (limit)
        take(&u->limit, limit, line);
}

/* "Tasks: 43 (limit: 512)" */
static void tasks_line(struct unit *u, const char *s, uint64_t line)
{
    const char *limit = text_after(s, "(limit: ");

    if (limit)
        take(&u->tasks, limit, line);
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

void unit_line(struct unit *u, const char *text, uint64_t number)
{
    const char *s = text_skip_blanks(text);

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
    else if (text_take(&s, "Memory: "))
        memory_line(u, s, number);
    else if (text_take(&s, "Tasks: "))
        tasks_line(u, s, number);
}
