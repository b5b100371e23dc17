/* suite.h - the suites of src/tool. */
#ifndef OOMWHY_TESTS_TOOL_SUITES_H
#define OOMWHY_TESTS_TOOL_SUITES_H

#include <check.h>

Suite *options_suite(void);
Suite *output_suite(void);
Suite *progress_suite(void);
Suite *drill_suite(void);

#endif
