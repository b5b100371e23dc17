/* suites.h - the suites of nmt, one a file. */
#ifndef OOMWHY_TESTS_UNIT_NMT_SUITES_H
#define OOMWHY_TESTS_UNIT_NMT_SUITES_H

#include <check.h>

Suite *artifact_suite(void);
Suite *kernel_suite(void);
Suite *kernel_lines_suite(void);
Suite *kernel_order_suite(void);
Suite *saved_suite(void);
Suite *process_suite(void);
Suite *container_suite(void);
Suite *wrapping_suite(void);
Suite *nmt_suite(void);
Suite *vminfo_suite(void);
Suite *logs_suite(void);
/* Of the logs' suite. */
TCase *gclog_case(void);
TCase *jcmd_case(void);

#endif
