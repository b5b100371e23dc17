/*
 * heap.h - what one heap dump says: the facts that the judge weighs and the
 * reports show. heap_analyse runs the passes; everything else is data.
 *
 * Bytes throughout; UNKNOWN where the dump does not say. Strings live in
 * the heap's arena. Text from the dump is not cleaned: renderers do that.
 */
#ifndef OOMWHY_GRAPH_HEAP_H
#define OOMWHY_GRAPH_HEAP_H

#include "graph/sizes.h"

struct heap_options {
    bool mat;                 /* --compat mat: its edges, roots, sizes */
    bool keep_unreachable;    /* histogram and tree over garbage too */
    bool show_values;         /* contents of strings may be shown */
    bool quick;               /* no dominator tree, retained sizes, suspects */
    const char *size_model;   /* "auto" or a name; NULL: auto */
    unsigned dump;            /* which of several in one file, from 1; 0 */
    uint64_t top;             /* rows of lists; 0 = all */
    unsigned suspect_percent; /* of the heap; 0: 10 */
    unsigned jobs;            /* threads to use; 0 is 1 */
    void (*progress)(void *ctx, const char *phase, uint64_t done,
                     uint64_t total);
    void *progress_ctx;
};

struct heap_sum {
    uint64_t objects, bytes;
};

struct heap_class_row {
    uint32_t class_index; /* of hprof_dump.classes */
    const char *name;
    const char *loader; /* "app.Loader @ 0x7f..", or NULL: boot */
    uint64_t objects, shallow;
    uint64_t retained; /* UNKNOWN in quick mode */
};

struct heap_object {
    uint32_t node;
    uint64_t id;
    const char *class_name;
    const char *name; /* a thread's name, the class of a class object */
    uint64_t shallow, retained, native_retained, objects;
};

struct heap_step { /* of a path, from the root down */
    uint32_t node;
    uint64_t id;
    const char *class_name;
    const char *name; /* of a class object: which class; threads: its name */
    const char *via;  /* the field that led here from the step before: NULL
                         for the root itself */
};

struct heap_held { /* a row of "what does it hold" */
    const char *class_name;
    uint64_t objects, bytes;
};

struct heap_contents { /* largest first, a handful */
    struct heap_held *at;
    uint64_t n, cap;
};

enum heap_suspect_kind { SUSPECT_OBJECT, SUSPECT_CLASS_GROUP };

struct heap_suspect {
    enum heap_suspect_kind kind;
    const char *class_name;
    uint32_t class_index;
    uint32_t node; /* SUSPECT_OBJECT; for a group: a typical member */
    uint64_t id;
    const char *name;
    uint64_t objects; /* retained by it; for a group: members */
    uint64_t shallow, retained, native_retained;
    VEC(struct heap_step) path; /* root first, to the suspect */
    /* From the suspect down to where it piles up, the last is that point;
     * empty for groups without one. */
    VEC(struct heap_step) descent;
    const char *root_kind;   /* "sticky_class", "thread", ... */
    const char *root_thread; /* name, when a thread's stack holds it */
    const char *root_frame;  /* "web.Handler.run(Handler.java:17)" or NULL */
    const char *root_caller; /* of a frame of the JDK's: the first one below
                                that is not; or NULL */
    bool has_accumulation;
    struct heap_object accumulation;
    uint64_t accumulation_children; /* objects it holds directly */
    struct heap_contents contents;
};

struct heap_suspects {
    struct heap_suspect *at;
    uint64_t n, cap;
};

/* What nothing reaches, by its own roots: objects that no other garbage
 * refers to, or one of a cycle. */
struct heap_garbage {
    uint64_t roots; /* UNKNOWN: too little garbage to be looked at */
    VEC(struct heap_object) objects; /* retained, largest first, a handful */
    struct heap_contents classes;    /* by shallow bytes */
};

struct heap_thread {
    uint32_t node;
    uint64_t id;
    const char *name; /* NULL if it can't be read */
    const char *class_name;
    bool daemon, is_virtual;
    uint64_t retained;
    uint64_t stack_locals;   /* objects rooted in its stack */
    uint64_t stack_retained; /* bytes those retain together */
    uint32_t n_frames;
    const struct hprof_frame **frames;
    bool in_oome;            /* its top frame is OutOfMemoryError.<init> */
    const char *oome_caller; /* first frame below the JDK's own, as text */
};

struct heap_reference_sum {  /* what only such references keep alive */
    uint64_t references;     /* Reference objects with a referent */
    uint64_t objects, bytes; /* reachable only through them */
};

struct heap_buffers {
    uint64_t count, bytes;
};

/* What zlib keeps for each until end() is called. deflateInit allocates window,
 * prev, head and pending buffers, (1 << (15 + 2)) + (1 << (8 + 9)), and its
 * state (zconf.h), for the default level; inflate a window of 32 KiB and
 * about 7 KiB of state. */
#define HEAP_DEFLATER_BYTES ((uint64_t)268 << 10)
#define HEAP_INFLATER_BYTES ((uint64_t)40 << 10)

struct heap_peer { /* Java objects that stand for native memory */
    const char *class_name;
    uint64_t count;
    uint64_t estimated_bytes; /* UNKNOWN: existence is all we know */
    const char *basis;        /* "~268 KB of zlib state each", "size field" */
    uint32_t node;            /* the one that holds most, or any */
};

