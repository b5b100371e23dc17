/*
 * raw.h - the bytes of an input as they lie on disk: of a file, of memory, or
 * of a pipe, which is spooled to a temporary file as it is read.
 */
#ifndef OOMWHY_BASE_RAW_H
#define OOMWHY_BASE_RAW_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct raw {
    const uint8_t *memory; /* not NULL: the bytes, `size` of them */
    int fd;                /* file or spool; -1 for memory */
    int pipe;              /* being spooled into fd; -1: none */
    bool pipe_ended;
    uint64_t size;    /* of the file, the spool so far, or memory */
    char damage[200]; /* why reading stopped early; "" */
};

/* `path` "-" is standard input. Deinit also after a failure. */
bool raw_open(struct raw *r, const char *path, struct err *e);
void raw_open_memory(struct raw *r, const void *bytes, size_t n);
void raw_deinit(struct raw *r);

/* Up to `n` bytes from offset `at`; 0 at the end or where reading fails, and
 * then `damage` says why. */
size_t raw_read(struct raw *r, uint64_t at, uint8_t *to, size_t n);

/* The same for many threads at once, of what is no pipe: a failure looks like
 * the end and leaves no trace. */
size_t raw_read_shared(const struct raw *r, uint64_t at, uint8_t *to, size_t n);

/*
 * A stretch of a file where the system keeps it, without a copy. All of it is
 * there when raw_look returns: what can't be read would be a signal later,
 * and is left to raw_read, which can say so.
 */
struct raw_view {
    const uint8_t *bytes; /* NULL: none */
    uint64_t at;
    size_t n;
    void *map; /* what raw_unlook gives back */
    size_t mapped;
};

/* Up to `n` bytes from offset `at`, for many threads at once; false: of this
 * there is no view, raw_read it. Where the system keeps a file in huge pages
 * it is best to end at a multiple of HUGE_PAGE. */
bool raw_look(const struct raw *r, uint64_t at, size_t n, struct raw_view *ret);
/* The same in two steps: a view with nothing in it yet, and any part of it,
 * again for many threads at once; false: no, or there is no such part. */
bool raw_view_open(const struct raw *r, uint64_t at, size_t n,
                   struct raw_view *ret);
bool raw_view_fetch(const struct raw_view *v, uint64_t at, size_t n);
void raw_unlook(struct raw_view *v);

/* Bytes may still come that the spool does not have. */
bool raw_is_piping(const struct raw *r);

#endif
