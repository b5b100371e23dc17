/*
 * test_owner.c - what a thread's stack holds: a request's result, or what
 * main() made for as long as the program runs. Each on the dump of an
 * OutOfMemoryError, whose thread has one map with ten large arrays in it.
 */
#include <check.h>

#include "captured.h"
#include "suites.h"
#include "tests/support/hprof_writer.h"

enum {
    REGISTRY = 0x500, /* demo.Registry: meters */
    MAP = 0x508,      /* java.util.HashMap: table */
    LAMBDA = 0x510,   /* demo.Registry$$Lambda: arg$1 */
    OOME = 0x518,
    THE_THREAD = 0x30000,
    THE_REGISTRY = 0x40000,
    THE_MAP = 0x41000,
    THE_TABLE = 0x42000,
    THE_LAMBDA = 0x43000,
};

enum frame { IN_ERROR, IN_MAP, IN_BOTTOM };

static struct hprof_writer w;

static void setup(void)
{
    captured_begin();
    hw_init(&w, "1.0.2", 8);
    hw_jdk(&w);
    hw_class(&w, MAP, "java/util/HashMap", HW_OBJECT, "Ltable");
}

static void teardown(void)
{
    hw_deinit(&w);
    captured_end();
}

/* The thread, whose stack begins in demo.Registry.`bottom`. */
static void given_thread_from(const char *bottom)
{
    const uint64_t frames[] = {1, 2, 3};
    uint32_t map = w.next_serial - 1;

    hw_class(&w, OOME, "java/lang/OutOfMemoryError", HW_OBJECT, "");
    hw_frame(&w, 1, "<init>", "()V", "OutOfMemoryError.java", w.next_serial - 1,
             48);
    hw_frame(&w, 2, "resize", "()V", "HashMap.java", map, 700);
    hw_class(&w, REGISTRY, "demo/Registry", HW_OBJECT, "Lmeters");
    hw_frame(&w, 3, bottom, "()V", "Registry.java", w.next_serial - 1, 5);
    hw_trace(&w, 9, 4, frames, 3);
    hw_root(&w, HW_THREAD_OBJ, THE_THREAD, 4, 9);
    hw_java_string(&w, 0x31000, 0x31100, "worker-7");
    HW_INSTANCE(&w, THE_THREAD, HW_THREAD, "LJ", 0x31000, 12);
}

static void given_map(void)
{
    uint64_t arrays[10];

    for (unsigned i = 0; i < 10; i++) {
        arrays[i] = 0x1000000 + i * 0x200000;
        hw_primitive_array(&w, arrays[i], 'B', 1 << 20, NULL);
    }
    HW_INSTANCE(&w, THE_MAP, MAP, "L", THE_TABLE);
    hw_object_array(&w, THE_TABLE, HW_OBJECT_ARRAY, 10, arrays);
}

static void given_registry(void)
{
    given_map();
    HW_INSTANCE(&w, THE_REGISTRY, REGISTRY, "L", THE_MAP);
    hw_root(&w, HW_JAVA_FRAME, THE_REGISTRY, 4, IN_BOTTOM);
}

static void verdict_is(enum verdict_kind kind, const char *culprit)
{
    hw_finish(&w);
    tempdir_write_bytes(&dir, "java_pid1.hprof", w.at, w.n);
    ck_assert_int_eq(judged(), kind);
    ck_assert_str_eq(v.culprit.name, culprit);
}

START_TEST(a_field_of_what_main_made)
{
    given_thread_from("main");
    given_registry();
    verdict_is(KIND_HEAP_LEAK, "demo.Registry.meters (java.util.HashMap), on "
                               "the stack of thread worker-7");
    ck_assert_str_eq(v.culprit.class_name, "demo.Registry");
    ck_assert_str_eq(v.culprit.field, "meters");
}
END_TEST

/* The shortest way is by the map's own method, which has it in hand. */
START_TEST(a_map_at_work_in_such_a_field)
{
    given_thread_from("main");
    given_registry();
    hw_root(&w, HW_JAVA_FRAME, THE_TABLE, 4, IN_MAP);
    verdict_is(KIND_HEAP_LEAK, "demo.Registry (java.util.HashMap), on the "
                               "stack of thread worker-7");
}
END_TEST

START_TEST(a_field_of_what_a_worker_made)
{
    given_thread_from("run");
    given_registry();
    verdict_is(KIND_STACK_LOCAL_RESULT,
               "demo.Registry.meters (java.util.HashMap), on the stack of "
               "thread worker-7");
}
END_TEST

START_TEST(a_local_of_main)
{
    given_thread_from("main");
    given_map();
    hw_root(&w, HW_JAVA_FRAME, THE_MAP, 4, IN_BOTTOM);
    verdict_is(KIND_STACK_LOCAL_RESULT,
               "java.util.HashMap, a local of "
               "demo.Registry.main(Registry.java:5) in thread worker-7");
}
END_TEST

START_TEST(a_local_of_a_method_that_main_called)
{
    given_thread_from("main");
    given_map();
    hw_root(&w, HW_JAVA_FRAME, THE_MAP, 4, IN_MAP);
    verdict_is(KIND_STACK_LOCAL_RESULT,
               "java.util.HashMap, a local of "
               "java.util.HashMap.resize(HashMap.java:700), called by "
               "demo.Registry.main(Registry.java:5), in thread worker-7");
}
END_TEST

START_TEST(a_lambda_owns_nothing)
{
    given_thread_from("main");
    hw_class(&w, LAMBDA, "demo/Registry$$Lambda$14", HW_OBJECT, "Larg$1");
    given_map();
    HW_INSTANCE(&w, THE_LAMBDA, LAMBDA, "L", THE_MAP);
    hw_root(&w, HW_JAVA_FRAME, THE_LAMBDA, 4, IN_BOTTOM);
    hw_root(&w, HW_JAVA_FRAME, THE_MAP, 4, IN_BOTTOM);
    verdict_is(KIND_STACK_LOCAL_RESULT,
               "java.util.HashMap, a local of "
               "demo.Registry.main(Registry.java:5) in thread worker-7");
}
END_TEST

TCase *owner_tcase(void)
{
    TCase *t = tcase_create("owner");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_field_of_what_main_made);
    tcase_add_test(t, a_map_at_work_in_such_a_field);
    tcase_add_test(t, a_field_of_what_a_worker_made);
    tcase_add_test(t, a_local_of_main);
    tcase_add_test(t, a_local_of_a_method_that_main_called);
    tcase_add_test(t, a_lambda_owns_nothing);
    return t;
}
