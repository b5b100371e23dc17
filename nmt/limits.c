/*
 * limits.c - the limits of a process: /proc/PID/limits, and where nobody
 * captured that, what the shell that launched it printed ("ulimit -a") or was
 * told ("ulimit -v 2662400").
 */
#include <string.h>

#include "base/lines.h"
#include "nmt/limits.h"
#include "nmt/process.h"
#include "nmt/text.h"

static bool take_value(const char **p, uint64_t unit, uint64_t *ret)
{
    uint64_t v;

    *p = text_skip_blanks(*p);
    if (text_take(p, "unlimited")) {
        *ret = LIMIT_UNLIMITED;
        return true;
    }
    return text_uint(p, &v) && !__builtin_mul_overflow(v, unit, ret);
}

/* "Max processes             96365                96365    processes" */
static void proc_line(const char *line, const char *name, uint64_t *ret)
{
    if (text_take(&line, name) && text_is_blank(*line))
        take_value(&line, 1, ret);
}

/* "virtual memory              (kbytes, -v) 2662400": what it is called
 * differs from shell to shell, the letter never does. */
static bool listed(const char *line, char *letter, const char **value)
{
    const char *s = strchr(line, '(');

    s = s ? strchr(s, '-') : NULL;
    if (!s || (s[-1] != '(' && s[-1] != ' ') || !s[1] || s[2] != ')')
        return false;
    *letter = s[1];
    *value = s + 3;
    return true;
}

/* "ulimit -v 2662400", "ulimit -S -v 2662400", "ulimit -Sv 2662400"; a traced
 * script's line begins with '+'. */
static bool told(const char *line, char *letter, const char **value)
{
    const char *s = line + strspn(line, " \t+$");

    if (!text_take(&s, "ulimit "))
        return false;
    *letter = '\0';
    while (*(s = text_skip_blanks(s)) == '-')
        for (s++; *s && !text_is_blank(*s); s++)
            if (*s != 'S' && *s != 'H')
                *letter = *s;
    *value = s;
    return *letter != '\0';
}

bool limits_shell_line(const char *line, char *letter, uint64_t *ret)
{
    const char *value;
    uint64_t unit;

    if (!listed(line, letter, &value) && !told(line, letter, &value))
        return false;
    unit = strchr("vsl", *letter) ? 1024 : 1; /* kbytes of these */
    return strchr("vslun", *letter) && take_value(&value, unit, ret);
}

static void shell_line(const char *line, struct proc_limits *l)
{
    uint64_t v;
    char letter;

    if (!limits_shell_line(line, &letter, &v))
        return;
    switch (letter) {
    case 'v': l->address_space = v; break;
    case 'u': l->processes = v; break;
    case 'n': l->open_files = v; break;
    case 's': l->stack = v; break;
    default: l->locked = v; break;
    }
}

/* "vm.max_map_count = 65530", as sysctl prints it. */
static bool allowed_maps(const char *s, uint64_t *ret)
{
    return text_assigned(s, "vm.max_map_count", ret);
}

/* "31413 /proc/11952/maps", as wc -l counts them. */
static bool counted_maps(const char *s, uint64_t *ret)
{
    uint64_t pid, n;

    s = text_skip_blanks(s);
    if (!text_uint(&s, &n) || !text_take(&s, " /proc/") ||
        !text_uint(&s, &pid) || strcmp(s, "/maps") != 0)
        return false;
    *ret = n;
    return true;
}

bool limits_is_maps_line(const char *line)
{
    uint64_t v;

    return allowed_maps(line, &v) || counted_maps(line, &v);
}

bool proc_limits_read(struct source *s, struct proc_limits *ret, struct mem *m,
                      struct err *e)
{
    struct lines lines;
    char *line;

    *ret = (struct proc_limits){UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN,
                                UNKNOWN, UNKNOWN, UNKNOWN};
    if (!lines_init(&lines, s, m, e))
        return false;
    while ((line = lines_next(&lines, NULL))) {
        proc_line(line, "Max processes", &ret->processes);
        proc_line(line, "Max open files", &ret->open_files);
        proc_line(line, "Max address space", &ret->address_space);
        proc_line(line, "Max stack size", &ret->stack);
        proc_line(line, "Max locked memory", &ret->locked);
        shell_line(line, ret);
        text_trim_end(line);
        allowed_maps(line, &ret->max_maps);
        counted_maps(line, &ret->maps);
    }
    lines_deinit(&lines);
    return true;
}
