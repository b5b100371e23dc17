/*
 * test_quiet.c - deaths that were not for memory, growth without a death,
 * and what it takes to say that nothing is wrong; on made-up facts.
 */
#include <check.h>
#include <string.h>

#include "fixture.h"
#include "suites.h"

static struct gc_log gc;

static void setup(void)
{
    bench_begin();
    memset(&gc, 0, sizeof gc);
    gc.last_line = 9;
}

static void given_gc_log(void)
{
    b.facts.gc = &gc;
    b.facts.gc_input = &b.input;
}

static void given_exit_line(void)
{
    given_gc_log();
    b.facts.exit_line = says(&b, LINE_GC, 9);
}

/* ---- nothing wrong ----------------------------------------------------- */

START_TEST(test_healthy)
{
    given_life(&b, 50 * MIB, 90 * MIB, 91 * MIB);
    ck_assert_int_eq(confidence_of(KIND_HEALTHY), CONFIDENCE_MEDIUM);
}
END_TEST

/* 20 MiB more, which the heap had committed, of -Xmx 200 MiB. */
static void given_growing_heap(uint64_t limit)
{
    given_life(&b, 50 * MIB, 70 * MIB, 90 * MIB);
    b.facts.moments.at[1].heap_committed = says(&b, LINE_JCMD, 30 * MIB);
    b.facts.moments.at[2].heap_committed = says(&b, LINE_JCMD, 50 * MIB);
    b.facts.limit = says(&b, LINE_CGROUP, limit);
}

START_TEST(test_a_heap_may_grow)
{
    given_growing_heap(512 * MIB);
    ck_assert_int_eq(confidence_of(KIND_HEALTHY), CONFIDENCE_MEDIUM);
    b.facts.live.value = 120 * MIB; /* ... as long as it is garbage */
    ck_assert(!asks(rule_healthy));
}
END_TEST

START_TEST(test_a_heap_may_not_grow_past_its_container)
{
    given_growing_heap(220 * MIB);
    ck_assert(!asks(rule_healthy));
}
END_TEST

START_TEST(test_more_than_the_heap_grew)
{
    given_growing_heap(512 * MIB);
    b.facts.moments.at[1].heap_committed.value = 45 * MIB;
    ck_assert(!asks(rule_healthy));
    b.facts.moments.at[1].heap_committed = figure_none();
    ck_assert(!asks(rule_healthy));
}
END_TEST

/* What a trim gave back comes again: the looks before it count. */
START_TEST(test_a_trim_does_not_make_it_level)
{
    struct moment *last;

    given_life(&b, 50 * MIB, 90 * MIB, 91 * MIB);
    last = vec_last(&b.facts.moments);
    last->trim_before = says(&b, LINE_ALLOCATOR, 150 * MIB);
    last->trim_after = says(&b, LINE_ALLOCATOR, 90 * MIB);
    ck_assert(!asks(rule_healthy));
    last->rss.value = 140 * MIB; /* looked at before the trim, then */
    ck_assert(asks(rule_healthy));
}
END_TEST

START_TEST(test_healthy_needs_the_exit_to_be_sure)
{
    given_life(&b, 50 * MIB, 90 * MIB, 91 * MIB);
    given_exit_line();
    ck_assert_int_eq(confidence_of(KIND_HEALTHY), CONFIDENCE_HIGH);
    b.facts.exit_line = figure_none();
    ck_assert_int_lt(confidence_of(KIND_HEALTHY), CONFIDENCE_HIGH);
}
END_TEST

START_TEST(test_healthy_needs_a_log_of_errors)
{
    given_life(&b, 50 * MIB, 90 * MIB, 91 * MIB);
    b.facts.watched = WATCH_NOTHING;
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
    ck_assert_ptr_nonnull(strstr(b.found.summary, "the application's log"));
    given_gc_log(); /* the heap at least was no reason for an error */
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
    b.facts.watched = WATCH_OUTPUT;
    ck_assert_int_eq(confidence_of(KIND_HEALTHY), CONFIDENCE_LOW);
    b.facts.distress = true;
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
    b.facts.distress = false;
    b.facts.pids_max = says(&b, LINE_CGROUP, 100);
    b.facts.threads_peak = says(&b, LINE_PROC, 98);
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
}
END_TEST

