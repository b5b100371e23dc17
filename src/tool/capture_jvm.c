/*
 * capture_jvm.c - what the JVM says of itself, cheapest first.
 *
 * Nothing here collects garbage unless --gc asks for it: a collection can
 * free the very memory in question.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "tool/capture.h"

#define ORDINARY_TIMEOUT 10 /* seconds for one answer */

enum asked { ALWAYS, WITH_BASELINE, WITH_GC };

static const struct question {
    const char *name;
    const char *command;
    enum asked when;
} questions[] = {
    {"nmt.txt", "VM.native_memory summary", ALWAYS},
    {"heap-info.txt", "GC.heap_info", ALWAYS},
    {"vm-flags.txt", "VM.flags", ALWAYS},
    {"vm-command-line.txt", "VM.command_line", ALWAYS},
    {"metaspace.txt", "VM.metaspace", ALWAYS},
    {"codecache.txt", "Compiler.codecache", ALWAYS},
    {"native-heap.txt", "System.native_heap_info", ALWAYS},
    {"vm-info.txt", "VM.info", ALWAYS},
    {"nmt-detail.txt", "VM.native_memory detail", ALWAYS},
    {"nmt-baseline.txt", "VM.native_memory baseline", WITH_BASELINE},
    {"threads.txt", "Thread.print", ALWAYS},
    {"class-histogram.txt", "GC.class_histogram", WITH_GC},
};

static bool wanted(const struct capture *c, enum asked when)
{
    return when == ALWAYS ||
           (when == WITH_BASELINE && c->options->capture.baseline) ||
           (when == WITH_GC && c->options->capture.gc);
}

static int timeout_ms(const struct capture *c)
{
    uint64_t s = c->options->capture.timeout;

    return (int)(s && s < 3600 ? s : ORDINARY_TIMEOUT) * 1000;
}

/* ---- once hung, never asked again ---------------------------------------
 */

/* A request that a hung JVM has not taken waits in its queue; more of them
 * would be more to carry out once it wakes. The next capture knows, too. */
static void marker_name(const struct capture *c, char *buf, size_t size)
{
    snprintf(buf, size, ".hung-%d-%" PRIu64, (int)c->jvm.pid, c->jvm.start);
}

static void give_up(struct capture *c)
{
    char name[64];
    int fd;

    c->hung = true;
    marker_name(c, name, sizeof name);
    fd = openat(c->top_fd, name, O_CREAT | O_WRONLY | O_NOFOLLOW | O_CLOEXEC,
                0600);
    if (fd >= 0)
        close(fd);
    capture_say(c, "The JVM is not asked again, now or by another capture "
                   "into this directory.");
}

static bool known_to_hang(const struct capture *c)
{
    char name[64];

    marker_name(c, name, sizeof name);
    return faccessat(c->top_fd, name, F_OK, 0) == 0;
}

/* ---- questions -------------------------------------------------------- */

static void ask(struct capture *c, const struct question *q)
{
    int fd = capture_create(c, q->name);
    struct err e = {0};

    if (fd < 0) {
        capture_drop(c, q->name, -1, strerror(errno));
        return;
    }
    if (jvm_command(&c->jvm, q->command, fd, timeout_ms(c), &e)) {
        capture_keep(c, q->name, fd);
        return;
    }
    capture_drop(c, q->name, fd, e.text);
    if (e.code != ERR_UNSUPPORTED)
        give_up(c);
}

void capture_jvm(struct capture *c)
{
    struct err e = {0};
    size_t i;

    if (known_to_hang(c)) {
        c->hung = true;
        capture_say(c, "The JVM did not answer an earlier capture and is not "
                       "asked again.");
        return;
    }
    if (!jvm_attach(&c->jvm, timeout_ms(c), &e)) {
        capture_say(c, "The JVM cannot be asked: %s", e.text);
        c->lost++;
        if (e.code != ERR_UNSUPPORTED)
            give_up(c);
        c->hung = true;
        return;
    }
    for (i = 0; i < sizeof questions / sizeof questions[0] && !c->hung; i++)
        if (wanted(c, questions[i].when))
            ask(c, &questions[i]);
}
