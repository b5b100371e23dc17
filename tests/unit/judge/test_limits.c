/*
 * test_limits.c - what a limit refused: the system's on threads, mappings
 * and address space, or the JVM's own.
 */
#include <check.h>
#include <string.h>

#include "fixture.h"
#include "suites.h"

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

/* Processes count among the same tasks as threads. */
START_TEST(test_a_process_was_refused)
{
    given_warning(&b, WARN_FORK_FAILED, "java.io.IOException: error=11, ...");
    ck_assert_int_eq(first_found(&b), KIND_NATIVE_THREAD_LIMIT);
    ck_assert_ptr_nonnull(strstr(b.found.summary, "No process could"));
}
END_TEST

/* The counter was read several times, and refused none at first. */
START_TEST(test_the_last_count_of_refusals)
{
    struct cgroup_file files[2] = {0};

    for (unsigned i = 0; i < 2; i++) {
        given_input(&b, ARTIFACT_CGROUP_VALUES)->cgroup = &files[i];
        ck_assert(vec_push(&files[i].keys, &b.mem, &b.err));
        files[i].keys.at[0] = (struct cgroup_key){"pids.events max", i, 1};
    }
    facts_process(&b.facts);
    ck_assert_uint_eq(b.facts.pids_events.value, 1);
    for (unsigned i = 0; i < 2; i++)
        vec_free(&files[i].keys, &b.mem);
}
END_TEST

/* A file may say anything. */
START_TEST(test_no_mapping_allowed)
{
    given_life(&b, 50 * MIB, 150 * MIB, 260 * MIB);
    b.facts.limit = says(&b, LINE_CGROUP, 512 * MIB);
    b.facts.maps_at_first = says(&b, LINE_PROC, 10);
    b.facts.map_count = says(&b, LINE_PROC, 400);
    b.facts.max_map_count = says(&b, LINE_PROC, 0);
    ck_assert(rule_mappings_grow(&b.facts, &b.pen, &b.found));
    b.facts.limit.value = 0;
    ck_assert(!rule_mappings_grow(&b.facts, &b.pen, &b.found));
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

START_TEST(test_reservation)
{
    given_warning(&b, WARN_RESERVE_FAILED,
                  "Could not reserve enough space for object heap");
    ck_assert_int_eq(first_found(&b), KIND_HEAP_RESERVATION_TOO_LARGE);
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space"); /* it did start */
    ck_assert(!asks(rule_reservation));
}
END_TEST

/* The class space is reserved whole as well. */
START_TEST(test_reservation_of_classes)
{
    given_warning(&b, WARN_RESERVE_FAILED,
                  "Could not allocate metaspace: 1073741824 bytes");
    ck_assert_int_eq(first_found(&b), KIND_HEAP_RESERVATION_TOO_LARGE);
    ck_assert_ptr_nonnull(strstr(b.found.summary, "its class space"));
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

START_TEST(test_threads_that_fill_the_address_space)
{
    given_oome(&b, OOME_NATIVE_THREAD, "unable to create native thread");
    b.facts.threads_peak = says(&b, LINE_PROC, 1308);
    b.facts.nproc = says(&b, LINE_PROC, 2000); /* half of it were used */
    b.facts.address_space = says(&b, LINE_PROC, 3000 * MIB);
    b.facts.mapped = says(&b, LINE_PROC, 2990 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_NATIVE_THREAD_LIMIT);
    ck_assert_str_eq(b.found.title, "a limit on address space");
    ck_assert_ptr_nonnull(strstr(b.found.culprit.name, "ulimit -v"));
    ck_assert_ptr_nonnull(strstr(b.found.summary, "the address space"));
    b.facts.mapped.value = 1200 * MIB; /* far from it: rather ulimit -u */
    first_found(&b);
    ck_assert_ptr_null(b.found.title);
    ck_assert_ptr_nonnull(strstr(b.found.culprit.name, "ulimit -u"));
    b.facts.nproc = figure_none();
    first_found(&b);
    ck_assert_ptr_null(b.found.title);
    b.facts.mapped.value = 2000 * MIB; /* some time before */
    first_found(&b);
    ck_assert_str_eq(b.found.title, "a limit on address space");
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

TCase *limits_tcase(void)
{
    TCase *t = tcase_create("limits");

    tcase_add_checked_fixture(t, bench_begin, bench_end);
    tcase_add_test(t, test_whose_thread_limit);
    tcase_add_test(t, test_a_process_was_refused);
    tcase_add_test(t, test_the_last_count_of_refusals);
    tcase_add_test(t, test_maps_full);
    tcase_add_test(t, test_no_mapping_allowed);
    tcase_add_test(t, test_a_warning_stands_for_a_thread);
    tcase_add_test(t, test_a_warning_stands_for_a_mapping);
    tcase_add_test(t, test_reservation);
    tcase_add_test(t, test_reservation_of_classes);
    tcase_add_test(t, test_reservation_under_ulimit_v);
    tcase_add_test(t, test_ulimit_v_refuses_threads_and_mappings);
    tcase_add_test(t, test_threads_that_fill_the_address_space);
    tcase_add_test(t, test_used_up_address_space_without_nmt);
    tcase_add_test(t, test_a_dump_cannot_tell_class_space);
    return t;
}
