/*
 * rules.c - the rules in order of precedence. The first that finds
 * something gives the verdict; later ones become alternatives.
 *
 *  1. What the kernel proves about somebody or something else: another
 *     process of the group was killed, or kernel memory, tmpfs or another
 *     process filled the group. Nothing the JVM says can outweigh that.
 *  2. The kernel killed this process: what it was made of then decides. This
 *     outranks every OutOfMemoryError, which the process had survived.
 *  3. What the JVM refused, by the kind of its OutOfMemoryError: each names
 *     its own resource. Heap space comes last, because an exhausted heap is
 *     often the consequence of another failure, hardly ever the cause.
 *  4. Native allocations that the system refused without a kill.
 *  5. Deaths that were not for memory.
 *  6. Growth without a death, then one report far beyond the ordinary.
 *  7. Nothing: asked to stop, or healthy if enough was seen; what one look
 *     at both sides suggests; else undecided.
 */
#include "rules.h"

const struct rule rules[] = {
    {"another process was killed", rule_other_killed},
    {"kernel memory", rule_kernel_memory},
    {"shared memory", rule_shmem},
    {"another process holds the memory", rule_neighbour},
    {"killed by the kernel", rule_killed},
    {"no room for the heap", rule_reservation},
    {"metaspace refused", rule_metaspace},
    {"code cache refused", rule_code_cache},
    {"direct memory refused", rule_direct},
    {"mapping refused", rule_map_limit},
    {"thread refused", rule_thread_limit},
    {"one oversized request", rule_oversized},
    {"heap full", rule_heap_full},
    {"native allocation failed", rule_native_failed},
    {"native memory refused", rule_malloc_refused},
    {"crash", rule_crash},
    {"heap full, by its collections", rule_heap_exhausted},
    {"killed, but not for memory", rule_sigkill},
    {"ever more mappings", rule_mappings_grow},
    {"still growing", rule_growing},
    {"far beyond the ordinary", rule_extraordinary},
    {"asked to stop", rule_sigterm},
    {"ended by an exception", rule_threw},
    {"healthy", rule_healthy},
    {"one holder", rule_one_holder},
    {"unremarkable", rule_unremarkable},
    {"left in good order", rule_left_in_order},
    {"gone suddenly", rule_sudden_end},
    {"undecided", rule_undecided},
};

const unsigned n_rules = sizeof rules / sizeof *rules;
