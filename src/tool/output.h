/*
 * output.h - where a report goes: standard output, or a file that appears
 * under its name only when it is complete.
 */
#ifndef OOMWHY_TOOL_OUTPUT_H
#define OOMWHY_TOOL_OUTPUT_H

#include <stdio.h>

#include "base/mem.h"

struct output {
    FILE *file;
    char *path, *temp; /* NULL: written to directly */
    struct mem *mem;
};

/* `path` NULL is standard output. Devices and pipes are written directly. */
bool output_open(const char *path, struct mem *m, struct output *ret,
                 struct err *e);
/* Closes; with `keep` the file takes its name, else it is gone. */
bool output_close(struct output *o, bool keep, struct err *e);

#endif
