/* suite.h - the suites of src/report. */
#ifndef OOMWHY_TESTS_REPORT_SUITES_H
#define OOMWHY_TESTS_REPORT_SUITES_H

#include <check.h>

Suite *json_suite(void);
Suite *text_suite(void);
Suite *render_suite(void);
Suite *markup_suite(void);

#endif
