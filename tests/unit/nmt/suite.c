/*
 * suite.c - runs the tests of nmt: the readers of the native side's texts.
 */
#include <check.h>
#include <stdlib.h>

Suite *artifact_suite(void);
Suite *kernel_suite(void);
Suite *kernel_lines_suite(void);
Suite *process_suite(void);
Suite *container_suite(void);
Suite *wrapping_suite(void);
Suite *nmt_suite(void) __attribute__((weak));
Suite *vminfo_suite(void) __attribute__((weak));
Suite *logs_suite(void) __attribute__((weak));

int main(void)
{
    SRunner *r = srunner_create(artifact_suite());
    int failed;

    srunner_add_suite(r, kernel_suite());
    srunner_add_suite(r, kernel_lines_suite());
    srunner_add_suite(r, process_suite());
    srunner_add_suite(r, container_suite());
    srunner_add_suite(r, wrapping_suite());
    if (nmt_suite)
        srunner_add_suite(r, nmt_suite());
    if (vminfo_suite)
        srunner_add_suite(r, vminfo_suite());
    if (logs_suite)
        srunner_add_suite(r, logs_suite());
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
