/*
 * cmd_help.c - how to use it.
 */
#include "tool/options.h"

static const char usage[] =
    "Why did this JVM run out of memory, on the heap or off it?\n"
    "\n"
    "  oomwhy [why] [OPTIONS] INPUT...\n"
    "  oomwhy COMMAND [OPTIONS] INPUT...\n"
    "\n"
    "An INPUT is a heap dump, NMT output, a kernel log, hs_err, a GC log, a\n"
    "file of /proc or of the cgroup, a log: whatever was captured. Each is\n"
    "known by its content. A directory is one case, its folders are\n"
    "snapshots of the process in the order of their names. - is standard\n"
    "input.\n"
    "\n"
    "Commands (oomwhy help COMMAND tells more):\n";

static const char statuses[] =
    "\n"
    "Exit status: 0 analysed; 1 failed; 2 usage; 3 analysed, but some input\n"
    "was damaged; 4 --max-memory was too small; 10 --fail-on matched.\n";

static void all(struct out *o)
{
    const struct command *const *c;

    out_str(o, usage);
    for (c = commands(); *c; c++)
        out_printf(o, "  %-12s %s\n", (*c)->name, (*c)->summary);
    out_str(o, "\nOptions:\n");
    options_help(o, NULL);
    out_printf(o, "  %-24s %s\n", "--version", cmd_version.summary);
    out_str(o, statuses);
}

static void one(struct out *o, const struct command *c)
{
    bool options = !c->options || *c->options;
    const char *arguments = c->arguments ? c->arguments : "INPUT...";

    out_printf(o, "oomwhy %s%s%s%s\n\n  %s\n", c->name,
               options ? " [OPTIONS]" : "", *arguments ? " " : "", arguments,
               c->summary);
    if (c->heap)
        out_str(o, "  One INPUT must be a heap dump.\n");
    if (c->table)
        out_str(o, "  It is one table, so --format csv is possible.\n");
    if (!options)
        return;
    out_str(o, "\nOptions:\n");
    options_help(o, c);
}

static enum exit_status run(const struct options *options)
{
    const struct command *topic = options->topic;
    struct err e = {0};
    struct out o;

    out_to_file(&o, stdout);
    if (topic && topic != &cmd_help)
        one(&o, topic);
    else
        all(&o);
    if (out_finish(&o, &e))
        return EXIT_ANALYSED;
    complain(NULL, &e);
    return EXIT_FAILED;
}

const struct command cmd_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .options = "",
    .summary = "this text, or more about a command",
    .run = run,
};
