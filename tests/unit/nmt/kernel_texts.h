/*
 * kernel_texts.h - kernel reports of an invented machine, and a log read
 * from text, for the suites of the kernel log's reader.
 */
#ifndef OOMWHY_TESTS_KERNEL_TEXTS_H
#define OOMWHY_TESTS_KERNEL_TEXTS_H

#include "nmt/kernel.h"
#include "tests/unit/nmt/jvm_texts.h"

/* One memcg report of 6.8: 15 lines, pid 4711 (java) of two tasks dies. */
extern const char *const modern_report[];

/* What a test reads, one log at a time; kernel_done ends it. */
extern struct kernel_log kernel;

void read_kernel(const char *text);
void kernel_done(void);
/* Reads and frees. */
bool kernel_read_and_free(struct source *s, struct arena *a, struct err *e);
/* The lines, each with `prefix` before and `end` behind it; to be freed. */
char *kernel_text(const char *const *lines, const char *prefix,
                  const char *end);
/* Asserts every figure of modern_report. */
void assert_modern(const struct kernel_log *k);

#endif
