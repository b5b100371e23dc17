/*
 * cmd_dominators.c - the objects that keep most alive.
 */
#include "tool/tool.h"

const struct command cmd_dominators = {
    .name = "dominators",
    .summary = "largest objects, with all they keep alive",
    .part = report_dominators,
    .heap = true,
    .table = true,
};
