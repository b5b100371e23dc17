/*
 * sight.h - what the lines of a text say it is: some decide at once, what any
 * log may hold (collections, stack traces, "key value") is counted and
 * decides at the end.
 */
#ifndef OOMWHY_NMT_SIGHT_H
#define OOMWHY_NMT_SIGHT_H

#include "nmt/artifact.h"

/* Begins as all zeros. */
struct sight {
    unsigned lines;  /* with something on them, a jcmd's "PID:" not counted */
    bool jcmd;       /* such a line came first */
    bool hash_first; /* the first of them begins with '#' */
    bool header;     /* a mapping's "from-to perms" */
    bool script;     /* "#!/bin/sh" */
    bool options;    /* "-Xmx", "-XX:" in it */
    unsigned java;   /* lines of the script that run it */
    /* Lines of a kind that does not decide by itself. */
    unsigned container, oome, jvm, gc, event, clock, stat, value, limit;
};

/* A jcmd's first line is "PID:". */
bool sight_is_pid(const char *text);

/* The kind, where that line decides it; ARTIFACT_UNKNOWN: look at the next.
 * The line is changed. */
enum artifact_kind sight_line(struct sight *s, char *line);
/* By what was counted, behind the last line. */
enum artifact_kind sight_judge(const struct sight *s);

#endif
