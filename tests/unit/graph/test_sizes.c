/*
 * test_sizes.c - layouts against what JVMs said of themselves.
 *
 * Expected sizes are those of `jcmd GC.class_histogram` on JDK 17 and 25
 * with the flags that make each layout; classes have the fields they have
 * there. Class objects were measured by the distance to what follows them.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "graph/sizes.h"
#include "tests/support/hprof_writer.h"
#include "suites.h"

static struct hprof_writer w;
static struct mem mem;
static struct err err;
static struct source *source;
static struct hprof_dump dump;
static struct sizes sizes;
static uint64_t next_class;

/* ---- a JDK's classes ------------------------------------------------------
 */

#define CLASS_17                                                               \
    "LcachedConstructor Lname Lmodule LclassLoader LclassData LpackageName "   \
    "LcomponentType LreflectionData IclassRedefinedCount LgenericInfo "        \
    "LenumConstants LenumConstantDirectory LannotationData LannotationType "   \
    "LclassValueMap"
#define CLASS_25 CLASS_17 " Lsigners Cmodifiers Zprimitive LprotectionDomain"
#define CLASS_8                                                                \
    "LcachedConstructor LnewInstanceCallerCache Lname LclassLoader "           \
    "LreflectionData IclassRedefinedCount LgenericInfo LenumConstants "        \
    "LenumConstantDirectory LannotationData LannotationType LclassValueMap"

#define THREAD_17                                                              \
    "Lname Ipriority Zdaemon Zinterrupted Zstillborn Jeetop Ltarget Lgroup "   \
    "LcontextClassLoader LinheritedAccessControlContext LthreadLocals "        \
    "LinheritableThreadLocals JstackSize Jtid IthreadStatus LparkBlocker "     \
    "Lblocker LblockerLock LuncaughtExceptionHandler JthreadLocalRandomSeed "  \
    "IthreadLocalRandomProbe IthreadLocalRandomSecondarySeed"
#define THREAD_25                                                              \
    "Jeetop Jtid Lname Zinterrupted LcontextClassLoader Lholder "              \
    "LthreadLocals LinheritableThreadLocals LscopedValueBindings "             \
    "LinterruptLock LparkBlocker LnioBlocker Lcont LuncaughtExceptionHandler " \
    "JthreadLocalRandomSeed IthreadLocalRandomProbe "                          \
    "IthreadLocalRandomSecondarySeed Lcontainer LheadStackableScopes"

static uint64_t add_class(const char *name, uint64_t super, const char *fields)
{
    uint64_t id = next_class;

    next_class += 8;
    hw_class(&w, id, name, super, fields);
    return id;
}

static uint64_t object, thread;

static void start(unsigned id_size, unsigned jdk)
{
    mem_init(&mem, 0);
    err = (struct err){0};
    next_class = 0x100;
    hw_init(&w, "1.0.2", id_size);
    object = add_class("java/lang/Object", 0, "");
    add_class("java/lang/Class", object,
              jdk >= 25   ? CLASS_25
              : jdk >= 17 ? CLASS_17
                          : CLASS_8);
    thread = add_class("java/lang/Thread", object,
                       jdk >= 25 ? THREAD_25 : THREAD_17);
}

static void read_dump(void)
{
    const struct hprof_options options = {0};

    hw_finish(&w);
    ck_assert(source_open_memory(w.at, w.n, &mem, &source, &err));
    ck_assert_msg(hprof_dump_read(source, &options, &mem, &dump, &err), "%s",
                  err.text);
}

static void stop(void)
{
    sizes_deinit(&sizes, &mem);
    hprof_dump_deinit(&dump);
    source_close(source);
    hw_deinit(&w);
    ck_assert_uint_eq(mem.held, 0);
}

static void size_as(const char *model)
{
    ck_assert_msg(sizes_init(&sizes, &dump, model, &mem, &err), "%s", err.text);
}

static uint64_t instance(const char *class)
{
    uint32_t c = hprof_class_find(&dump, class);

    ck_assert_msg(c != CLASS_NONE, "%s", class);
    return sizes.instance[c];
}

static uint64_t mirror(const char *class)
{
    uint32_t c = hprof_class_find(&dump, class);

    ck_assert_msg(c != CLASS_NONE, "%s", class);
    return sizes.class_object[c];
}

