/*
 * cmd_kills.c - whom the kernel killed.
 */
#include "tool/tool.h"

const struct command cmd_kills = {
    .name = "kills",
    .summary = "whom the kernel killed, and for what limit",
    .part = report_kills,
    .shallow = true,
    .table = true,
};
