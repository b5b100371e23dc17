/*
 * dump.h - a heap dump, read once and frozen into integer tables.
 *
 * The vocabulary used from here up:
 *   id      uint64_t, an identifier in the dump (an address, as a rule)
 *   node    uint32_t, a dense index:
 *             0                      the super-root
 *             1 .. classes           class objects; class index c is c + 1
 *             classes + 1 .. nodes-1 instances and arrays in file order
 *   class   uint32_t index into `classes`; CLASS_NONE if missing
 *
 * References between objects stand in one CSR in file order, so parsing
 * writes them sequentially and nothing is sorted. It holds strong
 * references of instances and object arrays only: an object's edge to its
 * class is implied by `class_of`, and the edges of class objects, the
 * referents of java.lang.ref.Reference and a thread's stack are kept apart,
 * because models differ about them (docs/architecture.md, "Edges").
 *
 * How it is read: docs/architecture.md, "From bytes to nodes".
 */
#ifndef OOMWHY_HPROF_DUMP_H
#define OOMWHY_HPROF_DUMP_H

#include "base/arena.h"
#include "base/known.h"
#include "base/labels.h"
#include "base/source.h"
#include "base/spans.h"
#include "base/spread.h"
#include "base/vec.h"
#include "hprof/lengths.h"

#define CLASS_NONE UINT32_MAX
#define NODE_NONE  UINT32_MAX

enum hprof_type { /* the format's own codes */
                  HPROF_OBJECT = 2,
                  HPROF_BOOLEAN = 4,
                  HPROF_CHAR = 5,
                  HPROF_FLOAT = 6,
                  HPROF_DOUBLE = 7,
                  HPROF_BYTE = 8,
                  HPROF_SHORT = 9,
                  HPROF_INT = 10,
                  HPROF_LONG = 11,
};

/* Bytes of a value in the dump (not in the heap); 0 for an unknown type. */
unsigned hprof_type_size(unsigned type, unsigned id_size);

struct hprof_field {
    const char *name; /* "?" if its string is missing */
    uint8_t type;
    uint32_t at;       /* byte offset of its value in the body of an instance of
                          the very class that declares it */
    uint32_t from_end; /* the same from the end of the body: holds for
                          subclasses too, whose own fields come first */
};

struct hprof_static {
    const char *name;
    uint8_t type;
    uint64_t value; /* raw bits; an id for objects */
    uint32_t node;  /* objects: what it refers to; NODE_NONE: null, dangling */
};

/* What a class's name says its instances are for. Only what parsing must
 * know at once; the rest asks by name later. */
enum hprof_strength {
    STRONG, /* an ordinary class */
    SOFT,
    WEAK,
    PHANTOM, /* sun.misc.Cleaner and jdk.internal.ref.Cleaner too */
    FINAL,   /* java.lang.ref.Finalizer: due to be finalized */
};

struct hprof_class {
    uint64_t id, super_id, loader_id, signers_id, domain_id;
    const char *name;  /* as Java spells it: java.lang.String, byte[][] */
    uint32_t super;    /* class index or CLASS_NONE */
    uint32_t loader;   /* node; NODE_NONE: the boot loader, or dangling */
    uint32_t n_fields; /* its own, in the dump's order */
    struct hprof_field *fields;
    uint32_t n_statics;
    struct hprof_static *statics;
    uint32_t body;     /* bytes of an instance's body, all levels */
    uint32_t n_refs;   /* object fields of all levels */
    uint32_t *refs;    /* their offsets in the body, ascending, without
                          `referent` where strength is not STRONG */
    uint32_t referent; /* offset of Reference.referent, or UINT32_MAX */
    enum hprof_strength strength; /* of its referent */
    uint8_t array;                /* 0, or the element type of an array class */
    bool hidden;                  /* LOAD_CLASS named it, no CLASS_DUMP did */
    bool boot;                    /* loader id is 0 */
    uint32_t serial;              /* of LOAD_CLASS */
    uint64_t objects; /* instances or arrays of exactly this class */
};

