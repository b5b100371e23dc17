/*
 * cmd_threads.c - the threads of a heap dump.
 */
#include "tool/tool.h"

const struct command cmd_threads = {
    .name = "threads",
    .summary = "threads of the dump: stacks, what they hold",
    .part = report_threads,
    .heap = true,
};
