/*
 * test_rules.c - the table of rules: each has its own matter, and the order
 * among them.
 */
#include <check.h>

#include "fixture.h"
#include "suites.h"

START_TEST(test_nothing_is_undecided)
{
    ck_assert_int_eq(confidence_of(KIND_NOT_ENOUGH_EVIDENCE), CONFIDENCE_LOW);
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

START_TEST(test_refusals)
{
    static const struct {
        enum oome_kind kind;
        enum verdict_kind verdict;
    } table[] = {
        {OOME_METASPACE, KIND_METASPACE_CLASS_LEAK},
        {OOME_CLASS_SPACE, KIND_CLASS_SPACE},
        {OOME_CODE_CACHE, KIND_CODE_CACHE},
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
        ck_assert_int_lt(confidence_of(table[i].verdict), CONFIDENCE_HIGH);
    }
}
END_TEST

/* An error with words that are not the JVM's is the heap's only if the heap
 * was half full. */
START_TEST(test_words_of_somebody_else)
{
    given_oome(&b, OOME_OTHER, "no page left in the pool");
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
    given_heap(&b, 100 * MIB, 40 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_NOT_ENOUGH_EVIDENCE);
    b.facts.live.value = 60 * MIB;
    ck_assert_int_eq(first_found(&b), KIND_HEAP_LEAK);
    b.facts.live.value = 40 * MIB;
    b.oome.message = "thrown from the UncaughtExceptionHandler";
    ck_assert_int_eq(first_found(&b), KIND_HEAP_LEAK);
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

START_TEST(test_kill_outranks_oome)
{
    given_kill(&b, 250 * MIB, 0, 256 * MIB);
    given_oome(&b, OOME_HEAP_SPACE, "Java heap space");
    given_part(&b, PART_TRACKED, "Code", KIND_CODE_CACHE, 8 * MIB, 200 * MIB);
    ck_assert_int_eq(first_found(&b), KIND_CODE_CACHE);
}
END_TEST

TCase *rules_tcase(void)
{
    TCase *t = tcase_create("rules");

    tcase_add_checked_fixture(t, bench_begin, bench_end);
    tcase_add_test(t, test_nothing_is_undecided);
    tcase_add_test(t, test_no_rule_needs_a_fact);
    tcase_add_test(t, test_refusals);
    tcase_add_test(t, test_words_of_somebody_else);
    tcase_add_test(t, test_each_refusal_has_one_rule);
    tcase_add_test(t, test_kill_outranks_oome);
    return t;
}
