/* suites.h - the suites that judge_suite gathers. */
#ifndef OOMWHY_TESTS_UNIT_JUDGE_SUITES_H
#define OOMWHY_TESTS_UNIT_JUDGE_SUITES_H

#include <check.h>

Suite *judge_suite(void);
Suite *rules_suite(void);
TCase *full_tcase(void);
TCase *killed_tcase(void);
TCase *parts_tcase(void);
TCase *patterns_tcase(void);
TCase *native_tcase(void);
TCase *quiet_tcase(void);
TCase *identity_tcase(void);
TCase *case_tcase(void);
TCase *matrix_tcase(void);

#endif
