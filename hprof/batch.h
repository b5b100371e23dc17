/*
 * batch.h - a stretch of ordinary sub-records, decoded to columns.
 *
 * Ordinary are instances and arrays whose class is known and whose bytes are
 * all there, in dumps with 8-byte ids and fewer than LABELS_NARROW classes:
 * all but a few of any HotSpot dump. Decoding changes none of the tables it
 * looks into but for pages of the ids and counts, so that stretches can be
 * decoded at the same time and put together in their order (objects.c). It
 * stops before the first sub-record that is not ordinary; objects.c knows what
 * to do.
 *
 * The loop has few branches that depend on the data: a mispredicted one costs
 * as much as a dozen references.
 */
#ifndef OOMWHY_HPROF_BATCH_H
#define OOMWHY_HPROF_BATCH_H

#include <pthread.h>

#include "hprof/classes.h"
#include "hprof/store.h"

/* The least that an object takes; one with a referent; with so many references
 * that they do not fit in a byte; one that may refer to something twice. */
#define LEAST_OBJECT   18
#define LEAST_REFERENT 33
#define LEAST_MANY     (25 + 8 * 255)
#define LEAST_DOUBT    (25 + 8 * 2)

/* The object arrays of a stretch: whether one began within the extent that
 * 8-byte elements would give the one before. */
struct array_run {
    uint64_t first;   /* id; 0: there is none */
    uint64_t at, end; /* the last one */
    bool narrow;
};

static inline uint64_t array_extent(uint64_t id, uint32_t n)
{
    return id + 16 + (uint64_t)n * 8;
}

struct batch {
    /* Where it goes. Caller's; there is room for all that fits in the bytes. */
    uint16_t *labels;  /* [objects] classes */
    uint8_t *degrees;  /* [objects] references; 255: the next of many */
    uint32_t *slots;   /* [objects] of their ids */
    uint32_t *refs;    /* [n_refs] slots */
    uint32_t *many;    /* [n_many] */
    uint32_t *lengths; /* [n_lengths] of arrays */
    struct hprof_weak_edge *weak; /* [n_weak] `from`: index of the object,
                                     `to`: slot */
    uint32_t *doubts;             /* [n_doubts] index of the object */
    uint64_t objects, n_refs, n_many, n_lengths, n_weak, n_doubts;

    uint32_t *ref;          /* while decoding: where the next one goes */
    uint64_t object_arrays; /* the other arrays are of primitives */
    uint64_t primitive_bytes;
    struct ids_run ids;
    struct array_run arrays;
};

/* A class as the loop wants it. */
struct kind {
    uint64_t id;
    const uint32_t *refs; /* offsets */
    uint32_t body;        /* bytes of all fields, or of an element */
    uint32_t referent;    /* offset, or UINT32_MAX */
    uint32_t objects;     /* met, which the classes don't know yet */
    uint16_t label;
    uint8_t n_refs, strength;
};
_Static_assert(sizeof(struct kind) == 32, "half a cache line");

#define KINDS      4096
#define PRIMITIVES 16

/* What decoding looks into, one for each thread. */
struct decoder {
    struct classes *classes;
    struct hprof_ids *ids;
    pthread_mutex_t *lock;    /* or NULL */
    struct kind kinds[KINDS]; /* met lately, by some bits of their ids */
    struct kind primitives[PRIMITIVES]; /* by type, which is their id */
};

/* `lock` is held while pages are added; NULL: there is one thread, which may
 * also work out layouts. */
void decoder_init(struct decoder *k, struct classes *classes,
                  struct hprof_ids *ids, pthread_mutex_t *lock);
/* Tells the classes how many objects of each were decoded. Some may have been
 * told before. */
void decoder_settle(struct decoder *k);
/* The objects of a batch do not count after all. */
void batch_take_back(const struct batch *b, struct classes *classes);

/* Nobody will ask for the references. */
static inline void batch_drop_refs(struct batch *b)
{
    b->n_refs = b->n_many = b->n_doubts = 0;
}

/* Whether it's the tag of what may be ordinary. */
static inline bool batch_is_object(unsigned tag)
{
    return tag - SUB_INSTANCE_DUMP <= SUB_PRIMITIVE_ARRAY - SUB_INSTANCE_DUMP;
}

/*
 * Appends the sub-records from `p` on that begin before `stop`; bytes up to
 * `end` are there. Returns where it stopped: at `stop` or behind it, or where
 * something is that is not ordinary, a lack of memory included.
 */
const uint8_t *batch_decode(struct decoder *k, struct batch *b,
                            const uint8_t *p, const uint8_t *stop,
                            const uint8_t *end);

#endif
