/*
 * suite.c - runs the suites of src/judge.
 */
#include <check.h>
#include <stdlib.h>

Suite *incident_suite(void);
Suite *signature_suite(void);
Suite *timeline_suite(void);
Suite *refused_suite(void);
Suite *judge_suite(void) __attribute__((weak));

int main(void)
{
    SRunner *r = srunner_create(incident_suite());
    int failed;

    if (judge_suite)
        srunner_add_suite(r, judge_suite());
    srunner_add_suite(r, signature_suite());
    srunner_add_suite(r, timeline_suite());
    srunner_add_suite(r, refused_suite());
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
