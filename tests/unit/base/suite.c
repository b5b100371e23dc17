/*
 * suite.c - runs the tests of src/base.
 */
#include "suites.h"
#include "tests/support/runner.h"

static suite_fn *const suites[] = {
    memory_suite,   source_suite, utf16_suite,  blocks_suite, text_suite,
    parallel_suite, again_suite,  spread_suite, spans_suite,  NULL,
};

int main(void)
{
    return run_suites(suites);
}
