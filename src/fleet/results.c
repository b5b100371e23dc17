/*
 * results.c - makes and locks the folder; see results.h.
 */
#define _GNU_SOURCE
#include "fleet/results.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fleet/archive.h"

static bool make(const char *path, struct err *e)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST ||
           err_set(e, ERR_IO, "%s can't be made: %s", path, strerror(errno));
}

static bool name_parts(const char *folder, struct arena *a, struct results *ret,
                       struct err *e)
{
    char *real = realpath(folder, NULL);

    if (!real)
        return err_set(e, ERR_IO, "%s: %s", folder, strerror(errno));
    ret->folder = arena_strdup(a, real, e);
    free(real);
    if (!ret->folder)
        return false;
    ret->reports = arena_printf(a, e, "%s/reports", ret->folder);
    ret->unpacked = arena_printf(a, e, "%s/unpacked", ret->folder);
    return ret->reports && ret->unpacked;
}

static bool lock(struct results *r, struct arena *a, struct err *e)
{
    const char *path = arena_printf(a, e, "%s/lock", r->folder);

    if (!path)
        return false;
    r->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (r->lock < 0)
        return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
    if (flock(r->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    close(r->lock);
    return err_set(e, ERR_IO, "%s is in use by another batch", r->folder);
}

static bool open_store(struct results *r, struct arena *a, struct err *e)
{
    const char *path = arena_printf(a, e, "%s/" STORE_NAME, r->folder);
    struct err why = {0};

    if (!path)
        return false;
    if (store_open(path, true, a->mem, &r->store, &why))
        return true;
    return err_set(e, why.code, "%s: %s", path, why.text);
}

bool results_open(const char *folder, struct arena *a, struct results *ret,
                  struct err *e)
{
    memset(ret, 0, sizeof *ret);
    if (!make(folder, e) || !name_parts(folder, a, ret, e) || !lock(ret, a, e))
        return false;
    archive_remove(ret->unpacked);
    if (make(ret->reports, e) && make(ret->unpacked, e) &&
        open_store(ret, a, e))
        return true;
    close(ret->lock);
    return false;
}

void results_close(struct results *r)
{
    store_close(r->store);
    archive_remove(r->unpacked);
    close(r->lock);
}
