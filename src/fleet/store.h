/*
 * store.h - the results of a batch, in one SQLite file: docs/fleet.md
 * describes its tables, which anybody may query.
 *
 * The evidence's SHA-256 is the key: the same evidence found twice is one
 * incident at two places. Each row is a transaction of its own, so whatever
 * ends the program, what was finished stays.
 */
#ifndef OOMWHY_FLEET_STORE_H
#define OOMWHY_FLEET_STORE_H

#include "base/vec.h"
#include "fleet/row.h"

#define STORE_VERSION 1
#define STORE_NAME    "fleet.sqlite" /* in a folder of results */

struct store;

/* `create`: for writing, made if it is not there, migrated if it is older.
 * Else for reading. One of a newer program is refused. */
bool store_open(const char *path, bool create, struct mem *m,
                struct store **ret, struct err *e);
void store_close(struct store *s);

/* The row, instead of any of the same content, and where it was found. */
bool store_put(struct store *s, const struct row *r, const char *place,
               struct err *e);
bool store_put_place(struct store *s, const char *place, const char *content,
                     struct err *e);
/* An archive all of whose cases have their row. */
bool store_put_archive(struct store *s, const char *content, uint64_t cases,
                       struct err *e);

struct stored {
    struct row row;
    const char *place; /* the first of them, in alphabetical order */
    uint64_t places;
};

struct stored_rows {
    VEC(struct stored) at; /* by content */
};

/* Strings in `a`; the vector from the same budget, freed by the caller. */
bool store_rows(struct store *s, struct arena *a, struct stored_rows *ret,
                struct err *e);
/* Calls `each` with every case that was found in the archive at `archive`. */
bool store_cases_of(struct store *s, const char *archive,
                    bool (*each)(void *ctx, const char *place,
                                 const char *content, const char *status,
                                 struct err *e),
                    void *ctx, struct err *e);
/* Calls `each` with the content of every archive that is done. */
bool store_archives(struct store *s,
                    bool (*each)(void *ctx, const char *content, struct err *e),
                    void *ctx, struct err *e);

#endif
