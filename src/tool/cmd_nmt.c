/*
 * cmd_nmt.c - native memory tracking, closest to the death.
 */
#include "tool/tool.h"

const struct command cmd_nmt = {
    .name = "nmt",
    .summary = "native memory tracking, with what changed",
    .part = report_nmt,
    .shallow = true,
    .table = true,
};
