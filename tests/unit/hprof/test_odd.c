/*
 * test_odd.c - dumps that are whole but unusual.
 */
#include <stdio.h>
#include <stdlib.h>

#include "hprof/names.h"
#include "sample.h"
#include "suites.h"

static const struct plan hotspot = {"1.0.2", 8, false, false, false, 0x20};

static struct hprof_writer w;
static struct opened o;

static void teardown(void)
{
    close_dump(&o);
    hw_deinit(&w);
}

/* Two dumps, the second of which has one more object. */
static void write_two(bool segments)
{
    hw_init(&w, segments ? "1.0.2" : "1.0.1", 8);
    for (int i = 0; i < 2; i++) {
        hw_jdk(&w);
        HW_INSTANCE(&w, 0x1000, HW_OBJECT, "", 0);
        if (i == 1)
            HW_INSTANCE(&w, 0x2000, HW_OBJECT, "", 0);
        hw_root(&w, HW_STICKY_CLASS, HW_OBJECT, 0, 0);
        hw_finish(&w);
    }
}

START_TEST(test_two_dumps_first)
{
    write_two(_i);
    open_dump(&o, &w);
    ck_assert_uint_eq(o.d.dumps_in_file, 2);
    ck_assert_uint_eq(o.d.dump_read, 1);
    ck_assert_uint_eq(o.d.instances, 1);
    ck_assert_uint_eq(o.d.roots.n, 1);
    ck_assert_uint_eq(o.d.class_dumps, 17);
    ck_assert_uint_eq(hprof_node_of(&o.d, 0x2000), NODE_NONE);
    ck_assert(!hprof_damage_any(&o.d.damage));
    teardown();
}
END_TEST

START_TEST(test_two_dumps_second)
{
    struct hprof_options options = {.dump = 2};

    write_two(_i);
    memset(&o, 0, sizeof o);
    ck_assert(try_dump(&o, w.at, w.n, &options));
    ck_assert_uint_eq(o.d.dump_read, 2);
    ck_assert_uint_eq(o.d.instances, 2);
    ck_assert_uint_ne(hprof_node_of(&o.d, 0x2000), NODE_NONE);
    teardown();
}
END_TEST

START_TEST(test_two_dumps_third)
{
    struct hprof_options options = {.dump = 3};

    write_two(_i);
    memset(&o, 0, sizeof o);
    ck_assert(!try_dump(&o, w.at, w.n, &options));
    ck_assert_int_eq(o.e.code, ERR_USAGE);
    teardown();
}
END_TEST

START_TEST(test_gzip_members)
{
    sample_write(&w, &hotspot);
    hw_gzip(&w, (size_t)_i);
    open_dump(&o, &w);
    ck_assert_uint_eq(o.d.instances, 7);
    ck_assert(!hprof_damage_any(&o.d.damage));
    teardown();
}
END_TEST

/* Neither CLASS_DUMP nor LOAD_CLASS; then only the latter. */
START_TEST(test_missing_class)
{
    uint32_t c;

    hw_init(&w, "1.0.2", 8);
    hw_jdk(&w);
    if (_i)
        hw_load_class(&w, 0x999, "demo/Lost");
    HW_INSTANCE(&w, 0x1000, 0x999, "L", 0x1010);
    HW_INSTANCE(&w, 0x1010, HW_OBJECT, "", 0);
    hw_finish(&w);
    open_dump(&o, &w);
    ck_assert_uint_eq(o.d.instances, 2);
    ck_assert_uint_eq(o.d.damage.missing_classes, 1);
    ck_assert_uint_eq(o.d.class_dumps, 17);
    c = hprof_class_of(&o.d, hprof_node_of(&o.d, 0x1000));
    if (_i) {
        ck_assert_str_eq(o.d.classes[c].name, "demo.Lost");
        ck_assert(o.d.classes[c].hidden);
        ck_assert_uint_eq(o.d.classes[c].objects, 1);
    } else {
        ck_assert_uint_eq(c, CLASS_NONE);
    }
    teardown();
}
END_TEST

