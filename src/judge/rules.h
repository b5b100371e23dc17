/*
 * rules.h - one small function a rule: it looks at the facts and either has
 * nothing to say or makes a finding. The table's order is precedence.
 */
#ifndef OOMWHY_JUDGE_RULES_H
#define OOMWHY_JUDGE_RULES_H

#include "judge/finding.h"

/* True: `ret` is filled. */
typedef bool rule_fn(const struct facts *f, struct pen *p, struct finding *ret);

struct rule {
    const char *name;
    rule_fn *find;
};

/* Ends with a rule that always finds something. */
extern const struct rule rules[];
extern const unsigned n_rules;

/* rules_kernel.c: what the kernel's own account of a kill proves. */
rule_fn rule_other_killed, rule_kernel_memory, rule_shmem, rule_neighbour;
/* rules_killed.c: what this process was made of when it was killed. */
rule_fn rule_killed;
/* rules_system_limits.c: a thread, a mapping, address space was refused. */
rule_fn rule_reservation, rule_map_limit, rule_thread_limit;
/* rules_jvm_limits.c: the JVM refused it, by a limit of its own. */
rule_fn rule_metaspace, rule_code_cache, rule_direct;
/* rules_heap_space.c: an OutOfMemoryError of the heap itself. */
rule_fn rule_oversized, rule_heap_full, rule_heap_exhausted;
/* rules_refused.c: the system refused the JVM memory. */
rule_fn rule_native_failed, rule_malloc_refused;
/* rules_growing.c: growth without a death. */
rule_fn rule_mappings_grow, rule_growing, rule_extraordinary;
/* rules_signal.c: ended by a signal, and not for memory. */
rule_fn rule_crash, rule_sigkill, rule_sudden_end, rule_sigterm;
/* rules_healthy.c: no memory problem. */
rule_fn rule_threw, rule_healthy, rule_left_in_order;
/* rules_glance.c: one look at a living JVM, from both sides. */
rule_fn rule_one_holder, rule_unremarkable;
/* rules_undecided.c: not enough to go by. */
rule_fn rule_undecided;

/* ---- what several rules ask -------------------------------------------- */

/* rules_part.c */

/* The part of the process's memory that is; NULL: none grew. */
const struct part *part_to_blame(const struct facts *f);
/* Nor is that one: it had too small a share. */
bool nobody_to_blame(const struct facts *f, const struct part *part);
/* The whole finding for a part other than the heap, worded for a kill; who
 * found it otherwise writes another summary. */
void judge_part(const struct facts *f, struct pen *p, const struct part *part,
                struct finding *ret);
/* "... grew from ... to ..." */
void argue_part(const struct facts *f, struct pen *p, const struct part *part,
                struct finding *ret);
/* "is NMT's Thread", "lies outside NMT" */
const char *part_phrase(const struct facts *f, struct pen *p,
                        const struct part *part);

/* rules_healthy.c: whether trouble would have shown */

/* Files on tmpfs fill the group, and no process shows them: these did not. */
bool shmem_is_level(const struct facts *f);
/* Where the process is gone, somebody must have seen that it went in good
 * order, or at least that the kernel had no hand in it. */
bool end_is_known(const struct facts *f);
/* Errors would stand in a log that is here; where they may have gone
 * elsewhere, the GC log at least shows that the heap was not the reason for
 * one, and no other limit was near. */
bool errors_watched(const struct facts *f);

/* rules_killed_stacks.c: where NMT counts stacks whole */

/* Whether what grew beyond all that it knows is likely theirs. */
bool stacks_may_be_it(const struct facts *f, const struct part *part);
/* The whole finding then. */
void judge_stacks(const struct facts *f, struct pen *p, const struct part *part,
                  struct finding *ret);

/* rules_killed_heap.c */

/* The whole finding where that part is the heap. */
void judge_heap(const struct facts *f, struct pen *p, const struct part *heap,
                struct finding *ret);
/* Its pages were seen, or objects once filled three quarters of it. */
bool heap_was_filled(const struct facts *f, const struct part *heap);
/* A third as large again, and by 4 MiB. */
bool live_is_larger(uint64_t before, uint64_t now);
/* A few MiB of a large heap are nobody's leak. */
bool live_is_few(const struct facts *f, uint64_t live);

#endif
