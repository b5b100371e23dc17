/*
 * test_rules.c - every rule on made-up facts, for and against, and the order
 * of precedence among them.
 */
#include <check.h>
#include <string.h>

#include "bench.h"
#include "suites.h"

static struct bench b;

static void setup(void)
{
    bench_init(&b);
}

static void teardown(void)
{
    ck_assert(!err_is_set(&b.err));
    bench_deinit(&b);
}

static bool asks(rule_fn *rule)
{
    return rule(&b.facts, &b.pen, &b.found);
}

/* ---- nothing ---------------------------------------------------------- */

START_TEST(test_nothing_is_undecided)
{
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
    ck_assert_int_eq(finding_confidence(&b.found), CONFIDENCE_LOW);
    ck_assert(*b.found.summary);
}
END_TEST

START_TEST(test_no_rule_needs_a_fact)
{
    for (unsigned i = 0; i + 1 < n_rules; i++)
        ck_assert_msg(!rules[i].find(&b.facts, &b.pen, &b.found), "%s",
                      rules[i].name);
}
END_TEST

/* ---- the kernel's own account ---------------------------------------------
 */

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
    *vec_last(&l->rows) = (struct listed_process){pid, ppid, name, 2};
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
    ck_assert_int_eq(first_found(&b), KIND_CHILD_PROCESS);
    ck_assert_int_eq(finding_confidence(&b.found), CONFIDENCE_MEDIUM);
    b.facts.hog_is_child = true; /* its pid stands in the thread's name */
    ck_assert_int_eq(first_found(&b), KIND_CHILD_PROCESS);
    ck_assert_int_eq(finding_confidence(&b.found), CONFIDENCE_HIGH);
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

/* ---- killed: what it was made of --------------------------------------------
 */

START_TEST(test_killed_by_threads)
{
    given_kill(&b, 250 * MIB, 0, 256 * MIB);
    given_part(&b, PART_HEAP, "Java Heap", KIND_XMX_OVER_LIMIT, 4 * MIB,
               20 * MIB);
    given_part(&b, PART_TRACKED, "Thread", KIND_THREAD_STACKS, MIB, 200 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_THREAD_STACKS);
    ck_assert_int_eq(finding_confidence(&b.found), CONFIDENCE_HIGH);
}
END_TEST

START_TEST(test_kill_outranks_oome)
{
    given_kill(&b, 250 * MIB, 0, 256 * MIB);
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    given_part(&b, PART_TRACKED, "Code", KIND_CODE_CACHE, 8 * MIB, 200 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_CODE_CACHE);
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
    ck_assert_int_eq(first_found(&b), KIND_PARTS_EXCEED_LIMIT);
    ck_assert_int_eq(finding_confidence(&b.found), CONFIDENCE_MEDIUM);
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
    b.facts.xmx = says(&b, LINE_JCMD, 64 * MIB); /* no room for that */
    ck_assert_int_eq(first_found(&b), KIND_NATIVE_UNTRACKED_MALLOC);
    ck_assert_int_lt(finding_confidence(&b.found), CONFIDENCE_HIGH);
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
    ck_assert_int_eq(first_found(&b), KIND_THREAD_STACKS);
    ck_assert_int_eq(finding_confidence(&b.found), CONFIDENCE_HIGH);
    b.facts.ns_pid = says(&b, LINE_NMT, 31337);
    ck_assert_int_eq(first_found(&b), KIND_THREAD_STACKS);
    ck_assert_int_eq(finding_confidence(&b.found), CONFIDENCE_LOW);
}
END_TEST

/* ---- what the JVM refused --------------------------------------------- */

