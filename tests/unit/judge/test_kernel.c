/*
 * test_kernel.c - what the kernel's account of a kill proves, and whether
 * the one that held the memory was a child of the JVM or a neighbour.
 */
#include <check.h>
#include <string.h>

#include "fixture.h"
#include "suites.h"

START_TEST(test_kernel_memory)
{
    given_kill(&b, 60 * MIB, 0, 256 * MIB);
    b.facts.group_kernel.value = 150 * MIB;
    ck_assert_int_eq(first_found(&b), KIND_KERNEL_MEMORY);
    b.facts.group_kernel.value = 100 * MIB;
    ck_assert(!asks(rule_kernel_memory));
}
END_TEST

START_TEST(test_shmem)
{
    given_kill(&b, 30 * MIB, 220 * MIB, 256 * MIB);
    b.facts.collector = "G1";
    ck_assert(asks(rule_shmem));
    ck_assert_int_eq(b.found.kind, KIND_SHMEM_MAPPED);
    b.facts.shmem.value = 10 * MIB;
    ck_assert(asks(rule_shmem));
    ck_assert_int_eq(b.found.kind, KIND_SHMEM_UNMAPPED);
    b.facts.group_shmem.value = 100 * MIB;
    ck_assert(!asks(rule_shmem));
}
END_TEST

START_TEST(test_shmem_of_zgc_is_the_heap)
{
    given_kill(&b, 30 * MIB, 220 * MIB, 256 * MIB);
    b.facts.collector = "Z";
    ck_assert(!asks(rule_shmem));
    /* Nobody names the collector, but pages are mapped several times. */
    b.facts.collector = NULL;
    b.facts.shmem.value = 600 * MIB;
    ck_assert(!asks(rule_shmem));
}
END_TEST

START_TEST(test_neighbour)
{
    given_kill(&b, 40 * MIB, 0, 256 * MIB);
    given_task(&b, 0, 77, "sidecar", 210 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_NEIGHBOUR);
    ck_assert_str_eq(b.found.culprit.process, "sidecar");
    b.facts.child_seen = true;
    ck_assert_int_eq(first_found(&b), KIND_CHILD_PROCESS);
}
END_TEST

/* ---- child or neighbour ------------------------------------------------ */

static void list(struct process_list *l, uint64_t pid, uint64_t ppid,
                 const char *name)
{
    ck_assert(vec_push(&l->rows, &b.mem, &b.err));
    *vec_last(&l->rows) = (struct listed_process){
        .pid = pid, .ppid = ppid, .name = name, .line = 2};
}

/* The JVM is 4242, the kernel's list has `pid` beside it. */
static enum verdict_kind family_of(uint64_t pid, const char *name)
{
    given_kill(&b, 40 * MIB, 0, 256 * MIB);
    given_task(&b, 0, pid, name, 210 * MIB);
    ck_assert(vec_push(&b.report.tasks, &b.mem, &b.err));
    *vec_last(&b.report.tasks) = b.tasks[0];
    facts_family(&b.facts);
    return first_found(&b);
}

static void forget(struct process_list *l)
{
    vec_free(&l->rows, &b.mem);
}

START_TEST(test_child_by_its_parent)
{
    struct process_list l = {0};

    list(&l, 4300, 4242, "sh");
    list(&l, 4301, 4300, "convert");
    given_input(&b, ARTIFACT_PROCESS_LIST)->processes = &l;
    ck_assert_int_eq(family_of(4301, "convert"), KIND_CHILD_PROCESS);
    ck_assert_int_eq(finding_confidence(&b.found), CONFIDENCE_HIGH);
    forget(&l);
}
END_TEST

START_TEST(test_child_by_its_siblings)
{
    struct process_list l = {0};

    list(&l, 4300, 4242, "convert");
    given_input(&b, ARTIFACT_PROCESS_LIST)->processes = &l;
    b.moments[2].rss = b.moments[2].anon = says(&b, LINE_PROC, 40 * MIB);
    b.facts.last = &b.moments[2];
    ck_assert_int_eq(family_of(4400, "convert"), KIND_CHILD_PROCESS);
    /* A name is no proof, even where the JVM was seen to be small before. */
    ck_assert_int_eq(finding_confidence(&b.found), CONFIDENCE_MEDIUM);
    forget(&l);
}
END_TEST

/* The largest of the others is a stranger, but smaller than the children. */
START_TEST(test_children_hold_most_together)
{
    struct process_list l = {0};

    list(&l, 77, 1, "sidecar");
    list(&l, 4300, 4242, "convert");
    list(&l, 4301, 4242, "convert");
    given_input(&b, ARTIFACT_PROCESS_LIST)->processes = &l;
    given_kill(&b, 40 * MIB, 0, 256 * MIB);
    given_task(&b, 0, 77, "sidecar", 80 * MIB);
    given_task(&b, 1, 4300, "convert", 70 * MIB);
    given_task(&b, 2, 4301, "convert", 60 * MIB);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert(vec_push(&b.report.tasks, &b.mem, &b.err));
        *vec_last(&b.report.tasks) = b.tasks[i];
    }
    facts_family(&b.facts);
    ck_assert(b.facts.family_proven && !b.facts.descends);
    ck_assert_int_eq(first_found(&b), KIND_CHILD_PROCESS);
    for (unsigned i = 0; i < b.found.n_evidence; i++)
        ck_assert_ptr_null(strstr(b.found.evidence[i].text, "process 77 desc"));
    forget(&l);
}
END_TEST

