/*
 * main.c - starts, hands over to a command, reports the outcome.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <unistd.h>

#include "tool/options.h"

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
