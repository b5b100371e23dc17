/*
 * report.h - what a report says, part by part, and in which order.
 *
 * A part is a function that states its facts to an emitter. Two tables of
 * contents put the parts together: the document, whose nesting is that of
 * docs/json.md, and the page, which begins with what is most urgent.
 */
#ifndef OOMWHY_REPORT_REPORT_H
#define OOMWHY_REPORT_REPORT_H

#include "judge/verdict.h"
#include "report/emitter.h"

#define REPORT_SCHEMA 1

struct report {
    const struct incident *incident;
    const struct verdict *verdict; /* NULL: not judged, one view alone */
    uint64_t top;                  /* rows of a list; 0 = all */
    uint64_t brief; /* the same on the page of the whole report */
};

typedef void report_part(struct emitter *em, const struct report *r);

/* The whole report. */
void report_why(struct emitter *em, const struct report *r);
/* One part as a document of its own: version, tool, and that part. */
void report_alone(struct emitter *em, const struct report *r,
                  report_part *part);

/* How many of `n` rows to show. */
static inline uint64_t report_rows(uint64_t n, uint64_t top)
{
    return top && top < n ? top : n;
}

/* ---- parts: blocks of the document ------------------------------------- */

report_part report_inputs; /* inputs[] */
report_part report_process;
report_part report_balance;
report_part report_kills; /* oom_kills[] */
report_part report_oome;
report_part report_nmt;
report_part report_heap;

/* Of the verdict, inside its object. */
report_part report_head; /* side, kind, confidence, summary */
report_part report_culprit;
report_part report_evidence;
report_part report_against;
report_part report_alternatives;
report_part report_missing;
report_part report_actions;
report_part report_wrong_dump;

report_part report_notes;
/* How many files of which kind, and what was wrong with some; pages only. */
report_part report_files;

/* Of the heap, inside its object. */
report_part report_roots;
report_part report_histogram;
report_part report_dominators;
report_part report_suspects;
report_part report_native;
report_part report_strings; /* needs a heap */
report_part report_damage;
/* What a full GC would free; needs a heap. */
report_part report_garbage;
/* Not in the document: a view of its own. */
report_part report_threads;

/* ---- shared ----------------------------------------------------------- */

/* Where a figure was read: emit_place. */
void report_origin(struct emitter *em, const char *key, const struct origin *o);
/* "value": the unit of the claim decides how pages show it. */
void report_claim_value(struct emitter *em, const struct claim *c);

/* The kill of the process in question, and where it was read; or NULL. Needs a
 * verdict. */
const struct oom_kill *report_kill(const struct report *r,
                                   const struct input **in);
/* Resident bytes of the JVM when the kernel killed it; UNKNOWN: it was not
 * killed, or nobody says. */
uint64_t report_killed_rss(const struct report *r);

/* "class app.Cache", "java.lang.Thread main": the class of an object and the
 * name it has of its own. */
void report_write_name(struct out *o, const char *class_name, const char *name);
/* The same: two facts for programs, one for readers. */
void report_object_name(struct emitter *em, const char *class_name,
                        const char *name);
/* emit_table of `n` objects and what they hold, with or without `native`
 * bytes. */
void report_object_list(struct emitter *em, const char *key, const char *title,
                        const struct heap_object *o, uint64_t n, bool native);
/* emit_list of `n` suspects; report_suspects.c. */
void report_suspect_list(struct emitter *em, const struct report *r,
                         const char *key, const char *title,
                         const struct heap_suspect *s, uint64_t n);

#endif
