/*
 * cmd_histogram.c - the classes of a heap dump by size.
 */
#include "tool/tool.h"

const struct command cmd_histogram = {
    .name = "histogram",
    .summary = "classes of the heap dump by shallow size",
    .part = report_histogram,
    .heap = true,
    .table = true,
};
