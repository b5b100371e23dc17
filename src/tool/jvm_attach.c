/*
 * jvm_attach.c - HotSpot's attach protocol, version 1, which every JDK from
 * 8 on understands: a file .attach_pidN and SIGQUIT make the JVM listen on
 * the socket .java_pidN in its /tmp; a request is the version, the word
 * "jcmd" and three arguments, each ended by NUL; the answer is a line with
 * an error number, then text until the end (attachListener_posix.cpp).
 *
 * The JVM answers root and its own user only, and JDK 8 not even root.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "tool/jvm.h"

#define POLL_MS 20

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int open_tmp(const struct jvm *j, struct err *e)
{
    int fd = openat(j->proc, "root/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        err_set(e, ERR_UNSUPPORTED, "its /tmp cannot be opened: %s",
                strerror(errno));
    return fd;
}

/* Anybody may make a file of that name; only its own user made the socket. */
static bool socket_is_there(const struct jvm *j, int tmp)
{
    struct stat st;
    char name[40];

    snprintf(name, sizeof name, ".java_pid%llu", (unsigned long long)j->ns_pid);
    return fstatat(tmp, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISSOCK(st.st_mode) && st.st_uid == j->uid;
}

/* ---- waking the listener ---------------------------------------------- */

/* False if it is not there and can't be made; `made` if we are to remove it. */
static bool make_trigger(const struct jvm *j, int tmp, const char *name,
                         bool *made)
{
    int fd =
        openat(tmp, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC,
               S_IRUSR | S_IWUSR);

    *made = fd >= 0;
    if (fd < 0)
        return errno == EEXIST;
    if (geteuid() == 0)
        (void)!fchown(fd, j->uid, j->gid);
    close(fd);
    return true;
}

static bool send_quit(const struct jvm *j)
{
#ifdef SYS_pidfd_send_signal
    if (j->pidfd >= 0)
        return syscall(SYS_pidfd_send_signal, j->pidfd, SIGQUIT, NULL, 0) == 0;
#endif
    return kill(j->pid, SIGQUIT) == 0;
}

static bool wait_for_socket(const struct jvm *j, int tmp, int timeout_ms)
{
    int64_t end = now_ms() + timeout_ms;

    while (!socket_is_there(j, tmp)) {
        if (now_ms() >= end)
            return false;
        poll(NULL, 0, POLL_MS);
    }
    return true;
}

static bool wake(const struct jvm *j, int tmp, int timeout_ms, struct err *e)
{
    char name[40];
    bool made, ok;

    snprintf(name, sizeof name, ".attach_pid%llu",
             (unsigned long long)j->ns_pid);
    if (!make_trigger(j, tmp, name, &made))
        return err_set(e, ERR_UNSUPPORTED,
                       "nothing can be written to its /tmp: %s",
                       strerror(errno));
    if (!send_quit(j))
        ok = err_set(e, ERR_UNSUPPORTED, "it cannot be signalled: %s",
                     strerror(errno));
    else if (!wait_for_socket(j, tmp, timeout_ms))
        ok = err_set(e, ERR_IO,
                     "it does not listen after %d s: it hangs, or was started "
                     "with -XX:+DisableAttachMechanism",
                     timeout_ms / 1000);
    else
        ok = true;
    if (made)
        unlinkat(tmp, name, 0);
    return ok;
}

bool jvm_attach(const struct jvm *j, int timeout_ms, struct err *e)
{
    bool ok;
    int tmp;

    if (!j->hotspot)
        return err_set(e, ERR_UNSUPPORTED,
                       "process %d has no libjvm.so: no HotSpot JVM",
                       (int)j->pid);
    tmp = open_tmp(j, e);
    if (tmp < 0)
        return false;
    ok = socket_is_there(j, tmp);
    if (!ok && !j->listens)
        err_set(e, ERR_UNSUPPORTED,
                "it does not catch SIGQUIT (-Xrs, or it is just starting), "
                "which would end it");
    else if (!ok)
        ok = wake(j, tmp, timeout_ms, e);
    close(tmp);
    return ok;
}

/* ---- one command ---------------------------------------------------------
 */

/* With the JVM's user's name at the door: JDK 8 opens to nobody else. */
static bool connect_as(const struct jvm *j, int s, const struct sockaddr_un *a)
{
    bool other = geteuid() == 0 && j->uid != 0;
    bool ok;

    if (other && (setegid(j->gid) != 0 || seteuid(j->uid) != 0))
        return false;
    ok = connect(s, (const struct sockaddr *)a, sizeof *a) == 0;
    if (other) {
        int why = errno;

        if (seteuid(0) != 0 || setegid(0) != 0)
            abort();
        errno = why;
    }
    return ok;
}

/* The one at the other end must be the process we were told. */
static bool is_peer(const struct jvm *j, int s)
{
    struct ucred who;
    socklen_t n = sizeof who;

    return getsockopt(s, SOL_SOCKET, SO_PEERCRED, &who, &n) == 0 &&
           who.uid == j->uid && who.pid == j->pid;
}

static int dial(const struct jvm *j, int timeout_ms, struct err *e)
{
    struct timeval limit = {timeout_ms / 1000, timeout_ms % 1000 * 1000};
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int tmp = open_tmp(j, e), s;

    if (tmp < 0)
        return -1;
    snprintf(a.sun_path, sizeof a.sun_path, "/proc/self/fd/%d/.java_pid%llu",
             tmp, (unsigned long long)j->ns_pid);
    s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s >= 0) {
        (void)setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        (void)setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }
    if (s < 0 || !connect_as(j, s, &a)) {
        err_set(e, ERR_IO, "no connection: %s", strerror(errno));
    } else if (!is_peer(j, s)) {
        err_set(e, ERR_IO, "another process answers at its socket");
    } else {
        close(tmp);
        return s;
    }
    if (s >= 0)
        close(s);
    close(tmp);
    return -1;
}