START_TEST(test_healthy_needs_a_look_into_the_heap)
{
    given_life(&b, 50 * MIB, 90 * MIB, 91 * MIB);
    given_heap(&b, 200 * MIB, 120 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
    b.facts.live_before = says(&b, LINE_GC, 119 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_HEALTHY);
    b.facts.live_before = figure_none();
    given_gc_log();
    ck_assert_int_eq(first_found(&b), KIND_HEALTHY);
}
END_TEST

/* The dump is early; a histogram after it knows better. */
START_TEST(test_a_later_live_set_counts)
{
    given_life(&b, 50 * MIB, 90 * MIB, 91 * MIB);
    vec_last(&b.facts.moments)->heap_live = says(&b, LINE_JCMD, 90 * MIB);
    ck_assert(!asks(rule_healthy));
}
END_TEST

/* ---- gone, and nobody says why ----------------------------------------- */

START_TEST(test_gone_without_a_word_is_not_healthy)
{
    given_life(&b, 50 * MIB, 90 * MIB, 91 * MIB);
    b.facts.gone = true;
    ck_assert_int_eq(first_found(&b), KIND_HEALTHY); /* the kernel is silent */
    b.facts.kernel_log = false;
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
    b.facts.group_kills = says(&b, LINE_CGROUP, 0);
    ck_assert_int_eq(first_found(&b), KIND_HEALTHY);
    b.facts.group_kills = figure_none();
    given_exit_line();
    ck_assert_int_eq(first_found(&b), KIND_HEALTHY);
}
END_TEST

START_TEST(test_a_log_that_just_stops_is_a_sudden_end)
{
    given_life(&b, 50 * MIB, 90 * MIB, 91 * MIB);
    given_gc_log();
    b.facts.cut_off = true;
    ck_assert_int_lt(confidence_of(KIND_HEALTHY), CONFIDENCE_HIGH);
    b.facts.gone = true;
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
    ck_assert_ptr_nonnull(strstr(b.found.summary, "journalctl -k"));
}
END_TEST

START_TEST(test_a_sudden_end_leaves_growth_a_guess)
{
    given_life(&b, 50 * MIB, 150 * MIB, 300 * MIB);
    given_part(&b, PART_TRACKED, "Thread", KIND_THREAD_STACKS, MIB, 240 * MIB);
    given_gc_log();
    ck_assert_int_gt(confidence_of(KIND_THREAD_STACKS), CONFIDENCE_LOW);
    b.facts.gone = b.facts.cut_off = true;
    ck_assert_int_eq(confidence_of(KIND_THREAD_STACKS), CONFIDENCE_LOW);
}
END_TEST

START_TEST(test_sigkill_of_a_growing_process)
{
    given_life(&b, 50 * MIB, 150 * MIB, 180 * MIB);
    given_part(&b, PART_TRACKED, "Thread", KIND_THREAD_STACKS, MIB, 120 * MIB);
    b.facts.kernel_log = false;
    b.facts.limit = says(&b, LINE_CGROUP, 200 * MIB);
    b.facts.exit_status = says(&b, LINE_LOG, 137);
    ck_assert_int_eq(confidence_of(KIND_THREAD_STACKS), CONFIDENCE_LOW);
    ck_assert_ptr_nonnull(strstr(b.found.summary, "nobody knows by whom"));
    b.facts.group_kills = says(&b, LINE_CGROUP, 0);
    ck_assert_int_eq(first_found(&b), KIND_SIGKILL);
}
END_TEST

START_TEST(test_sigkill_far_from_the_limit)
{
    given_life(&b, 50 * MIB, 90 * MIB, 91 * MIB);
    b.facts.kernel_log = false;
    b.facts.exit_status = says(&b, LINE_LOG, 137);
    b.facts.limit = says(&b, LINE_CGROUP, 100 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
    b.facts.limit.value = 1000 * MIB;
    ck_assert_int_eq(confidence_of(KIND_SIGKILL), CONFIDENCE_LOW);
    /* Only the container was looked at. */
    b.moments[2].rss = figure_none();
    b.moments[2].group_usage = says(&b, LINE_CGROUP, 91 * MIB);
    confidence_of(KIND_SIGKILL);
    ck_assert_str_eq(b.found.evidence[1].text,
                     "the container held 91.0 MiB under a limit of 1000.0 MiB "
                     "shortly before");
    /* The group was near it all the same: others are in there. */
    b.moments[2].group_usage = says(&b, LINE_CGROUP, 990 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
}
END_TEST

/* ---- growth ------------------------------------------------------------ */

START_TEST(test_growth_is_not_healthy)
{
    given_life(&b, 50 * MIB, 60 * MIB, 91 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
}
END_TEST

START_TEST(test_one_look_is_not_healthy)
{
    given_life(&b, 50 * MIB, 90 * MIB, 91 * MIB);
    b.facts.moments.n = 1;
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
}
END_TEST

START_TEST(test_still_growing)
{
    given_life(&b, 50 * MIB, 150 * MIB, 300 * MIB);
    given_part(&b, PART_TRACKED, "Thread", KIND_THREAD_STACKS, MIB, 240 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_THREAD_STACKS);
    b.facts.moments.at[1].anon.value = 299 * MIB; /* once, and no more */
    ck_assert_int_eq(first_found(&b), KIND_HEALTHY);
}
END_TEST

START_TEST(test_live_set_grows)
{
    given_life(&b, 50 * MIB, 60 * MIB, 61 * MIB);
    b.facts.live = says(&b, LINE_DUMP, 60 * MIB);
    b.facts.live_before = says(&b, LINE_DUMP, 20 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_HEAP_LEAK);
    b.facts.xmx = says(&b, LINE_JCMD, 2000 * MIB); /* nobody's leak, then */
    ck_assert_int_eq(first_found(&b), KIND_HEALTHY);
}
END_TEST

START_TEST(test_full_collections_leave_more_and_more)
{
    gc.first_full_after = 10 * MIB;
    gc.last_full_after = 60 * MIB;
    gc.full_count = 5;
    given_life(&b, 50 * MIB, 60 * MIB, 61 * MIB);
    given_gc_log();
    b.facts.live = says(&b, LINE_GC, 60 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_HEALTHY);
    b.facts.live.value = 11 * MIB; /* of an earlier dump */
    b.facts.live_rises = true;     /* and none left less than one before it */
    ck_assert_int_eq(first_found(&b), KIND_HEAP_LEAK);
}
END_TEST

START_TEST(test_killed_by_the_groups_counter)
{
    given_life(&b, 50 * MIB, 100 * MIB, 150 * MIB);
    given_part(&b, PART_TRACKED, "Thread", KIND_THREAD_STACKS, MIB, 100 * MIB);
    b.facts.group_kills = says(&b, LINE_CGROUP, 1);
    b.facts.limit = says(&b, LINE_CGROUP, 200 * MIB);
    ck_assert_int_eq(confidence_of(KIND_THREAD_STACKS), CONFIDENCE_MEDIUM);
    b.facts.limit.value = 2000 * MIB; /* far from there: maybe another one */
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
}
END_TEST

START_TEST(test_exit_137_alone_proves_nothing)
{
    b.facts.exit_status = says(&b, LINE_LOG, 137);
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
    b.facts.group_kills = says(&b, LINE_CGROUP, 0);
    ck_assert_int_eq(first_found(&b), KIND_SIGKILL);
    b.facts.group_kills.value = 1;
    ck_assert_int_eq(kind_side(first_found(&b)), SIDE_UNDECIDED);
}
END_TEST

/* main() threw: the launcher's exit status is 1. */
START_TEST(test_an_exception_is_no_want_of_memory)
{
    given_warning(&b, WARN_UNCAUGHT, "Exception in thread \"main\" a.B");
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
    b.facts.exit_status = says(&b, LINE_LOG, 1);
    ck_assert_int_eq(confidence_of(KIND_HEALTHY), CONFIDENCE_MEDIUM);
    given_warning(&b, WARN_ALLOC_FAILED, "malloc failed"); /* as the reason */
    ck_assert(!asks(rule_threw));
}
END_TEST

START_TEST(test_crash)
{
    struct vm_info v = {.death = VM_CRASH, .headline = "SIGSEGV (0xb)"};

    b.facts.hs_err = &v;
    b.facts.hs_err_input = &b.input;
    ck_assert_int_eq(first_found(&b), KIND_CRASH);
    v.death = VM_ALIVE; /* VM.info of a living one */
    ck_assert(!asks(rule_crash));
}
END_TEST

START_TEST(test_one_nmt_far_beyond_the_ordinary)
{
    given_part(&b, PART_TRACKED, "Thread", KIND_THREAD_STACKS, MIB, 500 * MIB);
    b.facts.parts.first = NULL;
    b.facts.first = NULL;
    ck_assert_int_eq(first_found(&b), KIND_THREAD_STACKS);
    b.facts.parts.at[0].last = 100 * MIB;
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
}
END_TEST

TCase *quiet_tcase(void)
{
    TCase *t = tcase_create("quiet");

    tcase_add_checked_fixture(t, setup, bench_end);
    tcase_add_test(t, test_healthy);
    tcase_add_test(t, test_a_heap_may_grow);
    tcase_add_test(t, test_a_heap_may_not_grow_past_its_container);
    tcase_add_test(t, test_more_than_the_heap_grew);
    tcase_add_test(t, test_healthy_needs_the_exit_to_be_sure);
    tcase_add_test(t, test_healthy_needs_a_log_of_errors);
    tcase_add_test(t, test_healthy_needs_a_look_into_the_heap);
    tcase_add_test(t, test_a_later_live_set_counts);
    tcase_add_test(t, test_gone_without_a_word_is_not_healthy);
    tcase_add_test(t, test_a_log_that_just_stops_is_a_sudden_end);
    tcase_add_test(t, test_a_sudden_end_leaves_growth_a_guess);
    tcase_add_test(t, test_sigkill_of_a_growing_process);
    tcase_add_test(t, test_sigkill_far_from_the_limit);
    tcase_add_test(t, test_growth_is_not_healthy);
    tcase_add_test(t, test_one_look_is_not_healthy);
    tcase_add_test(t, test_still_growing);
    tcase_add_test(t, test_live_set_grows);
    tcase_add_test(t, test_full_collections_leave_more_and_more);
    tcase_add_test(t, test_killed_by_the_groups_counter);
    tcase_add_test(t, test_exit_137_alone_proves_nothing);
    tcase_add_test(t, test_an_exception_is_no_want_of_memory);
    tcase_add_test(t, test_a_trim_does_not_make_it_level);
    tcase_add_test(t, test_crash);
    tcase_add_test(t, test_one_nmt_far_beyond_the_ordinary);
    return t;
}
