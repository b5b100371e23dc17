/*
 * suites.h - the suites of hprof.
 */
#ifndef OOMWHY_TESTS_HPROF_SUITES_H
#define OOMWHY_TESTS_HPROF_SUITES_H

#include <check.h>

Suite *dump_suite(void);
Suite *odd_suite(void);
Suite *damage_suite(void);
Suite *holes_suite(void);
Suite *segments_suite(void);
Suite *refs_suite(void);
Suite *gaps_suite(void);
Suite *ids_suite(void);
Suite *lengths_suite(void);
Suite *names_suite(void);
Suite *values_suite(void);

#endif
