/*
 * tempfile.c - see tempfile.h.
 */
#define _GNU_SOURCE
#include "tempfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

/* From <linux/magic.h>, which not every libc brings along. */
#define MAGIC_TMPFS 0x01021994
#define MAGIC_RAMFS 0x858458f6

const char *tempfile_dir(void)
{
    const char *dir = getenv("TMPDIR");

    if (dir && *dir)
        return dir;
    return access("/var/tmp", W_OK | X_OK) == 0 ? "/var/tmp" : "/tmp";
}

int tempfile_open(struct err *e)
{
    const char *dir = tempfile_dir();
    char name[4096];
    int fd = -1;

    if (snprintf(name, sizeof name, "%s/oomwhy-XXXXXX", dir) < (int)sizeof name)
        fd = mkostemp(name, O_CLOEXEC);
    else
        errno = ENAMETOOLONG;
    if (fd < 0)
        err_set(e, ERR_IO, "cannot create a temporary file in %.100s: %s", dir,
                strerror(errno));
    else
        unlink(name);
    return fd;
}

bool tempfile_in_memory(int fd)
{
    struct statfs fs;

    return fstatfs(fd, &fs) == 0 && ((uint32_t)fs.f_type == MAGIC_TMPFS ||
                                     (uint32_t)fs.f_type == MAGIC_RAMFS);
}
