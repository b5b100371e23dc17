/*
 * tempdir.h - a directory of small files for a test, gone afterwards.
 *
 * Failures end the test (ck_abort): a test without its files proves nothing.
 */
#ifndef OOMWHY_TESTS_TEMPDIR_H
#define OOMWHY_TESTS_TEMPDIR_H

#include <stddef.h>

struct tempdir {
    char path[64];
    char joined[512]; /* what tempdir_path gave last */
};

void tempdir_create(struct tempdir *t);
void tempdir_remove(struct tempdir *t);

/* The path of `name` inside; valid until the next call. "" is the whole. */
const char *tempdir_path(struct tempdir *t, const char *name);

/* Folders in `name` are made on the way. */
void tempdir_write(struct tempdir *t, const char *name, const char *text);
void tempdir_write_bytes(struct tempdir *t, const char *name, const void *bytes,
                         size_t n);
void tempdir_write_gzip(struct tempdir *t, const char *name, const char *text);
void tempdir_mkdir(struct tempdir *t, const char *name);
void tempdir_link(struct tempdir *t, const char *name, const char *target);
void tempdir_fifo(struct tempdir *t, const char *name);

#endif
