/* test_killed.c - killed by the kernel with a large heap: was it a leak, a
 * need, garbage, or hardly touched at all? */
#include <check.h>

#include "fixture.h"
#include "suites.h"

/* 220 MiB of heap of at most 240 in a container of 256. */
static void setup(void)
{
    bench_begin();
    b.facts.gc_input = &b.input;
    given_kill(&b, 250 * MIB, 0, 256 * MIB);
    given_part(&b, PART_HEAP, "Java Heap", KIND_XMX_OVER_LIMIT, 8 * MIB,
               220 * MIB);
}

/* ---- objects in use ---------------------------------------------------- */

START_TEST(test_a_leak_that_the_kernel_cut_short)
{
    given_heap(&b, 240 * MIB, 180 * MIB);
    b.moments[0].heap_used = says(&b, LINE_JCMD, 40 * MIB);
    ck_assert_int_eq(confidence_of(KIND_HEAP_LEAK), CONFIDENCE_HIGH);
}
END_TEST

START_TEST(test_live_but_seen_once)
{
    given_heap(&b, 240 * MIB, 180 * MIB);
    ck_assert_int_eq(confidence_of(KIND_HEAP_LEAK), CONFIDENCE_MEDIUM);
}
END_TEST

/* What was used is more than what lived, so only growth beyond it counts. */
START_TEST(test_a_level_live_set_is_a_need)
{
    given_heap(&b, 240 * MIB, 180 * MIB);
    b.moments[0].heap_used = says(&b, LINE_JCMD, 170 * MIB);
    ck_assert_int_eq(confidence_of(KIND_PARTS_EXCEED_LIMIT), CONFIDENCE_MEDIUM);
    b.facts.live_before = says(&b, LINE_GC, 60 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_HEAP_LEAK);
}
END_TEST

START_TEST(test_live_but_less_than_half)
{
    given_heap(&b, 240 * MIB, 100 * MIB);
    b.moments[0].heap_used = says(&b, LINE_JCMD, 20 * MIB);
    ck_assert_int_eq(confidence_of(KIND_PARTS_EXCEED_LIMIT), CONFIDENCE_MEDIUM);
    ck_assert_uint_gt(b.found.n_against, 0);
}
END_TEST

/* ---- garbage ----------------------------------------------------------- */

static void given_garbage(uint64_t ever_used)
{
    given_heap(&b, 240 * MIB, 20 * MIB);
    b.moments[2].nmt = &b.nmt[1];
    b.gc.peak_before = ever_used;
    b.facts.gc = &b.gc;
}

START_TEST(test_garbage_filled_the_heap)
{
    given_garbage(215 * MIB);
    ck_assert_int_eq(confidence_of(KIND_PARTS_EXCEED_LIMIT), CONFIDENCE_HIGH);
}
END_TEST

START_TEST(test_committed_but_never_filled)
{
    given_garbage(30 * MIB);
    ck_assert_int_eq(confidence_of(KIND_PARTS_EXCEED_LIMIT), CONFIDENCE_MEDIUM);
    b.facts.pretouch = true;
    ck_assert_int_eq(confidence_of(KIND_PARTS_EXCEED_LIMIT), CONFIDENCE_HIGH);
}
END_TEST

/* A small heap at an early look is no account of what came later. */
START_TEST(test_an_early_look)
{
    struct part *heap = &b.facts.parts.at[0];

    given_heap(&b, 240 * MIB, 10 * MIB);
    heap->last = heap->end = 20 * MIB;
    heap->growth = b.facts.parts.growth = 12 * MIB;
    ck_assert_int_eq(confidence_of(KIND_PARTS_EXCEED_LIMIT), CONFIDENCE_LOW);
    heap->last = heap->end = 140 * MIB;
    heap->growth = b.facts.parts.growth = 132 * MIB;
    ck_assert_int_gt(confidence_of(KIND_PARTS_EXCEED_LIMIT), CONFIDENCE_LOW);
}
END_TEST

