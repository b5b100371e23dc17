/*
 * warning.h - one line of HotSpot, a shell or a container runtime that says
 * something failed for want of memory. Used by applog.c alone.
 */
#ifndef OOMWHY_NMT_WARNING_H
#define OOMWHY_NMT_WARNING_H

#include "nmt/logs.h"

struct warning_text {
    enum warning_kind kind;
    uint64_t bytes; /* UNKNOWN if the line has no size */
    bool follows;   /* a second line about the same failure */
};

/* `after_dump`: the line before was "Dumping heap to ...". */
bool warning_find(const char *line, bool after_dump, struct warning_text *ret);
/* Whether lines of this kind tell different things: file names. */
bool warning_names_file(enum warning_kind k);
/* Whether a supervisor, or glibc itself, says that a signal ended a process:
 * WARN_KILLED, WARN_STOPPED or WARN_ABORTED. */
bool warning_end_told(const char *line, enum warning_kind *ret);
/* "exit code 137", "exited with code 1", "Exit Code:  137". */
bool warning_exit_status(const char *line, uint64_t *ret);

#endif
