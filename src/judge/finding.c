/* finding.c - claims and how sure they make us; see finding.h. */
#include "finding.h"

#include <string.h>

void finding_init(struct finding *f, enum verdict_kind kind)
{
    memset(f, 0, sizeof *f);
    f->kind = kind;
    f->at_most = CONFIDENCE_HIGH;
    f->summary = "";
    f->why_not = "";
    f->culprit.bytes = UNKNOWN;
}

static bool add(struct claim *claims, unsigned *n, unsigned weight,
                struct figure at, const char *unit, const char *text)
{
    if (*n == FINDING_CLAIMS)
        return false;
    claims[*n].text = text;
    claims[*n].value = unit ? at.value : UNKNOWN;
    claims[*n].unit = unit;
    claims[*n].weight = weight;
    claims[*n].origin = at.origin;
    (*n)++;
    return true;
}

void finding_for(struct finding *f, unsigned weight, struct figure at,
                 const char *unit, const char *text)
{
    if (add(f->evidence, &f->n_evidence, weight, at, unit, text) &&
        weight >= SUPPORTING)
        f->lines |= 1u << at.line;
}

void finding_against(struct finding *f, unsigned weight, struct figure at,
                     const char *unit, const char *text)
{
    add(f->against, &f->n_against, weight, at, unit, text);
}

void finding_doubt(struct finding *f, unsigned weight, const char *text)
{
    finding_against(f, weight, figure_derived(UNKNOWN), NULL, text);
}

void finding_cap(struct finding *f, enum confidence c)
{
    if (c < f->at_most)
        f->at_most = c;
}

static unsigned witnesses(unsigned lines)
{
    unsigned n = 0;

    lines &= ~(1u << LINE_NONE | 1u << LINE_STATED);
    for (; lines; lines &= lines - 1)
        n++;
    return n;
}

enum confidence finding_confidence(const struct finding *f)
{
    unsigned n = witnesses(f->lines);
    enum confidence c = n > 1   ? CONFIDENCE_HIGH
                        : n > 0 ? CONFIDENCE_MEDIUM
                                : CONFIDENCE_LOW;

    for (unsigned i = 0; i < f->n_against; i++)
        if (f->against[i].weight >= DECISIVE && c > CONFIDENCE_LOW)
            c--;
    return c < f->at_most ? c : f->at_most;
}
