/*
 * sample.c - see sample.h.
 */
#include "sample.h"

uint64_t sample_id(const struct plan *p, enum sample_object o)
{
    uint64_t from = 0x10000;

    if (o == SAMPLE_OBJECTS)
        return 0xdead0; /* nobody's */
    return p->backwards ? from + (SAMPLE_OBJECTS - o) * p->step
                        : from + (o + 1) * p->step;
}

static void write_classes(struct hprof_writer *w, const struct plan *p)
{
    uint64_t loader = sample_id(p, LOADER);
    struct hw_class node = {.id = DEMO_NODE,
                            .super = HW_OBJECT,
                            .loader = loader,
                            .pool = 3,
                            .fields = "Lnext Ivalue"};
    struct hw_class leaf = {.id = DEMO_LEAF,
                            .super = DEMO_NODE,
                            .loader = loader,
                            .fields = "Lextra Ssmall"};
    struct hw_class holder = {
        .id = DEMO_HOLDER,
        .super = HW_OBJECT,
        .statics = "Lhead Icount Lgone",
        .values = (const uint64_t[]){sample_id(p, HEAD), 42,
                                     sample_id(p, SAMPLE_OBJECTS)},
    };

    hw_jdk(w);
    hw_class_full(w, "demo/Leaf", &leaf); /* before its superclass */
    hw_class_full(w, "demo/Node", &node);
    hw_class_full(w, "demo/Holder", &holder);
    hw_load_class(w, 0x9990, "demo/OnlyLoaded");
}

static void write_objects(struct hprof_writer *w, const struct plan *p)
{
    uint64_t id[SAMPLE_OBJECTS + 1];

    for (int i = 0; i <= SAMPLE_OBJECTS; i++)
        id[i] = sample_id(p, (enum sample_object)i);
    HW_INSTANCE(w, id[HEAD], DEMO_NODE, "LI", id[LEAF], 7);
    HW_INSTANCE(w, id[LEAF], DEMO_LEAF, "LSLI", id[TEXT], (uint16_t)-2, 0, 8);
    HW_OBJECTS(w, id[ARRAY], HW_OBJECT_ARRAY, id[HEAD], 0, id[HEAD], DEMO_NODE,
               id[LEAF], id[SAMPLE_OBJECTS]);
    hw_primitive_array(w, id[INTS], 'I', 5, NULL);
    if (w->heap_tag == 0x1c)
        hw_segment(w);
    hw_java_string(w, id[TEXT], id[TEXT_BYTES],
                   "gr\xfc\xdf"
                   "e");
    HW_INSTANCE(w, id[WEAKLY], HW_WEAK, "LLLL", id[HEAD], id[ARRAY], 0, 0);
    HW_INSTANCE(w, id[FINALIZED], HW_FINALIZER, "LLLLLL", 0, 0, id[LEAF], 0, 0,
                0);
    HW_INSTANCE(w, id[LOADER], HW_CLASS_LOADER, "L", 0);
    HW_INSTANCE(w, id[THREAD], HW_THREAD, "LJ", id[TEXT], 1);
}

static void write_roots(struct hprof_writer *w, const struct plan *p)
{
    hw_root(w, HW_STICKY_CLASS, HW_OBJECT, 0, 0);
    hw_root(w, HW_STICKY_CLASS, DEMO_HOLDER, 0, 0);
    hw_root(w, HW_THREAD_OBJ, sample_id(p, THREAD), 1, 11);
    hw_root(w, HW_JAVA_FRAME, sample_id(p, ARRAY), 1, 1);
    hw_root(w, HW_JNI_LOCAL, sample_id(p, INTS), 1, UINT32_MAX);
    hw_root(w, HW_JNI_GLOBAL, sample_id(p, WEAKLY), 0, 0);
    hw_root(w, HW_NATIVE_STACK, sample_id(p, TEXT), 1, 0);
    hw_root(w, HW_THREAD_BLOCK, sample_id(p, TEXT), 1, 0);
    hw_root(w, HW_MONITOR, sample_id(p, HEAD), 0, 0);
    hw_root(w, HW_UNKNOWN, sample_id(p, SAMPLE_OBJECTS), 0, 0);
    hw_root(w, HW_INTERNED_STRING, sample_id(p, TEXT), 0, 0);
    hw_heap_info(w, 1, "app");
    hw_root(w, HW_JNI_MONITOR, sample_id(p, HEAD), 1, 2);
}

static void write_stack(struct hprof_writer *w)
{
    hw_frame(w, 101, "run", "()V", "Holder.java", 3, 17);
    hw_frame(w, 102, "main", "([Ljava/lang/String;)V", NULL, 3, -3);
    hw_trace(w, 11, 1, (const uint64_t[]){101, 102}, 2);
}

void sample_write(struct hprof_writer *w, const struct plan *p)
{
    hw_init(w, p->version, p->id_size);
    if (p->roots_first)
        write_roots(w, p);
    if (!p->classes_last)
        write_classes(w, p);
    write_objects(w, p);
    if (p->classes_last)
        write_classes(w, p);
    if (!p->roots_first)
        write_roots(w, p);
    write_stack(w);
    hw_finish(w);
}

bool try_dump(struct opened *o, const void *bytes, size_t n,
              const struct hprof_options *options)
{
    uint64_t fail_at = o->mem.fail_at;

    mem_init(&o->mem, o->mem.limit);
    o->mem.fail_at = fail_at;
    memset(&o->e, 0, sizeof o->e);
    memset(&o->d, 0, sizeof o->d);
    o->s = NULL;
    return source_open_memory(bytes, n, &o->mem, &o->s, &o->e) &&
           hprof_dump_read(o->s, options, &o->mem, &o->d, &o->e);
}

void open_dump(struct opened *o, const struct hprof_writer *w)
{
    memset(o, 0, sizeof *o);
    ck_assert_msg(try_dump(o, w->at, w->n, NULL), "%s", o->e.text);
}

void close_dump(struct opened *o)
{
    hprof_dump_deinit(&o->d);
    source_close(o->s);
    ck_assert_uint_eq(o->mem.held, 0);
}

uint32_t sample_node(const struct opened *o, const struct plan *p,
                     enum sample_object k)
{
    uint32_t node = hprof_node_of(&o->d, sample_id(p, k));

    ck_assert_uint_ne(node, NODE_NONE);
    return node;
}

void assert_refs(const struct hprof_dump *d, uint32_t node, unsigned n,
                 const uint32_t *want)
{
    uint64_t begin, end;

    hprof_refs(d, node, &begin, &end);
    ck_assert_uint_eq(end - begin, n);
    for (unsigned i = 0; i < n; i++)
        ck_assert_uint_eq(d->refs[begin + i], want[i]);
}
