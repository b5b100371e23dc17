/*
 * suite.c - runs the tests of src/tool.
 */
#include "suites.h"
#include "tests/support/runner.h"

static suite_fn *const suites[] = {
    options_suite, output_suite, progress_suite, drill_suite, NULL,
};

int main(void)
{
    return run_suites(suites);
}
