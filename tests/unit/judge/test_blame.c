/*
 * test_blame.c - killed by the kernel: which part of the process's memory is
 * to blame, if one is.
 */
#include <check.h>

#include "fixture.h"
#include "suites.h"

START_TEST(test_killed_by_threads)
{
    given_kill(&b, 250 * MIB, 0, 256 * MIB);
    given_part(&b, PART_HEAP, "Java Heap", KIND_XMX_OVER_LIMIT, 4 * MIB,
               20 * MIB);
    given_part(&b, PART_TRACKED, "Thread", KIND_THREAD_STACKS, MIB, 200 * MIB);
    ck_assert_int_eq(confidence_of(KIND_THREAD_STACKS), CONFIDENCE_HIGH);
}
END_TEST

START_TEST(test_growth_not_size_decides)
{
    given_kill(&b, 250 * MIB, 0, 256 * MIB);
    given_part(&b, PART_HEAP, "Java Heap", KIND_XMX_OVER_LIMIT, 150 * MIB,
               150 * MIB);
    given_part(&b, PART_TRACKED, "Compiler", KIND_COMPILER_ARENA, MIB,
               90 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_COMPILER_ARENA);
}
END_TEST

START_TEST(test_heap_beyond_the_container)
{
    given_kill(&b, 250 * MIB, 0, 256 * MIB);
    given_part(&b, PART_HEAP, "Java Heap", KIND_XMX_OVER_LIMIT, 8 * MIB,
               220 * MIB);
    given_heap(&b, 512 * MIB, 180 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_XMX_OVER_LIMIT);
    given_heap(&b, 512 * MIB, 10 * MIB); /* garbage let it grow */
    ck_assert_int_eq(first_found(&b), KIND_XMX_OVER_LIMIT);
    given_heap(&b, 240 * MIB, 10 * MIB); /* lawful, but not beside the rest */
    ck_assert_int_eq(first_found(&b), KIND_PARTS_EXCEED_LIMIT);
}
END_TEST

START_TEST(test_no_part_stands_out)
{
    static const char *const names[] = {"Java Heap", "Thread", "Code",
                                        "Metaspace"};

    given_kill(&b, 250 * MIB, 0, 256 * MIB);
    for (unsigned i = 0; i < 4; i++)
        given_part(&b, i ? PART_TRACKED : PART_HEAP, names[i],
                   KIND_NATIVE_TRACKED_OTHER, MIB, 60 * MIB + i);
    ck_assert_int_eq(confidence_of(KIND_PARTS_EXCEED_LIMIT), CONFIDENCE_MEDIUM);
}
END_TEST

