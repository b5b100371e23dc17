/*
 * ingest.h - one pass over the file, filling the tables of a dump.
 *
 * The same code does each kind of pass; `mode` says what is known before
 * and what is wanted of it.
 */
#ifndef OOMWHY_HPROF_INGEST_H
#define OOMWHY_HPROF_INGEST_H

#include "hprof/batch.h"
#include "hprof/refs.h"
#include "hprof/threads.h"

enum ingest_mode {
    INGEST_ONCE,    /* everything; classes come before their instances */
    INGEST_COLLECT, /* all but the contents of objects */
    INGEST_BUILD,   /* the contents, classes and ids being known */
};

/* Why a pass gave up without being at fault. */
enum ingest_again {
    AGAIN_NOT,
    AGAIN_TWO_PASSES, /* something is needed that comes later */
    AGAIN_UNALIGNED,  /* ids are no multiples of 8 */
    AGAIN_DAMAGED,    /* there may be ways round what can't be understood */
};

struct stretch;  /* ordinary.c */
struct segments; /* segments.c */

struct ingest {
    struct hprof_dump *d;
    struct hprof_store *st;
    const struct hprof_options *o;
    enum ingest_mode mode;
    enum ingest_again again;
    struct reader r;
    const struct detours *detours; /* NULL: the file is not surveyed yet */
    struct hprof_damage unheard;   /* where a second pass reports again */
    struct names names;
    struct classes classes;
    struct threads threads;
    struct idmap wanted; /* COLLECT: classes of objects; values unused */
    bool wanted_arrays[12];
    uint64_t array_at, array_end; /* the object array before */
    bool in_dump;                 /* between segments of one dump */
    bool no_refs;                 /* o->no_refs */
    uint64_t progress;            /* offset at which to tell again */
    struct stretch *stretch;      /* NULL until needed */
    struct segments *segments;
};

void ingest_init(struct ingest *in, struct hprof_dump *d,
                 const struct hprof_options *o);
void ingest_deinit(struct ingest *in);

/*
 * Goes over the source from its start. False without an error set: `again`
 * says what kind of pass can do it; what was gathered is of no use then.
 */
bool ingest_pass(struct ingest *in, struct source *s, enum ingest_mode mode,
                 struct err *e);

/* The sub-records of the heap record the reader has just entered. */
bool ingest_heap(struct ingest *in, struct err *e);
/* The same from the middle of it. */
bool ingest_rest(struct ingest *in, struct err *e);
/* The same of the segment just entered, and maybe of some that follow; the
 * reader stands in the last one then. */
bool ingest_segments(struct ingest *in, struct err *e);
/* All is read: objects that were decoded count for their classes. */
void ingest_segments_settle(struct ingest *in);
void ingest_segments_deinit(struct ingest *in);

/* Progress, having come to `at`. */
void ingest_tell(struct ingest *in, uint64_t at);
/* The next sub-record, at offset `at`, is one to come back to. */
bool ingest_checkpoint(struct ingest *in, uint64_t at, struct err *e);
/* So is one in a record that ends at `stop`, behind so many objects. */
bool ingest_note(struct ingest *in, uint64_t at, uint64_t stop,
                 uint64_t objects, struct err *e);

/*
 * Makes room for `n` more objects. The first time, room is left in front for
 * the classes. More of them may follow; then everything moves once (dump.c).
 */
bool ingest_reserve(struct ingest *in, uint64_t n, struct err *e);

/* Takes what is ordinary of the sub-records to come, maybe nothing. */
bool ingest_ordinary(struct ingest *in, struct err *e);
/* All is read: they count for their classes. */
void ingest_ordinary_settle(struct ingest *in);
/* Whether this pass over this file can have such. */
bool ingest_may_be_ordinary(const struct ingest *in);
/* Adds what a batch says that is neither in columns nor about ids; those of
 * all before it have been added. */
bool ingest_add_up(struct ingest *in, const struct batch *b, struct err *e);

#endif
