/*
 * jvm_texts.h - what the suites of the JVM's texts share: a text held in
 * memory as a source, and the two sweeps every reader must stand: cut off
 * after each byte, and out of memory at each allocation.
 */
#ifndef OOMWHY_TESTS_JVM_TEXTS_H
#define OOMWHY_TESTS_JVM_TEXTS_H

#include "base/arena.h"
#include "base/source.h"

#define KB(n) ((uint64_t)(n) << 10)
#define MB(n) ((uint64_t)(n) << 20)

struct text {
    struct mem mem;
    struct arena arena;
    struct source *source; /* NULL: closed */
    struct err err;
};

void text_open(struct text *t, const char *s);
void text_open_bytes(struct text *t, const char *s, size_t n);
/* Fails the test if anything allocated is still held. */
void text_close(struct text *t);
/* The same of what may not be open at all. */
void text_end(struct text *t);

/* Ends `t`, opens `s` in it, and reads that: (source, arena, ret, err). The
 * test ends if that fails. */
#define TEXT_READ(t, s, reader, ret)                                           \
    do {                                                                       \
        text_end(t);                                                           \
        text_open((t), (s));                                                   \
        ck_assert_msg(reader((t)->source, &(t)->arena, (ret), &(t)->err),      \
                      "%s", (t)->err.text);                                    \
    } while (0)

/* Reads and frees what it read; false with `e` set as the reader does. */
typedef bool text_reader(struct source *s, struct arena *a, struct err *e);

void sweep_prefixes(const char *s, text_reader *read);
/* The text must read without error when memory suffices. */
void sweep_failures(const char *s, text_reader *read);

#endif
