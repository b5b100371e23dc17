/*
 * process.c - /proc/PID/status.
 */
#include "nmt/process.h"

#include <string.h>

#include "base/lines.h"
#include "nmt/text.h"

/* ---- status ----------------------------------------------------------- */

void proc_status_init(struct proc_status *p)
{
    *p = (struct proc_status){
        .pid = UNKNOWN,
        .ppid = UNKNOWN,
        .ns_pid = UNKNOWN,
        .vm_peak = UNKNOWN,
        .vm_size = UNKNOWN,
        .vm_hwm = UNKNOWN,
        .rss = UNKNOWN,
        .anon = UNKNOWN,
        .file = UNKNOWN,
        .shmem = UNKNOWN,
        .swap = UNKNOWN,
        .data = UNKNOWN,
        .threads = UNKNOWN,
    };
}

/* Where the figure of "key:" on `line` goes; NULL if nobody asked for it. */
static uint64_t *status_field(struct proc_status *p, const char *line)
{
    const struct {
        const char *key;
        uint64_t *field;
    } fields[] = {
        {"Pid:", &p->pid},        {"PPid:", &p->ppid},
        {"VmPeak:", &p->vm_peak}, {"VmSize:", &p->vm_size},
        {"VmHWM:", &p->vm_hwm},   {"VmRSS:", &p->rss},
        {"RssAnon:", &p->anon},   {"RssFile:", &p->file},
        {"RssShmem:", &p->shmem}, {"VmSwap:", &p->swap},
        {"VmData:", &p->data},    {"Threads:", &p->threads},
    };

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (text_starts(line, fields[i].key))
            return fields[i].field;
    return NULL;
}

/* "NSpid:	4711	17	1": one for each namespace, the innermost last.
 */
static void read_ns_pid(const char *line, struct proc_status *p)
{
    const char *s = line + strlen("NSpid:");

    do
        s = text_skip_blanks(s);
    while (text_uint(&s, &p->ns_pid));
}

static bool read_status_line(const char *line, uint64_t number, struct arena *a,
                             struct proc_status *p, struct err *e)
{
    uint64_t *field = status_field(p, line);
    const char *s = strchr(line, ':');

    if (field) {
        s = text_skip_blanks(s + 1);
        text_bytes(&s, 1, field);
        if (field == &p->rss)
            p->line = number;
    } else if (text_starts(line, "NSpid:")) {
        read_ns_pid(line, p);
    } else if (text_starts(line, "Name:") && !p->name) {
        p->name = arena_strdup(a, text_skip_blanks(s + 1), e);
        return p->name != NULL;
    }
    return true;
}

bool proc_status_read(struct source *s, struct arena *a,
                      struct proc_status *ret, struct err *e)
{
    struct lines lines;
    bool ok = true;
    char *line;

    proc_status_init(ret);
    if (!lines_init(&lines, s, a->mem, e))
        return false;
    while (ok && (line = lines_next(&lines, NULL))) {
        text_trim_end(line);
        ok = read_status_line(text_skip_blanks(line), lines.number, a, ret, e);
    }
    lines_deinit(&lines);
    return ok;
}
