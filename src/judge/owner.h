/*
 * owner.h - in whose field lies what a thread's stack holds. What main() made
 * before it went to work, a service or its cache, is on its stack as a
 * request's result is, but lives as long as the program.
 */
#ifndef OOMWHY_JUDGE_OWNER_H
#define OOMWHY_JUDGE_OWNER_H

#include "graph/heap.h"

struct owner {
    const char *class_name; /* of the application */
    const char *field;      /* of it; NULL: not told */
    const char *held;       /* the class of what lies in that field */
};

/* The object of the application, a local itself, in which a suspect lies that
 * a stack holds; false: there is none, as with a list that is a local. */
bool owner_on_stack(const struct heap *h, const struct heap_suspect *s,
                    struct owner *ret);

#endif
