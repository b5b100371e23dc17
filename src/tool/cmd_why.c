/*
 * cmd_why.c - the verdict, with the report behind it.
 */
#include "tool/tool.h"

const struct command cmd_why = {
    .name = "why",
    .summary = "the verdict, with the report behind it (the default)",
    .part = report_why,
    .judged = true,
    .whole = true,
};
