/*
 * suite.c - runs the tests of src/report.
 */
#include "suites.h"
#include "tests/support/runner.h"

static suite_fn *const suites[] = {
    json_suite, text_suite, render_suite, markup_suite, NULL,
};

int main(void)
{
    return run_suites(suites);
}
