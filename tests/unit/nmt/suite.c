/*
 * suite.c - runs the tests of nmt: the readers of the native side's texts.
 */
#include "suites.h"
#include "tests/support/runner.h"

static suite_fn *const suites[] = {
    artifact_suite, kernel_suite,  kernel_lines_suite, kernel_order_suite,
    saved_suite,    process_suite, container_suite,    wrapping_suite,
    nmt_suite,      vminfo_suite,  logs_suite,         NULL,
};

int main(void)
{
    return run_suites(suites);
}
