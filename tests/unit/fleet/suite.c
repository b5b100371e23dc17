/*
 * suite.c - runs the tests of src/fleet.
 */
#include "suites.h"
#include "tests/support/runner.h"

static suite_fn *const suites[] = {
    row_suite,    store_suite, archive_suite, cases_suite,
    groups_suite, batch_suite, NULL,
};

int main(void)
{
    return run_suites(suites);
}
