/*
 * err.h - errors are values.
 *
 * A function that can fail returns bool and takes a `struct err *` as its
 * last parameter. The struct is owned by the caller, needs no freeing, and
 * keeps the first error it is given: later ones are consequences.
 * Nothing in the library prints or exits.
 */
#ifndef OOMWHY_BASE_ERR_H
#define OOMWHY_BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>

enum err_code {
    ERR_NONE,
    ERR_IO,          /* the system refused: open, read, write */
    ERR_FORMAT,      /* the bytes are not what they claim to be */
    ERR_NOMEM,       /* the system has no more memory */
    ERR_BUDGET,      /* the user's --max-memory is too small */
    ERR_UNSUPPORTED, /* recognised, but nothing here can read it */
    ERR_USAGE,       /* the command line is wrong */
};

enum err_where { ERR_NOWHERE, ERR_AT_OFFSET, ERR_AT_LINE };

struct err {
    enum err_code code;
    enum err_where where;
    uint64_t at;    /* byte offset (uncompressed) or line, from 1 */
    char text[240]; /* one sentence, no newline, no trailing dot */
};

/* All three always return false, so that `return err_set(...)` reads well. */
bool err_set(struct err *e, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
bool err_at_offset(struct err *e, enum err_code code, uint64_t offset,
                   const char *fmt, ...) __attribute__((format(printf, 4, 5)));
bool err_at_line(struct err *e, enum err_code code, uint64_t line,
                 const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static inline bool err_is_set(const struct err *e)
{
    return e->code != ERR_NONE;
}

#endif
