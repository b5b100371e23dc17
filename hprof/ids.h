/*
 * ids.h - which addresses are objects, and the how-manieth each is.
 *
 * One bit per unit of address space (8 bytes as a rule), in pages of 2^17
 * bits that exist only where the heap is, and for every 64 bits the number
 * of set bits before them. That is a look-up of two loads at 0.7 bytes an
 * object; hashing took 25 ns and 13 bytes, binary search 100 ns and 8.
 *
 *   slot   where an id's bit is: page << 17 | bit in it. Pages are numbered
 *          as they are met. A reference can be kept as its slot long before
 *          the object it means has been read.
 *   rank   the number of smaller ids that are objects. After ids_freeze.
 *
 * Ids of class objects are not in here: they lie among the objects, in no
 * order, and would cost every rank its meaning.
 */
#ifndef OOMWHY_HPROF_IDS_H
#define OOMWHY_HPROF_IDS_H

#include "base/bits.h"
#include "base/vec.h"
#include "hprof/column.h"
#include "hprof/idmap.h"

#define IDS_PAGE_BITS 17
#define IDS_PAGE      ((uint64_t)1 << IDS_PAGE_BITS)
#define IDS_WORDS     (IDS_PAGE / 64)
#define IDS_NONE      UINT64_MAX
/* Slots of 32 bits reach no further; 32 GiB of heap. */
#define IDS_SLOT_PAGES ((uint64_t)1 << (32 - IDS_PAGE_BITS))
/* Pages that are found without hashing: those of 64 GiB of heap. */
#define IDS_DIR ((uint64_t)1 << 16)
/* What ids_look_up says of slot 0, and of a null. */
#define IDS_KNOWN (UINT64_MAX << 32)
#define IDS_NULL  UINT64_MAX

struct hprof_ids {
    struct mem *mem;
    unsigned shift;      /* an id's low bits that are always 0 */
    uint64_t *dir;       /* [IDS_DIR] by the low bits of a page's number: see
                            ids_look_up */
    struct idmap far;    /* the pages that found no place in it */
    VEC(uint64_t) pages; /* [page]: its number in the address space */
    struct column words; /* [pages.n * IDS_WORDS] bits */
    uint64_t *bits;      /* the same */
    uint32_t *ranks;     /* of every 2^thin-th word, frozen */
    uint64_t rank_bytes; /* room for them */
    unsigned thin;
    uint32_t *order; /* pages by address, frozen */
    uint64_t n;      /* objects */
    uint64_t seen;   /* bytes of the file read so far, about; set by the user */
    uint64_t last;   /* the id added last; UINT64_MAX: not in order any more */
    uint64_t here;   /* first address of the page it is on */
    uint64_t *here_bits; /* where that page is in `bits` */
    uint64_t duplicates;
    bool ascend;         /* ids came in ascending order so far */
    bool keep_order;     /* write down slots once they do not */
    struct column slots; /* [n] in the order added, unless `ascend` */
};

bool ids_init(struct hprof_ids *t, unsigned shift, bool keep_order,
              struct mem *m, struct err *e);
void ids_deinit(struct hprof_ids *t);

/*
 * Whether one more page would be too many. Beyond some, each must come with
 * so many bytes of the file: ids of a heap lie close together, made-up ones
 * must not cost 24 KiB apiece.
 */
static inline bool ids_scattered(const struct hprof_ids *t)
{
    return t->pages.n >= 4096 && t->pages.n > t->seen / 1024;
}

/* The slot of an address whose low bits are 0, with a new page if it must
 * be; IDS_NONE: out of memory. */
uint64_t ids_slot_new_(struct hprof_ids *t, uint64_t id, struct err *e);

/* Objects of a stretch of the file, in its order. */
struct ids_run {
    const uint32_t *slots; /* [n] */
    uint64_t n;
    uint64_t first, last; /* ids */
    uint64_t rises;       /* how many are greater than the one before; the
                             first one than 0 */
};

/* Adds them all. */
bool ids_add_run(struct hprof_ids *t, const struct ids_run *run, struct err *e);
/* Whether they come after all there are, which they do one by one. */
bool ids_follows(const struct hprof_ids *t, const struct ids_run *run);
/*
 * The same in two steps, if they follow: whether they are counted now; then
 * ids_mark must follow before anything else is asked.
 */
bool ids_claim(struct hprof_ids *t, const struct ids_run *run);
void ids_mark(struct hprof_ids *t, const struct ids_run *run);
/* Adds the next object. An id that is there already is counted. */
bool ids_add(struct hprof_ids *t, uint64_t id, struct err *e);
/* Takes out an id, keeping what order it came in; does nothing if it is not
 * there. Before ids_freeze. */
bool ids_remove(struct hprof_ids *t, uint64_t id, struct err *e);
bool ids_freeze(struct hprof_ids *t, struct err *e);
/* Keeps the rank of one word in eight: a look-up takes a few counts more, and
 * the ids a third less memory. For when the references are through. */
void ids_thin(struct hprof_ids *t);

