/* suites.h - the tests of src/judge, a case a file. */
#ifndef OOMWHY_TESTS_UNIT_JUDGE_SUITES_H
#define OOMWHY_TESTS_UNIT_JUDGE_SUITES_H

#include <check.h>

TCase *incident_tcase(void);
TCase *contents_tcase(void);
TCase *jdk_tcase(void);
TCase *identity_tcase(void);
TCase *parts_tcase(void);
TCase *rules_tcase(void);
TCase *kernel_tcase(void);
TCase *killed_tcase(void);
TCase *blame_tcase(void);
TCase *limits_tcase(void);
TCase *heap_space_tcase(void);
TCase *refused_tcase(void);
TCase *quiet_tcase(void);
TCase *patterns_tcase(void);
TCase *owner_tcase(void);
TCase *native_tcase(void);
TCase *matrix_tcase(void);
TCase *balance_tcase(void);
TCase *judge_tcase(void);
TCase *collections_tcase(void);
TCase *signature_tcase(void);
TCase *timeline_tcase(void);

#endif
