/*
 * test_heap_space.c - a heap that ran out: whether it was full, how large it
 * was, and what the collector left of it.
 */
#include <check.h>
#include <string.h>

#include "fixture.h"
#include "judge/argue.h"
#include "suites.h"

START_TEST(test_oversized_request)
{
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    given_heap(&b, 100 * MIB, 5 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_OVERSIZED_REQUEST);
    given_heap(&b, 100 * MIB, 95 * MIB);
    ck_assert_int_eq(confidence_of(KIND_HEAP_LEAK), CONFIDENCE_MEDIUM);
    given_oome(&b, OOME_GC_OVERHEAD, "GC overhead limit exceeded");
    given_heap(&b, 100 * MIB, 5 * MIB); /* that is no single request */
    ck_assert_int_eq(first_found(&b), KIND_HEAP_LEAK);
}
END_TEST

/* A full heap may be a backlog or listeners, if only a dump told. */
START_TEST(test_a_full_heap_of_nobody_knows_what)
{
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    given_heap(&b, 100 * MIB, 90 * MIB);
    ck_assert_int_eq(confidence_of(KIND_HEAP_LEAK), CONFIDENCE_MEDIUM);
    given_heap_dump(&b, 90 * MIB);
    ck_assert_int_eq(confidence_of(KIND_HEAP_LEAK), CONFIDENCE_HIGH);
    b.heap.quick = true; /* nobody looked who holds what */
    ck_assert_int_eq(confidence_of(KIND_HEAP_LEAK), CONFIDENCE_MEDIUM);
    finding_init(&b.found, KIND_G1_HUMONGOUS); /* which the GC log tells */
    doubt_holder(&b.facts, &b.found);
    ck_assert_int_eq(b.found.at_most, CONFIDENCE_HIGH);
}
END_TEST

/* Without a GC log nobody knows what the regions of large arrays took. */
START_TEST(test_arrays_may_waste_regions)
{
    given_heap_dump(&b, 80 * MIB);
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    b.facts.live = says(&b, LINE_DUMP, 80 * MIB);
    b.heap.region_tails[0] = 19 * MIB;
    ck_assert_int_eq(confidence_by(rule_heap_full), CONFIDENCE_HIGH);
    b.heap.region_tails[0] = 20 * MIB;
    ck_assert_int_eq(confidence_by(rule_heap_full), CONFIDENCE_MEDIUM);
    b.facts.collector = "Parallel";
    ck_assert_int_eq(confidence_by(rule_heap_full), CONFIDENCE_HIGH);
    b.facts.collector = "G1";
    ck_assert_int_eq(confidence_by(rule_heap_full), CONFIDENCE_MEDIUM);
    given_heap(&b, 100 * MIB, 80 * MIB); /* full with them alone */
    ck_assert_int_eq(confidence_by(rule_heap_full), CONFIDENCE_HIGH);
}
END_TEST

/* The frames on top say how it asked, and are the JDK's. */
START_TEST(test_who_asked_for_too_much)
{
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    given_heap(&b, 100 * MIB, 5 * MIB);
    b.oome.top_frame = "java.base/java.util.Arrays.copyOf(Arrays.java:3)";
    ck_assert(vec_push(&b.facts.oomes, &b.mem, &b.err));
    *vec_last(&b.facts.oomes) = b.known_oome;
    ck_assert(asks(rule_oversized));
    ck_assert_ptr_nonnull(strstr(b.found.summary, "Arrays.copyOf"));
    b.oome.app_frame = "shop.Cart.add(Cart.java:13)";
    ck_assert(asks(rule_oversized));
    ck_assert_ptr_nonnull(strstr(b.found.summary, "shop.Cart.add"));
}
END_TEST

/* The size of a dump that was written on the error is more than what was
 * alive. */
