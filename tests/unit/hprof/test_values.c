/*
 * test_values.c - going back to the file for single objects.
 */
#include <stdlib.h>

#include "hprof/values.h"
#include "sample.h"
#include "suites.h"

static const struct plan plans[] = {
    {"1.0.2", 8, false, false, false, 0x20},
    {"1.0.1", 4, true, true, true, 1},
};

static const struct plan *plan;
static struct hprof_writer w;
static struct opened o;
static struct arena a;

static void setup(int i)
{
    plan = &plans[i % 2];
    sample_write(&w, plan);
    if (i >= 2)
        hw_gzip(&w, 300);
    open_dump(&o, &w);
    arena_init(&a, &o.mem);
}

static void teardown(void)
{
    arena_deinit(&a);
    close_dump(&o);
    hw_deinit(&w);
}

static uint32_t node(enum sample_object k)
{
    return sample_node(&o, plan, k);
}

static struct hprof_value value(uint32_t v)
{
    struct hprof_value ret = {.node = v};

    ck_assert(hprof_values_read(&o.d, o.s, &ret, 1, 1000, &a, &o.e));
    return ret;
}

START_TEST(test_batch)
{
    struct hprof_value v[SAMPLE_OBJECTS + 2];

    setup(_i);
    for (int k = 0; k < SAMPLE_OBJECTS; k++)
        v[k].node = node((enum sample_object)(SAMPLE_OBJECTS - 1 - k));
    v[SAMPLE_OBJECTS].node = node(HEAD); /* twice */
    v[SAMPLE_OBJECTS + 1].node = 1;      /* a class */
    ck_assert(
        hprof_values_read(&o.d, o.s, v, SAMPLE_OBJECTS + 2, 1000, &a, &o.e));
    ck_assert(!v[0].found);
    ck_assert_uint_eq(v[1].node, v[2].node);
    for (int k = 1; k < SAMPLE_OBJECTS + 2; k++) {
        ck_assert(v[k].found);
        ck_assert_uint_eq(hprof_node_of(&o.d, v[k].id), v[k].node);
        ck_assert(v[k].node >= v[k - 1].node);
    }
    teardown();
}
END_TEST

START_TEST(test_fields)
{
    struct hprof_value v;
    uint64_t n;

    setup(_i);
    v = value(node(LEAF));
    ck_assert(hprof_named_value(&o.d, &v, "small", &n));
    ck_assert_int_eq((int64_t)n, -2);
    ck_assert(hprof_named_value(&o.d, &v, "value", &n));
    ck_assert_uint_eq(n, 8);
    ck_assert(!hprof_named_value(&o.d, &v, "none", &n));
    ck_assert_uint_eq(hprof_named_node(&o.d, &v, "extra"), node(TEXT));
    ck_assert_uint_eq(hprof_named_node(&o.d, &v, "next"), NODE_NONE);
    ck_assert_uint_eq(hprof_named_node(&o.d, &v, "value"), NODE_NONE);
    v = value(node(HEAD));
    ck_assert(hprof_named_value(&o.d, &v, "value", &n));
    ck_assert_uint_eq(n, 7);
    ck_assert_uint_eq(hprof_named_node(&o.d, &v, "next"), node(LEAF));
    v = value(node(WEAKLY));
    ck_assert_uint_eq(hprof_named_node(&o.d, &v, "referent"), node(HEAD));
    teardown();
}
END_TEST

START_TEST(test_array_limit)
{
    struct hprof_value v = {0};

    setup(_i);
    v.node = node(ARRAY);
    ck_assert(hprof_values_read(&o.d, o.s, &v, 1, 19, &a, &o.e));
    ck_assert_uint_eq(v.length, 6);
    ck_assert_uint_eq(v.n, 19 - 19 % plan->id_size);
    teardown();
}
END_TEST

static void assert_step(uint32_t from, uint32_t to, const char *want)
{
    struct hprof_value v = value(from);
    const char *got = hprof_step_name(&o.d, &v, to, &a, &o.e);

    if (!want) {
        ck_assert_ptr_null(got);
        return;
    }
    ck_assert_ptr_nonnull(got);
    ck_assert_str_eq(got, want);
    if (hprof_step_is_known(&o.d, from, to)) {
        struct hprof_value bare = {.node = from};

        got = hprof_step_name(&o.d, &bare, to, &a, &o.e);
        ck_assert_str_eq(got, want);
    }
}

