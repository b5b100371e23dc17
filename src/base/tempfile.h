/*
 * tempfile.h - scratch files: standard input that is read twice, and arrays
 * that --max-memory keeps out of memory.
 */
#ifndef OOMWHY_BASE_TEMPFILE_H
#define OOMWHY_BASE_TEMPFILE_H

#include "err.h"

/* The folder: $TMPDIR, else /var/tmp, which unlike /tmp is on a disk wherever
 * systems follow the hierarchy standard, else /tmp. */
const char *tempfile_dir(void);

/* A file without a name, open for reading and writing; it is gone with its
 * descriptor. -1 and the reason if there is none. */
int tempfile_open(struct err *e);

/* Whether the file's bytes are memory after all. */
bool tempfile_in_memory(int fd);

#endif
