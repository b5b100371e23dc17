/*
 * hprof_writer.h - makes heap dumps for tests, in memory, record by record.
 *
 *     struct hprof_writer w;
 *     hw_init(&w, "1.0.2", 8);
 *     hw_jdk(&w);                            // Object, String, byte[], ...
 *     hw_class(&w, 0x500, "demo/Node", HW_OBJECT, "Lnext Ivalue");
 *     HW_INSTANCE(&w, 0x10000, 0x500, "LI", 0x10020, 7);
 *     HW_INSTANCE(&w, 0x10020, 0x500, "LI", 0, 8);
 *     hw_root(&w, HW_STICKY_CLASS, 0x500, 0, 0);
 *     hw_finish(&w);
 *     ... w.at, w.n ...
 *     hw_deinit(&w);
 *
 * Sub-records gather in an open segment and go into the file when it is
 * closed, so records written meanwhile (strings, say) stand before it. The
 * order is otherwise that of the calls. Everything may be as wrong as a
 * test likes: nothing is checked. Out of memory ends the test program.
 */
#ifndef OOMWHY_TESTS_HPROF_WRITER_H
#define OOMWHY_TESTS_HPROF_WRITER_H

#include <stddef.h>
#include <stdint.h>

struct hw_bytes {
    uint8_t *at;
    size_t n, cap;
};

struct hprof_writer {
    uint8_t *at; /* the file */
    size_t n, cap;
    unsigned id_size;
    uint8_t heap_tag;     /* of segments: 0x0c for 1.0.1, else 0x1c */
    struct hw_bytes heap; /* the open segment */
    uint64_t next_string; /* ids of strings count up from 1 */
    uint32_t next_serial; /* of classes, from 1 */
    char *strings[4096];  /* [id]: texts written so far */
};

/* The classes hw_jdk writes, with the instance fields of the JDK. */
enum {
    HW_OBJECT = 0x100,
    HW_CLASS = 0x108,
    HW_STRING = 0x110, /* "Lvalue Ihash Bcoder" */
    HW_OBJECT_ARRAY = 0x118,
    HW_BYTE_ARRAY = 0x120,
    HW_CHAR_ARRAY = 0x128,
    HW_INT_ARRAY = 0x130,
    HW_LONG_ARRAY = 0x138,
    HW_STRING_ARRAY = 0x140,
    HW_REFERENCE = 0x148, /* "Lreferent Lqueue Lnext Ldiscovered" */
    HW_SOFT = 0x150,
    HW_WEAK = 0x158,
    HW_PHANTOM = 0x160,
    HW_FINAL = 0x168,
    HW_FINALIZER = 0x170,
    HW_CLASS_LOADER = 0x178, /* "Lparent" */
    HW_THREAD = 0x180,       /* "Lname Jtid" */
};

/* Tags of roots; see hw_root. */
enum {
    HW_UNKNOWN = 0xff,
    HW_JNI_GLOBAL = 1,
    HW_JNI_LOCAL = 2,
    HW_JAVA_FRAME = 3,
    HW_NATIVE_STACK = 4,
    HW_STICKY_CLASS = 5,
    HW_THREAD_BLOCK = 6,
    HW_MONITOR = 7,
    HW_THREAD_OBJ = 8,
    HW_INTERNED_STRING = 0x89,
    HW_FINALIZING = 0x8a,
    HW_DEBUGGER = 0x8b,
    HW_VM_INTERNAL = 0x8d,
    HW_JNI_MONITOR = 0x8e,
    HW_UNREACHABLE = 0x90,
};

/* The header. `version` is "1.0.1", "1.0.2" or "1.0.3". */
void hw_init(struct hprof_writer *w, const char *version, unsigned id_size);
void hw_deinit(struct hprof_writer *w);
/* Closes the segment and, except for 1.0.1, ends the dump. */
void hw_finish(struct hprof_writer *w);

/* ---- records ---------------------------------------------------------- */

