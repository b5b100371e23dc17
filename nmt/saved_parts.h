/*
 * saved_parts.h - what the files that undo a viewer's work share.
 *
 *     saved.c          which form it is; puts the messages together again
 *     saved_json.c     messages of a JSON document
 *     saved_table.c    messages of a table in CSV
 *     saved_journal.c  messages of journalctl -o export and -o verbose
 *     saved_order.c    tells a text that begins with the newest
 *
 * Nothing here is for other modules: they include nmt/saved.h.
 */
#ifndef OOMWHY_NMT_SAVED_PARTS_H
#define OOMWHY_NMT_SAVED_PARTS_H

#include "base/vec.h"
#include "nmt/kernel_parts.h"
#include "nmt/saved.h"

struct saved_message {
    const char *text; /* one line or several; NULL: none yet */
    size_t n;
    const char *trace; /* a stack logged beside it, or NULL */
    size_t trace_n;
    int64_t time;  /* of the collector's; INT64_MIN: none */
    double uptime; /* < 0: none */
    uint64_t line; /* where it begins */
};

struct saved {
    struct mem *mem;
    char *bytes; /* the file, NUL-terminated; changed by the readers */
    size_t n;
    bool plain; /* messages are lines of the file, with their own times */
    VEC(struct saved_message) messages;
};

void saved_message_clear(struct saved_message *m);
bool saved_add(struct saved *s, const struct saved_message *m, struct err *e);

/* By the first bytes of a text. */
bool saved_json_begins(const char *p, size_t n);
bool saved_table_begins(const char *p, size_t n);
bool saved_journal_begins(const char *p, size_t n);

/* The messages of the whole; none: it was no such thing after all. False:
 * memory ran out. */
bool saved_json_read(struct saved *s, struct err *e);
bool saved_table_read(struct saved *s, struct err *e);
bool saved_journal_read(struct saved *s, struct err *e);

/* ---- order ------------------------------------------------------------ */

struct order {
    unsigned up, down; /* pairs of lines in the order of time, and not */
    struct kernel_stamp stamp;
    enum kernel_form form;
};

void order_init(struct order *o);
/* The line, which is changed, begins with its time, or `time` is known of it;
 * returns whether there was any. */
bool order_see(struct order *o, char *line, const struct saved_message *of);
bool order_is_turned(const struct order *o);

#endif