START_TEST(test_gap_may_be_heap)
{
    given_kill(&b, 250 * MIB, 0, 256 * MIB);
    given_part(&b, PART_HEAP, "Java Heap", KIND_XMX_OVER_LIMIT, 4 * MIB,
               20 * MIB);
    given_part(&b, PART_UNTRACKED, "outside NMT", KIND_NATIVE_UNTRACKED_MALLOC,
               8 * MIB, 200 * MIB);
    b.facts.parts.unseen = true;
    b.facts.xmx = says(&b, LINE_JCMD, 240 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
    b.facts.heap = &b.heap; /* but its objects own it */
    b.facts.dump = &b.input;
    given_peer(&b, "java.util.zip.Deflater", 190 * MIB);
    ck_assert_int_eq(confidence_of(KIND_ZLIB_NATIVE), CONFIDENCE_MEDIUM);
    b.facts.heap = NULL;
    b.facts.xmx = says(&b, LINE_JCMD, 64 * MIB); /* no room for that */
    ck_assert_int_lt(confidence_of(KIND_NATIVE_UNTRACKED_MALLOC),
                     CONFIDENCE_HIGH);
}
END_TEST

/* Nobody looked at the heap; -Xmx says what it had at most. */
START_TEST(test_most_of_it_was_no_heap)
{
    given_kill(&b, 250 * MIB, 0, 256 * MIB);
    given_part(&b, PART_UNTRACKED, "outside NMT", KIND_NATIVE_UNTRACKED_MALLOC,
               8 * MIB, 200 * MIB);
    b.facts.parts.unseen = true;
    b.facts.xmx = says(&b, LINE_JCMD, 130 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
    b.facts.xmx = says(&b, LINE_JCMD, 120 * MIB);
    ck_assert_int_eq(confidence_of(KIND_NATIVE_UNTRACKED_MALLOC),
                     CONFIDENCE_LOW);
}
END_TEST

START_TEST(test_kill_alone_is_undecided)
{
    given_kill(&b, 250 * MIB, 0, 256 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
}
END_TEST

START_TEST(test_guessed_pid_of_a_host_lowers)
{
    given_kill(&b, 250 * MIB, 0, 256 * MIB);
    given_part(&b, PART_TRACKED, "Thread", KIND_THREAD_STACKS, MIB, 200 * MIB);
    b.facts.kill.guessed = true;
    b.facts.ns_pid = says(&b, LINE_NMT, 7);
    ck_assert_int_eq(confidence_of(KIND_THREAD_STACKS), CONFIDENCE_HIGH);
    b.facts.ns_pid = says(&b, LINE_NMT, 31337);
    ck_assert_int_eq(confidence_of(KIND_THREAD_STACKS), CONFIDENCE_LOW);
}
END_TEST

/* ---- a gap after the last look ----------------------------------------- */

static void given_gap(uint64_t grown, uint64_t gap)
{
    static struct nmt_report nmt;

    given_kill(&b, 250 * MIB, 0, 256 * MIB);
    given_heap(&b, 16 * MIB, 4 * MIB); /* no room for the gap in there */
    given_part(&b, PART_TRACKED, "Code", KIND_CODE_CACHE, 8 * MIB,
               8 * MIB + grown);
    given_part(&b, PART_UNTRACKED, "outside NMT", KIND_NATIVE_UNTRACKED_MALLOC,
               8 * MIB, 8 * MIB + gap);
    b.moments[0].nmt = b.moments[2].nmt = &nmt;
    b.facts.parts.unseen = true;
}

START_TEST(test_what_was_growing_is_the_better_guess)
{
    given_gap(20 * MIB, 180 * MIB);
    ck_assert_int_eq(confidence_of(KIND_CODE_CACHE), CONFIDENCE_LOW);
}
END_TEST

START_TEST(test_a_jvm_at_work_is_no_guess)
{
    given_gap(6 * MIB, 180 * MIB);
    ck_assert_int_eq(confidence_of(KIND_NATIVE_UNTRACKED_MALLOC),
                     CONFIDENCE_LOW);
}
END_TEST

START_TEST(test_nor_is_a_tenth_of_the_gap)
{
    given_gap(10 * MIB, 180 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_NATIVE_UNTRACKED_MALLOC);
}
END_TEST

TCase *blame_tcase(void)
{
    TCase *t = tcase_create("blame");

    tcase_add_checked_fixture(t, bench_begin, bench_end);
    tcase_add_test(t, test_killed_by_threads);
    tcase_add_test(t, test_growth_not_size_decides);
    tcase_add_test(t, test_heap_beyond_the_container);
    tcase_add_test(t, test_no_part_stands_out);
    tcase_add_test(t, test_gap_may_be_heap);
    tcase_add_test(t, test_most_of_it_was_no_heap);
    tcase_add_test(t, test_kill_alone_is_undecided);
    tcase_add_test(t, test_guessed_pid_of_a_host_lowers);
    tcase_add_test(t, test_what_was_growing_is_the_better_guess);
    tcase_add_test(t, test_a_jvm_at_work_is_no_guess);
    tcase_add_test(t, test_nor_is_a_tenth_of_the_gap);
    return t;
}
