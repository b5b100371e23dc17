/*
 * commands.c - the list of commands.
 */
#include <string.h>

#include "tool/tool.h"

const struct command *const *commands(void)
{
    static const struct command *const all[] = {
        &cmd_why,      &cmd_inputs,  &cmd_histogram, &cmd_dominators,
        &cmd_suspects, &cmd_threads, &cmd_roots,     &cmd_native,
        &cmd_nmt,      &cmd_kills,   &cmd_balance,   &cmd_capture,
        &cmd_drill,    &cmd_batch,   &cmd_fleet,     &cmd_help,
        &cmd_version,  NULL,
    };

    return all;
}

const struct command *command_find(const char *name)
{
    const struct command *const *c;

    for (c = commands(); *c; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    return NULL;
}
