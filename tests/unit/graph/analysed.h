/*
 * analysed.h - a heap dump that a test makes up record by record, and what
 * the analysis finds in it: fresh before each test, with the JDK's classes,
 * each held by a root; behind it all must be given back.
 */
#ifndef OOMWHY_TESTS_UNIT_GRAPH_ANALYSED_H
#define OOMWHY_TESTS_UNIT_GRAPH_ANALYSED_H

#include "graph/heap.h"
#include "tests/support/hprof_writer.h"

extern struct hprof_writer w;
extern struct mem mem;
extern struct err err;
extern struct source *source; /* the dump, once it is finished */
extern struct heap heap;      /* nothing in it before analyse() */
extern struct heap_options options;

void analysed_begin(void);
void analysed_end(void);

/* Ends the dump: nothing is written after this. */
void finish_dump(void);
/* Finishes the dump unless it is, forgets what was found before, and analyses
 * it as `options` say. The test ends if that fails. */
void analyse(void);

#endif
