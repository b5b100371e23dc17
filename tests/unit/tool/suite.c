/*
 * suite.c - runs the tests of src/tool.
 */
#include <stdlib.h>

#include "suite.h"

int main(void)
{
    SRunner *r = srunner_create(options_suite());
    int failed;

    srunner_add_suite(r, output_suite());
    srunner_add_suite(r, progress_suite());
    srunner_add_suite(r, drill_suite());
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