/* The id with this rank. */
uint64_t ids_select(const struct hprof_ids *t, uint32_t rank);

/* The greatest common divisor of the gaps between neighbours; 0: fewer than
 * two objects. */
uint64_t hprof_ids_gcd(const struct hprof_ids *t);

static inline bool ids_aligned(const struct hprof_ids *t, uint64_t id)
{
    return (id & (((uint64_t)1 << t->shift) - 1)) == 0;
}

/*
 * Of an address in units, without a branch: IDS_KNOWN + its slot; IDS_NULL for
 * 0; less than IDS_KNOWN if the directory does not know it. So a few may be
 * looked up and be asked together, anded, whether all are known. Pages may be
 * added meanwhile.
 */
static inline uint64_t ids_look_up(const uint64_t *dir, uint64_t at)
{
    return at + __atomic_load_n(&dir[at >> IDS_PAGE_BITS & (IDS_DIR - 1)],
                                __ATOMIC_RELAXED);
}

/* The same of an id, if the shift is 3. Low bits that are not 0 make it an
 * address that nobody knows. */
static inline uint64_t ids_look_up_id(const uint64_t *dir, uint64_t id)
{
    return ids_look_up(dir, id >> 3 | id << 61);
}

/* Whether a look-up found what is not null. */
static inline bool ids_found(uint64_t it)
{
    return (it + 1) >> 32 == UINT32_MAX;
}

/* The slot of an id, or IDS_NONE if its page was never met. */
static inline uint64_t ids_slot(const struct hprof_ids *t, uint64_t id)
{
    uint64_t at = id >> t->shift, it = ids_look_up(t->dir, at);
    uint32_t p;

    if (ids_found(it))
        return it - IDS_KNOWN;
    p = idmap_get(&t->far, at >> IDS_PAGE_BITS);
    return p == IDMAP_NONE
               ? IDS_NONE
               : (uint64_t)p << IDS_PAGE_BITS | (at & (IDS_PAGE - 1));
}

static inline uint64_t ids_slot_new(struct hprof_ids *t, uint64_t id,
                                    struct err *e)
{
    uint64_t slot = ids_slot(t, id);

    return slot == IDS_NONE ? ids_slot_new_(t, id, e) : slot;
}

/* Adds the next object if it is the ordinary case: the order is kept, and it
 * is on the page of the one before. */
static inline bool ids_add_next(struct hprof_ids *t, uint64_t id)
{
    uint64_t at = id - t->here;

    if (id <= t->last || at >> t->shift >= IDS_PAGE || !ids_aligned(t, at))
        return false;
    at >>= t->shift;
    t->here_bits[at >> 6] |= (uint64_t)1 << (at & 63);
    t->last = id;
    t->n++;
    return true;
}

/* The address a slot stands for. */
static inline uint64_t ids_address(const struct hprof_ids *t, uint64_t slot)
{
    return (t->pages.at[slot >> IDS_PAGE_BITS] << IDS_PAGE_BITS |
            (slot & (IDS_PAGE - 1)))
           << t->shift;
}

/* The bits up to a slot's own, which is the highest of what is returned. */
static inline uint64_t ids_bits_(const struct hprof_ids *t, uint64_t slot)
{
    return bits_upto(t->bits[slot >> 6], slot);
}

static inline bool ids_bit(const struct hprof_ids *t, uint64_t slot)
{
    return ids_bits_(t, slot) >> 63;
}

/* On x86-64 without -mpopcnt the builtin is a call; this is not. */
static inline uint32_t bit_count(uint64_t v)
{
#if defined(__x86_64__) && !defined(__POPCNT__)
    v -= v >> 1 & 0x5555555555555555u;
    v = (v & 0x3333333333333333u) + (v >> 2 & 0x3333333333333333u);
    v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (uint32_t)(v * 0x0101010101010101u >> 56);
#else
    return (uint32_t)__builtin_popcountll(v);
#endif
}

/* Of a slot whose bit is set; frozen, and not thin. */
static inline uint32_t ids_rank(const struct hprof_ids *t, uint64_t slot)
{
    return t->ranks[slot >> 6] + bit_count(ids_bits_(t, slot)) - 1;
}

/* The same, thin or not. */
static inline uint32_t ids_rank_any(const struct hprof_ids *t, uint64_t slot)
{
    uint64_t word = slot >> 6;
    uint32_t n = t->ranks[word >> t->thin];

    for (uint64_t w = word >> t->thin << t->thin; w < word; w++)
        n += bit_count(t->bits[w]);
    return n + bit_count(ids_bits_(t, slot)) - 1;
}

/* The rank of an id; UINT32_MAX if no object has it. Frozen. */
static inline uint32_t ids_rank_of(const struct hprof_ids *t, uint64_t id)
{
    uint64_t slot = ids_aligned(t, id) ? ids_slot(t, id) : IDS_NONE;

    if (slot == IDS_NONE || !ids_bit(t, slot))
        return UINT32_MAX;
    return ids_rank_any(t, slot);
}

#endif
