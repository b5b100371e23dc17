/*
 * drill.h - guess first, then see: cases whose verdict is hidden until the
 * student has committed to one. docs and labs: samples/labs.
 *
 * Lines come from a terminal, a pipe or --answers FILE, all alike; where no
 * terminal echoes them they are written into the output, so that a
 * transcript can be read.
 */
#ifndef OOMWHY_TOOL_DRILL_H
#define OOMWHY_TOOL_DRILL_H

#include "tool/options.h"

#define DRILL_LINE 512

#define POINTS_SIDE   3
#define POINTS_KIND   2
#define POINTS_REASON 1
#define POINTS_MOST   (POINTS_SIDE + POINTS_KIND + POINTS_REASON)

/* What the student says. */
struct answer {
    enum side side;
    enum verdict_kind kind;
    bool kind_given;
    char reason[DRILL_LINE];
    unsigned hints; /* that were taken; each costs a point */
};

struct result {
    const char *name; /* of the case */
    bool played;
    enum side side;
    enum verdict_kind kind; /* what it was */
    struct answer answer;
    unsigned points;
};

struct drill {
    const struct options *options;
    struct mem mem;
    struct arena arena;
    FILE *in;
    bool echo;  /* nobody else shows what was typed */
    bool ended; /* no more lines, or the student wants no more */
    struct out out;
    const char *samples; /* NULL: none were found */
    const char *about;   /* what an error is about; NULL: nothing alone */
    VEC(const char *) cases;
    VEC(struct result) results;
};

/* A case that was read and judged. */
struct drill_case {
    const char *path, *name;
    struct incident incident;
    struct verdict verdict;
    bool judged;
};

/* ---- drill_cases.c: which cases there are ----------------------------- */

/* Fills d->samples: --samples, else what lies beside the program. */
bool drill_find_samples(struct drill *d, struct err *e);
/* Fills d->cases: those named, as labs, cases or directories; else all. */
bool drill_choose(struct drill *d, struct err *e);
/* The transcript of the case's lab, or NULL. */
const char *drill_transcript(struct drill *d, const char *case_name,
                             struct err *e);

/* ---- drill_case.c: one case, and views of it -------------------------- */

bool drill_case_open(struct drill *d, const char *path, struct drill_case *ret,
                     struct err *e);
void drill_case_close(struct drill *d, struct drill_case *c);
/* Writes a part of the report; with `hide`, as if nobody had judged. */
bool drill_show(struct drill *d, const struct drill_case *c, report_part *part,
                bool hide, struct err *e);

/* Writes the first lines of a captured text whose path ends with `name`.
 * False if there is none; a dump is not shown. */
bool drill_print_file(struct drill *d, const struct drill_case *c,
                      const char *name);

/* ---- drill_talk.c: lines and menus ------------------------------------ */

/* False at the end of the lines. Blanks at both ends are gone. */
bool drill_read(struct drill *d, const char *prompt, char line[DRILL_LINE]);
/* Asks until the answer is one of the menu's. False: `back`, or the end. */
bool drill_ask_side(struct drill *d, enum side *ret);
bool drill_ask_kind(struct drill *d, enum side side, enum verdict_kind *ret,
                    bool *given);

/* ---- drill_round.c, drill_compare.c, drill_sheet.c -------------------- */

/* The dialogue about one case. */
bool drill_round(struct drill *d, const struct drill_case *c,
                 struct result *ret, struct err *e);
/* Points for `a`, and in `basis` (may be NULL) what the reason rests on. */
unsigned drill_points(const struct drill_case *c, const struct answer *a,
                      const char **basis);
/* Reveals the verdict and holds the answer against it. */
bool drill_reveal(struct drill *d, const struct drill_case *c, struct result *r,
                  struct err *e);
/* The table at the end. */
void drill_total(struct drill *d);
/* What each side would have shown; for those who chose it wrongly. */
const char *drill_side_signs(enum side s);

/* The sheet for a team session about all of d->cases. */
bool drill_sheet(struct drill *d, struct err *e);

#endif
