/*
 * suite.c - runs the tests of src/base.
 */
#include <check.h>
#include <stdlib.h>

#include "suite.h"

int main(void)
{
    SRunner *r = srunner_create(memory_suite());
    int failed;

    srunner_add_suite(r, source_suite());
    srunner_add_suite(r, utf16_suite());
    srunner_add_suite(r, blocks_suite());
    srunner_add_suite(r, text_suite());
    srunner_add_suite(r, parallel_suite());
    srunner_add_suite(r, again_suite());
    srunner_add_suite(r, spread_suite());
    srunner_add_suite(r, spans_suite());
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
