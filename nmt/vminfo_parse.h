/*
 * vminfo_parse.h - shared by the files that read hs_err and VM.info.
 */
#ifndef OOMWHY_NMT_VMINFO_PARSE_H
#define OOMWHY_NMT_VMINFO_PARSE_H

#include "nmt/logs.h"
#include "nmt/nmt_parse.h"
#include "nmt/vminfo.h"

/* What is going on in the file: which list the lines belong to. */
enum vm_section {
    SECTION_OTHER,
    SECTION_HEAP,    /* "Heap:" up to a blank line */
    SECTION_THREADS, /* "Java Threads:", "Other Threads:" */
    SECTION_MAPS,    /* "Dynamic libraries:" */
    SECTION_FLAGS,   /* "[Global flags]" */
    SECTION_NMT,
};

struct vm_reader {
    struct vm_info *info;
    struct arena *arena;
    enum vm_section section;
    struct nmt_parser nmt;
    struct heap_info heap;
    struct vm_flags flags; /* of the arguments, then of the flag list */
    uint64_t *next_value;  /* its number stands on the next line */
    bool heap_seen, end_seen, old_end_seen;
    uint64_t maps, threads; /* counted */
    uint64_t number;        /* of the line */
};

/* The "#" lines at the head: what killed it. False: out of memory. */
bool vm_death_line(struct vm_reader *r, const char *line, struct err *e);
/* "key: figure" lines of all later sections. */
bool vm_figure_line(struct vm_reader *r, const char *line, struct err *e);

void vm_flags_init(struct vm_flags *f);
/* Adds the options in `args`; later ones win. */
void vm_flags_add(struct vm_flags *f, const char *args);
/* "  size_t MaxHeapSize   = 41943040   {product} {command line}" */
bool vm_flags_list_line(struct vm_flags *f, const char *line);

#endif
