/*
 * tempdir.c - mkdtemp, write, and sweep up.
 */
#define _GNU_SOURCE
#include "tempdir.h"

#include <check.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

void tempdir_create(struct tempdir *t)
{
    snprintf(t->path, sizeof t->path, "/tmp/oomwhy-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(t->path));
}

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void tempdir_remove(struct tempdir *t)
{
    ck_assert_int_eq(nftw(t->path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

const char *tempdir_path(struct tempdir *t, const char *name)
{
    int n = snprintf(t->joined, sizeof t->joined, "%s%s%s", t->path,
                     *name ? "/" : "", name);

    ck_assert_int_lt(n, (int)sizeof t->joined);
    return t->joined;
}

/* Makes the folders that `path` lies in. */
static void make_parents(struct tempdir *t, const char *path)
{
    char folder[sizeof t->joined];
    const char *slash = path + strlen(t->path);

    while ((slash = strchr(slash + 1, '/'))) {
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
        ck_assert(mkdir(folder, 0700) == 0 || errno == EEXIST);
    }
}

void tempdir_write_bytes(struct tempdir *t, const char *name, const void *bytes,
                         size_t n)
{
    const char *path = tempdir_path(t, name);
    FILE *f;

    make_parents(t, path);
    f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(bytes, 1, n, f), n);
    ck_assert_int_eq(fclose(f), 0);
}

void tempdir_write(struct tempdir *t, const char *name, const char *text)
{
    tempdir_write_bytes(t, name, text, strlen(text));
}

void tempdir_write_gzip(struct tempdir *t, const char *name, const char *text)
{
    const char *path = tempdir_path(t, name);
    unsigned n = (unsigned)strlen(text);
    gzFile f;

    make_parents(t, path);
    f = gzopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(gzwrite(f, text, n), (int)n);
    ck_assert_int_eq(gzclose(f), Z_OK);
}

void tempdir_mkdir(struct tempdir *t, const char *name)
{
    const char *path = tempdir_path(t, name);

    make_parents(t, path);
    ck_assert_int_eq(mkdir(path, 0700), 0);
}

void tempdir_link(struct tempdir *t, const char *name, const char *target)
{
    ck_assert_int_eq(symlink(target, tempdir_path(t, name)), 0);
}

void tempdir_fifo(struct tempdir *t, const char *name)
{
    ck_assert_int_eq(mkfifo(tempdir_path(t, name), 0600), 0);
}
