/*
 * format.h - the constants of HPROF and the shape of its small records.
 *
 * Authority: the comment at the head of OpenJDK's
 * src/hotspot/share/services/heapDumper.cpp; for the Android additions
 * art/runtime/hprof/hprof.cc. All numbers are big-endian; "id" is 4 or 8
 * bytes as the header says, u4 four bytes whatever it says.
 */
#ifndef OOMWHY_HPROF_FORMAT_H
#define OOMWHY_HPROF_FORMAT_H

#include "hprof/dump.h"

/* "[u1 tag, u4 microseconds since the header's time, u4 length, body]" */
#define RECORD_HEADER 9

enum record_tag {
    TAG_UTF8 = 0x01,         /* id, bytes (modified UTF-8, no NUL) */
    TAG_LOAD_CLASS = 0x02,   /* u4 serial, id class, u4 trace, id name */
    TAG_UNLOAD_CLASS = 0x03, /* u4 serial */
    TAG_FRAME = 0x04,        /* id, id method, id signature, id source,
                                u4 class serial, i4 line */
    TAG_TRACE = 0x05,        /* u4 serial, u4 thread serial, u4 n, id[n] */
    TAG_ALLOC_SITES = 0x06,
    TAG_HEAP_SUMMARY = 0x07,
    TAG_START_THREAD = 0x0a,
    TAG_END_THREAD = 0x0b,
    TAG_HEAP_DUMP = 0x0c, /* sub-records */
    TAG_CPU_SAMPLES = 0x0d,
    TAG_CONTROL_SETTINGS = 0x0e,
    TAG_HEAP_DUMP_SEGMENT = 0x1c, /* sub-records */
    TAG_HEAP_DUMP_END = 0x2c,
};

enum sub_tag {
    SUB_CLASS_DUMP = 0x20,
    SUB_INSTANCE_DUMP = 0x21,     /* id, u4 trace, id class, u4 n, bytes */
    SUB_OBJECT_ARRAY = 0x22,      /* id, u4 trace, u4 n, id class, id[n] */
    SUB_PRIMITIVE_ARRAY = 0x23,   /* id, u4 trace, u4 n, u1 type, values */
    SUB_PRIMITIVE_NO_DATA = 0xc3, /* Android: the same without values */
    SUB_HEAP_DUMP_INFO = 0xfe,    /* Android: u4 heap, id name */
};

/* A root sub-record: id, then `extra_ids` ids, then `words` u4. */
struct root_form {
    uint8_t tag;
    uint8_t kind; /* enum hprof_root_kind */
    uint8_t extra_ids, words;
    bool thread; /* the first word is a thread serial */
    bool frame;  /* the second one is a depth in its stack */
};

/* hprof_type_size for types that are no objects; 0: unknown. */
static inline unsigned primitive_size(unsigned type)
{
    static const uint8_t sizes[16] = {
        [HPROF_BOOLEAN] = 1, [HPROF_CHAR] = 2, [HPROF_FLOAT] = 4,
        [HPROF_DOUBLE] = 8,  [HPROF_BYTE] = 1, [HPROF_SHORT] = 2,
        [HPROF_INT] = 4,     [HPROF_LONG] = 8,
    };

    return type < sizeof sizes ? sizes[type] : 0;
}

/* NULL: no root has this tag. */
const struct root_form *root_form(unsigned tag);
/* Whether a record of a file can have this tag. */
bool record_tag_known(unsigned tag);
/* Whether such a record can be so long, as the JVM writes them. */
bool record_plausible(unsigned tag, uint32_t length, unsigned id_size);

#endif
