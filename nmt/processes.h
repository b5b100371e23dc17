/*
 * processes.h - a list of processes, with their parents or with what they
 * hold, as ps prints it in any of its forms (-ef, aux, -eo pid,ppid,...), and
 * top -b and pidstat -r. Columns are found by the header's names.
 */
#ifndef OOMWHY_NMT_PROCESSES_H
#define OOMWHY_NMT_PROCESSES_H

#include "base/arena.h"
#include "base/source.h"
#include "base/vec.h"

/* Rows kept; no machine that anybody lists has more. */
#define PROCESSES_MAX 65536

struct listed_process {
    uint64_t pid, ppid;         /* ppid: or UNKNOWN */
    uint64_t rss, vsz, threads; /* bytes; UNKNOWN: no such column */
    const char *name;           /* of the command, without its folder; or "" */
    uint64_t line;
};

struct process_list {
    VEC(struct listed_process) rows;
};

/* Whether a line is the header of such a list. */
bool process_list_header(const char *line);
/* Like the readers of logs.h. */
bool process_list_read(struct source *s, struct arena *a,
                       struct process_list *ret, struct err *e);
void process_list_deinit(struct process_list *l, struct mem *m);
/* The row of that pid, the last if there are several; or NULL. */
const struct listed_process *process_list_find(const struct process_list *l,
                                               uint64_t pid);
/* The only JVM in it, as the last list shows it; NULL: there is none, or they
 * are several. */
const struct listed_process *process_list_jvm(const struct process_list *l);

#endif
