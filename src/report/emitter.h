/*
 * emitter.h - the report as an abstract walk. Each report_*.c states every
 * fact once, as key, label, unit and value; each render_*.c turns the walk
 * into one format.
 *
 *     emit_object(em, "culprit", "Culprit");
 *     emit_text(em, "class", "Class", c->class_name);
 *     emit_bytes(em, "bytes", "Holds", c->bytes);
 *     emit_end(em);
 *
 * Keys are for programs, labels for people: a fact without a label is not
 * shown on pages, and a block without a title is, on pages, part of what
 * surrounds it (an object) or left out (a list). What is UNKNOWN or NULL is
 * null for programs and left out, or a dash, on pages.
 *
 * Emitting never fails: the output's error is sticky.
 */
#ifndef OOMWHY_REPORT_EMITTER_H
#define OOMWHY_REPORT_EMITTER_H

#include "base/known.h"
#include "base/out.h"

#define EMIT_DEPTH   16
#define EMIT_COLUMNS 12

enum value_kind {
    VALUE_NULL,
    VALUE_BOOL,
    VALUE_COUNT,   /* u */
    VALUE_NUMBER,  /* u */
    VALUE_BYTES,   /* u */
    VALUE_DELTA,   /* i, bytes */
    VALUE_INTEGER, /* i */
    VALUE_PERCENT, /* u, 0..100 and above */
    VALUE_SHARE,   /* real, 1.0 is the whole */
    VALUE_WEIGHT,  /* u, 1..3 */
    VALUE_TIME,    /* i, Unix ms */
    VALUE_ID,      /* u */
    VALUE_TEXT,
    VALUE_PLACE,
};

/* A place in a file; path NULL: none in particular. */
struct place {
    const char *path;
    uint64_t line, offset; /* UNKNOWN: none */
};

struct value {
    enum value_kind kind;
    union {
        bool b;
        uint64_t u;
        int64_t i;
        double real;
        const char *text; /* foreign: renderers clean it */
        struct place place;
    };
};

/* How pages show a field of a list's rows. */
struct column {
    const char *key;   /* of the fact shown here; NULL ends the table */
    const char *title; /* NULL in all columns: no head */
    int width;         /* > 0: to the right; < 0: to the left; 0: flows over
                          what is left of the line and the lines below */
};

enum shape {
    SHAPE_OBJECT, /* facts with keys */
    SHAPE_TABLE,  /* a list of rows alike, shown in columns */
    SHAPE_LIST,   /* a list of objects with blocks of their own, or of texts */
    SHAPE_ITEM,   /* an object without key: a row, or an item of a list */
};

struct block {
    enum shape shape;
    const char *key, *title;
    const struct column *columns; /* SHAPE_TABLE */
};

enum para {
    PARA_HEADLINE, /* the one line to read */
    PARA_PLAIN,
    PARA_WARNING, /* must not be overlooked */
    PARA_BULLET,
    PARA_COMMAND, /* to be copied to a shell: never broken into lines */
    PARA_OPEN,    /* left open for people to fill in */
};

struct emitter;
struct emitter_ops {
    bool page;   /* for readers: labels, paragraphs, an order of urgency */
    bool record; /* a page that people go on writing: an incident record */
    void (*begin)(struct emitter *em, const struct block *b);
    void (*end)(struct emitter *em);
    void (*value)(struct emitter *em, const char *key, const char *label,
                  const struct value *v);
    /* NULL unless `page`. */
    void (*para)(struct emitter *em, enum para p, const char *text);
    void (*close)(struct emitter *em); /* frees the renderer */
};

/* The head of every renderer. */
struct emitter {
    const struct emitter_ops *ops;
    struct out *out;
    struct mem *mem;
    const char *base; /* pages leave it out where a path begins with it;
                         NULL: they don't */
    uint64_t told;    /* facts and paragraphs so far */
    unsigned depth;
    enum shape open[EMIT_DEPTH];
};

/* `path` as pages show it. */
const char *emit_shown_path(const struct emitter *em, const char *path);

void emitter_init(struct emitter *em, const struct emitter_ops *ops,
                  struct out *o, struct mem *m);

static inline bool emit_is_page(const struct emitter *em)
{
    return em->ops->page;
}

/* ---- blocks: each is closed by emit_end ------------------------------- */

/* `key` is NULL for the document itself, which comes first and last. */
void emit_object(struct emitter *em, const char *key, const char *title);
void emit_table(struct emitter *em, const char *key, const char *title,
                const struct column *columns);
void emit_list(struct emitter *em, const char *key, const char *title);
void emit_item(struct emitter *em, const char *title);
void emit_end(struct emitter *em);

/* ---- facts ------------------------------------------------------------ */

void emit_null(struct emitter *em, const char *key);
void emit_bool(struct emitter *em, const char *key, const char *label, bool v);
void emit_count(struct emitter *em, const char *key, const char *label,
                uint64_t v);
/* A number that is a name: a pid, a line. Never grouped. */
void emit_number(struct emitter *em, const char *key, const char *label,
                 uint64_t v);
void emit_bytes(struct emitter *em, const char *key, const char *label,
                uint64_t v);
void emit_delta(struct emitter *em, const char *key, const char *label,
                int64_t v);
void emit_integer(struct emitter *em, const char *key, const char *label,
                  int64_t v);
void emit_percent(struct emitter *em, const char *key, const char *label,
                  uint64_t v);
/* part / whole; null where either is unknown or the whole is 0. */
void emit_share(struct emitter *em, const char *key, const char *label,
                uint64_t part, uint64_t whole);
void emit_real_share(struct emitter *em, const char *key, const char *label,
                     double v);
void emit_weight(struct emitter *em, const char *key, const char *label,
                 unsigned v);
/* Unix ms; INT64_MIN is unknown. */
void emit_time(struct emitter *em, const char *key, const char *label,
               int64_t v);
void emit_id(struct emitter *em, const char *key, const char *label,
             uint64_t v);
void emit_text(struct emitter *em, const char *key, const char *label,
               const char *s);
/* The same, put together here. */
void emit_words(struct emitter *em, const char *key, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* An object {path, line, offset} for programs, "file:line" on pages. */
void emit_place(struct emitter *em, const char *key, const char *label,
                const struct place *p);

/* ---- pages only -------------------------------------------------------- */

void emit_para(struct emitter *em, enum para p, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* A labelled fact in free words, made of facts that programs get singly. */
void emit_aside(struct emitter *em, const char *label, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- for renderers ----------------------------------------------------- */

#define TIME_TEXT 32
/* RFC 3339 in UTC, with milliseconds only if there are any: Returns `buf`,
 * or NULL where the year would not have four digits. */
const char *time_text(char buf[TIME_TEXT], int64_t ms);

#endif