enum hprof_root_kind {
    ROOT_UNKNOWN,
    ROOT_JNI_GLOBAL,
    ROOT_JNI_LOCAL,
    ROOT_JAVA_FRAME,
    ROOT_NATIVE_STACK,
    ROOT_STICKY_CLASS,
    ROOT_THREAD_BLOCK,
    ROOT_MONITOR,
    ROOT_THREAD,
    ROOT_INTERNED_STRING, /* this and the following: Android */
    ROOT_FINALIZING,
    ROOT_DEBUGGER,
    ROOT_REFERENCE_CLEANUP,
    ROOT_VM_INTERNAL,
    ROOT_JNI_MONITOR,
    ROOT_UNREACHABLE, /* not a root: stated to be garbage */
    ROOT_KINDS,
};

/* "jni_global", "sticky_class", ... as in JSON's roots.by_kind. */
const char *hprof_root_name(enum hprof_root_kind k);

struct hprof_root {
    uint32_t node;          /* NODE_NONE: the object is not in the dump */
    uint32_t thread_serial; /* 0: none */
    int32_t frame;          /* depth in that thread's stack; -1: none */
    uint8_t kind;
    uint64_t id;
};

struct hprof_frame {
    uint64_t id;
    const char *method, *signature, *source; /* "" if missing */
    const char *class_name;
    int32_t line; /* > 0; -1 unknown, -2 compiled, -3 native */
};

struct hprof_thread {
    uint32_t serial;
    uint32_t node; /* of the Thread object; NODE_NONE: only a trace is known */
    uint32_t n_frames;
    const struct hprof_frame **frames; /* top of the stack first */
};

/* An edge kept out of the CSR. */
struct hprof_weak_edge {
    uint32_t from, to;
    uint8_t strength; /* enum hprof_strength, not STRONG */
};

/* What was wrong with the file; all counts. */
struct hprof_damage {
    bool truncated;               /* it ends inside a record */
    uint64_t truncated_at;        /* offset */
    uint64_t missing_bytes;       /* what that record still claimed */
    uint64_t unknown_tags;        /* records skipped by their length */
    uint64_t unparsed_bytes;      /* skipped because nothing fitted */
    uint64_t bad_records;         /* lengths or counts that can't be true */
    uint64_t dangling_references; /* ids that no object has; 0 is null.
                                     UNKNOWN without has_refs */
    uint64_t duplicate_ids;
    uint64_t missing_classes; /* objects whose class has no record */
    uint64_t missing_strings;
    uint64_t short_instances; /* bodies shorter than their class's layout */
    uint64_t first_at;        /* offset of the first fault */
    char first[160];          /* the first fault in words; "" = none */
    char source[200];         /* what the compression layer said; "" = none */
};

/* Whether any object could be lost or any byte was not understood. */
bool hprof_damage_any(const struct hprof_damage *d);

struct hprof_options {
    unsigned dump; /* which dump of a file that holds several, from 1;
                      0: the first one */
    unsigned jobs; /* threads to use; 0 is 1. The result is the same */
    bool no_refs;  /* leave the references in the file: see has_refs */
    void (*progress)(void *ctx, const char *phase, uint64_t done,
                     uint64_t total); /* bytes on disk; may be NULL */
    void *progress_ctx;
};

struct hprof_ids;   /* ids.h: the addresses that are objects */
struct hprof_store; /* store.h */

struct hprof_dump {
    struct mem *mem;
    struct arena arena;     /* names, classes, frames */
    const char *version;    /* "1.0.2" */
    unsigned id_size;       /* 4 or 8 */
    int64_t time;           /* Unix ms */
    unsigned dumps_in_file; /* dumps seen; one is read */
    unsigned dump_read;     /* from 1 */
    uint64_t bytes;         /* of the file, uncompressed, as far as read */

    uint32_t n_classes;
    uint32_t class_dumps; /* CLASS_DUMP records; hidden classes have none */
    struct hprof_class *classes;
    uint32_t nodes;       /* 1 + classes + objects */
    uint32_t boot_loader; /* the node that stands for it, that of the last
                             class, which is hidden; no record names it */

    struct labels class_of; /* [nodes]: see hprof_class_of */
    bool has_refs;          /* else the next three are empty, and what dangles
                               is UNKNOWN; targets.h reads some again */
    struct spans refs_of;   /* [nodes]: see hprof_refs. Class objects have
                               none here. A view, as all these */
    uint32_t *refs;         /* [refs_of.total] nodes; the super-root where it is
                               nobody's */
    uint64_t n_refs;        /* those that are somebody's */
    struct lengths lengths; /* of every array, in node order */
    struct {
        struct hprof_weak_edge *at; /* [n], by `from` */
        uint64_t n;
    } weak;
    VEC(struct hprof_root) roots;
    VEC(struct hprof_thread) threads; /* by serial */