START_TEST(test_array_class_made_up)
{
    const struct hprof_class *c;

    hw_init(&w, "1.0.2", 8);
    hw_class(&w, 0x100, "java/lang/Object", 0, NULL);
    hw_primitive_array(&w, 0x1000, 'D', 3, NULL);
    hw_finish(&w);
    open_dump(&o, &w);
    ck_assert_uint_eq(o.d.class_dumps, 1);
    ck_assert_uint_eq(o.d.n_classes, 3);
    c = &o.d.classes[hprof_class_of(&o.d, hprof_node_of(&o.d, 0x1000))];
    ck_assert_str_eq(c->name, "double[]");
    ck_assert(c->hidden);
    ck_assert_uint_eq(c->array, HPROF_DOUBLE);
    ck_assert_uint_eq(o.d.damage.missing_classes, 0);
    teardown();
}
END_TEST

/* Symbols that name nothing, more than are kept in memory. */
static void write_symbols(void)
{
    static uint8_t text[30000];

    memset(text, 'x', sizeof text);
    for (uint64_t i = 0; i < 700; i++)
        hw_utf8(&w, 0x10000000 + i, text, sizeof text);
}

/* The names that matter come after them. */
START_TEST(test_too_many_symbols)
{
    const struct hprof_class *c;

    hw_init(&w, "1.0.2", 8);
    write_symbols();
    hw_jdk(&w);
    hw_class(&w, 0x800, "demo/Last", HW_WEAK, "Lnearest [Bbytes");
    hw_frame(&w, 101, "run", "()V", "Last.java", 3, 17);
    hw_trace(&w, 11, 1, (const uint64_t[]){101}, 1);
    HW_INSTANCE(&w, 0x1000, 0x800, "LLLLLL", 0x1000, 0, 0x1010, 0, 0, 0);
    HW_INSTANCE(&w, 0x1010, HW_OBJECT, "", 0);
    hw_primitive_array(&w, 0x1020, 'B', 3, NULL);
    hw_root(&w, HW_THREAD_OBJ, 0x1000, 1, 11);
    hw_finish(&w);
    if (_i)
        hw_gzip(&w, _i == 1 ? 0 : 1 << 20);
    open_dump(&o, &w);
    ck_assert(!hprof_damage_any(&o.d.damage));
    ck_assert_uint_eq(o.d.damage.missing_strings, 0);
    c = &o.d.classes[hprof_class_of(&o.d, hprof_node_of(&o.d, 0x1000))];
    ck_assert_str_eq(c->name, "demo.Last");
    ck_assert_str_eq(c->fields[0].name, "nearest");
    ck_assert_uint_eq(c->strength, WEAK);
    ck_assert_uint_eq(o.d.weak.n, 1);
    ck_assert_str_eq(o.d.threads.at[0].frames[0]->method, "run");
    ck_assert_str_eq(o.d.threads.at[0].frames[0]->source, "Last.java");
    ck_assert_uint_ne(hprof_class_find(&o.d, "byte[]"), CLASS_NONE);
    /* Of a compressed dump so much is kept at most. */
    ck_assert_uint_lt(o.mem.peak, NAMES_IN_MEMORY + ((_i ? 28 : 8) << 20));
    teardown();
}
END_TEST

static void write_classes(uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        struct hw_class c = {.id = 0x100000 + 8 * (uint64_t)i,
                             .super = HW_OBJECT};

        hw_load_class(&w, c.id, "demo/Many");
        hw_class_dump(&w, &c);
    }
}

