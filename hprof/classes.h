/*
 * classes.h - the table of classes while it is being filled, and what
 * decoding an instance needs to know of its class.
 *
 * A class is in the table when a CLASS_DUMP says so, in that order. What
 * LOAD_CLASS alone names is only looked up, and gets in (`hidden`) when an
 * object turns out to be of it.
 */
#ifndef OOMWHY_HPROF_CLASSES_H
#define OOMWHY_HPROF_CLASSES_H

#include "hprof/names.h"
#include "hprof/reader.h"

/* No hierarchy is deeper than this; one that is goes in a circle. */
#define CLASS_DEPTH 1000

/* What the loop over instances wants of a class. */
struct layout {
    const uint32_t *refs; /* offsets of the object fields */
    uint32_t n_refs;
    uint32_t body;     /* bytes of all fields */
    uint32_t referent; /* offset, or UINT32_MAX */
    uint8_t strength;
    bool ready, hidden;
    uint64_t objects; /* of exactly this class */
};
_Static_assert(sizeof(struct layout) == 32, "half a cache line");

/* Classes asked for lately, by some bits of their ids. */
#define RECENT 256
struct recent {
    uint64_t id;
    uint64_t c;
};

struct loaded {
    uint64_t class_id, name_id;
    uint32_t serial;
};

struct classes {
    struct mem *mem;
    struct arena *keep; /* fields, statics, layouts */
    struct names *names;
    unsigned id_size; /* set when the header has been read */
    VEC(struct hprof_class) all;
    VEC(struct layout) layouts; /* [all.n] */
    VEC(uint64_t) name_ids;     /* of statics and fields, by class */
    VEC(uint64_t) first_name;   /* [all.n] into name_ids */
    struct idmap *by_id;        /* to an index into `all`; the store's */
    VEC(struct loaded) loaded;  /* LOAD_CLASS records */
    struct idmap loaded_by_id, loaded_by_serial;
    struct recent recent[RECENT];
    uint32_t primitive[12]; /* class of arrays of an element type */
    uint32_t dumped;        /* CLASS_DUMP records, without duplicates */
    uint64_t duplicates;
    bool no_refs;      /* layouts name no references: nobody will read them */
    uint64_t prepared; /* classes there were then */
    uint64_t spent;    /* on layouts by classes_prepare, bytes */
};

void classes_init(struct classes *t, struct names *names, struct idmap *by_id,
                  struct mem *m, struct arena *keep);
void classes_deinit(struct classes *t);

bool classes_load(struct classes *t, const struct loaded *l, struct err *e);
/* The body of a CLASS_DUMP. */
bool classes_dump(struct classes *t, const struct sub *s, struct err *e);
/* Appends the entry that stands for the boot loader: no class, but a node
 * that MAT's model needs. */
bool classes_boot_loader(struct classes *t, struct err *e);
/* Puts in a class that no CLASS_DUMP described, if LOAD_CLASS named it. */
bool classes_hide(struct classes *t, uint64_t id, struct err *e);
/* Finds the class of arrays of `type`, or makes it up. */
bool classes_primitive(struct classes *t, unsigned type, struct err *e);
/* The class of arrays of `type` if it is in the table, else CLASS_NONE. */
uint32_t classes_find_primitive(struct classes *t, unsigned type);

static inline uint32_t classes_primitive_known(struct classes *t, unsigned type)
{
    uint32_t c = t->primitive[type];

    return c != CLASS_NONE ? c : classes_find_primitive(t, type);
}

/* The table index, or CLASS_NONE. */
static inline uint32_t classes_get(struct classes *t, uint64_t id)
{
    struct recent *r = &t->recent[id / 8 % RECENT];
    uint32_t c;

    if (r->id == id && id)
        return (uint32_t)r->c;
    c = idmap_get(t->by_id, id);
    if (c != CLASS_NONE)
        *r = (struct recent){id, c};
    return c;
}

/* What LOAD_CLASS said of a class; NULL: nothing. */
const struct loaded *classes_loaded(const struct classes *t, uint64_t id);
/* Whether the class is called `name` in the dump's spelling. */
bool classes_called(struct classes *t, uint64_t id, const char *name);

/* ---- layouts.c --------------------------------------------------------- */

/* What classes_layout could not do. */
enum layout_result {
    LAYOUT_OK,
    LAYOUT_LATER, /* a class above or a name is not there (yet) */
    LAYOUT_SHORT, /* its fields need more than the `n` bytes of a body */
    LAYOUT_NOMEM,
};

/*
 * Works out where the references of a class's instances are, one of which
 * has a body of `n` bytes: they pay for the memory. With `final` what is
 * missing stays missing, else the answer is LAYOUT_LATER.
 */
enum layout_result classes_layout(struct classes *t, uint32_t c, uint32_t n,
                                  bool final, struct err *e);

/* Works out the layouts that can be, and finds the classes of arrays, so that
 * afterwards the table need not change for most objects. No more than `bytes`
 * in all are spent on that. */
void classes_prepare(struct classes *t, uint64_t bytes);

/* All classes are there: hierarchy, sizes and counts of one go into `all`. */
void classes_finish_layout(struct classes *t, uint32_t i);

/* ---- the end ----------------------------------------------------------- */

/* Asks for the names that classes_finish will keep. */
void classes_want_names(struct classes *t);
/* The same for that of a LOAD_CLASS serial. */
void classes_want_serial(struct classes *t, uint32_t serial);
/* All read: names, hierarchy, sizes and counts go into `all`. */
bool classes_finish(struct classes *t, struct err *e);
/* The class a LOAD_CLASS serial means, as a name; "" if unknown. */
const char *classes_serial_name(struct classes *t, uint32_t serial,
                                struct err *e);

#endif
