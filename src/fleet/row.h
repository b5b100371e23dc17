/*
 * row.h - one analysed incident as a row of facts: what the process that
 * analysed it hands over, and what the store keeps.
 *
 * One table of fields serves the text between processes, the columns of the
 * database and the reports, so that a new fact is one line in row.c.
 */
#ifndef OOMWHY_FLEET_ROW_H
#define OOMWHY_FLEET_ROW_H

#include "base/arena.h"
#include "base/known.h"
#include "base/out.h"

/* How the analysis ended. */
#define STATUS_ANALYSED "analysed"
#define STATUS_DAMAGED  "damaged" /* analysed, some input was damaged */
#define STATUS_FAILED   "failed"  /* nothing could be read */
#define STATUS_MEMORY   "memory"  /* its memory limit was too small */
#define STATUS_CRASHED  "crashed" /* the process ended by a signal */
#define STATUS_TIMEOUT  "timeout"

struct row {
    const char *content; /* hexadecimal SHA-256 of the evidence */
    const char *status;  /* STATUS_... */
    const char *error;   /* NULL: none */
    const char *tool;    /* version that analysed it */
    const char *report;  /* file name without ending, beside the store */
    /* Of what was analysed; NULL, UNKNOWN where not. */
    int64_t time; /* of the death, Unix ms; UNKNOWN_DELTA */
    const char *side, *kind, *confidence, *summary, *culprit;
    uint64_t culprit_bytes;
    const char *family, *cause, *application, *holder; /* signature.h */
    const char *jvm;
    uint64_t rss, xmx, memory_limit;
};

enum row_type { ROW_TEXT, ROW_COUNT, ROW_TIME };

struct row_field {
    const char *name;
    enum row_type type;
    size_t at; /* offset in struct row */
};

#define ROW_FIELDS 20
extern const struct row_field row_fields[ROW_FIELDS];

/* Nothing known. */
void row_init(struct row *r);
/* Whether it was judged. */
bool row_is_analysed(const struct row *r);

/* "name value" a line, then "end". */
void row_write(struct out *o, const struct row *r);
/* Reads as much as is there into a row that row_init has seen; *complete:
 * it had its end. Unknown names are passed over. False: memory ran out. */
bool row_read(const char *text, struct arena *a, struct row *ret,
              bool *complete, struct err *e);

#endif
