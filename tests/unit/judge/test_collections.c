/*
 * test_collections.c - what the collections of the GC log say of an error,
 * and of a live set that grows; on small files.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "captured.h"
#include "suites.h"

/* ---- an error that may be another JVM's --------------------------------- */

/* A level life of two looks, and of a GC log these lines behind the first. */
static void put_level_life(const char *gc)
{
    put_level_looks();
    put("stderr.txt", "");
    putf("gc.log",
         "[0.01s][info][gc] Using Serial\n"
         "[0.11s][info][gc] GC(0) Pause Young (Allocation Failure) "
         "2M->1M(8M) 1.0ms\n"
         "[0.11s][info][gc,cpu] GC(0) User=0.00s Sys=0.00s Real=0.00s\n%s",
         gc);
}

/* Somebody's heap ran out; whose, the line does not say. */
static void put_told_error(void)
{
    put("app.log",
        "node 3 says: java.lang.OutOfMemoryError: Java heap space\n");
}

static const char second[] =
    "[8.00s][info][gc] GC(1) Pause Young (Allocation Failure) "
    "2M->1M(8M) 1.0ms\n";
static const char want[] = "[8.10s][info][gc] GC(2) Pause Full (Allocation "
                           "Failure) 8M->8M(8M) 1.0ms\n";
static const char good_end[] = "[9.00s][info][gc,heap,exit] Heap\n";

/* An error without one of the collections that come before it. */
static enum verdict_kind judged_life(const char *last, const char *end)
{
    char lines[512];

    snprintf(lines, sizeof lines, "%s%s%s", second, last, end);
    put_level_life(lines);
    put_told_error();
    return judged();
}

START_TEST(an_error_of_somebody_elses_heap)
{
    ck_assert_int_eq(judged_life("", good_end), KIND_HEALTHY);
    ck_assert_ptr_nonnull(strstr(v.notes[0].text, "not this JVM's"));
}
END_TEST

START_TEST(an_error_after_a_full_collection)
{
    ck_assert_int_eq(kind_side(judged_life(want, good_end)), SIDE_ON_HEAP);
}
END_TEST

/* Who knows what came behind the last line. */
START_TEST(an_error_and_a_log_that_stops)
{
    ck_assert_int_eq(kind_side(judged_life("", "")), SIDE_ON_HEAP);
}
END_TEST

/* ---- histograms --------------------------------------------------------- */

/* Killed with 100 MiB of objects in its heap, as a histogram counts them, and
 * a GC log that has such a collection. */
static enum verdict_kind judged_histogram(const char *cause, unsigned left)
{
    put_nmt("1/nmt.txt", 20000, 0);
    put_status("1/status.txt", 60000);
    put_nmt("2/nmt.txt", 140000, 0);
    put_status("2/status.txt", 180000);
    put("2/histogram.txt", " num     #instances         #bytes  class name\n"
                           "----------------------------------------------\n"
                           "   1:         30315      104857600  [B\n"
                           "Total         30315      104857600\n");
    putf("gc.log",
         "[0.01s][info][gc] Using Serial\n"
         "[0.01s][info][gc,init] Heap Max Capacity: 150M\n"
         "[0.11s][info][gc] GC(0) Pause Young (Allocation Failure) "
         "20M->1M(150M) 1.0ms\n"
         "[9.11s][info][gc] GC(1) Pause %s 120M->%uM(150M) 1.0ms\n",
         cause, left);
    put_kill("dmesg.txt", 4242, 190000);
    return judged();
}

START_TEST(a_histogram_of_what_lives)
{
    judged_histogram("Full (Heap Inspection Initiated GC)", 100);
    ck_assert_int_eq(v.kind, KIND_HEAP_LEAK);
}
END_TEST

START_TEST(a_histogram_with_garbage)
{
    judged_histogram("Young (Allocation Failure)", 30);
    ck_assert_int_ne(v.kind, KIND_HEAP_LEAK);
}
END_TEST

/* ---- full collections --------------------------------------------------- */

/* What three of them left, in MiB. */
static enum verdict_kind judged_full(unsigned a, unsigned b, unsigned c)
{
    static const char line[] = "[%u.0s][info][gc] GC(%u) Pause Full "
                               "(Allocation Failure) 90M->%uM(100M) 9.0ms\n";
    const unsigned left[] = {a, b, c};
    char text[512] = "[0.01s][info][gc,init] Heap Max Capacity: 100M\n";

    for (unsigned i = 0; i < 3; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), line, i, i,
                 left[i]);
    put("gc.log", text);
    return judged();
}

START_TEST(each_full_collection_leaves_more)
{
    ck_assert_int_eq(judged_full(10, 30, 50), KIND_HEAP_LEAK);
}
END_TEST

/* Loaded at the start, and then no more. */
START_TEST(full_collections_leave_what_was_loaded)
{
    ck_assert_int_eq(judged_full(1, 50, 51), KIND_NOT_ENOUGH_EVIDENCE);
}
END_TEST

/* ---- a log alone -------------------------------------------------------- */

/* Of ZGC, which looks at the whole heap each time: two collections, for
 * `cause` the second, and the end. */
static enum verdict_kind judged_z(const char *cause)
{
    put("stderr.txt", "");
    putf("gc.log",
         "[0.01s][info][gc,init] Initializing The Z Garbage Collector\n"
         "[0.01s][info][gc,init] Heap Max Capacity: 64M\n"
         "[0.80s][info][gc] GC(0) Garbage Collection (Warmup) "
         "8M(12%%)->8M(12%%)\n"
         "[1.80s][info][gc] GC(1) Garbage Collection (%s) "
         "14M(22%%)->8M(12%%)\n"
         "[9.00s][info][gc,heap,exit] Heap\n",
         cause);
    return judged();
}

START_TEST(a_log_that_ends_in_good_order)
{
    ck_assert_int_eq(judged_z("Proactive"), KIND_HEALTHY);
    ck_assert_int_eq(v.confidence, CONFIDENCE_LOW);
}
END_TEST

START_TEST(a_log_that_ends_in_want)
{
    ck_assert_int_eq(judged_z("Allocation Stall"), KIND_NOT_ENOUGH_EVIDENCE);
}
END_TEST

TCase *collections_tcase(void)
{
    TCase *t = tcase_create("collections");

    tcase_add_checked_fixture(t, captured_begin, captured_end);
    tcase_add_test(t, an_error_of_somebody_elses_heap);
    tcase_add_test(t, an_error_after_a_full_collection);
    tcase_add_test(t, an_error_and_a_log_that_stops);
    tcase_add_test(t, a_histogram_of_what_lives);
    tcase_add_test(t, a_histogram_with_garbage);
    tcase_add_test(t, each_full_collection_leaves_more);
    tcase_add_test(t, full_collections_leave_what_was_loaded);
    tcase_add_test(t, a_log_that_ends_in_good_order);
    tcase_add_test(t, a_log_that_ends_in_want);
    return t;
}
