/*
 * docket.h - the cases of a batch: which are still to be worked on, and what
 * came of the others. It knows of no process; see batch.c for those.
 *
 * An archive is a case whose work is to be unpacked; the cases found in it
 * go to the front of the queue, so that no more archives lie unpacked than
 * there are processes.
 */
#ifndef OOMWHY_FLEET_DOCKET_H
#define OOMWHY_FLEET_DOCKET_H

#include "fleet/batch.h"
#include "fleet/known.h"
#include "fleet/results.h"

struct unpacked { /* an archive, as long as cases of it are left */
    const char *folder;
    const char *content, *error; /* known once it is unpacked */
    const char *name;
    uint32_t parent; /* the archive that it lay in; DOCKET_NONE */
    unsigned depth;  /* of archives within archives */
    uint64_t cases, left;
};

#define DOCKET_NONE UINT32_MAX

struct docket {
    struct mem *mem;
    struct err *err; /* of every function that fails */
    struct results results;
    struct case_list cases; /* and those found later */
    VEC(uint32_t) queue;    /* of cases; the last is next */
    VEC(struct unpacked) unpacked;
    struct known_set known;
    uint64_t done, total; /* cases */
    struct batch_result *to;
};

struct errand { /* one case that was taken from the queue */
    uint32_t index;
    uint32_t archive; /* DOCKET_NONE, or what is to be unpacked */
};

/* Opens the folder of the results and reads what is done already; `retry`:
 * but not what could not be analysed. Keeps `to` and `e`. On failure nothing
 * needs closing. */
bool docket_open(struct docket *d, const char *folder, bool retry,
                 struct mem *m, struct batch_result *to, struct err *e);
void docket_close(struct docket *d);

/* Puts the cases below the paths into the queue, in order of their names. */
bool docket_find(struct docket *d, const char *const *paths, uint64_t n);

/* Takes the next case, if any; what is not to be worked on is settled. */
bool docket_next(struct docket *d, bool *any, struct errand *ret);
/* Valid until the next docket_settle. */
const struct fleet_case *docket_case(const struct docket *d,
                                     const struct errand *x);
/* Where the archive goes to; NULL: it is none. */
const char *docket_unpack_to(const struct docket *d, const struct errand *x);
/* Writes down what came of it, by a row that may lack the content. */
bool docket_settle(struct docket *d, const struct errand *x, struct row *r);

#endif