/* ---- instances ------------------------------------------------------------
 */

enum { COMPRESSED, JDK14, WIDE, FULL, WIDE_CLASSES, COMPACT, COMPACT_WIDE, N };

static const struct {
    const char *name;
    unsigned jdk;
} MODELS[N] = {
    {"hotspot-64-compressed", 17},
    {"hotspot-64-compressed-jdk14", 8},
    {"hotspot-64-wide-references", 17},
    {"hotspot-64", 17},
    {"hotspot-64-wide-classes", 17},
    {"hotspot-64-compact", 25},
    {"hotspot-64-compact-wide-references", 25},
};

struct expected {
    const char *name, *super, *fields;
    uint64_t bytes[N]; /* 0: not known */
};

static const struct expected EXPECTED[] = {
    {"java/lang/Integer", NULL, "Ivalue", {16, 16, 16, 24, 24, 16, 16}},
    {"java/lang/Long", NULL, "Jvalue", {24, 24, 24, 24, 24, 16, 16}},
    {"java/lang/Boolean", NULL, "Zvalue", {16, 16, 16, 24, 24, 16, 16}},
    {"java/lang/String",
     NULL,
     "Lvalue Ihash Bcoder ZhashIsZero",
     {24, 24, 32, 32, 32, 24, 24}},
    {"java/util/HashMap$Node",
     NULL,
     "Ihash Lkey Lvalue Lnext",
     {32, 32, 40, 48, 32, 24, 40}},
    {"java/util/TreeMap$Entry",
     NULL,
     "Lkey Lvalue Lleft Lright Lparent Zcolor",
     {40, 40, 56, 64, 40, 32, 56}},
    {"java/lang/reflect/AccessibleObject",
     NULL,
     "Zoverride LaccessCheckCache",
     {24, 24, 24, 32, 24, 16, 24}},
    {"java/lang/reflect/Executable",
     "java/lang/reflect/AccessibleObject",
     "ZhasRealParameterData Lparameters LdeclaredAnnotations",
     {32, 32, 40, 48, 32, 24, 40}},
    /* The fields below a superclass's last one moved up with JDK 15. */
    {"java/lang/reflect/Constructor",
     "java/lang/reflect/Executable",
     "Lclazz Islot LparameterTypes LexceptionTypes Imodifiers Lsignature "
     "LgenericInfo Lannotations LparameterAnnotations LconstructorAccessor "
     "Lroot",
     {72, 80, 120, 0, 0, 0, 0}},
    {"java/util/concurrent/atomic/Striped64$Cell",
     NULL,
     "Jvalue",
     {280, 280, 280, 280, 280, 272, 272}},
};

static uint64_t class_id(const char *name)
{
    for (uint64_t i = 0; name && i < sizeof EXPECTED / sizeof *EXPECTED; i++)
        if (strcmp(EXPECTED[i].name, name) == 0)
            return 0x118 + 8 * i;
    return object;
}

static const char *dotted(const char *name)
{
    static char text[100];

    snprintf(text, sizeof text, "%s", name);
    for (char *c = text; *c; c++)
        if (*c == '/')
            *c = '.';
    return text;
}

START_TEST(instances)
{
    start(8, MODELS[_i].jdk);
    for (uint64_t i = 0; i < sizeof EXPECTED / sizeof *EXPECTED; i++)
        ck_assert_uint_eq(add_class(EXPECTED[i].name,
                                    class_id(EXPECTED[i].super),
                                    EXPECTED[i].fields),
                          class_id(EXPECTED[i].name));
    read_dump();
    size_as(MODELS[_i].name);
    for (uint64_t i = 0; i < sizeof EXPECTED / sizeof *EXPECTED; i++)
        if (EXPECTED[i].bytes[_i])
            ck_assert_msg(
                instance(dotted(EXPECTED[i].name)) == EXPECTED[i].bytes[_i],
                "%s under %s: %llu, not %llu", EXPECTED[i].name,
                MODELS[_i].name,
                (unsigned long long)instance(dotted(EXPECTED[i].name)),
                (unsigned long long)EXPECTED[i].bytes[_i]);
    stop();
}
END_TEST

