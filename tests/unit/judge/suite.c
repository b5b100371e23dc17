/*
 * suite.c - runs the tests of src/judge, from files to facts, rules and the
 * verdict.
 */
#include "suites.h"
#include "tests/support/runner.h"

static TCase *(*const cases[])(void) = {
    incident_tcase,    contents_tcase, jdk_tcase,        identity_tcase,
    parts_tcase,       rules_tcase,    kernel_tcase,     killed_tcase,
    blame_tcase,       limits_tcase,   heap_space_tcase, refused_tcase,
    quiet_tcase,       patterns_tcase, native_tcase,     matrix_tcase,
    balance_tcase,     judge_tcase,    signature_tcase,  timeline_tcase,
    collections_tcase, owner_tcase,
};

static Suite *judge_suite(void)
{
    Suite *s = suite_create("judge");

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        suite_add_tcase(s, cases[i]());
    return s;
}

static suite_fn *const suites[] = {
    judge_suite,
    NULL,
};

int main(void)
{
    return run_suites(suites);
}
