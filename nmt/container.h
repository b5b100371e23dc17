/*
 * container.h - what a container was allowed, as those say who ran it:
 * kubectl describe pod, kubectl get pod -o yaml or json, docker inspect or
 * stats; and systemctl of a service, which is no less a control group.
 *
 * Only what is beyond doubt: of several containers with different limits
 * nobody says here which one ran the JVM. How a container ended stands there
 * too, and is read as any log is (applog.c, kernel_kill.c).
 */
#ifndef OOMWHY_NMT_CONTAINER_H
#define OOMWHY_NMT_CONTAINER_H

#include "nmt/unit.h"
#include "nmt/vminfo.h"

struct container {
    uint64_t limit; /* bytes; UNKNOWN: none, or several */
    uint64_t line;  /* of the limit */
    uint64_t usage; /* bytes: the most that docker stats saw it hold;
                       UNKNOWN: it was not asked, or of several */
    uint64_t usage_line;
    struct vm_flags flags; /* of its arguments and environment; sizes that
                              are given twice, and differ, are UNKNOWN */
    struct unit unit;      /* of systemd; its limit is that above, too */
};

/* Whether a line is one that only such a description has. */
bool container_is_line(const char *text);
/* All of it is in `a`. False: memory ran out. */
bool container_read(struct source *s, struct arena *a, struct container *ret,
                    struct err *e);

#endif
