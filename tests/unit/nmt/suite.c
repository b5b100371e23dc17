/*
 * suite.c - runs the tests of nmt: the readers of the native side's texts.
 */
#include <stdlib.h>

#include "suites.h"

int main(void)
{
    SRunner *r = srunner_create(artifact_suite());
    int failed;

    srunner_add_suite(r, kernel_suite());
    srunner_add_suite(r, kernel_lines_suite());
    srunner_add_suite(r, kernel_order_suite());
    srunner_add_suite(r, process_suite());
    srunner_add_suite(r, container_suite());
    srunner_add_suite(r, wrapping_suite());
    srunner_add_suite(r, nmt_suite());
    srunner_add_suite(r, vminfo_suite());
    srunner_add_suite(r, logs_suite());
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
