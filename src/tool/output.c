/*
 * output.c - a temporary file beside the target, then rename(2).
 */
#define _GNU_SOURCE
#include "output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool refused(struct err *e, const char *what)
{
    return err_set(e, ERR_IO, "%s: %s", what, strerror(errno));
}

/* A link is followed: what it points to is replaced, not the link. */
static char *target(const char *path, struct mem *m, struct err *e)
{
    char *real = realpath(path, NULL), *copy;

    copy = mem_strdup(m, real ? real : path, e);
    free(real);
    return copy;
}

/* What open(2) would have given, where mkstemp(3) gives 0600. */
static void ordinary_mode(int fd, const char *path)
{
    struct stat st;
    mode_t mask;

    if (stat(path, &st) == 0) {
        (void)fchmod(fd, st.st_mode & 0777);
        return;
    }
    mask = umask(0);
    umask(mask);
    (void)fchmod(fd, 0666 & ~mask);
}

static bool open_temp(struct output *o, struct err *e)
{
    static const char ending[] = ".XXXXXX";
    size_t n = strlen(o->path);
    int fd;

    o->temp = mem_alloc(o->mem, n + sizeof ending, 1, e);
    if (!o->temp)
        return false;
    memcpy(o->temp, o->path, n);
    memcpy(o->temp + n, ending, sizeof ending);
    fd = mkstemp(o->temp);
    if (fd < 0)
        return refused(e, "cannot be written");
    ordinary_mode(fd, o->path);
    o->file = fdopen(fd, "w");
    if (o->file)
        return true;
    refused(e, "cannot be written");
    close(fd);
    unlink(o->temp);
    return false;
}

static void forget(struct output *o)
{
    mem_free(o->mem, o->temp);
    mem_free(o->mem, o->path);
    o->temp = o->path = NULL;
}

bool output_open(const char *path, struct mem *m, struct output *ret,
                 struct err *e)
{
    struct stat st;
    bool ok;

    memset(ret, 0, sizeof *ret);
    ret->mem = m;
    if (!path) {
        ret->file = stdout;
        return true;
    }
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        ret->file = fopen(path, "we");
        return ret->file || refused(e, "cannot be written");
    }
    ret->path = target(path, m, e);
    ok = ret->path && open_temp(ret, e);
    if (!ok)
        forget(ret);
    return ok;
}

bool output_close(struct output *o, bool keep, struct err *e)
{
    bool ok = true;

    if (o->file != stdout && fclose(o->file) != 0)
        ok = refused(e, "cannot be written");
    if (o->temp && keep && ok && rename(o->temp, o->path) != 0)
        ok = refused(e, "cannot be written");
    if (o->temp && (!keep || !ok))
        unlink(o->temp);
    forget(o);
    return ok;
}