/* Class indices that need 2 bytes, then 4. */
START_TEST(test_very_many_classes)
{
    const uint32_t of[] = {0, 60000, 65500, 65535, 69999, 1};
    uint32_t first, n = sizeof of / sizeof *of;

    hw_init(&w, "1.0.2", 8);
    hw_jdk(&w);
    write_classes(0, 65501);
    for (uint32_t i = 0; i < n; i++) {
        if (i == 3)
            write_classes(65501, 70000);
        HW_INSTANCE(&w, 0x1000000 + 8 * i, 0x100000 + 8 * of[i], "", 0);
    }
    hw_finish(&w);
    open_dump(&o, &w);
    first = o.d.n_classes + 1;
    ck_assert_uint_eq(o.d.class_dumps, 70017);
    for (uint32_t i = 0; i < n; i++)
        ck_assert_uint_eq(o.d.classes[hprof_class_of(&o.d, first + i)].id,
                          0x100000 + 8 * of[i]);
    ck_assert_str_eq(o.d.classes[hprof_class_of(&o.d, 1)].name,
                     "java.lang.Class");
    ck_assert_uint_eq(hprof_class_of(&o.d, 0), CLASS_NONE);
    teardown();
}
END_TEST

START_TEST(test_duplicate_ids)
{
    hw_init(&w, "1.0.2", 8);
    hw_jdk(&w);
    HW_INSTANCE(&w, 0x1000, HW_OBJECT, "", 0);
    HW_INSTANCE(&w, 0x1000, HW_OBJECT, "", 0);
    HW_OBJECTS(&w, 0x1010, HW_OBJECT_ARRAY, 0x1000);
    hw_class_dump(&w, &(struct hw_class){.id = HW_OBJECT});
    hw_finish(&w);
    open_dump(&o, &w);
    ck_assert_uint_eq(o.d.instances, 2);
    ck_assert_uint_eq(o.d.damage.duplicate_ids, 2);
    ck_assert_uint_eq(hprof_node_of(&o.d, 0x1000), o.d.n_classes + 1);
    ck_assert_uint_eq(hprof_id_of(&o.d, o.d.n_classes + 2), 0);
    ASSERT_REFS(&o.d, hprof_node_of(&o.d, 0x1010), o.d.n_classes + 1);
    teardown();
}
END_TEST

/* Android may write a class object as an instance as well. */
START_TEST(test_class_object_wins)
{
    hw_init(&w, "1.0.3", 4);
    if (_i)
        hw_jdk(&w);
    HW_OBJECTS(&w, 0x90, HW_OBJECT_ARRAY, HW_STRING, 0x200);
    HW_INSTANCE(&w, HW_STRING, HW_CLASS, "L", 0);
    HW_INSTANCE(&w, 0x200, HW_OBJECT, "", 0);
    if (!_i)
        hw_jdk(&w);
    hw_finish(&w);
    open_dump(&o, &w);
    ck_assert_uint_eq(o.d.instances, 2);
    ck_assert_uint_eq(o.d.damage.duplicate_ids, 1);
    ASSERT_REFS(&o.d, hprof_node_of(&o.d, 0x90),
                hprof_class_find(&o.d, "java.lang.String") + 1,
                hprof_node_of(&o.d, 0x200));
    ck_assert_uint_eq(hprof_node_of(&o.d, 0x200), o.d.n_classes + 3);
    teardown();
}
END_TEST

START_TEST(test_all_dangling)
{
    hw_init(&w, "1.0.2", 8);
    hw_jdk(&w);
    for (uint64_t i = 0; i < 500; i++)
        HW_OBJECTS(&w, 0x10000 + i * 0x20, HW_OBJECT_ARRAY, (i + 1) << 40,
                   (i + 1) << 33 | 8);
    hw_finish(&w);
    open_dump(&o, &w);
    ck_assert_uint_eq(o.d.n_refs, 0);
    ck_assert_uint_eq(o.d.damage.dangling_references, 1000);
    ck_assert(!hprof_damage_any(&o.d.damage));
    teardown();
}
END_TEST

