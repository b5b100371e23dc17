/*
 * spill.c - see spill.h.
 *
 * The table of maps is scanned: there are a few dozen at most, asked for
 * once each.
 */
#define _GNU_SOURCE
#include "spill.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tempfile.h"

/* What is copied and let go of at a time when a map moves out. */
#define STEP ((uint64_t)8 << 20)

/* ---- the table --------------------------------------------------------- */

static void lock(struct spills *s)
{
    while (atomic_flag_test_and_set_explicit(&s->busy, memory_order_acquire))
        sched_yield();
}

static void unlock(struct spills *s)
{
    atomic_flag_clear_explicit(&s->busy, memory_order_release);
}

static struct spill *find(struct spills *s, const void *p)
{
    for (uint32_t i = 0; i < s->n; i++)
        if (s->at[i].at == p)
            return &s->at[i];
    return NULL;
}

static bool grow(struct spills *s)
{
    uint32_t cap = s->cap ? s->cap * 2 : 16;
    struct spill *at;

    if (s->n < s->cap)
        return true;
    at = realloc(s->at, cap * sizeof *at);
    if (!at)
        return false;
    s->at = at;
    s->cap = cap;
    return true;
}

static bool add(struct spills *s, void *p, int fd, struct err *e)
{
    bool ok;

    lock(s);
    ok = grow(s);
    if (ok)
        s->at[s->n++] = (struct spill){p, fd};
    unlock(s);
    return ok || err_set(e, ERR_NOMEM, "out of memory");
}

/* Returns the file of `p`, which is known to be there. */
static int drop(struct spills *s, const void *p)
{
    struct spill *it;
    int fd;

    lock(s);
    it = find(s, p);
    fd = it->fd;
    *it = s->at[--s->n];
    if (!s->n) {
        free(s->at);
        s->at = NULL;
        s->cap = 0;
    }
    unlock(s);
    return fd;
}

bool spill_has(struct spills *s, const void *p)
{
    bool is;

    lock(s);
    is = find(s, p) != NULL;
    unlock(s);
    return is;
}

/* ---- files ------------------------------------------------------------- */

static bool reserve(int fd, uint64_t bytes, struct err *e)
{
    int rc;

    do
        rc = posix_fallocate(fd, 0, (off_t)bytes);
    while (rc == EINTR);
    return rc == 0 ||
           err_set(e, ERR_IO, "no %llu bytes of disk in %.100s: %s",
                   (unsigned long long)bytes, tempfile_dir(), strerror(rc));
}

static int open_file(uint64_t bytes, struct err *e)
{
    int fd = tempfile_open(e);

    if (fd < 0)
        return -1;
    if (tempfile_in_memory(fd))
        err_set(e, ERR_BUDGET,
                "arrays past the memory limit need a disk, and %.100s is "
                "memory: set TMPDIR",
                tempfile_dir());
    else if (reserve(fd, bytes, e))
        return fd;
    close(fd);
    return -1;
}

void *spill_map(struct spills *s, uint64_t bytes, struct err *e)
{
    int fd = open_file(bytes, e);
    void *p = MAP_FAILED;

    if (fd < 0)
        return NULL;
    p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        err_set(e, ERR_NOMEM, "out of memory: no %llu bytes: %s",
                (unsigned long long)bytes, strerror(errno));
    else if (add(s, p, fd, e))
        return p;
    else
        munmap(p, bytes);
    close(fd);
    return NULL;
}

static bool write_all(int fd, const char *p, uint64_t n, uint64_t at,
                      struct err *e)
{
    while (n) {
        ssize_t k = pwrite(fd, p, n, (off_t)at);

        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return err_set(e, ERR_IO, "cannot write in %.100s: %s",
                           tempfile_dir(), strerror(errno));
        p += k;
        at += (uint64_t)k;
        n -= (uint64_t)k;
    }
    return true;
}

/* Step by step, so that memory never holds the map twice. Where it fails
 * half way, one half lies in a file without a name; its bytes are right. */
static bool replace(int fd, char *p, uint64_t bytes, struct err *e)
{
    for (uint64_t at = 0, n; at < bytes; at += n) {
        n = bytes - at < STEP ? bytes - at : STEP;
        if (!write_all(fd, p + at, n, at, e))
            return false;
        sync_file_range(fd, (off_t)at, (off_t)n, SYNC_FILE_RANGE_WRITE);
        if (mmap(p + at, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
                 (off_t)at) == MAP_FAILED)
            return err_set(e, ERR_NOMEM, "out of memory: %s", strerror(errno));
    }
    return true;
}

bool spill_take(struct spills *s, void *p, uint64_t bytes, struct err *e)
{
    int fd = open_file(bytes, e);

    if (fd < 0)
        return false;
    if (!add(s, p, fd, e)) {
        close(fd);
        return false;
    }
    if (replace(fd, p, bytes, e))
        return true;
    close(drop(s, p));
    return false;
}

void *spill_remap(struct spills *s, void *p, uint64_t old, uint64_t bytes,
                  struct err *e)
{
    struct spill *it;
    void *q = MAP_FAILED;

    /* The lock covers the move: the old address may be somebody's at once. */
    lock(s);
    it = find(s, p);
    if (bytes <= old || reserve(it->fd, bytes, e))
        q = mremap(p, old, bytes, MREMAP_MAYMOVE);
    if (q != MAP_FAILED) {
        it->at = q;
        if (bytes < old && ftruncate(it->fd, (off_t)bytes) < 0)
            errno = 0; /* the file stays longer than it need be */
    }
    unlock(s);
    if (q != MAP_FAILED)
        return q;
    err_set(e, ERR_NOMEM, "out of memory: no %llu bytes: %s",
            (unsigned long long)bytes, strerror(errno));
    return NULL;
}

void spill_unmap(struct spills *s, void *p, uint64_t bytes)
{
    int fd = drop(s, p);

    munmap(p, bytes);
    close(fd);
}
