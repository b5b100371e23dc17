/*
 * jcmd_lines.h - the loop that all readers of small reports share.
 */
#ifndef OOMWHY_NMT_JCMD_LINES_H
#define OOMWHY_NMT_JCMD_LINES_H

#include "base/lines.h"

/* Handles one line, without blanks at its end; false ends the reading with
 * an error. */
typedef bool jcmd_line_fn(void *context, const char *line, uint64_t number,
                          struct err *e);

bool jcmd_each_line(struct source *s, struct mem *m, jcmd_line_fn *fn,
                    void *context, struct err *e);

#endif
