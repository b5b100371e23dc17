/*
 * options.h - the command line, taken apart.
 */
#ifndef OOMWHY_TOOL_OPTIONS_H
#define OOMWHY_TOOL_OPTIONS_H

#include "report/render.h"
#include "tool/tool.h"

enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

struct input_arg {
    const char *path; /* in argv */
    enum artifact_kind kind;
    bool baseline;
};

struct capture_options {
    enum when heap_dump; /* auto: if disk and container allow it */
    bool gc;             /* may collect garbage */
    bool baseline;       /* of NMT */
    uint64_t timeout;    /* seconds for an answer; 0: not stated */
    const char *dump_dir;
};

struct drill_options {
    const char *answers; /* a file with the student's lines; NULL: stdin */
    const char *samples; /* NULL: beside the program */
    bool instructor;
};

struct fleet_options {   /* of batch and fleet */
    uint64_t time_limit; /* seconds for a case; 0: not stated */
    bool retry, fail_on_new;
    const char *since, *release;
    const char *group;   /* the beginning of its id */
    const char *against; /* older results to compare with */
};

struct options {
    const struct command *command;
    uint64_t given; /* a bit for each option of the table */
    VEC(struct input_arg) inputs;
    struct stated stated;
    struct heap_options heap;
    struct thresholds thresholds;
    enum format format;
    bool format_stated;
    const char *output; /* NULL: standard output */
    uint64_t top;       /* UNKNOWN: not stated */
    enum when progress, colour;
    uint64_t max_memory; /* bytes; 0 = no limit */
    uint64_t jobs;
    bool timings;
    unsigned fail_on; /* bit 1 << enum side */
    struct capture_options capture;
    struct drill_options drill;
    struct fleet_options fleet;
    bool help;
    const struct command *topic; /* of the help; NULL: all */
};

/* Strings in `ret` are those of argv. ERR_USAGE with a sentence. */
bool options_parse(int argc, char *const *argv, struct mem *m,
                   struct options *ret, struct err *e);
void options_deinit(struct options *o, struct mem *m);

/* The options, one a line, as the help shows them: all, or those of `c`. */
void options_help(struct out *o, const struct command *c);

#endif
