/*
 * main.c - starts, hands over to a command, reports the outcome.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <signal.h>
#include <unistd.h>

#include "tool/options.h"

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

/* Whoever read the report has seen enough: end, and say nothing. */
static void reader_left(int signal)
{
    (void)signal;
    _exit(EXIT_FAILED);
}

int main(int argc, char **argv)
{
    enum exit_status status;
    struct options o;
    struct err e = {0};
    struct mem m;

    signal(SIGPIPE, reader_left);
    mem_init(&m, 0);
    if (!options_parse(argc, argv, &m, &o, &e)) {
        complain(NULL, &e);
        if (e.code == ERR_USAGE)
            fputs("Try `oomwhy --help`.\n", stderr);
        return exit_status_of(&e);
    }
    status = o.command->run ? o.command->run(&o) : session_run(&o);
    options_deinit(&o, &m);
    return status;
}
