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

struct kernel_case {
    struct text text;
    struct kernel_log log;
};

void kernel_case_open(struct kernel_case *c, const char *text);
void kernel_case_close(struct kernel_case *c);
bool kernel_case_read(struct source *s, struct arena *a, struct err *e);
/* The lines, each with `prefix` before and `end` behind it; to be freed. */
char *kernel_text(const char *const *lines, const char *prefix,
                  const char *end);
/* Asserts every figure of modern_report. */
void assert_modern(const struct kernel_log *k);

#endif
