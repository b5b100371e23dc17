/*
 * cmd_capture.c - `oomwhy capture PID DIR`: one snapshot of a living JVM,
 * cheap and perishable first, the heap dump last. docs/capture.md.
 */
#include <errno.h>
#include <stdlib.h>

#include "tool/capture.h"

static bool parse_pid(const char *s, pid_t *ret)
{
    char *end;
    long v;

    errno = 0;
    v = strtol(s, &end, 10);
    *ret = (pid_t)v;
    return !errno && end != s && !*end && v > 0 && v <= INT32_MAX;
}

static void take(struct capture *c)
{
    capture_cgroup(c);
    capture_proc(c);
    capture_jvm(c);
    capture_heap(c);
}

/* Nothing taken at all: the process went, or nobody may look at it. */
static enum exit_status outcome(const struct capture *c)
{
    if (printf("%s\n", c->dir) < 0 || fflush(stdout) != 0)
        return EXIT_FAILED;
    if (!c->taken)
        return EXIT_FAILED;
    return c->hung ? EXIT_DAMAGED : EXIT_ANALYSED;
}

static enum exit_status capture(const struct options *o, struct capture *c)
{
    const char *pid = o->inputs.at[0].path, *dir = o->inputs.at[1].path;
    enum exit_status status = EXIT_FAILED;
    const char *about = pid;
    struct err e = {0};

    if (!parse_pid(pid, &c->jvm.pid))
        err_set(&e, ERR_USAGE, "a pid is a number from 1, not %.60s", pid);
    else if (jvm_open(c->jvm.pid, &c->jvm, &e)) {
        about = dir;
        if (capture_begin(c, dir, &e)) {
            take(c);
            status = outcome(c);
        }
        capture_end(c);
        jvm_close(&c->jvm);
    }
    if (!err_is_set(&e))
        return status;
    complain(e.code == ERR_IO ? about : NULL, &e);
    return exit_status_of(&e);
}

static enum exit_status run(const struct options *o)
{
    struct capture c = {.options = o, .fd = -1, .top_fd = -1};
    struct err e = {0};
    struct mem m;

    if (o->inputs.n != 2) {
        err_set(&e, ERR_USAGE, "capture takes a pid and a directory");
        complain(NULL, &e);
        return EXIT_USAGE;
    }
    mem_init(&m, o->max_memory);
    c.mem = &m;
    c.quiet = o->progress == WHEN_NEVER;
    return capture(o, &c);
}

const struct command cmd_capture = {
    .name = "capture",
    .arguments = "PID DIR",
    .options = "--heap-dump --gc --baseline --timeout --dump-dir --progress",
    .summary = "a snapshot of a living JVM: capture PID DIR",
    .run = run,
};
