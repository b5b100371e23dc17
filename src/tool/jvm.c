/*
 * jvm.c - what /proc says of a process that may be a JVM.
 */
#define _GNU_SOURCE
#include "tool/jvm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static FILE *open_text(const struct jvm *j, const char *name)
{
    int fd = openat(j->proc, name, O_RDONLY | O_CLOEXEC);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "r");

    if (fd >= 0 && !f)
        close(fd);
    return f;
}

static bool is_caught(const char *hex, int signal)
{
    return strtoull(hex, NULL, 16) >> (signal - 1) & 1;
}

/* The last pid of the line is that of the innermost namespace. */
static uint64_t last_number(const char *s)
{
    uint64_t n = 0;
    char *end;

    for (;; s = end) {
        unsigned long long v = strtoull(s, &end, 10);

        if (end == s)
            return n;
        n = v;
    }
}

#define QUIT 3 /* SIGQUIT */

static void read_status_line(struct jvm *j, const char *line)
{
    unsigned real, effective;

    if (sscanf(line, "Uid: %u %u", &real, &effective) == 2)
        j->uid = effective;
    else if (sscanf(line, "Gid: %u %u", &real, &effective) == 2)
        j->gid = effective;
    else if (strncmp(line, "NSpid:", 6) == 0)
        j->ns_pid = last_number(line + 6);
    else if (strncmp(line, "SigCgt:", 7) == 0)
        j->listens = is_caught(line + 7, QUIT);
}

static bool read_status(struct jvm *j, struct err *e)
{
    FILE *f = open_text(j, "status");
    char line[512];

    if (!f)
        return err_set(e, ERR_IO, "its status cannot be read: %s",
                       strerror(errno));
    j->ns_pid = (uint64_t)j->pid;
    while (fgets(line, sizeof line, f))
        read_status_line(j, line);
    fclose(f);
    return true;
}

/* Field 22; the name in field 2 may hold blanks and brackets. */
static void read_start(struct jvm *j)
{
    FILE *f = open_text(j, "stat");
    char line[1024], *p;
    int field;

    if (!f)
        return;
    p = fgets(line, sizeof line, f) ? strrchr(line, ')') : NULL;
    for (field = 2; p && field < 22; field++)
        p = strchr(p + 1, ' ');
    if (p)
        j->start = strtoull(p, NULL, 10);
    fclose(f);
}

static bool find_libjvm(struct jvm *j, struct err *e)
{
    FILE *f = open_text(j, "maps");
    char line[4096];

    if (!f)
        return err_set(e, ERR_IO,
                       "its mappings cannot be read: %s; be its user, or root",
                       strerror(errno));
    while (!j->hotspot && fgets(line, sizeof line, f))
        j->hotspot = strstr(line, "/libjvm.so") != NULL;
    fclose(f);
    return true;
}

static bool same_file(int dir, const char *a, const char *b)
{
    struct stat x, y;

    return fstatat(dir, a, &x, 0) == 0 && stat(b, &y) == 0 &&
           x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

bool jvm_open(pid_t pid, struct jvm *ret, struct err *e)
{
    char path[32];

    memset(ret, 0, sizeof *ret);
    ret->pid = pid;
    snprintf(path, sizeof path, "/proc/%d", (int)pid);
    ret->proc = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    ret->pidfd = -1;
    if (ret->proc < 0)
        return err_set(e, ERR_USAGE, "there is no process %d", (int)pid);
#ifdef SYS_pidfd_open
    ret->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
#endif
    if (!read_status(ret, e) || !find_libjvm(ret, e)) {
        jvm_close(ret);
        return false;
    }
    read_start(ret);
    ret->same_root = same_file(ret->proc, "ns/mnt", "/proc/self/ns/mnt") &&
                     same_file(ret->proc, "root", "/");
    return true;
}

void jvm_close(struct jvm *j)
{
    if (j->proc >= 0)
        close(j->proc);
    if (j->pidfd >= 0)
        close(j->pidfd);
    j->proc = j->pidfd = -1;
}
