/*
 * suite.c - runs the suites of src/graph.
 */
#include <check.h>
#include <stdlib.h>

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

int main(void)
{
    SRunner *runner = srunner_create(overlay_suite());
    int failed;

    srunner_add_suite(runner, dom_suite());
    srunner_add_suite(runner, unowned_suite());
    srunner_add_suite(runner, reduce_suite());
    srunner_add_suite(runner, crossings_suite());
    srunner_add_suite(runner, tree_suite());
    srunner_add_suite(runner, walk_suite());
    srunner_add_suite(runner, heap_suite());
    srunner_add_suite(runner, sizes_suite());
    srunner_add_suite(runner, garbage_suite());
    srunner_add_suite(runner, texts_suite());
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
