/*
 * path.h - names of files, as they are written.
 */
#ifndef OOMWHY_BASE_PATH_H
#define OOMWHY_BASE_PATH_H

#include <string.h>

/* What is behind the last '/'; all of it if there is none. */
static inline const char *path_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

#endif
