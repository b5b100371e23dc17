/*
 * cmd_version.c - which oomwhy this is.
 */
#include "tool/options.h"

static enum exit_status run(const struct options *options)
{
    struct err e = {0};
    struct out o;

    (void)options;
    out_to_file(&o, stdout);
    out_str(&o, "oomwhy " OOMWHY_VERSION "\n");
    if (out_finish(&o, &e))
        return EXIT_ANALYSED;
    complain(NULL, &e);
    return EXIT_FAILED;
}

const struct command cmd_version = {
    .name = "version",
    .arguments = "",
    .options = "",
    .summary = "which oomwhy this is",
    .run = run,
};
