/*
 * hprof_writer.c - see hprof_writer.h.
 */
#define _GNU_SOURCE
#include "hprof_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gzip.h"

/* ---- bytes ------------------------------------------------------------ */

static void *must(void *p)
{
    if (!p) {
        fprintf(stderr, "hprof_writer: out of memory\n");
        abort();
    }
    return p;
}

static void append(uint8_t **at, size_t *n, size_t *cap, const void *bytes,
                   size_t more)
{
    if (*n + more > *cap) {
        *cap = (*n + more) * 2 + 256;
        *at = must(realloc(*at, *cap));
    }
    if (more)
        memcpy(*at + *n, bytes, more);
    *n += more;
}

static void big_endian(uint8_t *to, uint64_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        to[i] = (uint8_t)(v >> 8 * (bytes - 1 - i));
}

/* Into the file. */
static void file_bytes(struct hprof_writer *w, const void *p, size_t n)
{
    append(&w->at, &w->n, &w->cap, p, n);
}

static void file_put(struct hprof_writer *w, uint64_t v, unsigned bytes)
{
    uint8_t b[8];

    big_endian(b, v, bytes);
    file_bytes(w, b, bytes);
}

static void bytes_put(struct hw_bytes *to, uint64_t v, unsigned bytes)
{
    uint8_t b[8];

    big_endian(b, v, bytes);
    append(&to->at, &to->n, &to->cap, b, bytes);
}

void hw_put(struct hprof_writer *w, uint64_t value, unsigned bytes)
{
    bytes_put(&w->heap, value, bytes);
}

void hw_put_id(struct hprof_writer *w, uint64_t id)
{
    hw_put(w, id, w->id_size);
}

/* ---- file ------------------------------------------------------------- */

void hw_init(struct hprof_writer *w, const char *version, unsigned id_size)
{
    memset(w, 0, sizeof *w);
    w->id_size = id_size;
    w->heap_tag = strcmp(version, "1.0.1") == 0 ? 0x0c : 0x1c;
    w->next_string = w->next_serial = 1;
    file_bytes(w, "JAVA PROFILE ", 13);
    file_bytes(w, version, strlen(version) + 1);
    file_put(w, id_size, 4);
    file_put(w, 1700000000000, 8);
}

void hw_deinit(struct hprof_writer *w)
{
    for (uint64_t i = 1; i < w->next_string; i++)
        free(w->strings[i]);
    free(w->at);
    free(w->heap.at);
    memset(w, 0, sizeof *w);
}

void hw_record(struct hprof_writer *w, uint8_t tag, const void *body, size_t n,
               uint32_t claimed)
{
    file_put(w, tag, 1);
    file_put(w, 0, 4);
    file_put(w, claimed, 4);
    file_bytes(w, body, n);
}

void hw_segment_claiming(struct hprof_writer *w, uint32_t length)
{
    hw_record(w, w->heap_tag, w->heap.at, w->heap.n, length);
    w->heap.n = 0;
}

void hw_segment(struct hprof_writer *w)
{
    if (w->heap.n)
        hw_segment_claiming(w, (uint32_t)w->heap.n);
}

void hw_dump_end(struct hprof_writer *w)
{
    hw_segment(w);
    hw_record(w, 0x2c, NULL, 0, 0);
}

void hw_finish(struct hprof_writer *w)
{
    hw_segment(w);
    if (w->heap_tag == 0x1c)
        hw_dump_end(w);
}

/* ---- records ---------------------------------------------------------- */

void hw_utf8(struct hprof_writer *w, uint64_t id, const void *bytes, size_t n)
{
    struct hw_bytes b = {0};

    bytes_put(&b, id, w->id_size);
    append(&b.at, &b.n, &b.cap, bytes, n);
    hw_record(w, 0x01, b.at, b.n, (uint32_t)b.n);
    free(b.at);
}

uint64_t hw_string(struct hprof_writer *w, const char *text)
{
    uint64_t id;

    for (id = 1; id < w->next_string; id++)
        if (strcmp(w->strings[id], text) == 0)
            return id;
    if (id >= sizeof w->strings / sizeof *w->strings)
        abort();
    w->strings[id] = must(strdup(text));
    w->next_string++;
    hw_utf8(w, id, text, strlen(text));
    return id;
}

uint32_t hw_load_class(struct hprof_writer *w, uint64_t id, const char *name)
{
    uint64_t string = hw_string(w, name);
    struct hw_bytes b = {0};

    bytes_put(&b, w->next_serial, 4);
    bytes_put(&b, id, w->id_size);
    bytes_put(&b, 1, 4);
    bytes_put(&b, string, w->id_size);
    hw_record(w, 0x02, b.at, b.n, (uint32_t)b.n);
    free(b.at);
    return w->next_serial++;
}

