/*
 * gclog_parse.h - shared by the readers of unified logs, gclog.c, and of
 * JDK 8's, gclog_old.c. Nothing here is for other modules: they include
 * nmt/logs.h.
 */
#ifndef OOMWHY_NMT_GCLOG_PARSE_H
#define OOMWHY_NMT_GCLOG_PARSE_H

#include "nmt/logs.h"

struct gc_reader {
    struct gc_log *log;
    struct arena *arena;
    uint64_t number;      /* of the line */
    uint64_t next;        /* slot of the ring over the last pauses */
    struct gc_pause open; /* JDK 8, G1: the sizes come on a later line */
    bool is_open;
    int depth;     /* brackets that are open behind its last line */
    bool upgraded; /* what began as less is a full collection now */
    uint64_t live; /* ZGC: what was marked in this cycle */
    unsigned tags; /* kinds of lines seen that only details bring */
    VEC(const char *) causes;
};

/* "5M->4M(10M)", "24.0M(256.0M)->4000.0K(256.0M)", "104M(10%)->54M(5%)" */
struct gc_change {
    uint64_t before, after, capacity; /* capacity UNKNOWN if a percentage */
    const char *from, *to;            /* its text */
};

/* "46M", "24.0M", "0.0B", "14776K" at *p, which moves behind it: a unit is
 * required. False, and nothing moved: it is no size. */
bool gc_size_take(const char **p, uint64_t *ret);
/* The first change in `s`. */
bool gc_change_find(const char *s, struct gc_change *ret);
/* Unix ms of the date that the line begins with; INT64_MIN: none. */
int64_t gc_time_of(const char *line);
/* "(Allocation Failure)" that ends at `end`, not before `from`; NULL if there
 * is none. False: out of memory. */
bool gc_cause_before(struct gc_reader *r, const char *from, const char *end,
                     const char **ret, struct err *e);
/* The same beginning at `s`, maybe behind blanks. */
bool gc_cause_at(struct gc_reader *r, const char *s, const char **ret,
                 struct err *e);
/* One on the current line, of which nothing else is known. */
void gc_pause_init(struct gc_reader *r, struct gc_pause *p);
bool gc_pause_add(struct gc_reader *r, const struct gc_pause *p, struct err *e);
/* Behind the last: puts those kept of a long log into their order. */
void gc_pauses_unroll(struct gc_reader *r);
/* *peak may be UNKNOWN, and so may `v`. */
void gc_peak_raise(uint64_t *peak, uint64_t v);
/* A line of JDK 8's log; sets *ret if it was one. */
bool gc_old_line(struct gc_reader *r, const char *line, bool *ret,
                 struct err *e);

#endif
