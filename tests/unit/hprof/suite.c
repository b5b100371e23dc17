/*
 * suite.c - runs the tests of hprof.
 */
#include "suites.h"
#include "tests/support/runner.h"

static suite_fn *const suites[] = {
    dump_suite,     odd_suite,   damage_suite, holes_suite,
    segments_suite, refs_suite,  gaps_suite,   ids_suite,
    lengths_suite,  names_suite, values_suite, NULL,
};

int main(void)
{
    return run_suites(suites);
}