void hw_frame(struct hprof_writer *w, uint64_t id, const char *method,
              const char *signature, const char *source, uint32_t class_serial,
              int32_t line)
{
    struct hw_bytes b = {0};

    bytes_put(&b, id, w->id_size);
    bytes_put(&b, hw_string(w, method), w->id_size);
    bytes_put(&b, hw_string(w, signature), w->id_size);
    bytes_put(&b, source ? hw_string(w, source) : 0, w->id_size);
    bytes_put(&b, class_serial, 4);
    bytes_put(&b, (uint32_t)line, 4);
    hw_record(w, 0x04, b.at, b.n, (uint32_t)b.n);
    free(b.at);
}

void hw_trace(struct hprof_writer *w, uint32_t serial, uint32_t thread,
              const uint64_t *frames, uint32_t n)
{
    struct hw_bytes b = {0};

    bytes_put(&b, serial, 4);
    bytes_put(&b, thread, 4);
    bytes_put(&b, n, 4);
    for (uint32_t i = 0; i < n; i++)
        bytes_put(&b, frames[i], w->id_size);
    hw_record(w, 0x05, b.at, b.n, (uint32_t)b.n);
    free(b.at);
}

/* ---- classes ---------------------------------------------------------- */

static unsigned type_code(char letter)
{
    switch (letter) {
    case 'Z': return 4;
    case 'C': return 5;
    case 'F': return 6;
    case 'D': return 7;
    case 'B': return 8;
    case 'S': return 9;
    case 'I': return 10;
    case 'J': return 11;
    default: return 2;
    }
}

static unsigned type_bytes(const struct hprof_writer *w, char letter)
{
    static const unsigned sizes[] = {[4] = 1, 2, 4, 8, 1, 2, 4, 8};
    unsigned code = type_code(letter);

    return code == 2 ? w->id_size : sizes[code];
}

/* Calls for each member of "Lnext Ivalue" in turn: sets *type and `name`. */
static const char *next_member(const char *list, char *type, char name[64])
{
    size_t n;

    if (!list)
        return NULL;
    list += strspn(list, " ");
    if (!*list)
        return NULL;
    *type = *list++;
    n = strcspn(list, " ");
    if (n > 63)
        n = 63;
    memcpy(name, list, n);
    name[n] = 0;
    return list + n;
}

static unsigned count_members(const char *list)
{
    char type, name[64];
    unsigned n = 0;

    while ((list = next_member(list, &type, name)))
        n++;
    return n;
}

static void put_statics(struct hprof_writer *w, const struct hw_class *c)
{
    const char *list = c->statics;
    char type, name[64];
    unsigned i = 0;

    hw_put(w, count_members(list), 2);
    while ((list = next_member(list, &type, name))) {
        hw_put_id(w, hw_string(w, name));
        hw_put(w, type_code(type), 1);
        hw_put(w, c->values ? c->values[i] : 0, type_bytes(w, type));
        i++;
    }
}

static void put_fields(struct hprof_writer *w, const char *list)
{
    char type, name[64];

    hw_put(w, count_members(list), 2);
    while ((list = next_member(list, &type, name))) {
        hw_put_id(w, hw_string(w, name));
        hw_put(w, type_code(type), 1);
    }
}

void hw_class_dump(struct hprof_writer *w, const struct hw_class *c)
{
    hw_put(w, 0x20, 1);
    hw_put_id(w, c->id);
    hw_put(w, 1, 4);
    hw_put_id(w, c->super);
    hw_put_id(w, c->loader);
    hw_put_id(w, c->signers);
    hw_put_id(w, c->domain);
    hw_put_id(w, 0);
    hw_put_id(w, 0);
    hw_put(w, c->size ? c->size : 16 + 8 * count_members(c->fields), 4);
    hw_put(w, c->pool, 2);
    for (unsigned i = 0; i < c->pool; i++) {
        hw_put(w, i + 1, 2);
        hw_put(w, i % 2 ? 10 : 11, 1);
        hw_put(w, 0x1234, i % 2 ? 4 : 8);
    }
    put_statics(w, c);
    put_fields(w, c->fields);
}

void hw_class_full(struct hprof_writer *w, const char *name,
                   const struct hw_class *c)
{
    hw_load_class(w, c->id, name);
    hw_class_dump(w, c);
}

void hw_class(struct hprof_writer *w, uint64_t id, const char *name,
              uint64_t super, const char *fields)
{
    hw_class_full(
        w, name,
        &(struct hw_class){.id = id, .super = super, .fields = fields});
}