static uint32_t class_node(const char *name)
{
    return hprof_class_find(&o.d, name) + 1;
}

START_TEST(test_step_names)
{
    setup(_i);
    assert_step(node(HEAD), node(LEAF), "next");
    assert_step(node(LEAF), node(TEXT), "extra");
    assert_step(node(LEAF), node(HEAD), NULL);
    assert_step(node(ARRAY), node(LEAF), "[4]");
    assert_step(node(ARRAY), class_node("demo.Node"), "[3]");
    assert_step(node(ARRAY), class_node("java.lang.Object[]"), "<class>");
    assert_step(node(WEAKLY), node(HEAD), "Reference#referent");
    assert_step(node(WEAKLY), node(ARRAY), "Reference#queue");
    assert_step(class_node("demo.Holder"), node(HEAD), "static head");
    assert_step(class_node("demo.Leaf"), node(LOADER), "<loader>");
    assert_step(class_node("demo.Leaf"), class_node("demo.Node"), "<super>");
    assert_step(class_node("demo.Leaf"), class_node("java.lang.Class"),
                "<class>");
    assert_step(node(INTS), node(HEAD), NULL);
    teardown();
}
END_TEST

/* Where no field is null and no two are the same. */
START_TEST(test_steps_known_without_reading)
{
    hw_init(&w, "1.0.2", 8);
    hw_jdk(&w);
    hw_class(&w, 0x500, "demo/Pair", HW_OBJECT, "Lleft Iat Lright");
    hw_class(&w, 0x508, "demo/More", 0x500, "Lown");
    HW_INSTANCE(&w, 0x1000, 0x508, "LLIL", 0x1010, 0x1020, 7, 0x1030);
    HW_INSTANCE(&w, 0x1010, 0x500, "LIL", 0x1000, 7, 0);      /* null */
    HW_INSTANCE(&w, 0x1020, 0x500, "LIL", 0x1000, 7, 0x1000); /* twice */
    HW_INSTANCE(&w, 0x1030, 0x500, "LIL", 0x1000, 7, 0x6660); /* of none */
    hw_finish(&w);
    open_dump(&o, &w);
    arena_init(&a, &o.mem);
    for (uint64_t id = 0x1010; id <= 0x1030; id += 0x10) {
        uint32_t to = hprof_node_of(&o.d, id);
        uint32_t top = hprof_node_of(&o.d, 0x1000);

        ck_assert(hprof_step_is_known(&o.d, top, to));
        assert_step(top, to,
                    id == 0x1010   ? "own"
                    : id == 0x1020 ? "Pair#left"
                                   : "Pair#right");
        ck_assert(!hprof_step_is_known(&o.d, to, top));
        assert_step(to, top, "left");
    }
    ck_assert(hprof_step_is_known(&o.d, class_node("demo.More"),
                                  class_node("demo.Pair")));
    teardown();
}
END_TEST

START_TEST(test_strings)
{
    const char *texts[4];
    uint32_t nodes[4];

    setup(_i);
    nodes[0] = nodes[2] = node(TEXT);
    nodes[1] = node(HEAD); /* no string */
    nodes[3] = 1;
    ck_assert(hprof_strings_read(&o.d, o.s, nodes, 4, 100, texts, &a, &o.e));
    ck_assert_str_eq(texts[0], "gr\xc3\xbc\xc3\x9f"
                               "e");
    ck_assert_str_eq(texts[2], texts[0]);
    ck_assert_ptr_null(texts[1]);
    ck_assert_ptr_null(texts[3]);
    ck_assert(hprof_strings_read(&o.d, o.s, nodes, 1, 3, texts, &a, &o.e));
    ck_assert_str_eq(texts[0], "gr\xc3\xbc");
    teardown();
}
END_TEST

