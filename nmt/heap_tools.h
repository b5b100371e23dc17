/*
 * heap_tools.h - the heap as JDK 8's own tools print it, of which many were
 * captured before jcmd had GC.heap_info: `jmap -heap`, `jstat -gc` and
 * `-gcutil`.
 */
#ifndef OOMWHY_NMT_HEAP_TOOLS_H
#define OOMWHY_NMT_HEAP_TOOLS_H

#include "nmt/logs.h"

#define JSTAT_COLUMNS 24

/* Begins as all zeros. */
struct heap_tools {
    /* jmap: what the figures below its heading are of. */
    bool usage;   /* behind "Heap Usage:" */
    bool counted; /* a generation or the heap, not a space inside one */
    /* jstat: the figure that column i adds to, or NULL. */
    uint64_t *column[JSTAT_COLUMNS];
    unsigned unit[JSTAT_COLUMNS]; /* of its numbers */
    unsigned n_columns;
    bool seen;               /* a row with full collections */
    uint64_t full_with_room; /* those when there last was room */
};

/* Whether a line is the heading of jstat's columns, -gc, -gcutil or the like.
 */
bool heap_tools_is_jstat(const char *line);
/* Adds the line to `h`, which must be the same for all lines; false if it is
 * none of these. Of jstat's rows the last one counts. */
bool heap_tools_line(struct heap_tools *t, struct heap_info *h,
                     const char *line);

#endif
