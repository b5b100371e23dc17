/*
 * archive.h - unpacks .tar, .tar.gz and .zip into a folder of our own.
 *
 * An archive is foreign: its names must stay below the folder, it makes
 * regular files only, and it may neither fill the disk nor make a million
 * files. What breaks one of these rules is left out and counted.
 */
#ifndef OOMWHY_FLEET_ARCHIVE_H
#define OOMWHY_FLEET_ARCHIVE_H

#include "base/mem.h"

#define ARCHIVE_MAX_FILES ((uint64_t)200000)
#define ARCHIVE_MAX_BYTES ((uint64_t)256 << 30)

struct archive_limits {
    uint64_t files, bytes; /* of all that is unpacked */
};

struct archive_result {
    uint64_t files, bytes;
    uint64_t refused; /* entries left out */
    char damage[160]; /* why it ended early; "" if it did not */
};

/* By the ending of its name. */
bool archive_is(const char *name);
/* Into `folder`, which exists and is empty. False: nothing came out. */
bool archive_unpack(const char *path, const char *folder,
                    const struct archive_limits *limits, struct mem *m,
                    struct archive_result *ret, struct err *e);
/* Removes a folder and all below it; links are not followed. */
void archive_remove(const char *folder);

#endif
