/*
 * wrapping.h - what collectors of logs put before every line of a text:
 * a container's name, a time, "stdout F"; or JSON around it.
 *
 * Most reports are read by how their lines begin, so what stands before all
 * of them must go first. It is not looked up among formats but found by
 * comparing lines: what nearly all begin with, figures aside.
 */
#ifndef OOMWHY_NMT_WRAPPING_H
#define OOMWHY_NMT_WRAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/out.h"
#include "base/source.h"

#define WRAPPING_MAX 160 /* longer beginnings are text */
/* Fewer lines than these may have something in common by chance. */
#define WRAPPING_LINES 8

struct wrapping {
    bool json;
    size_t n; /* of `shape`; 0: nothing stands before the lines */
    /* A run of digits is '0', one of blanks ' ', the name of a stream is '\1';
     * all else is itself. */
    char shape[WRAPPING_MAX];
};

/* The same of lines that come one by one, and may have been stripped of
 * something before. */
struct wrapping_survey {
    struct wrapping *w;
    size_t lines, json, strange;
};

void wrapping_survey_init(struct wrapping_survey *y, struct wrapping *ret);
/* The line is changed. */
void wrapping_survey_line(struct wrapping_survey *y, char *line);
bool wrapping_survey_end(struct wrapping_survey *y, size_t least);

/* From the first bytes of a text of at least `least` lines; false if its lines
 * have no wrapping. */
bool wrapping_find(const uint8_t *p, size_t n, size_t least,
                   struct wrapping *ret);
/* The text of a line, which may be changed on the way; the line as it is if
 * it has another wrapping or none. */
char *wrapping_strip(const struct wrapping *w, char *line);

/* A text without its wrapping, line by line, in memory. Of what is longer than
 * any report, the beginning. */
#define UNWRAPPED_MAX ((size_t)64 << 20)

struct unwrapped {
    struct out text;
    struct source *source; /* of it */
};

/* Reads `s` to its end. On failure nothing needs to be freed. */
bool unwrapped_init(struct unwrapped *u, const struct wrapping *w,
                    struct source *s, struct mem *m, struct err *e);
/* Also of one that is all zeros. */
void unwrapped_deinit(struct unwrapped *u);

#endif
