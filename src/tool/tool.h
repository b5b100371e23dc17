/*
 * tool.h - what the program's own files share: exit statuses, commands,
 * messages. Nothing below this layer prints or exits.
 */
#ifndef OOMWHY_TOOL_TOOL_H
#define OOMWHY_TOOL_TOOL_H

#include "base/err.h"
#include "report/report.h"

enum exit_status {
    EXIT_ANALYSED = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_DAMAGED = 3,  /* analysed, but some input was damaged */
    EXIT_BUDGET = 4,   /* --max-memory was too small */
    EXIT_FINDING = 10, /* --fail-on names the verdict's side */
};

struct options;

/* One command: one file cmd_NAME.c, listed in commands.c. */
struct command {
    const char *name;
    const char *summary;
    const char *arguments; /* for the help; NULL: inputs */
    const char *options;   /* names of those it knows; NULL: the general */
    report_part *part;     /* what it shows; NULL: `run` does all */
    bool heap;             /* senseless without a heap dump */
    bool shallow;          /* needs neither dominators nor suspects */
    bool judged;           /* needs the verdict */
    bool table;            /* one table: CSV can hold it */
    bool whole;            /* `part` is the document itself */
    enum exit_status (*run)(const struct options *o);
};

extern const struct command cmd_why, cmd_inputs, cmd_histogram, cmd_dominators,
    cmd_suspects, cmd_threads, cmd_roots, cmd_native, cmd_nmt, cmd_kills,
    cmd_balance, cmd_capture, cmd_drill, cmd_batch, cmd_fleet, cmd_help,
    cmd_version;

/* All of them, NULL at the end; the first is the default. */
const struct command *const *commands(void);
/* NULL if there is none of that name. */
const struct command *command_find(const char *name);

/* Reads, judges and writes: what every command with a part does. */
enum exit_status session_run(const struct options *o);

/* "oomwhy: PATH: sentence (at offset N)" on stderr; `path` may be NULL. */
void complain(const char *path, const struct err *e);
enum exit_status exit_status_of(const struct err *e);

#endif
