/*
 * threads.h - stacks: FRAME and TRACE records and the roots that say whose
 * they are, as ids and serials until everything is read.
 */
#ifndef OOMWHY_HPROF_THREADS_H
#define OOMWHY_HPROF_THREADS_H

#include "hprof/classes.h"

struct raw_frame {
    uint64_t id, method, signature, source;
    uint32_t class_serial;
    int32_t line;
};

struct raw_trace {
    uint32_t serial, thread;
    uint64_t first; /* in `frame_ids` */
    uint32_t n;
};

struct raw_thread {
    uint64_t id;
    uint32_t serial, trace;
};

struct threads {
    struct mem *mem;
    VEC(struct raw_frame) frames;
    VEC(struct raw_trace) traces;
    VEC(struct raw_thread) threads;
    VEC(uint64_t) frame_ids;
    struct idmap frame_by_id, trace_by_serial;
};

void threads_init(struct threads *t, struct mem *m);
void threads_deinit(struct threads *t);

/* The reader stands at the record's body, the fixed part of which is there
 * and states no more frames than the record has room for. */
bool threads_frame(struct threads *t, struct reader *r, struct err *e);
bool threads_trace(struct threads *t, struct reader *r, struct err *e);
/* A ROOT_THREAD_OBJ. */
bool threads_root(struct threads *t, const struct sub *s, struct err *e);

/* Asks for the names that threads_finish will keep. */
void threads_want_names(const struct threads *t, struct classes *classes);

/*
 * Fills d->threads; their nodes are still to be found by the ids, which go
 * to ids[i]. `ids` is the caller's to free.
 */
bool threads_finish(struct threads *t, struct classes *classes,
                    struct hprof_dump *d, uint64_t **ids, struct err *e);

#endif
