/* runner.c - see runner.h. */
#include "runner.h"

#include <stdlib.h>

int run_suites(suite_fn *const suites[])
{
    SRunner *r = srunner_create(NULL);
    int failed;

    for (; *suites; suites++)
        srunner_add_suite(r, (*suites)());
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
