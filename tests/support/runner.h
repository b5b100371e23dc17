/*
 * runner.h - the main of a test program.
 */
#ifndef OOMWHY_TESTS_RUNNER_H
#define OOMWHY_TESTS_RUNNER_H

#include <check.h>

typedef Suite *suite_fn(void);

/* Runs the suites up to the NULL, as CK_RUN_SUITE and its kin say. Returns the
 * program's exit status. */
int run_suites(suite_fn *const suites[]);

#endif
