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

/* Inputs are looked at where the system keeps them, each stretch after making
 * sure that it can be read. Who cuts a file short in that moment, or a disk
 * that fails in it, ends the run. */
static void input_lost(int signal)
{
    static const char text[] =
        "oomwhy: an input was cut short, or its disk failed, while it "
        "was read\n";
    ssize_t n = write(STDERR_FILENO, text, sizeof text - 1);

    (void)signal;
    (void)n;
    _exit(EXIT_FAILED);
}

int main(int argc, char **argv)
{
    enum exit_status status;
    struct options o;
    struct err e = {0};
    struct mem m;

    signal(SIGPIPE, reader_left);
    signal(SIGBUS, input_lost);
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
