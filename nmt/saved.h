/*
 * saved.h - a log as some viewer saved it, made the text that was logged: a
 * JSON document of messages, a table in CSV, records of the journal; and any
 * log that was saved newest first is turned.
 *
 * The lines of that text bear the numbers that they have in the file.
 */
#ifndef OOMWHY_NMT_SAVED_H
#define OOMWHY_NMT_SAVED_H

#include "base/source.h"

/* What is larger is left as it is. */
#define SAVED_MAX ((size_t)128 << 20)

/* Puts the text in place of `*s`, which must stand at offset 0; what was not
 * saved in such a way is left alone. False: memory ran out, and `*s` is as it
 * was. */
bool saved_undo(struct source **s, struct mem *m, struct err *e);
/* source_open, and that. */
bool saved_open(const char *path, struct mem *m, struct source **ret,
                struct err *e);

#endif