/* Padding around @Contended fields, and what the VM adds to a Thread. */
START_TEST(threads)
{
    static const struct {
        const char *model;
        unsigned jdk;
        uint64_t thread, finalizer;
    } T[] = {
        {"hotspot-64-compressed", 17, 368, 376},
        {"hotspot-64-wide-references", 17, 408, 416},
        {"hotspot-64", 17, 416, 424},
        {"hotspot-64-wide-classes", 17, 368, 376},
        {"hotspot-64-compressed", 25, 112, 120},
        {"hotspot-64-wide-references", 25, 168, 168},
        {"hotspot-64-jdk23", 25, 168, 176},
        {"hotspot-64-compact", 25, 112, 112},
        {"hotspot-64-compact-wide-references", 25, 160, 168},
    };

    start(8, T[_i].jdk);
    add_class("java/lang/ref/Finalizer$FinalizerThread", thread, "Zrunning");
    read_dump();
    size_as(T[_i].model);
    ck_assert_uint_eq(instance("java.lang.Thread"), T[_i].thread);
    ck_assert_uint_eq(instance("java.lang.ref.Finalizer$FinalizerThread"),
                      T[_i].finalizer);
    stop();
}
END_TEST

/* An application's class of the same name is none the VM knows. */
START_TEST(only_the_jdks_own_classes_are_padded)
{
    struct hw_class c = {.id = 0x800, .loader = 0x900, .fields = "Jvalue"};

    start(8, 17);
    c.super = object;
    hw_class_full(&w, "java/util/concurrent/atomic/Striped64$Cell", &c);
    read_dump();
    size_as("hotspot-64-compressed");
    ck_assert_uint_eq(instance("java.util.concurrent.atomic.Striped64$Cell"),
                      24);
    stop();
}
END_TEST

/* ---- class objects --------------------------------------------------------
 */

static void class_with_statics(const char *name, const char *statics)
{
    static const uint64_t values[16];
    struct hw_class c = {.id = next_class,
                         .super = object,
                         .statics = statics,
                         .values = values};

    next_class += 8;
    hw_class_full(&w, name, &c);
}

START_TEST(class_objects)
{
    static const struct {
        const char *model;
        unsigned jdk;
        uint64_t plain, tree_map, random;
    } T[] = {
        {"hotspot-64-compressed", 17, 112, 136, 184},
        {"hotspot-64-wide-references", 17, 176, 200, 256},
        {"hotspot-64", 17, 184, 208, 264},
        {"hotspot-64-compressed", 25, 120, 144, 192},
        {"hotspot-64-wide-references", 25, 192, 216, 272},
        {"hotspot-64-compact", 25, 112, 136, 184},
        {"hotspot-64-compact-wide-references", 25, 184, 208, 264},
    };

    start(8, T[_i].jdk);
    class_with_statics("java/util/TreeMap",
                       "JserialVersionUID ZBLACK ZRED LUNBOUNDED "
                       "L<resolved_references>");
    class_with_statics("java/util/Random",
                       "JserialVersionUID Jmultiplier Jaddend Jmask "
                       "DDOUBLE_UNIT FFLOAT_UNIT LseedUniquifier "
                       "LserialPersistentFields Lunsafe JseedOffset");
    read_dump();
    size_as(T[_i].model);
    ck_assert_uint_eq(mirror("java.lang.Object"), T[_i].plain);
    ck_assert_uint_eq(mirror("java.util.TreeMap"), T[_i].tree_map);
    ck_assert_uint_eq(mirror("java.util.Random"), T[_i].random);
    stop();
}
END_TEST

/* ---- inference ------------------------------------------------------------
 */

struct heap_layout {
    const char *model;
    unsigned id_size, jdk, align;
    uint64_t box, node, bytes_base, long_base, reference;
};

static const struct heap_layout HEAPS[] = {
    {"hotspot-64-compressed", 8, 17, 8, 16, 32, 16, 16, 4},
    {"hotspot-64-compressed", 8, 25, 16, 16, 32, 16, 16, 4},
    {"hotspot-64-compressed-jdk14", 8, 8, 8, 16, 32, 16, 16, 4},
    {"hotspot-64-wide-references", 8, 17, 8, 16, 40, 16, 16, 8},
    {"hotspot-64", 8, 17, 8, 24, 48, 24, 24, 8},
    {"hotspot-64-jdk23", 8, 25, 8, 24, 48, 20, 24, 8},
    {"hotspot-64-wide-classes", 8, 17, 8, 24, 32, 24, 24, 4},
    {"hotspot-64-wide-classes-jdk23", 8, 25, 8, 24, 32, 20, 24, 4},
    {"hotspot-64-compact", 8, 25, 8, 16, 24, 12, 16, 4},
    {"hotspot-64-compact-wide-references", 8, 25, 8, 16, 40, 12, 16, 8},
    {"hotspot-32-jdk14", 4, 8, 8, 16, 24, 12, 16, 4},
};