struct heap_natives {
    /* Direct buffers by what their fields say (field-guide, section 4). */
    struct heap_buffers owners;      /* with cleaner and deallocator */
    struct heap_buffers views;       /* slices, duplicates: not counted */
    struct heap_buffers mapped;      /* file or shared memory */
    struct heap_buffers unowned;     /* JNI, Netty no-cleaner */
    struct heap_buffers nio_cache;   /* sun.nio.ch.Util's temporary ones */
    struct heap_buffers segments;    /* java.lang.foreign */
    struct heap_buffers awaiting_gc; /* owners nobody holds strongly */
    uint64_t jvm_counter;            /* java.nio.Bits reserved, bytes */
    uint64_t jvm_count;              /* buffers it counts */
    uint64_t jvm_limit;     /* on those bytes; -Xmx unless told otherwise */
    uint64_t netty_counter; /* bytes */
    VEC(struct heap_peer) peers;
    uint64_t platform_threads, virtual_threads;
    uint64_t bytes; /* attributed to nodes in all */
    /* Who holds most native bytes, and who most mapped ones: like suspects,
     * largest first; native_retained is the weight that ordered them. */
    struct heap_suspects holders, mapped_holders;
};

struct heap_queue {      /* Finalizer and Cleaner backlogs */
    uint64_t finalizers; /* Finalizer objects */
    uint64_t pending;    /* of those, on the queue: waiting for finalize() */
    uint64_t cleaners;   /* PhantomCleanable, sun.misc.Cleaner */
    const char *finalizer_class; /* most frequent referent, or NULL */
    uint64_t finalizer_class_count;
    const char *cleaner_class; /* most frequent cleanable's action class */
    uint64_t cleaner_class_count;
    uint64_t finalizer_bytes; /* retained by them */
    uint64_t cleaner_bytes;
};

#define HEAP_REPEATS 10

struct heap_repeat {
    const char *text; /* cut where the sample's texts are */
    uint64_t times;   /* in the sample */
};

struct heap_strings {
    uint64_t count, bytes;      /* java.lang.String and their arrays */
    uint64_t sampled, distinct; /* contents compared, of a sample */
    uint64_t duplicate_bytes;   /* extrapolated; UNKNOWN: not looked at */
    bool shown;                 /* contents may be kept: show_values */
    struct heap_repeat repeated[HEAP_REPEATS]; /* most frequent first */
    unsigned n_repeated;                       /* 0 unless `shown` */
};

struct heap_loaders {
    uint64_t count;              /* class loaders, without the boot loader */
    const char *repeated_loader; /* loader class with most instances */
    uint64_t repeated_loader_count;
    const char *repeated_class; /* class name defined by most loaders */
    uint64_t repeated_class_count;
    const char *family; /* name stem of most generated classes */
    uint64_t family_count;
};

#define HEAP_REGION_SIZES 6 /* 1 to 32 MiB */

struct heap {
    struct mem *mem;
    struct arena arena;
    const char *path;
    struct hprof_dump dump;
    struct size_model sizes;
    bool mat, quick;

    uint64_t root_records[ROOT_KINDS]; /* as in the file */
    uint64_t roots;                    /* distinct objects */
    struct heap_sum all, reachable, unreachable;
    struct heap_reference_sum soft, weak, phantom, final;
    struct heap_garbage garbage;
    uint64_t class_objects;

    VEC(struct heap_class_row) histogram; /* shallow, largest first */
    VEC(struct heap_object) dominators;   /* children of the super-root */
    uint64_t n_dominators;                /* in all */
    struct heap_suspects suspects;        /* retained, largest first */
    VEC(struct heap_thread) threads;
    uint32_t oome_thread; /* index into threads, or NODE_NONE: none */
    struct heap_natives natives;
    struct heap_queue queue;
    struct heap_strings strings;
    struct heap_loaders loaders;
    uint64_t largest_array_bytes; /* of one primitive or object array */
    /* By log2 of G1's region size in MiB: what its regions would hold unused
     * behind arrays of more than half a region, each of which gets regions of
     * its own. */
    uint64_t region_tails[HEAP_REGION_SIZES];
    uint64_t jni_global_retained; /* bytes that only JNI globals hold */
    const char *jni_global_class; /* class of most JNI globals, or NULL */
    uint64_t jni_global_class_count;
};

/* Whether an OutOfMemoryError made the dump: the thread that threw it is
 * known. `h` may be NULL. */
static inline bool heap_is_of_error(const struct heap *h)
{
    return h && h->oome_thread < h->threads.n;
}

/* The thread of that serial, as roots and traces name it; NULL: none. */
struct heap_thread *heap_thread_of(const struct heap *h, uint32_t serial);

/* Whether `size_model` may have such a name. */
bool heap_is_size_model(const char *name);

/* Reads and analyses. Damage is in heap->dump.damage. On failure nothing
 * needs freeing. `s` must stay open as long as the heap is in use. */
bool heap_analyse(struct source *s, const char *path,
                  const struct heap_options *o, struct mem *m, struct heap *ret,
                  struct err *e);
void heap_deinit(struct heap *h);

#endif