START_TEST(test_children_that_somebody_waits_for)
{
    family_of(4400, "convert");
    b.facts.child_seen = true;
    b.facts.last = &b.moments[2];
    b.moments[2].rss = b.moments[2].anon = says(&b, LINE_PROC, 40 * MIB);
    ck_assert_int_eq(confidence_of(KIND_CHILD_PROCESS), CONFIDENCE_MEDIUM);
    b.facts.hog_is_child = true; /* its pid stands in the thread's name */
    ck_assert_int_eq(confidence_of(KIND_CHILD_PROCESS), CONFIDENCE_HIGH);
}
END_TEST

START_TEST(test_neighbour_by_its_parent)
{
    struct process_list l = {0};

    list(&l, 4400, 1, "sidecar");
    list(&l, 4300, 4242, "convert");
    given_input(&b, ARTIFACT_PROCESS_LIST)->processes = &l;
    ck_assert_int_eq(family_of(4400, "sidecar"), KIND_NEIGHBOUR);
    ck_assert_int_eq(b.facts.family, FAMILY_STRANGER);
    forget(&l);
}
END_TEST

/* A damaged list may go round in circles. */
START_TEST(test_parents_in_a_circle)
{
    struct process_list l = {0};

    list(&l, 4400, 4401, "a");
    list(&l, 4401, 4400, "b");
    given_input(&b, ARTIFACT_PROCESS_LIST)->processes = &l;
    ck_assert_int_eq(family_of(4400, "a"), KIND_NEIGHBOUR);
    forget(&l);
}
END_TEST

START_TEST(test_child_by_its_status)
{
    struct proc_status s;

    memset(&s, 0xff, sizeof s);
    s.pid = 4400;
    s.ppid = 4242;
    given_input(&b, ARTIFACT_PROC_STATUS)->status = &s;
    ck_assert_int_eq(family_of(4400, "convert"), KIND_CHILD_PROCESS);
}
END_TEST

START_TEST(test_child_named_in_the_log)
{
    struct app_log log;

    memset(&log, 0, sizeof log);
    ck_assert(vec_push(&log.pids, &b.mem, &b.err));
    *vec_last(&log.pids) = (struct named_pid){4400, 7};
    given_input(&b, ARTIFACT_APP_LOG)->log = &log;
    ck_assert_int_eq(family_of(4400, "convert"), KIND_CHILD_PROCESS);
    ck_assert_int_le(finding_confidence(&b.found), CONFIDENCE_MEDIUM);
    vec_free(&log.pids, &b.mem);
}
END_TEST

/* Nobody says who started it: a neighbour, but not surely. */
START_TEST(test_unknown_parent_is_not_sure)
{
    ck_assert_int_eq(family_of(4400, "convert"), KIND_NEIGHBOUR);
    ck_assert_int_le(finding_confidence(&b.found), CONFIDENCE_MEDIUM);
    ck_assert_uint_gt(b.found.n_against, 0);
}
END_TEST

/* One that was there before the JVM is no child of it. */
START_TEST(test_elder_is_no_child)
{
    b.moments[2].rss = says(&b, LINE_PROC, 60 * MIB);
    b.moments[2].anon = says(&b, LINE_PROC, 40 * MIB);
    b.facts.last = &b.moments[2];
    ck_assert_int_eq(family_of(77, "sidecar"), KIND_NEIGHBOUR);
    ck_assert_int_eq(finding_confidence(&b.found), CONFIDENCE_HIGH);
}
END_TEST

START_TEST(test_victim_with_most_is_no_neighbour_case)
{
    given_kill(&b, 200 * MIB, 0, 256 * MIB);
    given_task(&b, 0, 77, "sidecar", 50 * MIB);
    ck_assert(!asks(rule_neighbour));
}
END_TEST

START_TEST(test_other_killed)
{
    given_kill(&b, 200 * MIB, 0, 256 * MIB);
    b.facts.other = b.facts.kill;
    b.kill.name = "ffmpeg";
    memset(&b.facts.kill, 0, sizeof b.facts.kill);
    ck_assert(asks(rule_other_killed));
    ck_assert_ptr_nonnull(strstr(b.found.summary, "killed process "));
    ck_assert_int_eq(kind_side(b.found.kind), SIDE_OTHER_PROCESS);
    b.facts.kill = b.facts.other; /* our own kill is what counts then */
    ck_assert(!asks(rule_other_killed));
}
END_TEST

TCase *kernel_tcase(void)
{
    TCase *t = tcase_create("kernel");

    tcase_add_checked_fixture(t, bench_begin, bench_end);
    tcase_add_test(t, test_kernel_memory);
    tcase_add_test(t, test_shmem);
    tcase_add_test(t, test_shmem_of_zgc_is_the_heap);
    tcase_add_test(t, test_neighbour);
    tcase_add_test(t, test_child_by_its_parent);
    tcase_add_test(t, test_child_by_its_siblings);
    tcase_add_test(t, test_children_hold_most_together);
    tcase_add_test(t, test_children_that_somebody_waits_for);
    tcase_add_test(t, test_neighbour_by_its_parent);
    tcase_add_test(t, test_parents_in_a_circle);
    tcase_add_test(t, test_child_by_its_status);
    tcase_add_test(t, test_child_named_in_the_log);
    tcase_add_test(t, test_unknown_parent_is_not_sure);
    tcase_add_test(t, test_elder_is_no_child);
    tcase_add_test(t, test_victim_with_most_is_no_neighbour_case);
    tcase_add_test(t, test_other_killed);
    return t;
}