enum { BOX = 0x800, NODE = 0x808, ARRAY = 0x810, BYTES = 0x818, LONGS = 0x820 };

/* Six thousand objects of five classes; `hole` bytes after every seventh.
 * `swapped`: the file has the upper half of the heap first, as ZGC's may. */
static void fill(const struct heap_layout *h, uint64_t hole, bool swapped)
{
    static const uint64_t NOTHING[16];
    uint64_t at = swapped ? 0x20000000 : 0x10000000;

    hw_class(&w, BOX, "demo/Box", object, "Ivalue");
    hw_class(&w, NODE, "demo/Node", object, "Ihash Lkey Lvalue Lnext");
    hw_class(&w, ARRAY, "[Ljava/lang/Object;", object, "");
    hw_class(&w, BYTES, "[B", object, "");
    hw_class(&w, LONGS, "[J", object, "");
    for (uint32_t i = 0; i < 6000; i++) {
        uint32_t n = i / 5 % 16;
        uint64_t bytes;

        if (swapped && i == 3000)
            at = 0x10000000;
        switch (i % 5) {
        case 0:
            HW_INSTANCE(&w, at, BOX, "I", i);
            bytes = h->box;
            break;
        case 1:
            HW_INSTANCE(&w, at, NODE, "ILLL", i, 0, 0, 0);
            bytes = h->node;
            break;
        case 2:
            hw_object_array(&w, at, ARRAY, n, NOTHING);
            bytes = align_up(h->bytes_base, h->reference) + n * h->reference;
            break;
        case 3:
            hw_primitive_array(&w, at, 'B', n, NULL);
            bytes = h->bytes_base + n;
            break;
        default:
            hw_primitive_array(&w, at, 'J', n, NULL);
            bytes = h->long_base + n * 8;
        }
        at = align_up(at + bytes, h->align) + (i % 7 == 6 ? hole : 0);
    }
}

static void fits_its_neighbours(void)
{
    for (uint32_t v = dump.n_classes + 1; v + 1 < dump.nodes; v++)
        ck_assert_uint_le(hprof_id_of(&dump, v) + sizes_at(&sizes, v),
                          hprof_id_of(&dump, v + 1));
}

START_TEST(inferred_from_a_dense_heap)
{
    const struct heap_layout *h = &HEAPS[_i];
    uint64_t end;

    start(h->id_size, h->jdk);
    fill(h, 0, false);
    read_dump();
    size_as("auto");
    ck_assert_str_eq(sizes.model.name, h->model);
    ck_assert(sizes.model.certain);
    ck_assert_uint_eq(sizes.model.object_align, h->align);
    ck_assert_uint_eq(sizes.model.reference_size, h->reference);
    ck_assert_uint_eq(sizes.model.array_header, h->bytes_base);
    fits_its_neighbours();
    /* No hole was left between the objects, so none is in the sizes. */
    end = 0x10000000;
    for (uint32_t v = dump.n_classes + 1; v < dump.nodes; v++) {
        ck_assert_uint_eq(hprof_id_of(&dump, v), end);
        end += sizes_at(&sizes, v);
    }
    stop();
}
END_TEST

/* Garbage that stands behind every object of a class does not enlarge it. */
START_TEST(inferred_from_a_heap_with_holes)
{
    const struct heap_layout *h = &HEAPS[_i];

    start(h->id_size, h->jdk);
    fill(h, 80, false);
    read_dump();
    size_as("auto");
    ck_assert_str_eq(sizes.model.name, h->model);
    ck_assert_uint_eq(instance("demo.Box"), h->box);
    ck_assert_uint_eq(instance("demo.Node"), h->node);
    fits_its_neighbours();
    stop();
}
END_TEST

