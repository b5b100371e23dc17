/*
 * quote.h - the very line that a figure was read from, for reports that must
 * not paraphrase.
 */
#ifndef OOMWHY_JUDGE_QUOTE_H
#define OOMWHY_JUDGE_QUOTE_H

#include "judge/incident.h"

#define QUOTE_MAX 400 /* bytes of a line that are quoted */

/* Sets *ret to line `number` of the file, without blanks at its ends and cut
 * after QUOTE_MAX bytes, in memory of `a`; to NULL where it can't be read a
 * second time. False: memory ran out. */
bool quote_line(const struct input *in, uint64_t number, struct arena *a,
                const char **ret, struct err *e);

/* The first of the lines between `from` and `to`, whichever is first, that has
 * `text` in it; 0: none. */
bool quote_find(const struct input *in, uint64_t from, uint64_t to,
                const char *text, struct mem *m, uint64_t *ret, struct err *e);

#endif
