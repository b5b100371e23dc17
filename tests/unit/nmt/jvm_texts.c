/*
 * jvm_texts.c - texts in memory, and the sweeps over them.
 */
#include "jvm_texts.h"

#include <check.h>
#include <string.h>

void text_open_bytes(struct text *t, const char *s, size_t n)
{
    memset(t, 0, sizeof *t);
    mem_init(&t->mem, 0);
    arena_init(&t->arena, &t->mem);
    ck_assert(source_open_memory(s, n, &t->mem, &t->source, &t->err));
}

void text_open(struct text *t, const char *s)
{
    text_open_bytes(t, s, strlen(s));
}

void text_close(struct text *t)
{
    source_close(t->source);
    arena_deinit(&t->arena);
    ck_assert_uint_eq(t->mem.held, 0);
    t->source = NULL;
}

void text_end(struct text *t)
{
    if (t->source)
        text_close(t);
}

void sweep_prefixes(const char *s, text_reader *read)
{
    for (size_t n = 0; n <= strlen(s); n++) {
        struct text t;

        text_open_bytes(&t, s, n);
        if (!read(t.source, &t.arena, &t.err))
            ck_assert_int_eq(t.err.code, ERR_FORMAT);
        text_close(&t);
    }
}

void sweep_failures(const char *s, text_reader *read)
{
    bool ok = false;

    for (uint64_t n = 1; !ok; n++) {
        struct text t;

        ck_assert_uint_lt(n, 10000);
        text_open(&t, s);
        t.mem.fail_at = t.mem.calls + n;
        ok = read(t.source, &t.arena, &t.err);
        if (!ok)
            ck_assert_int_eq(t.err.code, ERR_NOMEM);
        text_close(&t);
    }
}