START_TEST(test_garbage_beside_unknown_memory)
{
    given_garbage(215 * MIB);
    given_part(&b, PART_UNTRACKED, "outside NMT", KIND_NATIVE_UNTRACKED_MALLOC,
               8 * MIB, 130 * MIB);
    ck_assert_int_eq(confidence_of(KIND_PARTS_EXCEED_LIMIT), CONFIDENCE_MEDIUM);
}
END_TEST

START_TEST(test_garbage_without_nmt)
{
    given_garbage(215 * MIB);
    b.moments[2].nmt = NULL;
    ck_assert_int_eq(confidence_of(KIND_PARTS_EXCEED_LIMIT), CONFIDENCE_MEDIUM);
}
END_TEST

/* ---- a promise --------------------------------------------------------- */

START_TEST(test_what_a_nearly_empty_heap_owns)
{
    given_heap(&b, 240 * MIB, 2 * MIB);
    given_heap_dump(&b, 9 * MIB);
    given_peer(&b, "java.util.zip.Deflater", 260 * MIB);
    ck_assert_int_eq(confidence_of(KIND_ZLIB_NATIVE), CONFIDENCE_MEDIUM);
    /* Objects filled the heap once: its pages are there. */
    b.gc.peak_before = 215 * MIB;
    b.facts.gc = &b.gc;
    ck_assert_int_eq(first_found(&b), KIND_PARTS_EXCEED_LIMIT);
    b.gc.peak_before = UNKNOWN;
    ck_assert_int_eq(first_found(&b), KIND_ZLIB_NATIVE);
    b.heap.all.bytes = 150 * MIB;
    ck_assert_int_eq(first_found(&b), KIND_PARTS_EXCEED_LIMIT);
}
END_TEST

START_TEST(test_nobody_holds_them)
{
    given_heap(&b, 240 * MIB, 2 * MIB);
    given_heap_dump(&b, 9 * MIB);
    given_peer(&b, "java.util.zip.Deflater", 260 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_ZLIB_NATIVE);
    ck_assert_str_eq(b.found.culprit.name, "1040 Deflaters");
}
END_TEST

/* Needed objects, no leak: -Xmx below the limit is one part of the sum, but
 * one that leaves nothing to the rest is to blame by itself. */
START_TEST(test_a_heap_as_large_as_its_container)
{
    b.facts.live = says(&b, LINE_GC, 100 * MIB);
    b.facts.xmx.value = 240 * MIB;
    ck_assert_int_eq(first_found(&b), KIND_PARTS_EXCEED_LIMIT);
    b.facts.xmx.value = 250 * MIB;
    ck_assert_int_eq(first_found(&b), KIND_XMX_OVER_LIMIT);
}
END_TEST

static void given_start(uint64_t xms)
{
    b.facts.parts.n = 0; /* nobody looked */
    b.facts.xms = says(&b, LINE_JCMD, xms);
    b.facts.xmx = says(&b, LINE_JCMD, 400 * MIB);
    b.facts.pretouch = true;
}

START_TEST(test_touched_at_the_start)
{
    given_start(400 * MIB);
    ck_assert_int_eq(confidence_of(KIND_XMX_OVER_LIMIT), CONFIDENCE_MEDIUM);
    b.facts.gc = &b.gc;
    b.gc.pretouch = true; /* its own word */
    ck_assert_int_eq(confidence_of(KIND_XMX_OVER_LIMIT), CONFIDENCE_HIGH);
    b.facts.pretouch = false;
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
}
END_TEST

