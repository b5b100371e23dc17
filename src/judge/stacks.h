/*
 * stacks.h - what thread stacks have resident: how much of what NMT has
 * committed for them has pages, or what the mappings show without it.
 *
 * From JDK 11 on NMT asks the kernel. Before, it takes every stack for
 * committed whole, a megabyte each as a rule, of which most threads touch a
 * tenth.
 */
#ifndef OOMWHY_JUDGE_STACKS_H
#define OOMWHY_JUDGE_STACKS_H

#include "nmt/nmt.h"
#include "nmt/process.h"

/* Whether NMT's category is that of threads, and counts stacks whole. */
bool stacks_are_whole(const struct nmt_category *c);
/* Bytes of it that are promises: from the mappings of the same moment if
 * there are any (not a rollup), else an estimate. 0 of other categories. */
uint64_t stacks_without_pages(const struct nmt_category *c,
                              const struct smaps *s);
/* Resident bytes of the mappings behind guard pages, which are stacks if they
 * are about as many as there are threads; UNKNOWN: nobody can tell. */
uint64_t stacks_by_guards(const struct smaps *s, uint64_t threads);

#endif
