/* suites.h - the suites of src/fleet. */
#ifndef OOMWHY_TESTS_FLEET_SUITES_H
#define OOMWHY_TESTS_FLEET_SUITES_H

#include <check.h>

Suite *row_suite(void);
Suite *store_suite(void);
Suite *archive_suite(void);
Suite *cases_suite(void);
Suite *groups_suite(void);
Suite *batch_suite(void);

#endif
