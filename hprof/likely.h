/*
 * likely.h - whether a sub-record is what it seems, judged by the classes and
 * ids met so far. Bytes out of place look like sub-records now and then;
 * hardly ever like ones whose class is known.
 */
#ifndef OOMWHY_HPROF_LIKELY_H
#define OOMWHY_HPROF_LIKELY_H

#include "hprof/idmap.h"
#include "hprof/reader.h"

enum trust {
    DOUBTFUL, /* it could be anything */
    LIKELY,   /* its id is among those met */
    /* Its class is known, and it is as long as that says: worth a few of the
     * former. */
    CERTAIN = 4,
};

struct met_class {
    uint64_t super; /* 0: none */
    uint32_t own;   /* bytes of its own fields */
    bool dumped;    /* else only LOAD_CLASS named it, and neither is known */
};

struct likely {
    struct mem *mem;
    unsigned id_size;
    struct idmap by_id; /* to an index into `classes` */
    VEC(struct met_class) classes;
    uint64_t lowest, highest; /* ids of certain objects; 0: none */
    uint64_t low_bits;        /* those of them that were ever set */
};

void likely_init(struct likely *l, unsigned id_size, struct mem *m);
void likely_deinit(struct likely *l);

/* A LOAD_CLASS names it. */
bool likely_loaded(struct likely *l, uint64_t id, struct err *e);
/* What is learnt from a sub-record that is trusted. */
bool likely_meet(struct likely *l, const struct sub *s, enum trust t,
                 struct err *e);

enum trust likely_trust(const struct likely *l, const struct sub *s);
/* What is sure to be DOUBTFUL; by the first bytes at `p`, `n` of which are
 * there. The fast way to pass over what is not a sub-record. */
bool likely_not(const struct likely *l, const uint8_t *p, size_t n);

#endif
