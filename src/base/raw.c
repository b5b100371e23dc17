/*
 * raw.c - see raw.h.
 */
#define _GNU_SOURCE
#include "raw.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bits.h"
#include "fd.h"
#include "mem.h"
#include "tempfile.h"

/* ---- opening --------------------------------------------------------- */

static bool spool_create(struct raw *r, struct err *e)
{
    int fd = tempfile_open(e);

    if (fd < 0)
        return false;
    r->pipe = r->fd;
    r->fd = fd;
    return true;
}

/* Files of /proc are regular and say 0 bytes; their end tells. */
bool raw_open(struct raw *r, const char *path, struct err *e)
{
    struct stat st;

    *r = (struct raw){.pipe = -1};
    r->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
                                   : open(path, O_RDONLY | O_CLOEXEC);
    if (r->fd < 0 || fstat(r->fd, &st) < 0)
        return err_set(e, ERR_IO, "cannot be opened: %s", strerror(errno));
    if (S_ISDIR(st.st_mode))
        return err_set(e, ERR_IO, "is a directory");
    if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
        return spool_create(r, e);
    r->size = (uint64_t)st.st_size;
    return true;
}

void raw_open_memory(struct raw *r, const void *bytes, size_t n)
{
    *r = (struct raw){.fd = -1, .pipe = -1, .size = n};
    r->memory = n ? bytes : (const void *)"";
}

void raw_deinit(struct raw *r)
{
    if (r->fd >= 0)
        close(r->fd);
    if (r->pipe >= 0)
        close(r->pipe);
}

/* ---- reading --------------------------------------------------------- */

static void damaged(struct raw *r, const char *what, uint64_t at)
{
    if (!r->damage[0])
        snprintf(r->damage, sizeof r->damage, "%s at offset %llu", what,
                 (unsigned long long)at);
}

/* Takes the next bytes of the pipe, keeping a copy in the spool. */
static size_t pipe_read(struct raw *r, uint8_t *to, size_t n)
{
    ssize_t k;

    do
        k = read(r->pipe, to, n);
    while (k < 0 && errno == EINTR);
    if (k < 0)
        damaged(r, strerror(errno), r->size);
    if (k <= 0) {
        r->pipe_ended = true;
        return 0;
    }
    if (lseek(r->fd, (off_t)r->size, SEEK_SET) < 0 ||
        !fd_write_all(r->fd, to, (size_t)k)) {
        damaged(r, "the temporary copy of standard input cannot be written",
                r->size);
        r->pipe_ended = true;
        return 0;
    }
    r->size += (uint64_t)k;
    return (size_t)k;
}

bool raw_is_piping(const struct raw *r)
{
    return r->pipe >= 0 && !r->pipe_ended;
}

/* -1 and errno where the system refuses. */
static ssize_t read_at(const struct raw *r, uint64_t at, uint8_t *to, size_t n)
{
    ssize_t k;

    if (r->memory) {
        if (at >= r->size)
            return 0;
        if (n > r->size - at)
            n = r->size - at;
        memcpy(to, r->memory + at, n);
        return (ssize_t)n;
    }
    do
        k = pread(r->fd, to, n, (off_t)at);
    while (k < 0 && errno == EINTR);
    return k;
}

size_t raw_read(struct raw *r, uint64_t at, uint8_t *to, size_t n)
{
    ssize_t k;

    if (raw_is_piping(r) && at >= r->size)
        return pipe_read(r, to, n);
    k = read_at(r, at, to, n);
    if (k < 0)
        damaged(r, strerror(errno), at);
    return k < 0 ? 0 : (size_t)k;
}

size_t raw_read_shared(const struct raw *r, uint64_t at, uint8_t *to, size_t n)
{
    ssize_t k = read_at(r, at, to, n);

    return k < 0 ? 0 : (size_t)k;
}

/* ---- looking --------------------------------------------------------- */

/* Smaller files are as well read. */
#define LEAST_FILE ((uint64_t)1 << 20)

#ifdef MADV_POPULATE_READ
/* Maps all huge pages that [at, at + n) is on: where the system keeps a file
 * in such, one entry then stands for 2 MiB, and there are neither faults nor
 * TLB misses for the small ones. */
static bool map_around(const struct raw *r, uint64_t at, size_t n,
                       struct raw_view *ret)
{
    uint64_t from = at & ~(HUGE_PAGE - 1);
    uint64_t to = align_up(at + n, HUGE_PAGE);
    void *map;

    ret->mapped = (size_t)((to < r->size ? to : r->size) - from);
    map = mmap(NULL, ret->mapped, PROT_READ, MAP_SHARED, r->fd, (off_t)from);
    if (map == MAP_FAILED)
        return false;
    ret->map = map;
    ret->bytes = (const uint8_t *)map + (at - from);
    return true;
}

bool raw_view_open(const struct raw *r, uint64_t at, size_t n,
                   struct raw_view *ret)
{
    *ret = (struct raw_view){.at = at};
    if (r->memory || r->pipe >= 0 || r->size < LEAST_FILE || at >= r->size)
        return false;
    ret->n = n < r->size - at ? n : (size_t)(r->size - at);
    return map_around(r, at, ret->n, ret);
}

/* Brings in its pages, and no others. */
bool raw_view_fetch(const struct raw_view *v, uint64_t at, size_t n)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), begin, from;

    if (!v->bytes || at < v->at || n > v->n || at - v->at > v->n - n)
        return false;
    begin = (uintptr_t)v->bytes + (at - v->at);
    from = begin & ~(page - 1);
    return madvise((void *)from, begin + n - from, MADV_POPULATE_READ) == 0;
}
#else
bool raw_view_open(const struct raw *r, uint64_t at, size_t n,
                   struct raw_view *ret)
{
    (void)r;
    *ret = (struct raw_view){.at = at, .n = n};
    return false;
}

bool raw_view_fetch(const struct raw_view *v, uint64_t at, size_t n)
{
    (void)v;
    (void)at;
    (void)n;
    return false;
}
#endif

bool raw_look(const struct raw *r, uint64_t at, size_t n, struct raw_view *ret)
{
    if (raw_view_open(r, at, n, ret) && raw_view_fetch(ret, at, ret->n))
        return true;
    raw_unlook(ret);
    return false;
}

void raw_unlook(struct raw_view *v)
{
    if (v->map)
        munmap(v->map, v->mapped);
    *v = (struct raw_view){.at = v->at};
}
