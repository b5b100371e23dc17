/*
 * capture_files.c - the snapshot's folder, its files, its record, and the
 * copies from /proc.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tool/capture.h"

#define PRIVATE_DIR  0700
#define PRIVATE_FILE 0600
#define SAME_SECOND  9 /* snapshots that one second has room for */

/* ---- the record ------------------------------------------------------- */

static void stamp(char *buf, size_t size, const char *format)
{
    struct timespec now;
    struct tm tm;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    strftime(buf, size, format, &tm);
}

void capture_say(struct capture *c, const char *fmt, ...)
{
    char when[32], text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    stamp(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ");
    if (c->log)
        fprintf(c->log, "%s  %s\n", when, text);
    if (!c->quiet)
        fprintf(stderr, "%s\n", text);
}

/* The kernel's log counts from its boot: both clocks, read together, make
 * its lines times of day. */
static void note_clocks(struct capture *c)
{
    struct timespec boot, mono;

    clock_gettime(CLOCK_BOOTTIME, &boot);
    clock_gettime(CLOCK_MONOTONIC, &mono);
    capture_say(
        c, "clock: %" PRId64 ".%03ld s since boot, %" PRId64 ".%03ld s awake",
        (int64_t)boot.tv_sec, boot.tv_nsec / 1000000, (int64_t)mono.tv_sec,
        mono.tv_nsec / 1000000);
}

/* ---- folders ---------------------------------------------------------- */

static int open_folder(int at, const char *path, bool make, struct err *e)
{
    int fd;

    if (make && mkdirat(at, path, PRIVATE_DIR) != 0 && errno != EEXIST) {
        err_set(e, ERR_IO, "cannot be made: %s", strerror(errno));
        return -1;
    }
    fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        err_set(e, ERR_IO, "cannot be opened: %s", strerror(errno));
    return fd;
}

/* A folder of its own for each moment: "20260131T235959Z", then "-2". */
static bool make_snapshot(struct capture *c, const char *dir, struct err *e)
{
    char when[20], name[32];
    int i, n;

    stamp(when, sizeof when, "%Y%m%dT%H%M%SZ");
    snprintf(name, sizeof name, "%s", when);
    for (i = 2; mkdirat(c->top_fd, name, PRIVATE_DIR) != 0; i++) {
        if (errno != EEXIST || i > SAME_SECOND)
            return err_set(e, ERR_IO, "no folder can be made in it: %s",
                           strerror(errno));
        snprintf(name, sizeof name, "%s-%d", when, i);
    }
    n = snprintf(c->dir, sizeof c->dir, "%s/%s", dir, name);
    if (n < 0 || (size_t)n >= sizeof c->dir)
        return err_set(e, ERR_USAGE, "the name is too long");
    c->fd = open_folder(c->top_fd, name, false, e);
    return c->fd >= 0;
}

bool capture_begin(struct capture *c, const char *dir, struct err *e)
{
    int fd;

    umask(077);
    c->fd = -1;
    c->top_fd = open_folder(AT_FDCWD, dir, true, e);
    if (c->top_fd < 0 || !make_snapshot(c, dir, e))
        return false;
    fd = capture_create(c, "capture.txt");
    c->log = fd < 0 ? NULL : fdopen(fd, "w");
    if (!c->log)
        return err_set(e, ERR_IO, "nothing can be written to it: %s",
                       strerror(errno));
    setvbuf(c->log, NULL, _IOLBF, 0);
    capture_say(c,
                "oomwhy " OOMWHY_VERSION ", process %d (%" PRIu64
                " in its namespace), user %u, started at tick %" PRIu64,
                (int)c->jvm.pid, c->jvm.ns_pid, (unsigned)c->jvm.uid,
                c->jvm.start);
    note_clocks(c);
    return true;
}

void capture_end(struct capture *c)
{
    if (c->log) {
        capture_say(c, "%u files, %u could not be had", c->taken, c->lost);
        note_clocks(c);
        fclose(c->log);
    }
    if (c->fd >= 0)
        close(c->fd);
    if (c->top_fd >= 0)
        close(c->top_fd);
}

/* ---- files ------------------------------------------------------------ */

int capture_create(struct capture *c, const char *name)
{
    return openat(c->fd, name,
                  O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR | O_CLOEXEC,
                  PRIVATE_FILE);
}

void capture_keep(struct capture *c, const char *name, int fd)
{
    struct stat st;

    if (fstat(fd, &st) != 0 || st.st_size == 0) {
        capture_drop(c, name, fd, "it is empty");
        return;
    }
    if (close(fd) != 0) {
        capture_drop(c, name, -1, strerror(errno));
        return;
    }
    c->taken++;
    capture_say(c, "%-24s %" PRIu64 " bytes", name, (uint64_t)st.st_size);
}

void capture_drop(struct capture *c, const char *name, int fd, const char *why)
{
    if (fd >= 0)
        close(fd);
    unlinkat(c->fd, name, 0);
    c->lost++;
    capture_say(c, "%-24s not taken: %s", name, why);
}

/* NULL: all of it came over. */
static const char *copy_bytes(int from, int to)
{
    char buf[64 << 10];
    ssize_t n;

    while ((n = read(from, buf, sizeof buf)) > 0)
        if (write(to, buf, (size_t)n) != n)
            return "cannot be written";
    return n < 0 ? strerror(errno) : NULL;
}

void capture_copy(struct capture *c, int from, const char *path,
                  const char *name)
{
    int in = openat(from, path, O_RDONLY | O_CLOEXEC), out;
    const char *why;

    if (in < 0) {
        capture_drop(c, name, -1, strerror(errno));
        return;
    }
    out = capture_create(c, name);
    why = out < 0 ? strerror(errno) : copy_bytes(in, out);
    if (why)
        capture_drop(c, name, out, why);
    else
        capture_keep(c, name, out);
    close(in);
}

/* The rollup before smaps itself, which takes long where there are many
 * mappings. */
void capture_proc(struct capture *c)
{
    static const char *const names[][2] = {
        {"status", "proc-status.txt"},
        {"smaps_rollup", "proc-smaps_rollup.txt"},
        {"oom_score", "proc-oom_score.txt"},
        {"oom_score_adj", "proc-oom_score_adj.txt"},
        {"limits", "proc-limits.txt"},
        {"cgroup", "proc-cgroup.txt"},
        {"smaps", "proc-smaps.txt"},
    };
    size_t i;

    for (i = 0; i < sizeof names / sizeof names[0]; i++)
        capture_copy(c, c->jvm.proc, names[i][0], names[i][1]);
}