/* The forms of String: UTF-16 bytes, char[], char[] with offset and count. */
START_TEST(test_string_forms)
{
    static const uint64_t chars[] = {'x', 'y', 0x20ac, 0xd83d, 0xde00, 'z'};
    static const uint64_t bytes[] = {0xac, 0x20, 0x3d, 0xd8, 0, 0xde};
    uint32_t nodes[3];
    const char *texts[3];

    hw_init(&w, "1.0.2", 8);
    hw_jdk(&w);
    hw_class(&w, 0x500, "java/lang/String", HW_OBJECT,
             "Lvalue Ioffset Icount Ihash");
    hw_class(&w, 0x508, "java/lang/String", HW_OBJECT, "Lvalue Ihash");
    HW_INSTANCE(&w, 0x1000, 0x500, "LIII", 0x1100, 2, 3, 0);
    HW_INSTANCE(&w, 0x1040, 0x508, "LI", 0x1100, 0);
    HW_INSTANCE(&w, 0x1080, HW_STRING, "LIB", 0x1140, 0, 1);
    hw_primitive_array(&w, 0x1100, 'C', 6, chars);
    hw_primitive_array(&w, 0x1140, 'B', 6, bytes);
    hw_finish(&w);
    open_dump(&o, &w);
    arena_init(&a, &o.mem);
    for (unsigned i = 0; i < 3; i++)
        nodes[i] = hprof_node_of(&o.d, 0x1000 + i * 0x40);
    ck_assert(hprof_strings_read(&o.d, o.s, nodes, 3, 50, texts, &a, &o.e));
    ck_assert_str_eq(texts[0], "\xe2\x82\xac\xf0\x9f\x98\x80");
    ck_assert_str_eq(texts[1], "xy\xe2\x82\xac\xf0\x9f\x98\x80z");
    ck_assert_str_eq(texts[2], "\xe2\x82\xac\xf0\x9f\x98\x80");
    teardown();
}
END_TEST

/* Many segments and checkpoints; every object is found again. */
START_TEST(test_everywhere)
{
    uint32_t n = 30000;
    struct hprof_value *v = calloc(n, sizeof *v);

    hw_init(&w, "1.0.2", 8);
    hw_jdk(&w);
    hw_class(&w, 0x500, "demo/Number", HW_OBJECT, "Jvalue");
    for (uint32_t i = 0; i < n; i++) {
        HW_INSTANCE(&w, 0x100000 + i * 16, 0x500, "J", i);
        if (i % 7000 == 6999)
            hw_segment(&w);
        if (i == 20999) { /* a segment of roots alone */
            hw_root(&w, HW_STICKY_CLASS, HW_OBJECT, 0, 0);
            hw_segment(&w);
        }
    }
    hw_finish(&w);
    open_dump(&o, &w);
    arena_init(&a, &o.mem);
    for (uint32_t step = 1; step < n; step = step * 3 + 1) {
        uint32_t k = 0;

        for (uint32_t i = 0; i < n; i += step)
            v[k++].node = o.d.n_classes + 1 + i;
        ck_assert(hprof_values_read(&o.d, o.s, v, k, 0, &a, &o.e));
        for (uint32_t i = 0; i < k; i++) {
            uint64_t got;

            ck_assert(hprof_named_value(&o.d, &v[i], "value", &got));
            ck_assert_uint_eq(got, i * step);
        }
    }
    free(v);
    teardown();
}
END_TEST

START_TEST(test_allocations_fail)
{
    uint32_t nodes[2];
    const char *texts[2];
    uint64_t calls;

    setup(0);
    nodes[0] = nodes[1] = node(TEXT);
    calls = o.mem.calls;
    ck_assert(hprof_strings_read(&o.d, o.s, nodes, 2, 9, texts, &a, &o.e));
    calls = o.mem.calls - calls;
    for (uint64_t n = 1; n <= calls; n++) {
        arena_deinit(&a);
        arena_init(&a, &o.mem);
        memset(&o.e, 0, sizeof o.e);
        o.mem.fail_at = o.mem.calls + n;
        ck_assert(!hprof_strings_read(&o.d, o.s, nodes, 2, 9, texts, &a, &o.e));
        ck_assert_int_eq(o.e.code, ERR_NOMEM);
        o.mem.fail_at = 0;
    }
    teardown();
}
END_TEST

Suite *values_suite(void)
{
    Suite *s = suite_create("values");
    TCase *t = tcase_create("values");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_batch, 0, 4);
    tcase_add_loop_test(t, test_fields, 0, 4);
    tcase_add_loop_test(t, test_array_limit, 0, 4);
    tcase_add_loop_test(t, test_step_names, 0, 4);
    tcase_add_test(t, test_steps_known_without_reading);
    tcase_add_loop_test(t, test_strings, 0, 4);
    tcase_add_test(t, test_string_forms);
    tcase_add_test(t, test_everywhere);
    tcase_add_test(t, test_allocations_fail);
    suite_add_tcase(s, t);
    return s;
}
