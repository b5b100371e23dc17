/*
 * cmd_inputs.c - which files there are and what each was taken for.
 */
#include "tool/tool.h"

const struct command cmd_inputs = {
    .name = "inputs",
    .summary = "the files, what each is, what is wrong with it",
    .part = report_inputs,
    .shallow = true,
    .table = true,
};
