/*
 * suite.c - runs the tests of src/graph.
 */
#include "suites.h"
#include "tests/support/runner.h"

static suite_fn *const suites[] = {
    overlay_suite,   dom_suite,     unowned_suite, reduce_suite,
    crossings_suite, tree_suite,    walk_suite,    heap_suite,
    sizes_suite,     garbage_suite, texts_suite,   NULL,
};

int main(void)
{
    return run_suites(suites);
}