void hw_jdk(struct hprof_writer *w)
{
    hw_class(w, HW_OBJECT, "java/lang/Object", 0, NULL);
    hw_class(w, HW_CLASS, "java/lang/Class", HW_OBJECT, "Lname");
    hw_class(w, HW_STRING, "java/lang/String", HW_OBJECT,
             "Lvalue Ihash Bcoder");
    hw_class(w, HW_OBJECT_ARRAY, "[Ljava/lang/Object;", HW_OBJECT, NULL);
    hw_class(w, HW_BYTE_ARRAY, "[B", HW_OBJECT, NULL);
    hw_class(w, HW_CHAR_ARRAY, "[C", HW_OBJECT, NULL);
    hw_class(w, HW_INT_ARRAY, "[I", HW_OBJECT, NULL);
    hw_class(w, HW_LONG_ARRAY, "[J", HW_OBJECT, NULL);
    hw_class(w, HW_STRING_ARRAY, "[Ljava/lang/String;", HW_OBJECT, NULL);
    hw_class(w, HW_REFERENCE, "java/lang/ref/Reference", HW_OBJECT,
             "Lreferent Lqueue Lnext Ldiscovered");
    hw_class(w, HW_SOFT, "java/lang/ref/SoftReference", HW_REFERENCE,
             "Jtimestamp");
    hw_class(w, HW_WEAK, "java/lang/ref/WeakReference", HW_REFERENCE, NULL);
    hw_class(w, HW_PHANTOM, "java/lang/ref/PhantomReference", HW_REFERENCE,
             NULL);
    hw_class(w, HW_FINAL, "java/lang/ref/FinalReference", HW_REFERENCE, NULL);
    hw_class(w, HW_FINALIZER, "java/lang/ref/Finalizer", HW_FINAL,
             "Lnext Lprev");
    hw_class(w, HW_CLASS_LOADER, "java/lang/ClassLoader", HW_OBJECT, "Lparent");
    hw_class(w, HW_THREAD, "java/lang/Thread", HW_OBJECT, "Lname Jtid");
}

/* ---- objects ---------------------------------------------------------- */

void hw_instance(struct hprof_writer *w, uint64_t id, uint64_t cls,
                 const char *types, const uint64_t *values)
{
    unsigned n = 0;

    for (const char *t = types; *t; t++)
        n += type_bytes(w, *t);
    hw_put(w, 0x21, 1);
    hw_put_id(w, id);
    hw_put(w, 1, 4);
    hw_put_id(w, cls);
    hw_put(w, n, 4);
    for (size_t i = 0; types[i]; i++)
        hw_put(w, values[i], type_bytes(w, types[i]));
}

void hw_object_array(struct hprof_writer *w, uint64_t id, uint64_t cls,
                     uint32_t n, const uint64_t *elements)
{
    hw_put(w, 0x22, 1);
    hw_put_id(w, id);
    hw_put(w, 1, 4);
    hw_put(w, n, 4);
    hw_put_id(w, cls);
    for (uint32_t i = 0; i < n; i++)
        hw_put_id(w, elements[i]);
}

void hw_primitive_array(struct hprof_writer *w, uint64_t id, char type,
                        uint32_t n, const uint64_t *values)
{
    hw_put(w, 0x23, 1);
    hw_put_id(w, id);
    hw_put(w, 1, 4);
    hw_put(w, n, 4);
    hw_put(w, type_code(type), 1);
    for (uint32_t i = 0; i < n; i++)
        hw_put(w, values ? values[i] : 0, type_bytes(w, type));
}

void hw_java_string(struct hprof_writer *w, uint64_t id, uint64_t array,
                    const char *text)
{
    size_t n = strlen(text);

    HW_INSTANCE(w, id, HW_STRING, "LIB", array, 0, 0);
    hw_put(w, 0x23, 1);
    hw_put_id(w, array);
    hw_put(w, 1, 4);
    hw_put(w, n, 4);
    hw_put(w, type_code('B'), 1);
    append(&w->heap.at, &w->heap.n, &w->heap.cap, text, n);
}

void hw_root(struct hprof_writer *w, uint8_t tag, uint64_t id, uint32_t thread,
             uint32_t frame)
{
    hw_put(w, tag, 1);
    hw_put_id(w, id);
    switch (tag) {
    case HW_JNI_GLOBAL: hw_put_id(w, 0x7777); break;
    case HW_JNI_LOCAL:
    case HW_JAVA_FRAME:
    case HW_THREAD_OBJ:
    case HW_JNI_MONITOR:
        hw_put(w, thread, 4);
        hw_put(w, frame, 4);
        break;
    case HW_NATIVE_STACK:
    case HW_THREAD_BLOCK: hw_put(w, thread, 4); break;
    default: break;
    }
}

void hw_heap_info(struct hprof_writer *w, uint32_t heap, const char *name)
{
    hw_put(w, 0xfe, 1);
    hw_put(w, heap, 4);
    hw_put_id(w, hw_string(w, name));
}

/* ---- gzip ------------------------------------------------------------- */

void hw_gzip(struct hprof_writer *w, size_t member)
{
    struct hw_bytes to = {0};

    for (size_t at = 0, n; at < w->n; at += n) {
        size_t room;

        n = member && w->n - at > member ? member : w->n - at;
        room = gzip_room(n);
        to.cap = to.n + room;
        to.at = must(realloc(to.at, to.cap));
        to.n += gzip_member(w->at + at, n, 6, NULL, to.at + to.n, room);
    }
    free(w->at);
    w->at = to.at;
    w->n = to.n;
    w->cap = to.cap;
}