/* The id of a string, written when it is new. */
uint64_t hw_string(struct hprof_writer *w, const char *text);
void hw_utf8(struct hprof_writer *w, uint64_t id, const void *bytes, size_t n);
/* LOAD_CLASS; returns its serial. `name` as the dump shall spell it. */
uint32_t hw_load_class(struct hprof_writer *w, uint64_t id, const char *name);
void hw_frame(struct hprof_writer *w, uint64_t id, const char *method,
              const char *signature, const char *source, uint32_t class_serial,
              int32_t line);
void hw_trace(struct hprof_writer *w, uint32_t serial, uint32_t thread,
              const uint64_t *frames, uint32_t n);
/* Any record, whatever its length says. */
void hw_record(struct hprof_writer *w, uint8_t tag, const void *body, size_t n,
               uint32_t claimed);

/* ---- heap ------------------------------------------------------------- */

/* Puts the open segment, if there is one, into the file. */
void hw_segment(struct hprof_writer *w);
/* The same with a length of one's own making. */
void hw_segment_claiming(struct hprof_writer *w, uint32_t length);
/* HEAP_DUMP_END after closing the segment. */
void hw_dump_end(struct hprof_writer *w);

/*
 * Fields and statics are lists such as "Lnext Ivalue": a type letter as in
 * class files (L for any object), then the name.
 */
struct hw_class {
    uint64_t id, super, loader, signers, domain;
    const char *fields, *statics; /* NULL: none */
    const uint64_t *values;       /* of the statics */
    uint32_t size;                /* of instances; 0: fields + 16 */
    unsigned pool;                /* entries of a constant pool, made up */
};
void hw_class_dump(struct hprof_writer *w, const struct hw_class *c);
/* Strings, LOAD_CLASS and CLASS_DUMP of an ordinary class. */
void hw_class(struct hprof_writer *w, uint64_t id, const char *name,
              uint64_t super, const char *fields);
/* The same with everything. */
void hw_class_full(struct hprof_writer *w, const char *name,
                   const struct hw_class *c);
/* The classes of the enum above, all of the boot loader. */
void hw_jdk(struct hprof_writer *w);

/* `types` says how wide each value is: "LIJ". Own fields come first, then
 * those of the superclass. */
void hw_instance(struct hprof_writer *w, uint64_t id, uint64_t cls,
                 const char *types, const uint64_t *values);
void hw_object_array(struct hprof_writer *w, uint64_t id, uint64_t cls,
                     uint32_t n, const uint64_t *elements);
/* `type` is a letter; NULL values are zeros. */
void hw_primitive_array(struct hprof_writer *w, uint64_t id, char type,
                        uint32_t n, const uint64_t *values);
/* A String at `id` with its byte[] (Latin-1) at `array`. */
void hw_java_string(struct hprof_writer *w, uint64_t id, uint64_t array,
                    const char *text);
/* A root of any tag; words it has no room for are not written. For
 * HW_THREAD_OBJ `frame` is the serial of the stack trace. */
void hw_root(struct hprof_writer *w, uint8_t tag, uint64_t id, uint32_t thread,
             uint32_t frame);
/* Android: the records that follow lie in this heap. */
void hw_heap_info(struct hprof_writer *w, uint32_t heap, const char *name);

#define HW_INSTANCE(w, id, cls, types, ...)                                    \
    hw_instance((w), (id), (cls), (types), (const uint64_t[]){__VA_ARGS__})
#define HW_OBJECTS(w, id, cls, ...)                                            \
    hw_object_array((w), (id), (cls),                                          \
                    sizeof((const uint64_t[]){__VA_ARGS__}) / 8,               \
                    (const uint64_t[]){__VA_ARGS__})

/* Bytes of one's own into the open segment, big-endian. */
void hw_put(struct hprof_writer *w, uint64_t value, unsigned bytes);
void hw_put_id(struct hprof_writer *w, uint64_t id);

/* Compresses the file in place, into gzip members of at most `member` bytes
 * each (0: one member). */
void hw_gzip(struct hprof_writer *w, size_t member);

#endif