START_TEST(test_what_is_alive_fits_into_the_dump)
{
    struct jvm_warning to = {.text = "Dumping heap to a.hprof ...", .line = 8};
    struct jvm_warning done = {.bytes = 6 * MIB, .line = 9};
    struct known_warning *w = b.facts.warnings;

    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    b.known_oome.at = figure_of(&b.input, 1, 7);
    ck_assert(vec_push(&b.facts.oomes, &b.mem, &b.err));
    *vec_last(&b.facts.oomes) = b.known_oome;
    b.facts.xmx = says(&b, LINE_JCMD, 100 * MIB);
    ck_assert(!asks(rule_oversized));
    w[WARN_DUMPING] = (struct known_warning){&to, &b.input};
    w[WARN_DUMP_WRITTEN] = (struct known_warning){&done, &b.input};
    ck_assert(asks(rule_oversized));
    ck_assert_ptr_nonnull(strstr(b.found.summary, "no more than 6.0 MiB"));
    to.text = "Dumping heap to a.hprof.gz ...";
    ck_assert(!asks(rule_oversized));
    to.text = "Dumping heap to a.hprof ...";
    done.bytes = 95 * MIB;
    ck_assert(!asks(rule_oversized));
    done.bytes = 6 * MIB;
    done.line = 12; /* of another one, perhaps */
    ck_assert(!asks(rule_oversized));
    done.line = 9;
    b.facts.oomes.at[0].kind = OOME_METASPACE; /* what it was written for */
    ck_assert(!asks(rule_oversized));
    b.facts.oomes.at[0].kind = OOME_HEAP_SPACE;
    given_heap(&b, 100 * MIB, 95 * MIB); /* who knows, needs no guess */
    ck_assert(!asks(rule_oversized));
    b.facts.live.line = LINE_JCMD; /* but that is of another time */
    ck_assert(asks(rule_oversized));
    b.facts.oome = NULL; /* it was survived */
    ck_assert(!asks(rule_oversized));
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

/* What the handler of last resort prints does not say what ran out. */
START_TEST(test_the_collector_vouches_for_an_error_without_a_word)
{
    given_oome(&b, OOME_OTHER, "thrown from the UncaughtExceptionHandler");
    given_heap(&b, 100 * MIB, 95 * MIB);
    ck_assert_int_eq(confidence_of(KIND_HEAP_LEAK), CONFIDENCE_MEDIUM);
    given_heap(&b, 100 * MIB, 70 * MIB);
    ck_assert_int_eq(confidence_by(rule_heap_full), CONFIDENCE_LOW);
    given_heap(&b, 100 * MIB, 95 * MIB);
    b.facts.live.line = LINE_JCMD; /* a histogram may be much older */
    ck_assert_int_eq(confidence_by(rule_heap_full), CONFIDENCE_LOW);
}
END_TEST

START_TEST(test_an_error_alone_is_no_sure_leak)
{
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    ck_assert_int_eq(confidence_of(KIND_HEAP_LEAK), CONFIDENCE_LOW);
    given_oome(&b, OOME_GC_OVERHEAD, "GC overhead limit exceeded");
    ck_assert_int_eq(confidence_of(KIND_HEAP_LEAK), CONFIDENCE_MEDIUM);
}
END_TEST

START_TEST(test_a_small_heap_of_unknown_size)
{
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    b.facts.live = says(&b, LINE_DUMP, 2 * MIB);
    b.heap.natives.jvm_limit = UNKNOWN;
    b.facts.heap = &b.heap;
    b.facts.dump = &b.input;
    given_thread(&b, "main", 0, 0);
    b.heap.oome_thread = 0; /* the error's, so the dump is too */
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
    b.facts.dump = &b.input;
    b.facts.heap = &b.heap;
    ck_assert(vec_push(&b.heap.suspects, &b.mem, &b.err));
    s = vec_last(&b.heap.suspects);
    memset(s, 0, sizeof *s);
    s->kind = SUSPECT_OBJECT;
    s->retained = MIB + 1;
    given_thread(&b, "main", 0, 0);
    b.heap.oome_thread = 0;
    ck_assert(!asks(rule_oversized));
    s->retained = MIB / 2;
    ck_assert(asks(rule_oversized));
    s->retained = MIB + 1;
    b.heap.natives.jvm_limit = 64 * MIB; /* a heap as large, by default */
    ck_assert(asks(rule_oversized));
    b.heap.natives.jvm_limit = 3 * MIB;
    ck_assert(!asks(rule_oversized));
}
END_TEST

/* A heap with much room was not filled by what is kept alone. */
START_TEST(test_a_heap_with_room)
{
    given_heap_dump(&b, 70 * MIB);
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    given_heap(&b, 100 * MIB, 61 * MIB);
    ck_assert_int_eq(confidence_by(rule_heap_full), CONFIDENCE_HIGH);
    given_heap(&b, 100 * MIB, 51 * MIB);
    ck_assert_int_eq(confidence_by(rule_heap_full), CONFIDENCE_MEDIUM);
    ck_assert(thresholds_set(&b.thresholds, "full_live_percent=50", &b.err));
    ck_assert_int_eq(confidence_by(rule_heap_full), CONFIDENCE_HIGH);
}
END_TEST

/* What was alive before the error tells less than what the error left. */
START_TEST(test_a_heap_that_was_empty_before)
{
    given_heap_dump(&b, 5 * MIB);
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    given_heap(&b, 100 * MIB, 5 * MIB);
    b.facts.live = says(&b, LINE_DUMP, 5 * MIB); /* on request */
    ck_assert(!asks(rule_oversized)); /* it may have filled up since */
    ck_assert_int_eq(confidence_by(rule_heap_full), CONFIDENCE_LOW);
    given_thread(&b, "main", 0, 0);
    b.heap.oome_thread = 0; /* the error's own */
    ck_assert_int_eq(confidence_by(rule_oversized), CONFIDENCE_HIGH);
}
END_TEST

START_TEST(test_a_reservation_is_not_xmx)
{
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    given_heap(&b, 100 * MIB, 5 * MIB);
    b.facts.xmx_guessed = true;
    ck_assert_int_eq(confidence_by(rule_oversized), CONFIDENCE_LOW);
    b.facts.collector = "Serial";
    ck_assert_int_eq(confidence_by(rule_oversized), CONFIDENCE_HIGH);
}
END_TEST

static uint64_t xmx_by(uint32_t reference_size, uint64_t reservation)
{
    b.heap.sizes.reference_size = reference_size;
    b.heap.sizes.certain = true;
    b.facts.heap = &b.heap;
    b.facts.xmx = figure_none();
    b.facts.reservation = says(&b, LINE_NMT, reservation);
    facts_xmx(&b.facts);
    return b.facts.xmx.value;
}

START_TEST(test_wide_references_give_zgc_away)
{
    ck_assert_uint_eq(xmx_by(4, 1024 * MIB), 1024 * MIB);
    ck_assert(!known(xmx_by(8, 1024 * MIB)));
    /* Any collector's, above 32 GiB. */
    ck_assert_uint_eq(xmx_by(8, 65536 * MIB), 65536 * MIB);
    b.heap.sizes.certain = false;
    b.facts.xmx = figure_none();
    b.facts.reservation.value = 1024 * MIB;
    facts_xmx(&b.facts);
    ck_assert_uint_eq(b.facts.xmx.value, 1024 * MIB);
}
END_TEST

/* NMT had looked before the heap grew: what it had committed is no limit. */
START_TEST(test_more_live_than_was_committed)
{
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    b.facts.live = says(&b, LINE_GC, 60 * MIB);
    b.facts.heap_end = says(&b, LINE_NMT, 40 * MIB);
    ck_assert(asks(rule_heap_full));
    ck_assert_ptr_null(strstr(b.found.summary, "40.0 MiB"));
    b.facts.heap_end.value = 64 * MIB;
    ck_assert(asks(rule_heap_full));
    ck_assert_ptr_nonnull(strstr(b.found.summary, "64.0 MiB"));
}
END_TEST

/* Of 224 MiB full collections left so much; the error's dump has 120. */
static enum verdict_kind left_by_g1(uint64_t left)
{
    b.facts.oome = NULL;
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    given_heap_dump(&b, 120 * MIB);
    given_heap(&b, 224 * MIB, 120 * MIB);
    b.facts.collector = "G1";
    b.facts.gc = &b.gc;
    b.facts.gc_input = &b.input;
    b.gc.full_count = 2;
    b.gc.last_full_after = left;
    b.gc.humongous_last = UNKNOWN;
    return first_found(&b);
}

START_TEST(test_more_regions_than_objects)
{
    given_thread(&b, "main", 0, 0);
    b.heap.oome_thread = 0;
    ck_assert_int_eq(left_by_g1(220 * MIB), KIND_G1_HUMONGOUS);
    ck_assert_int_eq(left_by_g1(130 * MIB), KIND_HEAP_LEAK);
    b.heap.soft.bytes = 60 * MIB; /* those were not cleared yet */
    ck_assert_int_eq(left_by_g1(220 * MIB), KIND_HEAP_LEAK);
}
END_TEST

/* A dump on request may be of another hour. */
START_TEST(test_regions_of_another_hour)
{
    ck_assert_int_eq(left_by_g1(220 * MIB), KIND_HEAP_LEAK);
}
END_TEST

static bool says_who_holds_them(void)
{
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    ck_assert_int_eq(first_found(&b), KIND_CLASSLOADER_LEAK);
    for (unsigned i = 0; i < b.found.n_evidence; i++)
        if (strstr(b.found.evidence[i].text, "hang on a.Registry"))
            return true;
    return false;
}

START_TEST(test_who_holds_the_loaders)
{
    given_heap(&b, 100 * MIB, 95 * MIB);
    given_heap_dump(&b, 95 * MIB);
    given_row(&b, "plug.Loader", 400, 90 * MIB);
    b.heap.loaders.repeated_loader = "plug.Loader";
    b.heap.loaders.repeated_loader_count = 400;
    given_suspect(&b, "a.Registry", 80 * MIB);
    ck_assert(says_who_holds_them());
    b.heap.suspects.at[0].retained = 20 * MIB; /* the rest hang elsewhere */
    ck_assert(!says_who_holds_them());
}
END_TEST

/* Of a heap whose -Xmx nobody states the collector saw most. */
START_TEST(test_the_collector_knows_how_large_it_was)
{
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    b.facts.live = says(&b, LINE_GC, 6 * MIB);
    b.facts.heap_end = says(&b, LINE_JCMD, 9 * MIB); /* an early look */
    ck_assert_int_eq(first_found(&b), KIND_HEAP_LEAK);
    memset(&b.gc, 0, sizeof b.gc);
    b.gc.peak_capacity = 100 * MIB;
    b.facts.gc = &b.gc;
    b.facts.gc_input = &b.input;
    ck_assert_int_eq(first_found(&b), KIND_OVERSIZED_REQUEST);
}
END_TEST

/* ---- what a GC log shows ------------------------------------------------- */

/* Full collections that leave so much each; of a heap of 100 MiB. */
static void given_collections(const uint64_t *mib, unsigned n,
                              const char *cause)
{
    b.gc.pauses.n = 0;
    for (unsigned i = 0; i < n; i++) {
        ck_assert(vec_push(&b.gc.pauses, &b.mem, &b.err));
        *vec_last(&b.gc.pauses) = (struct gc_pause){.full = true,
                                                    .cause = cause,
                                                    .before = mib[i] * MIB,
                                                    .after = mib[i] * MIB,
                                                    .capacity = 100 * MIB};
    }
    b.facts.gc = &b.gc;
    b.facts.gc_input = &b.input;
    b.facts.xmx = says(&b, LINE_JCMD, 100 * MIB);
}

static uint64_t left_in_vain(void)
{
    facts_end(&b.facts);
    return b.facts.exhausted.value;
}

START_TEST(test_collections_in_vain)
{
    static const uint64_t last[] = {20, 90, 92, 92, 60};

    given_collections(last, 5, "Allocation Failure");
    ck_assert_uint_eq(left_in_vain(), 92 * MIB);
    b.facts.xmx.value = 200 * MIB; /* the heap had room to grow */
    ck_assert(!known(left_in_vain()));
    given_collections(last, 4, "Allocation Failure"); /* 20: that one helped */
    ck_assert(!known(left_in_vain()));
    given_collections(last, 5, "System.gc()");
    ck_assert(!known(left_in_vain()));
    /* A young one between them that makes no room; one that makes some. */
    given_collections(last, 5, "Allocation Failure");
    ck_assert(vec_push(&b.gc.pauses, &b.mem, &b.err));
    b.gc.pauses.at[5] = b.gc.pauses.at[4];
    b.gc.pauses.at[4] = b.gc.pauses.at[3];
    b.gc.pauses.at[4].full = false;
    ck_assert_uint_eq(left_in_vain(), 92 * MIB);
    b.gc.pauses.at[4].after = 50 * MIB;
    ck_assert(!known(left_in_vain()));
    /* ZGC says no capacity. */
    given_collections(last + 1, 4, "Allocation Stall");
    for (unsigned i = 0; i < 4; i++)
        b.gc.pauses.at[i].capacity = UNKNOWN;
    ck_assert_uint_eq(left_in_vain(), 92 * MIB);
    b.facts.xmx = figure_none();
    ck_assert(!known(left_in_vain()));
    vec_free(&b.gc.pauses, &b.mem);
}
END_TEST

/* An error that made a dump, and ordinary collections after it. */
static void given_outlived(const uint64_t *after, unsigned n)
{
    given_collections(after, n, "Evacuation");
    given_heap_dump(&b, 5 * MIB);
    given_thread(&b, "main", 0, 0);
    b.heap.oome_thread = 0;
    b.input.time = 1000;
    b.facts.dump = &b.input;
    for (unsigned i = 0; i < n; i++) {
        b.gc.pauses.at[i].full = false;
        b.gc.pauses.at[i].time = 1001 + i;
    }
}

/* Who kills a JVM that works on after an error does it for his own reasons. */
START_TEST(test_an_error_survived_is_not_the_end)
{
    static const uint64_t after[] = {20, 20, 20, 20};

    given_outlived(after, 4);
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    b.facts.exit_status = says(&b, LINE_LOG, 137);
    facts_end(&b.facts);
    ck_assert_int_eq(first_found(&b), KIND_HEAP_LEAK); /* perhaps the kernel */
    b.facts.group_kills = says(&b, LINE_CGROUP, 0);
    b.gc.pauses.at[3].after = 60 * MIB; /* the heap is filling again */
    facts_end(&b.facts);
    ck_assert_int_eq(first_found(&b), KIND_HEAP_LEAK);
    b.gc.pauses.at[3].after = 20 * MIB;
    facts_end(&b.facts);
    ck_assert_int_eq(confidence_of(KIND_SIGKILL), CONFIDENCE_MEDIUM);
    vec_free(&b.gc.pauses, &b.mem);
}
END_TEST

/* One thread's error need not be the process's end. */
START_TEST(test_an_error_outlived)
{
    static const uint64_t after[] = {20, 20, 20};

    given_outlived(after, 3);
    facts_end(&b.facts);
    ck_assert_uint_eq(b.facts.outlived.value, 3);
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    given_heap(&b, 100 * MIB, 5 * MIB);
    ck_assert_int_eq(confidence_by(rule_oversized), CONFIDENCE_MEDIUM);
    for (unsigned i = 0; i < 3; i++)
        b.gc.pauses.at[i].time = 997 + i;
    facts_end(&b.facts);
    ck_assert(!known(b.facts.outlived.value));
    vec_free(&b.gc.pauses, &b.mem);
}
END_TEST

START_TEST(test_a_log_that_goes_on_behind_the_error)
{
    struct app_log log = {.since_error = 480, .error_end = 20};
    struct input *in = given_input(&b, ARTIFACT_APP_LOG);

    in->log = &log;
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    b.known_oome.at = figure_of(in, 1, 10);
    given_heap(&b, 100 * MIB, 5 * MIB);
    facts_end(&b.facts);
    ck_assert_int_eq(confidence_by(rule_oversized), CONFIDENCE_MEDIUM);
    log.since_error = 5; /* last words */
    facts_end(&b.facts);
    ck_assert_int_eq(confidence_by(rule_oversized), CONFIDENCE_HIGH);
}
END_TEST

static unsigned climb_of(const uint64_t *mib, unsigned n)
{
    given_collections(mib, n, "Heap Inspection Initiated GC");
    b.facts.climb.looks = 0;
    facts_climb(&b.facts);
    vec_free(&b.gc.pauses, &b.mem);
    return b.facts.climb.looks;
}

START_TEST(test_a_steady_climb)
{
    static const uint64_t steady[] = {3, 8, 13, 19};
    static const uint64_t slower[] = {3, 14, 18, 19};
    static const uint64_t falls[] = {3, 8, 5, 19};
    static const uint64_t little[] = {30, 36, 42, 48};

    ck_assert_uint_eq(climb_of(steady, 4), 4);
    ck_assert_uint_eq(b.facts.climb.last.value, 19 * MIB);
    ck_assert_uint_eq(climb_of(steady, 2), 0);
    ck_assert_uint_eq(climb_of(slower, 4), 0);
    ck_assert_uint_eq(climb_of(falls, 4), 0);
    ck_assert_uint_eq(climb_of(little, 4), 0);
}
END_TEST

TCase *heap_space_tcase(void)
{
    TCase *t = tcase_create("heap_space");

    tcase_add_checked_fixture(t, bench_begin, bench_end);
    tcase_add_test(t, test_the_collector_knows_how_large_it_was);
    tcase_add_test(t, test_collections_in_vain);
    tcase_add_test(t, test_an_error_survived_is_not_the_end);
    tcase_add_test(t, test_an_error_outlived);
    tcase_add_test(t, test_a_log_that_goes_on_behind_the_error);
    tcase_add_test(t, test_a_heap_with_room);
    tcase_add_test(t, test_a_steady_climb);
    tcase_add_test(t, test_oversized_request);
    tcase_add_test(t, test_a_full_heap_of_nobody_knows_what);
    tcase_add_test(t, test_arrays_may_waste_regions);
    tcase_add_test(t, test_who_asked_for_too_much);
    tcase_add_test(t, test_what_is_alive_fits_into_the_dump);
    tcase_add_test(t, test_oversize_threshold_is_asked);
    tcase_add_test(t, test_the_collector_vouches_for_an_error_without_a_word);
    tcase_add_test(t, test_an_error_alone_is_no_sure_leak);
    tcase_add_test(t, test_a_small_heap_of_unknown_size);
    tcase_add_test(t, test_one_object_fills_a_small_heap);
    tcase_add_test(t, test_a_heap_that_was_empty_before);
    tcase_add_test(t, test_a_reservation_is_not_xmx);
    tcase_add_test(t, test_wide_references_give_zgc_away);
    tcase_add_test(t, test_more_live_than_was_committed);
    tcase_add_test(t, test_more_regions_than_objects);
    tcase_add_test(t, test_regions_of_another_hour);
    tcase_add_test(t, test_who_holds_the_loaders);
    return t;
}
