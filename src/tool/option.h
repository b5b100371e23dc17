/*
 * option.h - what the files of the command line share: the table of options.
 */
#ifndef OOMWHY_TOOL_OPTION_H
#define OOMWHY_TOOL_OPTION_H

#include "tool/options.h"

struct option {
    const char *name;  /* without dashes; one letter is -x as well */
    const char *value; /* what the help calls it; NULL: takes none */
    const char *help;  /* NULL: another name for the option above */
    bool (*set)(struct options *o, const struct option *self, const char *value,
                struct err *e);
    size_t at; /* offset in struct options */
    int detail;
};

/* Their numbers are bits of `given` in struct options. */
extern const struct option option_table[];
extern const unsigned option_count;

/* Appends an input, for which options_parse made room. */
bool option_add_input(struct options *o, const char *path,
                      enum artifact_kind kind, bool baseline, struct err *e);

#endif
