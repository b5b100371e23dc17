/*
 * child.h - a process that works on one case, seen from its parent: how it
 * is started and limited, how its words are collected, how it ended.
 */
#ifndef OOMWHY_FLEET_CHILD_H
#define OOMWHY_FLEET_CHILD_H

#include <sys/types.h>

#include "base/out.h"

struct child {
    pid_t pid;        /* 0: none */
    int fd;           /* what it says; -1: it has ended its say */
    int64_t deadline; /* on the clock of child_now; INT64_MAX: none */
    bool timed_out;
    struct out said;
};

struct child_limits {
    uint64_t memory;  /* bytes; 0 = none */
    unsigned seconds; /* 0 = none */
};

/* Milliseconds of a clock that only goes forward. */
int64_t child_now(void);

/*
 * Calls `run(ctx, to)` in a new process, which ends with it. It does not
 * outlive its parent. No exec: it needs the options just as they stand in
 * memory, and this program has one thread and holds nothing that a copy
 * could break but the store, which `run` must not touch.
 */
bool child_start(struct child *c, const struct child_limits *l,
                 void (*run)(void *ctx, FILE *to), void *ctx, struct mem *m,
                 struct err *e);
/* Reads what is there; false when the child has said all. */
bool child_read(struct child *c);
void child_kill(struct child *c);
/* Waits for its end, after child_read has said false. Returns how it ended in
 * `why`, "" if of itself. */
void child_wait(struct child *c, char *why, size_t size);
void child_deinit(struct child *c);

#endif
