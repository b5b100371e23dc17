/*
 * fuzz_hprof.c - any bytes as a heap dump: read, then everything that goes
 * back to the file, with a budget that no length in the bytes may exceed.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "hprof/values.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#define SOME 64

static void check_tables(const struct hprof_dump *d)
{
    uint64_t begin, end, before = 0;

    for (uint32_t v = 0; v < d->nodes; v++) {
        hprof_refs(d, v, &begin, &end);
        assert(begin >= before && begin <= end);
        for (before = end; begin < end; begin++)
            assert(d->refs[begin] >= 1 && d->refs[begin] < d->nodes);
        assert(hprof_class_of(d, v) == CLASS_NONE ||
               hprof_class_of(d, v) < d->n_classes);
    }
    for (uint64_t i = 0; i < d->roots.n; i++)
        assert(d->roots.at[i].node == NODE_NONE ||
               d->roots.at[i].node < d->nodes);
    for (uint64_t i = 0; i < d->weak.n; i++)
        assert(d->weak.at[i].from < d->nodes && d->weak.at[i].to < d->nodes);
}

static void go_back(const struct hprof_dump *d, struct source *s)
{
    struct hprof_value values[SOME] = {0};
    uint32_t nodes[SOME], step = d->nodes / SOME + 1, k = 0;
    const char *texts[SOME];
    struct err e = {0};
    struct arena a;

    arena_init(&a, d->mem);
    for (uint32_t v = 1; v < d->nodes && k < SOME; v += step)
        values[k].node = nodes[k] = v, k++;
    if (hprof_values_read(d, s, values, k, 4096, &a, &e))
        for (uint32_t i = 0; i < k; i++) {
            if (values[i].found && hprof_id_of(d, values[i].node))
                assert(hprof_id_of(d, values[i].node) == values[i].id);
            (void)hprof_step_name(d, &values[i], nodes[k - 1 - i], &a, &e);
        }
    (void)hprof_strings_read(d, s, nodes, k, 100, texts, &a, &e);
    arena_deinit(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct hprof_options o = {.dump = (unsigned)(n % 3)};
    struct source *s = NULL;
    struct hprof_dump d;
    struct err e = {0};
    struct mem m;

    mem_init(&m, (uint64_t)512 << 20);
    if (source_open_memory(bytes, n, &m, &s, &e)) {
        if (hprof_dump_read(s, &o, &m, &d, &e)) {
            check_tables(&d);
            go_back(&d, s);
            hprof_dump_deinit(&d);
        } else {
            assert(err_is_set(&e));
        }
        source_close(s);
    }
    assert(m.held == 0);
    return 0;
}
