/*
 * suite.c - runs the tests of hprof.
 */
#include "suite.h"

#include <stdlib.h>

int main(void)
{
    SRunner *r = srunner_create(dump_suite());
    int failed;

    srunner_add_suite(r, odd_suite());
    srunner_add_suite(r, damage_suite());
    srunner_add_suite(r, holes_suite());
    srunner_add_suite(r, segments_suite());
    srunner_add_suite(r, refs_suite());
    srunner_add_suite(r, gaps_suite());
    srunner_add_suite(r, ids_suite());
    srunner_add_suite(r, lengths_suite());
    srunner_add_suite(r, names_suite());
    srunner_add_suite(r, values_suite());
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