/* More pages than 32-bit slots reach: the second mode takes over. */
START_TEST(test_too_many_pages)
{
    hw_init(&w, "1.0.2", 8);
    hw_jdk(&w);
    HW_INSTANCE(&w, 0x1000, HW_OBJECT, "", 0);
    for (uint64_t i = 0; i < 40; i++) {
        uint64_t wild[1000];

        for (uint64_t k = 0; k < 1000; k++)
            wild[k] = (i * 1000 + k + 1) << 24;
        wild[7] = 0x1000;
        hw_object_array(&w, 0x2000 + i * 0x4000, HW_OBJECT_ARRAY, 1000, wild);
    }
    hw_finish(&w);
    open_dump(&o, &w);
    ck_assert_uint_eq(o.d.n_refs, 40);
    ck_assert_uint_eq(o.d.damage.dangling_references, 40 * 999);
    ASSERT_REFS(&o.d, hprof_node_of(&o.d, 0x2000), o.d.n_classes + 1);
    teardown();
}
END_TEST

/* Long arrays with the same object over and over. */
START_TEST(test_duplicates_in_long_array)
{
    uint64_t elements[3000];

    hw_init(&w, "1.0.2", 8);
    hw_jdk(&w);
    for (int i = 0; i < 3000; i++)
        elements[i] = i % 3 == 0 ? 0x1000 : i % 3 == 1 ? 0x1010 : 0;
    HW_INSTANCE(&w, 0x1000, HW_OBJECT, "", 0);
    HW_INSTANCE(&w, 0x1010, HW_OBJECT, "", 0);
    hw_object_array(&w, 0x2000, HW_OBJECT_ARRAY, 3000, elements);
    hw_object_array(&w, 0x20000, HW_OBJECT_ARRAY, 3000, elements);
    hw_finish(&w);
    open_dump(&o, &w);
    for (uint64_t id = 0x2000; id <= 0x20000; id += 0x1e000)
        ASSERT_REFS(&o.d, hprof_node_of(&o.d, id), hprof_node_of(&o.d, 0x1000),
                    hprof_node_of(&o.d, 0x1010));
    teardown();
}
END_TEST

/* Arrays many times as long as the window of the source. */
START_TEST(test_long_arrays)
{
    uint32_t n = 1500000;
    uint64_t *elements = calloc(n, sizeof *elements);

    elements[0] = elements[n - 1] = 0x1000;
    elements[n / 2] = HW_STRING;
    hw_init(&w, "1.0.2", 8);
    hw_jdk(&w);
    HW_INSTANCE(&w, 0x1000, HW_OBJECT, "", 0);
    hw_primitive_array(&w, 0x2000, 'J', n, NULL);
    hw_object_array(&w, 0x2000000, HW_OBJECT_ARRAY, n, elements);
    HW_INSTANCE(&w, 0x4000000, HW_OBJECT, "", 0);
    hw_finish(&w);
    if (_i)
        hw_gzip(&w, 1 << 20);
    open_dump(&o, &w);
    ck_assert_uint_eq(o.d.instances, 2);
    ck_assert_uint_eq(lengths_get(&o.d.lengths, 1), n);
    ck_assert_uint_eq(o.d.primitive_bytes, (uint64_t)n * 8);
    ASSERT_REFS(&o.d, hprof_node_of(&o.d, 0x2000000),
                hprof_node_of(&o.d, 0x1000), hprof_node_of(&o.d, HW_STRING));
    free(elements);
    teardown();
}
END_TEST

/* More than 65,536 nodes, so that first_base has several entries; more
 * classes than were foreseen when the first object came. */
START_TEST(test_many_objects)
{
    uint32_t n = 200000, from;

    hw_init(&w, "1.0.2", 8);
    hw_jdk(&w);
    hw_class(&w, 0x500, "demo/Pair", HW_OBJECT, "La Lb");
    for (uint64_t i = 0; i < n; i++)
        HW_INSTANCE(&w, 0x100000 + i * 32, 0x500, "LL",
                    0x100000 + (i * 7919 % n) * 32, i ? 0x100000 : 0);
    for (uint64_t i = 0; i < 100; i++) {
        char name[32];

        snprintf(name, sizeof name, "late/C%u", (unsigned)i);
        hw_class(&w, 0x600 + i * 8, name, HW_OBJECT, NULL);
    }
    hw_finish(&w);
    open_dump(&o, &w);
    from = o.d.n_classes + 1;
    ck_assert_uint_eq(o.d.n_classes, 119);
    ck_assert_uint_eq(o.d.nodes, from + n);
    ASSERT_REFS(&o.d, from, from);
    for (uint32_t i = 1; i < n; i++)
        ASSERT_REFS(&o.d, from + i, from + (uint32_t)(i * 7919ull % n), from);
    teardown();
}
END_TEST

