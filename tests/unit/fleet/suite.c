/*
 * suite.c - runs the tests of src/fleet.
 */
#include <stdlib.h>

#include "suites.h"

int main(void)
{
    SRunner *r = srunner_create(row_suite());
    int failed;

    srunner_add_suite(r, store_suite());
    srunner_add_suite(r, archive_suite());
    srunner_add_suite(r, cases_suite());
    srunner_add_suite(r, groups_suite());
    srunner_add_suite(r, batch_suite());
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
