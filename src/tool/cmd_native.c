/*
 * cmd_native.c - native memory as the heap dump shows it.
 */
#include "tool/tool.h"

const struct command cmd_native = {
    .name = "native",
    .summary = "native memory that Java objects stand for",
    .part = report_native,
    .heap = true,
};
