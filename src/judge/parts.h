/*
 * parts.h - what the process's memory is made of, part by part, from the
 * first moment that was captured to its death.
 *
 * Between the last capture and the death everything is taken to go on as it
 * did: a part that made half of the growth so far made half of the rest.
 * Subtracting an older NMT from the RSS at the kill would call all of that
 * rest untracked.
 */
#ifndef OOMWHY_JUDGE_PARTS_H
#define OOMWHY_JUDGE_PARTS_H

#include "judge/moment.h"

#include "base/size.h"

/* Less growth than this between two looks is a JVM at work. */
#define GROWTH_THAT_COUNTS (8 * MIB)

/* As much metadata as a class has at most, taken over many. */
#define ORDINARY_CLASS (10 * KIB)

enum part_kind { PART_HEAP, PART_TRACKED, PART_UNTRACKED };

struct part {
    enum part_kind kind;
    enum verdict_kind verdict; /* what its growth is called */
    const char *name;          /* NMT's word; "Java Heap"; "outside NMT" */
    uint64_t first;    /* bytes; a fresh JVM's where nothing was captured */
    uint64_t last;     /* UNKNOWN: the last moment does not say */
    uint64_t solid;    /* of `last`, what has pages as a rule: malloc, arenas,
                          stacks (NMT counts their pages); not reservations */
    uint64_t promised; /* what NMT has committed beside that, but without
                          pages: stacks that it counts whole */
    uint64_t end;      /* at the death */
    uint64_t growth;   /* from first to end, less what jcmd itself adds */
    uint64_t discount; /* what of it is put down to jcmd itself, at most */
    uint64_t once;     /* what of `last` won't come again: memory that NMT's
                          own malloc gave back, and the allocator kept */
    uint64_t tables;   /* of `last`, what is mapped as the heap's size wants */
    uint64_t ordinary; /* as much as nobody would wonder about; with tables */
    struct figure figure; /* of `last` */
};

#define PARTS_MAX 40 /* categories of NMT; newer JDKs have about 30 */

struct parts {
    struct part at[PARTS_MAX];
    unsigned n;
    const struct moment *first, *last; /* first NULL: a fresh JVM is assumed */
    bool has_untracked;
    bool extrapolated; /* `end` lies after `last` and the way is known */
    bool unseen;       /* memory grew after `last` by an unknown way: what is
                          outside NMT at the death may be anything */
    uint64_t private_first, private_last, private_end;
    uint64_t growth; /* of all parts together */
};

/* What bounds the extrapolation. */
struct parts_end {
    uint64_t private;  /* RSS without files at the death; UNKNOWN: alive, or
                          nobody saw */
    uint64_t heap_max; /* the heap can't be larger; UNKNOWN: who knows */
    /* What NMT's own malloc had given back by the last moment, since it was
     * largest between the two. */
    uint64_t freed;
};

/*
 * `first` (may be NULL) and `last` are moments with NMT, or with the
 * process's RSS.
 */
void parts_find(const struct moment *first, const struct moment *last,
                const struct parts_end *end, const struct thresholds *t,
                struct parts *ret);
/* Who told of it: "NMT" and, where nobody asked that, "jcmd", "the GC log",
 * "the mappings". */
const char *part_teller(const struct part *p);
bool part_is_nmts(const struct part *p);
/* The one that grew most; NULL if none did. */
const struct part *parts_largest(const struct parts *p);
const struct part *parts_of(const struct parts *p, enum part_kind kind);
const struct part *parts_named(const struct parts *p, const char *name);
/* The one whose pages were filled though no more of it was committed; NULL:
 * there is no such growth, or several could hold it. */
const struct part *parts_filled(const struct parts *p);
/* What private memory grew by since the first look, beyond all parts. */
uint64_t parts_filled_by(const struct parts *p);
/* The one furthest beyond the ordinary, by more than its double; or NULL. */
const struct part *parts_extraordinary(const struct parts *p);

#endif
