/*
 * pmap.h - procps' table of a process's mappings: pmap -x, -X and -XX. The
 * columns are found by the header's names.
 */
#ifndef OOMWHY_NMT_PMAP_H
#define OOMWHY_NMT_PMAP_H

#include "nmt/process.h"

#define PMAP_COLUMNS 40

enum pmap_column {
    PMAP_OTHER,
    PMAP_ADDRESS,
    PMAP_SIZE,
    PMAP_RSS,
    PMAP_PSS,
    PMAP_ANONYMOUS,
    PMAP_SWAP,
    PMAP_DIRTY,
    PMAP_PERMS,
    PMAP_FLAGS,   /* several words of two letters */
    PMAP_MAPPING, /* the last one: the rest of the line */
};

struct pmap_columns {
    enum pmap_column at[PMAP_COLUMNS];
    unsigned n; /* 0: no header was met */
    bool anon;  /* there is such a column */
};

/* Without sizes of what is resident (plain pmap) it is none. */
bool pmap_header(const char *line, struct pmap_columns *ret);
/* *path points into `line`; the map has none yet. */
bool pmap_row(const char *line, const struct pmap_columns *c,
              struct smaps_map *ret, const char **path);

#endif
