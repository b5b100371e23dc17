/*
 * nmt_parse.h - the NMT parser fed line by line, for whoever holds the lines:
 * nmt.c for files of its own, vminfo.c for the section inside hs_err.
 *
 *     nmt_parser_init(&p, &report, arena);
 *     while (line) if (!nmt_parser_feed(&p, line, number, e)) ...
 *     nmt_parser_finish(&p);
 *
 * Lines are looked for marks, not matched whole, so prefixes, call-outs and
 * remarks around them do no harm.
 */
#ifndef OOMWHY_NMT_NMT_PARSE_H
#define OOMWHY_NMT_NMT_PARSE_H

#include "nmt/nmt.h"

struct nmt_parser {
    struct nmt_report *report;
    struct arena *arena;
    uint64_t number;         /* of the line being read */
    uint64_t pid, pid_line;  /* of a "1234:" that may begin a report */
    bool next_begins;        /* the line fed was refused: it begins another */
    struct nmt_space *space; /* Metadata or Class space, or NULL */
    /* the detail part */
    bool in_detail;
    bool in_region;    /* frames belong to a region, not to a site */
    bool region_whole; /* the reserved region is wholly committed */
    uint64_t region_from, region_to;
    const char *region_category;
    bool frames; /* a stack stands open */
    const char *frame, *library;
    VEC(const char *) names; /* those already in the arena */
};

/* A figure with its change: "23KB +4KB"; units apply to the delta if it has
 * none of its own (arenas up to JDK 17). */
struct nmt_amount {
    uint64_t value; /* bytes; UNKNOWN: no figure here */
    int64_t delta;  /* UNKNOWN_DELTA: none */
    uint64_t unit;
};

void nmt_parser_init(struct nmt_parser *p, struct nmt_report *ret,
                     struct arena *a);
/* False only if memory ran out. */
bool nmt_parser_feed(struct nmt_parser *p, const char *line, uint64_t number,
                     struct err *e);
/* Frees what the parser holds; the report is complete. */
void nmt_parser_finish(struct nmt_parser *p);
/* Whether anything of a report was understood. */
bool nmt_report_started(const struct nmt_report *r);

/* The rest is shared by the parser's own files. */
struct nmt_amount nmt_amount(const char **s);
/* " +12KB" or " -3" (in `unit`) behind an amount; UNKNOWN_DELTA if none. */
int64_t nmt_delta(const char **s, uint64_t unit);
/* The amount behind `key` in `s`; UNKNOWN without key. */
struct nmt_amount nmt_amount_after(const char *s, const char *key);
/* "#12 +3" behind `s`, whether or not a comma or a type comes first. */
void nmt_count_after(const char *s, uint64_t *count, int64_t *delta);
/* The same bytes once in the arena; NULL with `e` set. */
const char *nmt_intern(struct nmt_parser *p, const char *s, size_t n,
                       struct err *e);
/* A line under a category's head or under Total. */
void nmt_category_line(struct nmt_parser *p, struct nmt_category *c,
                       const char *line);
/* Sets *ret if the line belongs to the detail. */
bool nmt_detail_line(struct nmt_parser *p, const char *line, bool *ret,
                     struct err *e);

#endif
