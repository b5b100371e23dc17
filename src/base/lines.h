/*
 * lines.h - a text source, line by line, with line numbers.
 *
 * CR, LF and CRLF end a line. A line longer than LINE_MAX_BYTES is given in
 * full lines of that length, all under one number. NUL bytes become blanks,
 * so that a line can be handled as a C string, as do the no-break blanks of
 * pages; a byte order mark before the first line and the colours of a terminal
 * are no part of the text.
 */
#ifndef OOMWHY_BASE_LINES_H
#define OOMWHY_BASE_LINES_H

#include "source.h"

#define LINE_MAX_BYTES ((size_t)64 << 10)

struct lines {
    struct source *source;
    uint64_t count;  /* lines given so far */
    uint64_t number; /* of the line last given, from 1, in the file */
    uint64_t offset; /* of its first byte; UNKNOWN: the text was made of
                        another */
    bool partial;    /* the line given goes on in the next one */
    char *text;      /* the buffer, owned */
    struct mem *mem;
};

bool lines_init(struct lines *l, struct source *s, struct mem *m,
                struct err *e);
void lines_deinit(struct lines *l);
/* The next line without its end, NUL-terminated, valid until the next call;
 * NULL at the end. `n` (may be NULL) is set to its length. */
char *lines_next(struct lines *l, size_t *n);

/* The next line of the *n bytes at *p, which move on, as a string in `to`: its
 * first size - 1 bytes, as plain as lines_next gives it. False: there is none
 * left. */
bool lines_cut(const uint8_t **p, size_t *n, char *to, size_t size);

#endif
