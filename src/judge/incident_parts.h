/*
 * incident_parts.h - shared by the incident's own files: incident.c (adding,
 * order of reading), incident_dir.c (folders), incident_read.c (one file),
 * incident_mixed.c (two kinds in one), incident_heap.c (which dump),
 * incident_life.c (whose file),
 * incident_time.c (clocks).
 */
#ifndef OOMWHY_JUDGE_INCIDENT_PARTS_H
#define OOMWHY_JUDGE_INCIDENT_PARTS_H

#include "judge/incident.h"

#define TIME_UNKNOWN INT64_MIN

/* Failures of the machine or the budget, not of a file. */
static inline bool err_is_memory(const struct err *e)
{
    return e->code == ERR_NOMEM || e->code == ERR_BUDGET;
}

/* ---- incident.c ------------------------------------------------------- */

struct added { /* what is known of a file before it is looked at */
    enum artifact_kind kind; /* ARTIFACT_UNKNOWN: look inside */
    bool baseline, after_dump;
    bool found; /* in a directory: if it can't be opened, others can */
    uint32_t snapshot;
};
/* *ret: which input it became, or already was. */
bool incident_add_file(struct incident *i, const char *path,
                       const struct added *a, uint32_t *ret, struct err *e);
/* Whether a file or folder in a snapshot has a name that says so. */
bool is_after(const char *name);
/* Keeps why `in` can't be used, which is damage or isn't. False: memory ran
 * out. */
bool input_unread(struct incident *i, struct input *in, const struct err *why,
                  struct err *e);
bool input_fails(struct incident *i, struct input *in, const struct err *why,
                 struct err *e);
/* Notes that `in` was read although something was wrong with it. */
bool input_damaged(struct incident *i, struct input *in, const char *what,
                   struct err *e);

/* ---- incident_dir.c --------------------------------------------------- */

bool incident_add_dir(struct incident *i, const char *path, struct err *e);

/* ---- incident_read.c -------------------------------------------------- */

/* Opens, or goes on with what was left open; the caller closes. */
bool input_open(struct incident *i, struct input *in, struct source **ret,
                struct err *e);
/* The reader of in->kind. On failure nothing of `in` needs freeing. */
bool input_read_kind(struct incident *i, struct input *in, struct source *s,
                     struct err *e);
/* Reads everything but heap dumps. False: memory ran out. */
bool input_read(struct incident *i, struct input *in, struct err *e);
void input_deinit(struct input *in, struct mem *m);

/* ---- incident_beside.c ------------------------------------------------ */

/* Sets `beside` of every input; all have been read. */
void incident_set_beside(struct incident *i);

/* ---- incident_mixed.c ------------------------------------------------- */

/* Adds inputs for what else stands in texts already read. */
bool incident_read_mixed(struct incident *i, struct err *e);

/* ---- incident_heap.c -------------------------------------------------- */

/* Chooses among the dumps and analyses them. False: memory ran out. */
bool incident_read_heaps(struct incident *i, const struct heap_options *o,
                         struct err *e);

/* ---- incident_time.c -------------------------------------------------- */

/* The first UTC time that a log's lines begin with. `s` stands at its
 * beginning and stays there. */
int64_t first_stamp(struct source *s);
/* What the parsed content says, else what it was before. */
int64_t input_time(const struct input *in);
/* Of the header: false if it is not that of a heap dump. */
bool hprof_header_time(struct source *s, int64_t *ret);
/* Sets the time of every snapshot: its name's, or that of its files. */
void incident_time_snapshots(struct incident *i);

#endif
