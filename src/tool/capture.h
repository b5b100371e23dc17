/*
 * capture.h - one snapshot of a living JVM, in the layout of a case: DIR for
 * the incident, DIR/<UTC time> for this moment, private to its owner.
 *
 * Every step notes in capture.txt what it took, when, and why something is
 * missing; a step that fails never stops the next one.
 */
#ifndef OOMWHY_TOOL_CAPTURE_H
#define OOMWHY_TOOL_CAPTURE_H

#include <stdio.h>

#include "tool/jvm.h"
#include "tool/options.h"

#define CAPTURE_PATH 4096

struct capture {
    const struct options *options;
    struct mem *mem;
    struct jvm jvm;
    char dir[CAPTURE_PATH]; /* of the snapshot, as given and named */
    int top_fd, fd;         /* of DIR and of the snapshot */
    FILE *log;              /* capture.txt */
    bool quiet;
    bool hung;      /* the JVM did not answer in time once */
    unsigned taken; /* files */
    unsigned lost;  /* what could not be had */
};

/* Makes the folders and capture.txt. */
bool capture_begin(struct capture *c, const char *dir, struct err *e);
void capture_end(struct capture *c);

/* An empty private file in the snapshot; -1 with `errno`. */
int capture_create(struct capture *c, const char *name);
/* Closes it; 0 bytes are nothing taken. */
void capture_keep(struct capture *c, const char *name, int fd);
/* Closes (unless -1) and removes it, and says why it is missing. */
void capture_drop(struct capture *c, const char *name, int fd, const char *why);
/* Copies a small file, `path` seen from `from`, under `name`. */
void capture_copy(struct capture *c, int from, const char *path,
                  const char *name);
/* A line of capture.txt of its own. */
void capture_say(struct capture *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- the steps, in this order -------------------------------------------
 */

void capture_cgroup(struct capture *c); /* capture_cgroup.c */
void capture_proc(struct capture *c);   /* capture_files.c */
void capture_jvm(struct capture *c);    /* capture_jvm.c */
void capture_heap(struct capture *c);   /* capture_heap.c */

/* Bytes that the process's control groups still allow, page cache that can
 * be dropped not counted; UNKNOWN where nothing limits it. `limit` is that
 * of the group that allows least. */
uint64_t cgroup_headroom(const struct jvm *j, uint64_t *limit);

#endif
