/*
 * fd.h - what read(2) and write(2) leave to the caller.
 */
#ifndef OOMWHY_BASE_FD_H
#define OOMWHY_BASE_FD_H

#include <stdbool.h>
#include <stddef.h>

/* Writes all of it, in as many pieces as it takes and going on after signals.
 * False with errno: no more can be written. */
bool fd_write_all(int fd, const void *p, size_t n);

#endif