START_TEST(test_narrow_arrays)
{
    hw_init(&w, "1.0.2", 8);
    hw_jdk(&w);
    HW_OBJECTS(&w, 0x1000, HW_OBJECT_ARRAY, 0, 0, 0, 0);
    HW_OBJECTS(&w, _i ? 0x1028 : 0x1030, HW_OBJECT_ARRAY, 0, 0);
    hw_finish(&w);
    open_dump(&o, &w);
    ck_assert_int_eq(o.d.narrow_arrays, _i);
    teardown();
}
END_TEST

/* A hierarchy that goes in a circle ends. */
START_TEST(test_circular_hierarchy)
{
    hw_init(&w, "1.0.2", 8);
    hw_class(&w, 0x100, "demo/A", 0x108, "La");
    hw_class(&w, 0x108, "demo/B", 0x100, "Lb");
    HW_INSTANCE(&w, 0x1000, 0x100, "LL", 0x1000, 0);
    hw_finish(&w);
    open_dump(&o, &w);
    ck_assert(!hprof_class_is(&o.d, 0, "java.lang.Object"));
    ck_assert_ptr_null(hprof_field_find(&o.d, 0, "none"));
    ck_assert_uint_eq(o.d.damage.short_instances, 1);
    teardown();
}
END_TEST

START_TEST(test_android_array_without_data)
{
    hw_init(&w, "1.0.3", 4);
    hw_jdk(&w);
    hw_put(&w, 0xc3, 1);
    hw_put_id(&w, 0x1000);
    hw_put(&w, 1, 4);
    hw_put(&w, 1000, 4);
    hw_put(&w, 8, 1);
    HW_INSTANCE(&w, 0x1800, HW_OBJECT, "", 0);
    hw_finish(&w);
    open_dump(&o, &w);
    ck_assert_uint_eq(o.d.primitive_arrays, 1);
    ck_assert_uint_eq(lengths_get(&o.d.lengths, 0), 1000);
    ck_assert_uint_eq(o.d.instances, 1);
    teardown();
}
END_TEST

Suite *odd_suite(void)
{
    Suite *s = suite_create("odd dumps");
    TCase *t = tcase_create("odd");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_two_dumps_first, 0, 2);
    tcase_add_loop_test(t, test_two_dumps_second, 0, 2);
    tcase_add_loop_test(t, test_two_dumps_third, 0, 2);
    tcase_add_loop_test(t, test_gzip_members, 0, 4);
    tcase_add_loop_test(t, test_missing_class, 0, 2);
    tcase_add_test(t, test_array_class_made_up);
    tcase_add_test(t, test_very_many_classes);
    tcase_add_loop_test(t, test_too_many_symbols, 0, 3);
    tcase_add_test(t, test_duplicate_ids);
    tcase_add_loop_test(t, test_class_object_wins, 0, 2);
    tcase_add_test(t, test_all_dangling);
    tcase_add_test(t, test_too_many_pages);
    tcase_add_test(t, test_duplicates_in_long_array);
    tcase_add_loop_test(t, test_long_arrays, 0, 2);
    tcase_add_test(t, test_many_objects);
    tcase_add_loop_test(t, test_narrow_arrays, 0, 2);
    tcase_add_test(t, test_circular_hierarchy);
    tcase_add_test(t, test_android_array_without_data);
    suite_add_tcase(s, t);
    return s;
}
