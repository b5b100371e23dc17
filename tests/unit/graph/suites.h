/* suites.h - the suites of src/graph. */
#ifndef OOMWHY_TESTS_GRAPH_SUITES_H
#define OOMWHY_TESTS_GRAPH_SUITES_H

#include <check.h>

Suite *overlay_suite(void);
Suite *dom_suite(void);
Suite *unowned_suite(void);
Suite *reduce_suite(void);
Suite *crossings_suite(void);
Suite *tree_suite(void);
Suite *walk_suite(void);
Suite *heap_suite(void);
Suite *sizes_suite(void);
Suite *garbage_suite(void);
Suite *texts_suite(void);

#endif
