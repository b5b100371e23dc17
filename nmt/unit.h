/*
 * unit.h - a service of systemd: what it was allowed, held, and how it ended,
 * as `systemctl show`, `systemctl status`, a unit file (`systemctl cat`) or
 * the options of systemd-run say it.
 */
#ifndef OOMWHY_NMT_UNIT_H
#define OOMWHY_NMT_UNIT_H

#include <stdbool.h>
#include <stdint.h>

struct unit_figure {
    uint64_t value; /* UNKNOWN: nobody says; LIMIT_UNLIMITED: there is none */
    uint64_t line;
    bool differs; /* said again, otherwise: of several units */
};

struct unit {
    struct unit_figure limit;  /* bytes: MemoryMax */
    struct unit_figure usage;  /* bytes, while it ran: MemoryCurrent */
    struct unit_figure peak;   /* bytes, of its whole life: MemoryPeak */
    struct unit_figure tasks;  /* threads, of all its processes: TasksMax */
    struct unit_figure code;   /* how its main process ended, by waitid(2) */
    struct unit_figure status; /* with which status, or by which signal */
    struct unit_figure pid;    /* of its main process, if that is a JVM */
    bool described;            /* a service's description was there at all */
    bool within;               /* the last line was of `systemctl status` */
    bool runs;                 /* as that says */
};

void unit_init(struct unit *u);
/* Whether a line is one that only a service's description has. */
bool unit_is_line(const char *text);
/* Takes what a line says, if it says anything. */
void unit_line(struct unit *u, const char *text, uint64_t number);
/* Several units say different things of what is asked: nobody knows. */
uint64_t unit_value(const struct unit_figure *f);
/* The most it is known to have held while it lived. */
const struct unit_figure *unit_memory(const struct unit *u);
/* As a shell would say it; UNKNOWN: it runs, or nobody says. */
uint64_t unit_exit_status(const struct unit *u);

#endif
