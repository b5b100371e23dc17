/*
 * message.c - errors in words, and as the program's exit status.
 */
#include <inttypes.h>

#include "tool/tool.h"

void complain(const char *path, const struct err *e)
{
    struct out o;

    out_to_file(&o, stderr);
    out_str(&o, "oomwhy: ");
    if (path) {
        out_clean(&o, path);
        out_str(&o, ": ");
    }
    out_clean(&o, e->text);
    if (e->where == ERR_AT_OFFSET)
        out_printf(&o, " (at offset %" PRIu64 ")", e->at);
    else if (e->where == ERR_AT_LINE)
        out_printf(&o, " (line %" PRIu64 ")", e->at);
    out_char(&o, '\n');
}

enum exit_status exit_status_of(const struct err *e)
{
    switch (e->code) {
    case ERR_USAGE: return EXIT_USAGE;
    case ERR_BUDGET: return EXIT_BUDGET;
    default: return EXIT_FAILED;
    }
}
