/*
 * finding.h - what one rule concludes: a kind, the claims for and against
 * it, and how sure that makes us.
 *
 * Sureness is counted, not felt: a claim of weight 2 or 3 adds its line of
 * evidence; one line makes medium, two independent ones make high, unless
 * the rule caps it or something decisive speaks against it.
 */
#ifndef OOMWHY_JUDGE_FINDING_H
#define OOMWHY_JUDGE_FINDING_H

#include "judge/facts.h"
#include "judge/pen.h"

#define FINDING_CLAIMS 16

struct finding {
    enum verdict_kind kind;
    enum confidence at_most;
    unsigned lines;    /* bits 1 << enum line */
    const char *title; /* NULL: the kind's says it */
    const char *summary;
    const char *why_not; /* if another rule wins: why this one did not */
    struct culprit culprit;
    struct claim evidence[FINDING_CLAIMS], against[FINDING_CLAIMS];
    unsigned n_evidence, n_against;
};

enum { HINT = 1, SUPPORTING = 2, DECISIVE = 3 };

void finding_init(struct finding *f, enum verdict_kind kind);
/* `unit` is "bytes", "count", "percent", or NULL when the text says all. */
void finding_for(struct finding *f, unsigned weight, struct figure at,
                 const char *unit, const char *text);
void finding_against(struct finding *f, unsigned weight, struct figure at,
                     const char *unit, const char *text);
/* The same of what nobody stated: there is no figure and no place. */
void finding_doubt(struct finding *f, unsigned weight, const char *text);
/* No surer than `c`, whatever speaks for it. */
void finding_cap(struct finding *f, enum confidence c);
enum confidence finding_confidence(const struct finding *f);

#endif
