/*
 * heap_patterns.h - the shapes that leaks of one kind have in a heap dump.
 * Keys are classes and fields of the JDK; names of the application count
 * only for what they mean in English (listeners, observers).
 */
#ifndef OOMWHY_JUDGE_HEAP_PATTERNS_H
#define OOMWHY_JUDGE_HEAP_PATTERNS_H

#include "graph/heap.h"
#include "judge/pen.h"

struct pattern_match {
    uint64_t bytes;   /* how much of the live set it accounts for */
    const char *text; /* the claim */
    const struct heap_suspect *suspect; /* who shows it; NULL: the first */
    const char *culprit; /* a better name than the suspect's; or NULL */
};

typedef bool heap_pattern(const struct heap *h, struct pen *p,
                          struct pattern_match *ret);

/* By the heap's own tallies. */
heap_pattern pattern_finalizers, pattern_cleaners, pattern_jni_globals,
    pattern_virtual_threads, pattern_loaders, pattern_array, pattern_duplicates,
    pattern_strings;
/* heap_paths.c: by the way from a root to the suspect. */
heap_pattern pattern_stack, pattern_threadlocals, pattern_queue,
    pattern_listeners;

/* Whether objects of a class are so many that the strings of a heap are theirs,
 * or a map's keys to them: then not the strings pile up, but they do. Lists and
 * maps only hold them. */
bool owns_strings(const char *class_name, uint64_t objects, uint64_t strings);
/* How much of the name of an inner class, or of a lambda, is the outer one's; 0
 * of others. */
size_t outer_length(const char *class_name);
/* Whether it piles up in a list, a queue or the like: not in a map. */
bool piles_up_in_sequence(const struct heap_suspect *s);

#endif