START_TEST(test_refusals)
{
    static const struct {
        enum oome_kind kind;
        enum verdict_kind verdict;
    } table[] = {
        {OOME_METASPACE, KIND_METASPACE_CLASS_LEAK},
        {OOME_CLASS_SPACE, KIND_CLASS_SPACE},
        {OOME_DIRECT_MEMORY, KIND_DIRECT_BUFFERS},
        {OOME_NETTY_DIRECT, KIND_DIRECT_BUFFERS},
        {OOME_NATIVE_THREAD, KIND_NATIVE_THREAD_LIMIT},
        {OOME_MAP_FAILED, KIND_MAP_COUNT_LIMIT},
        {OOME_ARRAY_LIMIT, KIND_OVERSIZED_REQUEST},
        {OOME_HEAP_SPACE, KIND_HEAP_LEAK},
        {OOME_GC_OVERHEAD, KIND_HEAP_LEAK},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        given_oome(&b, table[i].kind, "message");
        ck_assert_int_eq(first_found(&b), table[i].verdict);
        ck_assert_int_lt(finding_confidence(&b.found), CONFIDENCE_HIGH);
    }
}
END_TEST

START_TEST(test_oversized_request)
{
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    given_heap(&b, 100 * MIB, 5 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_OVERSIZED_REQUEST);
    given_heap(&b, 100 * MIB, 95 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_HEAP_LEAK);
    ck_assert_int_eq(finding_confidence(&b.found), CONFIDENCE_HIGH);
    given_oome(&b, OOME_GC_OVERHEAD, "GC overhead limit exceeded");
    given_heap(&b, 100 * MIB, 5 * MIB); /* that is no single request */
    ck_assert_int_eq(first_found(&b), KIND_HEAP_LEAK);
}
END_TEST

START_TEST(test_oversize_threshold_is_asked)
{
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    given_heap(&b, 100 * MIB, 30 * MIB);
    ck_assert(!asks(rule_oversized));
    ck_assert(
        thresholds_set(&b.thresholds, "oversize_live_percent=40", &b.err));
    ck_assert(asks(rule_oversized));
}
END_TEST

START_TEST(test_whose_thread_limit)
{
    given_oome(&b, OOME_NATIVE_THREAD, "unable to create native thread");
    b.facts.threads_peak = says(&b, LINE_PROC, 140);
    b.facts.pids_max = says(&b, LINE_CGROUP, 150);
    b.facts.pids_events = says(&b, LINE_CGROUP, 4);
    ck_assert_int_eq(first_found(&b), KIND_NATIVE_THREAD_LIMIT);
    ck_assert_ptr_nonnull(strstr(b.found.culprit.name, "pids.max of 150"));
    b.facts.pids_events.value = 0;
    b.facts.nproc = says(&b, LINE_PROC, 140);
    ck_assert_int_eq(first_found(&b), KIND_NATIVE_THREAD_LIMIT);
    ck_assert_ptr_nonnull(strstr(b.found.culprit.name, "ulimit -u of 140"));
}
END_TEST

START_TEST(test_maps_full)
{
    b.facts.map_count = says(&b, LINE_HS_ERR, 65530);
    b.facts.max_map_count = says(&b, LINE_HS_ERR, 65530);
    ck_assert_int_eq(first_found(&b), KIND_MAP_COUNT_LIMIT);
    b.facts.map_count.value = 400;
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
}
END_TEST

START_TEST(test_reservation)
{
    given_warning(&b, WARN_RESERVE_FAILED,
                  "Could not reserve enough space for object heap");
    ck_assert_int_eq(first_found(&b), KIND_HEAP_RESERVATION_TOO_LARGE);
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space"); /* it did start */
    ck_assert(!asks(rule_reservation));
}
END_TEST

/* A JVM reserves two GiB beside its heap, more or less. */
START_TEST(test_reservation_under_ulimit_v)
{
    given_warning(&b, WARN_RESERVE_FAILED,
                  "Could not reserve enough space for object heap");
    b.warning.bytes = 3072 * MIB;
    b.facts.address_space = says(&b, LINE_PROC, 2600 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_HEAP_RESERVATION_TOO_LARGE);
    ck_assert_ptr_nonnull(strstr(b.found.summary, "ulimit -v of 2.5 GiB"));
    b.facts.address_space.value = 16384 * MIB; /* another reason, then */
    ck_assert_int_eq(first_found(&b), KIND_HEAP_RESERVATION_TOO_LARGE);
    ck_assert_ptr_null(strstr(b.found.summary, "ulimit"));
}
END_TEST

