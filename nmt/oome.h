/*
 * oome.h - one OutOfMemoryError as it is being read: found in a line, then
 * its stack collected from the lines below. Used by applog.c alone.
 */
#ifndef OOMWHY_NMT_OOME_H
#define OOMWHY_NMT_OOME_H

#include "nmt/logs.h"

struct oome_text {
    enum oome_kind kind;
    bool nested;  /* inside another exception's message: a "Caused by"
                     will tell it again */
    bool bare;    /* no message: an event only if a stack follows */
    bool closing; /* "Terminating due to", and what the JVM logs of it besides:
                     told already, if ever told */
    char message[512];
    char thread[128];
    char top_frame[256], app_frame[256];
    uint64_t requested, used, limit;
    uint64_t line;
    int64_t time;
};

/* Whether `line` reports an OutOfMemoryError, rather than naming one: a flag,
 * a class, a sentence about it. Fills everything but line and time. */
bool oome_find(const char *line, struct oome_text *ret);
/* Takes "at ..." of a stack line; false if the line is none. */
bool oome_take_frame(struct oome_text *o, const char *line);
/* "Caused by:", "... 12 more", "Suppressed:": the same trace goes on. */
bool oome_same_trace(const char *line);
/* Equal but for the figures in them. */
bool oome_same_message(const char *a, const char *b);

#endif
