/*
 * child.c - fork, limits, pipe; see child.h.
 */
#define _GNU_SOURCE
#include "fleet/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Said by one child; a row is a few hundred bytes. */
#define SAID_MAX ((uint64_t)1 << 20)
/* Beside the budget that the analysis keeps itself: libraries, stacks. */
#define MEMORY_BESIDE ((uint64_t)128 << 20)

#if defined(__SANITIZE_ADDRESS__)
#define LIMITED 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LIMITED 0
#endif
#endif
#ifndef LIMITED
#define LIMITED 1 /* a sanitizer's shadow is larger than any limit */
#endif

int64_t child_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The analysis keeps to its budget by itself; this holds what does not. */
static void limit(const struct child_limits *l)
{
    struct rlimit core = {0, 0}, data;

    setrlimit(RLIMIT_CORE, &core);
    if (!l->memory || !LIMITED)
        return;
    data.rlim_cur = data.rlim_max = l->memory + l->memory / 4 + MEMORY_BESIDE;
    setrlimit(RLIMIT_DATA, &data);
}

static void in_child(pid_t parent, int fd, const struct child_limits *l,
                     void (*run)(void *ctx, FILE *to), void *ctx)
{
    FILE *to;

    /* If the parent ended before this call nobody waits any more. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    signal(SIGPIPE, SIG_DFL);
    limit(l);
    to = fdopen(fd, "w");
    if (!to)
        _exit(1);
    run(ctx, to);
    fflush(to);
    _exit(0); /* buffers and handlers of the parent are not ours to end */
}

bool child_start(struct child *c, const struct child_limits *l,
                 void (*run)(void *ctx, FILE *to), void *ctx, struct mem *m,
                 struct err *e)
{
    pid_t parent = getpid();
    int fds[2];

    memset(c, 0, sizeof *c);
    c->fd = -1;
    if (pipe2(fds, O_CLOEXEC) != 0)
        return err_set(e, ERR_IO, "no pipe to a new process: %s",
                       strerror(errno));
    c->pid = fork();
    if (c->pid == 0)
        in_child(parent, fds[1], l, run, ctx);
    close(fds[1]);
    if (c->pid < 0) {
        c->pid = 0;
        close(fds[0]);
        return err_set(e, ERR_IO, "no new process: %s", strerror(errno));
    }
    c->fd = fds[0];
    c->deadline =
        l->seconds ? child_now() + (int64_t)l->seconds * 1000 : INT64_MAX;
    out_to_memory(&c->said, m);
    return true;
}

bool child_read(struct child *c)
{
    char buf[4096];
    ssize_t n = read(c->fd, buf, sizeof buf);

    if (n < 0 && errno == EINTR)
        return true;
    if (n > 0 && c->said.text.n < SAID_MAX)
        out_bytes(&c->said, buf, (size_t)n);
    if (n > 0)
        return true;
    close(c->fd);
    c->fd = -1;
    return false;
}

void child_kill(struct child *c)
{
    c->timed_out = true;
    c->deadline = INT64_MAX;
    kill(c->pid, SIGKILL);
}

void child_wait(struct child *c, char *why, size_t size)
{
    int status = 0;

    why[0] = '\0';
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
        ;
    c->pid = 0;
    if (WIFSIGNALED(status))
        snprintf(why, size, "its process ended by signal %d (%s)",
                 WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0)
        snprintf(why, size, "its process ended with status %d",
                 WEXITSTATUS(status));
}

void child_deinit(struct child *c)
{
    out_deinit(&c->said);
}
