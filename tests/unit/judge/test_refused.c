/*
 * test_refused.c - what hs_err says of a refused allocation, for and
 * against each cause.
 */
#include <check.h>
#include <string.h>

#include "fixture.h"
#include "suites.h"

static void setup(void)
{
    bench_begin();
    given_hs_err(&b, VM_OUT_OF_MEMORY);
}

static void refused(const char *function, uint64_t bytes, const char *purpose,
                    const char *sentence)
{
    b.hs_err.failure.function = function;
    b.hs_err.failure.bytes = bytes;
    b.hs_err.failure.purpose = purpose;
    b.hs_err.failure.sentence = sentence;
}

START_TEST(a_bare_header_decides_nothing)
{
    refused("malloc", 32744, "ChunkPool::allocate", "malloc failed");
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
}
END_TEST

START_TEST(a_small_request_with_memory_left_met_a_limit)
{
    refused("malloc", 32744, "ChunkPool::allocate", "malloc failed");
    b.hs_err.available = 12 * GIB;
    b.hs_err.physical = 24 * GIB;
    b.hs_err.heap_committed = 20 * GIB;
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
    ck_assert(strstr(b.found.summary, "a limit"));
}
END_TEST

START_TEST(no_thread_with_memory_left_is_a_limit_on_threads)
{
    refused(NULL, UNKNOWN, NULL,
            "Cannot create GC thread. Out of system resources.");
    b.hs_err.available = GIB;
    ck_assert_int_eq(confidence_of(KIND_NATIVE_THREAD_LIMIT),
                     CONFIDENCE_MEDIUM);
    b.hs_err.available = 8 * MIB;
    first_found(&b);
    ck_assert_int_eq(finding_confidence(&b.found), CONFIDENCE_LOW);
}
END_TEST

START_TEST(a_heap_that_never_fitted)
{
    refused("mmap", 8 * GIB, "committing reserved memory", "mmap failed");
    b.hs_err.heap_min = 8 * GIB;
    b.hs_err.uptime = 0.3;
    b.hs_err.available = 4 * GIB;
    ck_assert_int_eq(first_found(&b), KIND_HEAP_RESERVATION_TOO_LARGE);
    b.hs_err.uptime = 3600; /* it had run: the heap was growing */
    ck_assert_int_ne(first_found(&b), KIND_HEAP_RESERVATION_TOO_LARGE);
    b.hs_err.uptime = 0.3;
    b.hs_err.failure.bytes = 64 * MIB;
    ck_assert_int_ne(first_found(&b), KIND_HEAP_RESERVATION_TOO_LARGE);
}
END_TEST

START_TEST(a_free_machine_speaks_against_too_large_a_heap)
{
    refused("mmap", 8 * GIB, "committing reserved memory", "mmap failed");
    b.hs_err.heap_min = 8 * GIB;
    b.hs_err.uptime = 0.3;
    b.hs_err.available = 20 * GIB;
    ck_assert_int_eq(first_found(&b), KIND_HEAP_RESERVATION_TOO_LARGE);
    ck_assert_uint_eq(b.found.n_against, 1);
}
END_TEST

START_TEST(one_compilation_wanted_it_all)
{
    refused("malloc", 512 * MIB, "Chunk::new", "malloc failed");
    b.hs_err.current_thread = "JavaThread \"C2 CompilerThread1\" daemon";
    ck_assert_int_eq(first_found(&b), KIND_COMPILER_ARENA);
    b.hs_err.current_thread = "JavaThread \"main\"";
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
    b.hs_err.current_thread = "JavaThread \"C2 CompilerThread1\" daemon";
    b.hs_err.failure.bytes =
        32744; /* an ordinary chunk: anybody took the rest */
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
}
END_TEST

/* NMT's parts were all there; the one that grew most must have grown. */
START_TEST(a_part_no_larger_than_any_jvms_used_nothing_up)
{
    refused("mmap", 65536, "committing reserved memory", "mmap failed");
    given_category(&b, "Other", MIB, 2 * MIB);
    given_looks(&b, 0, 0);
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
}
END_TEST

START_TEST(a_part_that_grew_used_it_up)
{
    refused("mmap", 65536, "committing reserved memory", "mmap failed");
    given_category(&b, "Other", MIB, 200 * MIB);
    given_looks(&b, 0, 0);
    ck_assert_int_eq(first_found(&b), KIND_DIRECT_BUFFERS);
}
END_TEST

START_TEST(a_jvm_that_has_most_of_the_machine)
{
    refused("mmap", 256 * MIB, "committing reserved memory", "mmap failed");
    b.hs_err.physical = 8 * GIB;
    b.hs_err.available = 50 * MIB;
    b.hs_err.rss = 7 * GIB;
    ck_assert_int_eq(first_found(&b), KIND_PARTS_EXCEED_LIMIT);
    b.hs_err.rss = 2 * GIB; /* somebody else has the rest */
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
}
END_TEST

TCase *refused_tcase(void)
{
    TCase *t = tcase_create("refused");

    tcase_add_checked_fixture(t, setup, bench_end);
    tcase_add_test(t, a_bare_header_decides_nothing);
    tcase_add_test(t, a_small_request_with_memory_left_met_a_limit);
    tcase_add_test(t, no_thread_with_memory_left_is_a_limit_on_threads);
    tcase_add_test(t, a_heap_that_never_fitted);
    tcase_add_test(t, a_free_machine_speaks_against_too_large_a_heap);
    tcase_add_test(t, one_compilation_wanted_it_all);
    tcase_add_test(t, a_part_no_larger_than_any_jvms_used_nothing_up);
    tcase_add_test(t, a_part_that_grew_used_it_up);
    tcase_add_test(t, a_jvm_that_has_most_of_the_machine);
    return t;
}