START_TEST(inferred_whatever_the_order)
{
    const struct heap_layout *h = &HEAPS[_i];

    start(h->id_size, h->jdk);
    fill(h, 0, true);
    read_dump();
    ck_assert(!dump.ids_ascend);
    size_as("auto");
    ck_assert_str_eq(sizes.model.name, h->model);
    ck_assert(sizes.model.certain);
    ck_assert_uint_eq(instance("demo.Node"), h->node);
    stop();
}
END_TEST

START_TEST(unlikely_addresses_prove_nothing)
{
    start(8, 17);
    hw_class(&w, BOX, "demo/Box", object, "Ivalue");
    for (uint64_t i = 0; i < 2000; i++)
        HW_INSTANCE(&w, 0x1000 + i * 8, BOX, "I", i);
    read_dump();
    size_as("auto");
    ck_assert(!sizes.model.certain);
    ck_assert_uint_eq(instance("demo.Box"), 16);
    stop();
}
END_TEST

START_TEST(unknown_model)
{
    start(8, 17);
    read_dump();
    ck_assert(!sizes_init(&sizes, &dump, "hotspot-128", &mem, &err));
    ck_assert_int_eq(err.code, ERR_USAGE);
    stop();
}
END_TEST

/* ---- stack chunks ----------------------------------------------------------
 */

static uint64_t chunk(uint64_t words, const char *model)
{
    uint64_t bytes;
    uint32_t v;

    start(8, 25);
    add_class("jdk/internal/vm/StackChunk", object,
              "Lparent Isize Isp Ibottom");
    HW_INSTANCE(&w, 0x10000, next_class - 8, "LIII", 0, words, 0, 0);
    read_dump();
    size_as(model);
    ck_assert(sizes_read_stacks(&sizes, source, &mem, &err));
    v = hprof_node_of(&dump, 0x10000);
    bytes = sizes_at(&sizes, v);
    stop();
    return bytes;
}

START_TEST(stack_chunks)
{
    ck_assert_uint_eq(chunk(0, "hotspot-64-compressed"), 48);
    /* 100 words, and a bit for each of 200 references in whole words. */
    ck_assert_uint_eq(chunk(100, "hotspot-64-compressed"), 48 + 800 + 32);
    ck_assert_uint_eq(chunk(100, "hotspot-64-wide-references"), 56 + 800 + 16);
    /* Nobody has such a stack. */
    ck_assert_uint_eq(chunk(0x7fffffff, "hotspot-64-compressed"), 48);
}
END_TEST

/* ---- memory ---------------------------------------------------------------
 */

START_TEST(allocation_fails)
{
    uint64_t calls;

    start(8, 17);
    fill(&HEAPS[0], 0, false);
    read_dump();
    for (uint64_t n = 1; n < 100; n++) {
        uint64_t held = mem.held;

        calls = mem.calls;
        mem.fail_at = calls + n;
        err = (struct err){0};
        if (sizes_init(&sizes, &dump, "auto", &mem, &err))
            break;
        ck_assert_int_eq(err.code, ERR_NOMEM);
        ck_assert_uint_eq(mem.held, held);
        ck_assert_uint_lt(n, 99);
    }
    mem.fail_at = 0;
    stop();
}
END_TEST

Suite *sizes_suite(void)
{
    Suite *s = suite_create("sizes");
    TCase *t = tcase_create("layout");
    TCase *i = tcase_create("inference");

    tcase_add_loop_test(t, instances, 0, N);
    tcase_add_loop_test(t, threads, 0, 9);
    tcase_add_test(t, only_the_jdks_own_classes_are_padded);
    tcase_add_loop_test(t, class_objects, 0, 7);
    tcase_add_test(t, stack_chunks);
    suite_add_tcase(s, t);
    tcase_add_loop_test(i, inferred_from_a_dense_heap, 0,
                        sizeof HEAPS / sizeof *HEAPS);
    tcase_add_loop_test(i, inferred_from_a_heap_with_holes, 0,
                        sizeof HEAPS / sizeof *HEAPS);
    tcase_add_loop_test(i, inferred_whatever_the_order, 0,
                        sizeof HEAPS / sizeof *HEAPS);
    tcase_add_test(i, unlikely_addresses_prove_nothing);
    tcase_add_test(i, unknown_model);
    tcase_add_test(i, allocation_fails);
    suite_add_tcase(s, i);
    return s;
}