START_TEST(test_ulimit_v_refuses_threads_and_mappings)
{
    b.facts.address_space = says(&b, LINE_PROC, 3000 * MIB);
    given_oome(&b, OOME_NATIVE_THREAD, "unable to create native thread");
    ck_assert_int_eq(first_found(&b), KIND_NATIVE_THREAD_LIMIT);
    ck_assert_ptr_nonnull(strstr(b.found.culprit.name, "ulimit -v"));
    b.facts.pids_events = says(&b, LINE_CGROUP, 4); /* which is proof */
    first_found(&b);
    ck_assert_ptr_nonnull(strstr(b.found.culprit.name, "pids.max"));
    given_oome(&b, OOME_MAP_FAILED, "Map failed");
    ck_assert_int_eq(first_found(&b), KIND_MAP_COUNT_LIMIT);
    ck_assert_ptr_nonnull(strstr(b.found.culprit.name, "ulimit -v"));
    b.facts.map_count = says(&b, LINE_HS_ERR, 65530);
    b.facts.max_map_count = says(&b, LINE_HS_ERR, 65530);
    first_found(&b);
    ck_assert_str_eq(b.found.culprit.name, "vm.max_map_count");
}
END_TEST

/* A leak of native memory would end the same way. */
START_TEST(test_used_up_address_space_without_nmt)
{
    given_oome(&b, OOME_NATIVE, "Unable to allocate 16777216 bytes");
    b.facts.address_space = says(&b, LINE_PROC, 3000 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
    ck_assert_ptr_nonnull(strstr(b.found.summary, "ulimit -v of 2.9 GiB"));
}
END_TEST

START_TEST(test_each_refusal_has_one_rule)
{
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    ck_assert(!asks(rule_metaspace) && !asks(rule_direct));
    ck_assert(!asks(rule_thread_limit) && !asks(rule_map_limit));
    given_oome(&b, OOME_METASPACE, "Metaspace");
    ck_assert(!asks(rule_heap_full) && !asks(rule_oversized));
}
END_TEST

START_TEST(test_a_dump_cannot_tell_class_space)
{
    given_oome(&b, OOME_METASPACE, NULL);
    b.known_oome.oome = NULL;
    b.known_oome.at = says(&b, LINE_DUMP, 1);
    b.facts.last = &b.moments[2];
    b.moments[2].class_space_limit = says(&b, LINE_JCMD, 8 * MIB);
    b.moments[2].class_space_used = says(&b, LINE_JCMD, 4 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_METASPACE_CLASS_LEAK);
    b.moments[2].class_space_used.value = 8 * MIB - 1;
    ck_assert_int_eq(first_found(&b), KIND_CLASS_SPACE);
}
END_TEST

START_TEST(test_a_warning_stands_for_a_thread)
{
    given_warning(&b, WARN_THREAD_FAILED, "Failed to start thread");
    ck_assert_int_eq(first_found(&b), KIND_NATIVE_THREAD_LIMIT);
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space"); /* that came first */
    ck_assert(!asks(rule_thread_limit));
}
END_TEST

START_TEST(test_a_warning_stands_for_a_mapping)
{
    given_warning(&b, WARN_MAP_FAILED, "mmap failed");
    ck_assert_int_eq(first_found(&b), KIND_MAP_COUNT_LIMIT);
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    ck_assert(!asks(rule_map_limit));
}
END_TEST

START_TEST(test_an_error_alone_is_no_sure_leak)
{
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    ck_assert_int_eq(first_found(&b), KIND_HEAP_LEAK);
    ck_assert_int_eq(finding_confidence(&b.found), CONFIDENCE_LOW);
    given_oome(&b, OOME_GC_OVERHEAD, "GC overhead limit exceeded");
    ck_assert_int_eq(first_found(&b), KIND_HEAP_LEAK);
    ck_assert_int_eq(finding_confidence(&b.found), CONFIDENCE_MEDIUM);
}
END_TEST

START_TEST(test_a_small_heap_of_unknown_size)
{
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    b.facts.live = says(&b, LINE_DUMP, 2 * MIB);
    b.heap.natives.jvm_limit = UNKNOWN;
    b.facts.heap = &b.heap;
    b.facts.dump = &b.input;
    ck_assert(asks(rule_oversized));
    b.heap.natives.jvm_limit = 2 * MIB; /* by default -Xmx */
    ck_assert(!asks(rule_oversized));
    b.heap.natives.jvm_limit = 64 * MIB;
    ck_assert(asks(rule_oversized));
}
END_TEST

START_TEST(test_one_object_fills_a_small_heap)
{
    struct heap_suspect *s;

    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    b.facts.live = says(&b, LINE_DUMP, 2 * MIB);
    b.heap.natives.jvm_limit = UNKNOWN;
    b.facts.heap = &b.heap;
    ck_assert(vec_push(&b.heap.suspects, &b.mem, &b.err));
    s = vec_last(&b.heap.suspects);
    memset(s, 0, sizeof *s);
    s->kind = SUSPECT_OBJECT;
    s->retained = MIB + 1;
    ck_assert(!asks(rule_oversized));
    s->retained = MIB / 2;
    ck_assert(asks(rule_oversized));
}
END_TEST

/* ---- a gap after the last look --------------------------------------------
 */

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
    ck_assert_int_eq(first_found(&b), KIND_CODE_CACHE);
    ck_assert_int_eq(finding_confidence(&b.found), CONFIDENCE_LOW);
}
END_TEST

