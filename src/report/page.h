/*
 * page.h - what pages of markup have in common: which blocks show, titles
 * that wait until something stands below them, rows collected cell by cell.
 * A renderer adds the marks of its language.
 *
 * Things of one kind that follow each other make a run: rows a table, facts
 * a list of facts. Runs never nest; `enter` and `leave` frame them. All text
 * that a renderer gets is clean and its to escape.
 */
#ifndef OOMWHY_REPORT_PAGE_H
#define OOMWHY_REPORT_PAGE_H

#include "report/emitter.h"

enum page_run {
    RUN_NONE, /* after a heading, or at the beginning */
    RUN_ROWS,
    RUN_FACTS,
    RUN_BULLETS,
    RUN_PARAS, /* each stands for itself */
};

struct page_level {
    enum shape shape;
    const char *title; /* NULL, or waiting to be written */
    unsigned heading;  /* 1..6: of a title here */
    const struct column *columns;
};

struct page_cell {
    const char *text; /* "" for what is unknown */
    enum value_kind kind;
};

struct page;
struct page_ops {
    void (*start)(struct page *p);
    void (*finish)(struct page *p);
    void (*heading)(struct page *p, unsigned level, const char *text);
    void (*enter)(struct page *p, enum page_run run,
                  const struct column *columns);
    void (*leave)(struct page *p, enum page_run run);
    /* A cell for each column. */
    void (*row)(struct page *p, const struct column *columns,
                const struct page_cell *cells);
    void (*fact)(struct page *p, const char *label, const char *text);
    void (*bullet)(struct page *p, const char *text);
    void (*para)(struct page *p, enum para kind, const char *text);
};

struct page {
    struct emitter em;
    const struct page_ops *ops;
    bool begun;      /* anything was written */
    unsigned hidden; /* blocks open that are not shown */
    unsigned depth;
    unsigned row; /* depth of the row being collected; 0: none */
    enum page_run run;
    struct page_level levels[EMIT_DEPTH];
    struct out words;        /* of that row, or of one fact */
    size_t at[EMIT_COLUMNS]; /* of each cell in `words` */
    struct page_cell cells[EMIT_COLUMNS];
};

/* `record`: see emitter_ops. NULL with `e` set when memory ran out. */
struct emitter *page_open(const struct page_ops *ops, bool record,
                          struct out *o, struct mem *m, struct err *e);

#define PAGE_TITLE 48
/* A column's title; its key in words where it has none: "retained_bytes"
 * gives "Retained". Returns `buf` or the title. */
const char *page_column(const struct column *c, char buf[PAGE_TITLE]);

#endif