START_TEST(test_less_is_touched_than_there_is)
{
    given_start(200 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
}
END_TEST

/* ---- a heap without collections ---------------------------------------- */

static uint64_t heap_of(struct moment *m)
{
    moment_init(m, "look");
    m->heap_committed = says(&b, LINE_JCMD, 140 * MIB);
    m->heap_used = says(&b, LINE_JCMD, 9 * MIB);
    return moment_heap(m).value;
}

START_TEST(test_no_collection_no_pages)
{
    struct moment m;

    ck_assert_uint_eq(heap_of(&m), 140 * MIB);
    m.never_collected = true;
    ck_assert_uint_eq(moment_heap(&m).value, 9 * MIB);
    m.heap_used = figure_none();
    ck_assert_uint_eq(moment_heap(&m).value, 140 * MIB);
}
END_TEST

static bool first_look_is_never_collected(void)
{
    b.facts.moments.n = 0;
    given_life(&b, 50 * MIB, 50 * MIB, 50 * MIB);
    ck_assert(facts_moments(&b.facts, &b.err));
    return b.facts.moments.at[0].never_collected;
}

START_TEST(test_who_never_collected)
{
    b.facts.gc = &b.gc;
    ck_assert(!first_look_is_never_collected()); /* whose log is this? */
    b.gc.collector = "Serial";
    ck_assert(first_look_is_never_collected());
    b.facts.pretouch = true;
    ck_assert(!first_look_is_never_collected());
    b.facts.pretouch = false;
    b.gc.count = 1;
    ck_assert(!first_look_is_never_collected());
}
END_TEST

/* ---- how a part came to be large ---------------------------------------- */

static enum confidence of_collector(uint64_t first, uint64_t last)
{
    b.facts.parts.n = 0;
    b.facts.parts.growth = 0;
    given_part(&b, PART_TRACKED, "GC", KIND_GC_STRUCTURES, first, last);
    return confidence_of(KIND_GC_STRUCTURES);
}

START_TEST(test_as_large_from_the_start)
{
    ck_assert_int_eq(of_collector(10 * MIB, 200 * MIB), CONFIDENCE_HIGH);
    ck_assert_int_eq(of_collector(199 * MIB, 200 * MIB), CONFIDENCE_LOW);
}
END_TEST

START_TEST(test_a_pace_of_one_look)
{
    of_collector(4 * MIB, 50 * MIB);
    b.facts.parts.extrapolated = true;
    b.facts.parts.at[0].end = 200 * MIB;
    ck_assert_int_eq(confidence_of(KIND_GC_STRUCTURES), CONFIDENCE_HIGH);
    b.facts.parts.first = NULL; /* 4 MiB is what others have */
    ck_assert_int_eq(confidence_of(KIND_GC_STRUCTURES), CONFIDENCE_LOW);
    b.facts.parts.at[0].end = 60 * MIB;
    ck_assert_int_ne(confidence_of(KIND_GC_STRUCTURES), CONFIDENCE_LOW);
}
END_TEST

TCase *killed_tcase(void)
{
    TCase *t = tcase_create("killed");

    tcase_add_checked_fixture(t, setup, bench_end);
    tcase_add_test(t, test_a_leak_that_the_kernel_cut_short);
    tcase_add_test(t, test_live_but_seen_once);
    tcase_add_test(t, test_a_level_live_set_is_a_need);
    tcase_add_test(t, test_live_but_less_than_half);
    tcase_add_test(t, test_garbage_filled_the_heap);
    tcase_add_test(t, test_committed_but_never_filled);
    tcase_add_test(t, test_an_early_look);
    tcase_add_test(t, test_garbage_beside_unknown_memory);
    tcase_add_test(t, test_garbage_without_nmt);
    tcase_add_test(t, test_what_a_nearly_empty_heap_owns);
    tcase_add_test(t, test_nobody_holds_them);
    tcase_add_test(t, test_a_heap_as_large_as_its_container);
    tcase_add_test(t, test_touched_at_the_start);
    tcase_add_test(t, test_less_is_touched_than_there_is);
    tcase_add_test(t, test_as_large_from_the_start);
    tcase_add_test(t, test_a_pace_of_one_look);
    tcase_add_test(t, test_no_collection_no_pages);
    tcase_add_test(t, test_who_never_collected);
    return t;
}
