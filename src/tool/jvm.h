/*
 * jvm.h - a living JVM: what /proc says of it, and its attach socket.
 *
 * The attach protocol is spoken here, not by a jcmd: that would be a JVM of
 * its own, 25 MiB or more in the very container that is short of memory.
 */
#ifndef OOMWHY_TOOL_JVM_H
#define OOMWHY_TOOL_JVM_H

#include <sys/types.h>

#include "base/err.h"

struct jvm {
    pid_t pid;
    int proc;  /* /proc/PID: stays with the process, whoever gets its pid */
    int pidfd; /* -1: the kernel has none */
    uint64_t ns_pid; /* its pid as it sees it itself */
    uint64_t start;  /* ticks after boot, as in /proc/PID/stat */
    uid_t uid;       /* effective */
    gid_t gid;
    bool hotspot;   /* has a libjvm.so mapped */
    bool listens;   /* catches SIGQUIT: it would kill others */
    bool same_root; /* sees the files we see */
};

bool jvm_open(pid_t pid, struct jvm *ret, struct err *e);
void jvm_close(struct jvm *j);

/*
 * Wakes the JVM's attach listener unless it is awake. ERR_UNSUPPORTED: it is
 * no HotSpot JVM, takes no signals, or none of ours; nothing was sent to it.
 * Any other error: it hangs; do not try again.
 */
bool jvm_attach(const struct jvm *j, int timeout_ms, struct err *e);
/*
 * Lets it carry out `command` as jcmd would and writes the answer to `fd`,
 * behind a line "PID:". ERR_UNSUPPORTED: it refused this command and is
 * ready for others; any other error means: do not try again.
 */
bool jvm_command(const struct jvm *j, const char *command, int fd,
                 int timeout_ms, struct err *e);

#endif