START_TEST(test_a_jvm_at_work_is_no_guess)
{
    given_gap(6 * MIB, 180 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_NATIVE_UNTRACKED_MALLOC);
    ck_assert_int_eq(finding_confidence(&b.found), CONFIDENCE_LOW);
}
END_TEST

START_TEST(test_nor_is_a_tenth_of_the_gap)
{
    given_gap(10 * MIB, 180 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_NATIVE_UNTRACKED_MALLOC);
}
END_TEST

Suite *rules_suite(void)
{
    Suite *s = suite_create("rules");
    TCase *t = tcase_create("rules");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, test_nothing_is_undecided);
    tcase_add_test(t, test_no_rule_needs_a_fact);
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
    tcase_add_test(t, test_killed_by_threads);
    tcase_add_test(t, test_kill_outranks_oome);
    tcase_add_test(t, test_growth_not_size_decides);
    tcase_add_test(t, test_heap_beyond_the_container);
    tcase_add_test(t, test_no_part_stands_out);
    tcase_add_test(t, test_gap_may_be_heap);
    tcase_add_test(t, test_kill_alone_is_undecided);
    tcase_add_test(t, test_guessed_pid_of_a_host_lowers);
    tcase_add_test(t, test_refusals);
    tcase_add_test(t, test_oversized_request);
    tcase_add_test(t, test_oversize_threshold_is_asked);
    tcase_add_test(t, test_whose_thread_limit);
    tcase_add_test(t, test_maps_full);
    tcase_add_test(t, test_reservation);
    tcase_add_test(t, test_reservation_under_ulimit_v);
    tcase_add_test(t, test_ulimit_v_refuses_threads_and_mappings);
    tcase_add_test(t, test_used_up_address_space_without_nmt);
    tcase_add_test(t, test_each_refusal_has_one_rule);
    tcase_add_test(t, test_a_dump_cannot_tell_class_space);
    tcase_add_test(t, test_a_warning_stands_for_a_thread);
    tcase_add_test(t, test_a_warning_stands_for_a_mapping);
    tcase_add_test(t, test_an_error_alone_is_no_sure_leak);
    tcase_add_test(t, test_a_small_heap_of_unknown_size);
    tcase_add_test(t, test_one_object_fills_a_small_heap);
    tcase_add_test(t, test_what_was_growing_is_the_better_guess);
    tcase_add_test(t, test_a_jvm_at_work_is_no_guess);
    tcase_add_test(t, test_nor_is_a_tenth_of_the_gap);
    suite_add_tcase(s, t);
    suite_add_tcase(s, quiet_tcase());
    suite_add_tcase(s, matrix_tcase());
    return s;
}
