/*
 * survey.h - goes over a file with damage in it, keeping nothing of what is
 * there, and finds ways round the damage.
 *
 * Where what should come next can't be understood, reading may go on at the
 * next place where records begin, or where several sub-records follow each
 * other whose classes are known. What came right before the damage is left
 * out with it if it is small: it may be damaged itself.
 */
#ifndef OOMWHY_HPROF_SURVEY_H
#define OOMWHY_HPROF_SURVEY_H

#include "hprof/detour.h"
#include "hprof/dump.h"

/* Caller frees ret->list, also of a failure: out of memory, or no dump. */
bool survey_file(struct source *s, const struct hprof_options *o, struct mem *m,
                 struct detours *ret, struct err *e);

#endif
