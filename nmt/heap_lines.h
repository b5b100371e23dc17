/*
 * heap_lines.h - the lines in which every collector prints its heap: in
 * GC.heap_info, in hs_err's "Heap:", at the end of GC logs.
 */
#ifndef OOMWHY_NMT_HEAP_LINES_H
#define OOMWHY_NMT_HEAP_LINES_H

#include "nmt/logs.h"

void heap_info_init(struct heap_info *h);
/* Adds the line to `h`; false if it is none of these. Generations are summed,
 * so the lines of one heap only must be given. */
bool heap_info_line(struct heap_info *h, const char *line);

#endif
