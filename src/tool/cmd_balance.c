/*
 * cmd_balance.c - what resident memory was made of.
 */
#include "tool/tool.h"

const struct command cmd_balance = {
    .name = "balance",
    .summary = "what the resident memory was made of",
    .part = report_balance,
    .judged = true,
    .table = true,
};
