/*
 * cmd_suspects.c - what holds too much of the heap, and why it is alive.
 */
#include "tool/tool.h"

const struct command cmd_suspects = {
    .name = "suspects",
    .summary = "what holds too much, and the path to it",
    .part = report_suspects,
    .heap = true,
};