static bool ask(int s, const char *command)
{
    static const char head[] = "1\0jcmd"; /* with the NUL at its end */

    return fd_write_all(s, head, sizeof head) &&
           fd_write_all(s, command, strlen(command) + 1) &&
           fd_write_all(s, "\0", 2);
}

/* As read(2), but no later than `end`; -2: nothing came until then. */
static ssize_t get(int s, char *buf, size_t n, int64_t end)
{
    for (;;) {
        struct pollfd p = {.fd = s, .events = POLLIN};
        int64_t left = end - now_ms();
        ssize_t k;

        if (left <= 0)
            return -2;
        if (poll(&p, 1, (int)left) <= 0)
            continue;
        k = read(s, buf, n);
        if (k >= 0 || errno != EINTR)
            return k;
    }
}

/* The number in the answer's first line: 0 is success. */
static bool get_status(int s, int64_t end, int *status)
{
    char line[16];
    size_t n = 0;

    for (; n < sizeof line - 1; n++) {
        if (get(s, line + n, 1, end) != 1)
            return false;
        if (line[n] == '\n')
            break;
    }
    line[n] = '\0';
    *status = atoi(line);
    return true;
}

/* "java.lang.IllegalArgumentException: Unknown diagnostic command": the name
 * of the exception is no news, and would look like one in a log. */
static const char *behind_class(const char *text)
{
    const char *p = strstr(text, "Exception: ");

    return p ? p + strlen("Exception: ") : text;
}

/* Where it fails, the answer is the reason; only its first line is told. */
static bool refused(int s, int64_t end, struct err *e)
{
    char text[160];
    ssize_t k = get(s, text, sizeof text - 1, end);

    text[k > 0 ? k : 0] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
    return err_set(e, ERR_UNSUPPORTED, "the JVM refused: %s",
                   *text ? behind_class(text) : "it gave no reason");
}

static bool relay(int s, int fd, int64_t end, struct err *e)
{
    char buf[16 << 10];

    for (;;) {
        ssize_t k = get(s, buf, sizeof buf, end);

        if (k == 0)
            return true;
        if (k < 0)
            return err_set(e, ERR_IO, "the answer broke off: %s",
                           k == -2 ? "no more came in time" : strerror(errno));
        if (!fd_write_all(fd, buf, (size_t)k))
            return err_set(e, ERR_IO, "cannot be written: %s", strerror(errno));
    }
}

bool jvm_command(const struct jvm *j, const char *command, int fd,
                 int timeout_ms, struct err *e)
{
    int64_t end = now_ms() + timeout_ms;
    int s = dial(j, timeout_ms, e), status;
    bool ok = false;

    if (s < 0)
        return false;
    if (!ask(s, command))
        err_set(e, ERR_IO, "the question broke off: %s", strerror(errno));
    else if (!get_status(s, end, &status))
        err_set(e, ERR_IO, "no answer within %d s", timeout_ms / 1000);
    else if (status != 0)
        refused(s, end, e);
    else
        ok = dprintf(fd, "%llu:\n", (unsigned long long)j->ns_pid) > 0 &&
             relay(s, fd, end, e);
    close(s);
    return ok;
}