    uint64_t instances, object_arrays, primitive_arrays;
    uint64_t strings, stack_frames;
    uint64_t primitive_bytes; /* contents of primitive arrays */
    bool narrow_arrays;       /* an object array began within the extent that
                                 8-byte elements would give the one before */
    bool ids_ascend;          /* file order is address order */
    bool has_sticky_roots;
    struct hprof_damage damage;

    const struct hprof_ids *ids; /* ids.h */

    /* Private to hprof/: owns the arrays above, knows where objects are in
     * the file and which id is which node. */
    struct hprof_store *store;
};

/*
 * Reads the dump at the start of `s`, which stays open and is needed again
 * by values.h. A damaged file reads as far as it goes: the damage is data.
 * False when nothing could be used (no HPROF header: ERR_FORMAT at offset
 * 0; a header without any heap record), or memory ran out.
 */
bool hprof_dump_read(struct source *s, const struct hprof_options *o,
                     struct mem *m, struct hprof_dump *ret, struct err *e);
/* Gives back what makes many look-ups by id fast, once there are only few to
 * come. There is no hprof_gaps (gaps.h) then. */
void hprof_dump_thin(struct hprof_dump *d);
void hprof_dump_deinit(struct hprof_dump *d);

/* [*begin, *end) in `refs` are the strong references of `node`; has_refs. */
static inline void hprof_refs(const struct hprof_dump *d, uint32_t node,
                              uint64_t *begin, uint64_t *end)
{
    spans_get(&d->refs_of, node, begin, end);
}

/* Class index of `node`; class objects: that of java.lang.Class; CLASS_NONE:
 * unknown. */
static inline uint32_t hprof_class_of(const struct hprof_dump *d, uint32_t node)
{
    return labels_get(&d->class_of, node);
}

/* Nodes [begin, end). */
struct hprof_range {
    uint32_t begin, end;
};

/* Objects from all over the file, ascending, that can be read again at no cost,
 * also where it's compressed: they lie in the windows of base/spread.h, and
 * are the same ones in a plain file. Returns how many ranges there are. */
unsigned hprof_spread(const struct hprof_dump *d,
                      struct hprof_range ret[SPREAD_MOST]);

/* The class with this name (the first, if several loaders have one); or
 * CLASS_NONE. */
uint32_t hprof_class_find(const struct hprof_dump *d, const char *name);
/* Whether class `c` is `name` or below it. */
bool hprof_class_is(const struct hprof_dump *d, uint32_t c, const char *name);
/* A field of `c` or of a class above it, the nearest first; NULL: none. To
 * read it use hprof_field_value: `at` is no offset for a subclass. */
const struct hprof_field *hprof_field_find(const struct hprof_dump *d,
                                           uint32_t c, const char *name);
const struct hprof_static *hprof_static_find(const struct hprof_dump *d,
                                             uint32_t c, const char *name);
/* The node with this id; NODE_NONE: none has, or it is 0. */
uint32_t hprof_node_of(const struct hprof_dump *d, uint64_t id);
/* The first object that refers to `node`; NODE_NONE: none does, or there are
 * no references here. A sweep over all of them. */
uint32_t hprof_referrer_of(const struct hprof_dump *d, uint32_t node);
/* The thread of that serial; NULL: there is none. */
const struct hprof_thread *hprof_thread_of(const struct hprof_dump *d,
                                           uint32_t serial);
/* The id of a node; 0 if it has none of its own. Takes a look through all
 * objects where ids do not ascend, so not for many. */
uint64_t hprof_id_of(const struct hprof_dump *d, uint32_t node);

/* The same of many, with one look for all: ids[n]. Every node is one. */
bool hprof_ids_of(const struct hprof_dump *d, const uint32_t *nodes, uint64_t n,
                  uint64_t *ids, struct mem *m, struct err *e);

static inline bool hprof_is_class_object(const struct hprof_dump *d,
                                         uint32_t node)
{
    return node >= 1 && node <= d->n_classes;
}

#endif
