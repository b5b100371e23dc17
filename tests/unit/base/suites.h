/*
 * suites.h - the suites of src/base, one a file.
 */
#ifndef OOMWHY_TESTS_BASE_SUITES_H
#define OOMWHY_TESTS_BASE_SUITES_H

#include <check.h>

Suite *memory_suite(void); /* err, mem, arena, vec, bits */
Suite *source_suite(void); /* source, lines */
Suite *utf16_suite(void);
Suite *blocks_suite(void);
Suite *text_suite(void); /* out, utf8, size */
Suite *parallel_suite(void);
Suite *again_suite(void);
Suite *spread_suite(void);
Suite *spans_suite(void); /* labels too */

#endif
