/*
 * cmd_roots.c - the GC roots of a heap dump.
 */
#include "tool/tool.h"

const struct command cmd_roots = {
    .name = "roots",
    .summary = "GC roots of the heap dump by kind",
    .part = report_roots,
    .heap = true,
    .shallow = true,
};
