/*
 * store.c - the SQLite file.
 *
 * The journal is SQLite's ordinary one: it leaves one file behind, where the
 * write-ahead log would leave three. SQLite allocates for itself; what it
 * needs does not grow with the evidence.
 */
#include "store.h"

#include <sqlite3.h>
#include <string.h>

#define BUSY_MS 10000

struct store {
    struct mem *mem;
    sqlite3 *db;
    sqlite3_stmt *put, *put_place;
};

static bool refused(struct store *s, const char *what, struct err *e)
{
    return err_set(e, ERR_IO, "%s: %s", what, sqlite3_errmsg(s->db));
}

/* ---- schema ----------------------------------------------------------- */

/* One step a version: [0] makes version 1 of nothing. Steps are never
 * edited once released; a change is another step. */
static const char *const migrations[STORE_VERSION] = {
    "CREATE TABLE incidents ("
    " content TEXT PRIMARY KEY NOT NULL,"
    " status TEXT NOT NULL,"
    " error TEXT,"
    " tool TEXT,"
    " report TEXT,"
    " time INTEGER,"
    " side TEXT, kind TEXT, confidence TEXT, summary TEXT,"
    " culprit TEXT, culprit_bytes INTEGER,"
    " family TEXT, cause TEXT, application TEXT, holder TEXT,"
    " jvm TEXT, rss INTEGER, xmx INTEGER, memory_limit INTEGER"
    ") WITHOUT ROWID;"
    "CREATE TABLE places ("
    " path TEXT PRIMARY KEY NOT NULL,"
    " content TEXT NOT NULL REFERENCES incidents (content)"
    ") WITHOUT ROWID;"
    "CREATE INDEX places_content ON places (content);"
    "CREATE TABLE archives ("
    " content TEXT PRIMARY KEY NOT NULL,"
    " cases INTEGER NOT NULL"
    ") WITHOUT ROWID;",
};

static bool run(struct store *s, const char *sql, struct err *e)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
           refused(s, "the results can't be written", e);
}

static bool version_of(struct store *s, int *ret, struct err *e)
{
    sqlite3_stmt *q;
    bool ok;

    if (sqlite3_prepare_v2(s->db, "PRAGMA user_version", -1, &q, NULL) !=
        SQLITE_OK)
        return refused(s, "not a database of results", e);
    ok = sqlite3_step(q) == SQLITE_ROW;
    *ret = ok ? sqlite3_column_int(q, 0) : 0;
    sqlite3_finalize(q);
    return ok || refused(s, "not a database of results", e);
}

static bool migrate(struct store *s, int from, struct err *e)
{
    char version[48];
    int v;

    for (v = from; v < STORE_VERSION; v++) {
        snprintf(version, sizeof version, "PRAGMA user_version = %d", v + 1);
        if (!run(s, "BEGIN IMMEDIATE", e) || !run(s, migrations[v], e) ||
            !run(s, version, e) || !run(s, "COMMIT", e))
            return false;
    }
    return true;
}

static bool prepare_schema(struct store *s, bool create, struct err *e)
{
    int version = 0;

    if (!version_of(s, &version, e))
        return false;
    if (version > STORE_VERSION)
        return err_set(e, ERR_UNSUPPORTED,
                       "was written by a newer oomwhy (version %d of its "
                       "tables; this one knows %d)",
                       version, STORE_VERSION);
    if (version < STORE_VERSION && !create)
        return err_set(e, ERR_FORMAT,
                       version ? "is of an older oomwhy: run batch on it once"
                               : "holds no results of a batch");
    return migrate(s, version, e);
}

/* ---- statements ------------------------------------------------------- */

/* "INSERT OR REPLACE INTO incidents (a, b) VALUES (?, ?)" */
static void write_insert(struct out *o)
{
    size_t i;

    out_str(o, "INSERT OR REPLACE INTO incidents (");
    for (i = 0; i < ROW_FIELDS; i++)
        out_printf(o, "%s%s", i ? ", " : "", row_fields[i].name);
    out_str(o, ") VALUES (");
    for (i = 0; i < ROW_FIELDS; i++)
        out_str(o, i ? ", ?" : "?");
    out_str(o, ")");
}

static void write_select(struct out *o)
{
    size_t i;

    out_str(o, "SELECT ");
    for (i = 0; i < ROW_FIELDS; i++)
        out_printf(o, "incidents.%s, ", row_fields[i].name);
    out_str(o, "min(places.path), count(places.path) FROM incidents "
               "LEFT JOIN places ON places.content = incidents.content "
               "GROUP BY incidents.content ORDER BY incidents.content");
}

static bool prepare(struct store *s, void (*write)(struct out *o),
                    sqlite3_stmt **ret, struct err *e)
{
    const char *sql;
    struct out o;
    bool ok;

    out_to_memory(&o, s->mem);
    write(&o);
    sql = out_string(&o);
    ok = sql ? sqlite3_prepare_v2(s->db, sql, -1, ret, NULL) == SQLITE_OK ||
                   refused(s, "the results can't be used", e)
             : out_finish(&o, e);
    out_deinit(&o);
    return ok;
}

static void write_put_place(struct out *o)
{
    out_str(o, "INSERT OR REPLACE INTO places (path, content) VALUES (?, ?)");
}

/* ---- open, close ------------------------------------------------------ */

bool store_open(const char *path, bool create, struct mem *m,
                struct store **ret, struct err *e)
{
    int flags = create ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                       : SQLITE_OPEN_READONLY;
    struct store *s = mem_alloc(m, 1, sizeof *s, e);
    bool ok;

    if (!s)
        return false;
    s->mem = m;
    if (sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK) {
        refused(s, "can't be opened", e);
        store_close(s);
        return false;
    }
    sqlite3_busy_timeout(s->db, BUSY_MS);
    ok = prepare_schema(s, create, e);
    if (ok && create)
        /* A flush a row fewer: what a power cut takes is analysed again. */
        ok = run(s, "PRAGMA synchronous = NORMAL", e) &&
             prepare(s, write_insert, &s->put, e) &&
             prepare(s, write_put_place, &s->put_place, e);
    if (!ok) {
        store_close(s);
        return false;
    }
    *ret = s;
    return true;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    sqlite3_finalize(s->put);
    sqlite3_finalize(s->put_place);
    sqlite3_close(s->db);
    mem_free(s->mem, s);
}

/* ---- writing ---------------------------------------------------------- */

static void bind(sqlite3_stmt *q, int at, const struct row_field *f,
                 const struct row *r)
{
    const char *from = (const char *)r + f->at;
    const char *text;
    uint64_t count;
    int64_t time;

    switch (f->type) {
    case ROW_TEXT:
        text = *(const char *const *)(const void *)from;
        if (text)
            sqlite3_bind_text(q, at, text, -1, SQLITE_STATIC);
        break;
    case ROW_COUNT:
        count = *(const uint64_t *)(const void *)from;
        if (known(count))
            sqlite3_bind_int64(q, at, (sqlite3_int64)count);
        break;
    case ROW_TIME:
        time = *(const int64_t *)(const void *)from;
        if (known_delta(time))
            sqlite3_bind_int64(q, at, time);
        break;
    }
}

/* Runs `q` once; what was bound is gone then. */
static bool finish(struct store *s, sqlite3_stmt *q, struct err *e)
{
    bool ok = sqlite3_step(q) == SQLITE_DONE ||
              refused(s, "the results can't be written", e);

    sqlite3_reset(q);
    sqlite3_clear_bindings(q);
    return ok;
}

bool store_put_place(struct store *s, const char *place, const char *content,
                     struct err *e)
{
    sqlite3_bind_text(s->put_place, 1, place, -1, SQLITE_STATIC);
    sqlite3_bind_text(s->put_place, 2, content, -1, SQLITE_STATIC);
    return finish(s, s->put_place, e);
}

bool store_put(struct store *s, const struct row *r, const char *place,
               struct err *e)
{
    bool ok;
    int i;

    if (!run(s, "BEGIN IMMEDIATE", e))
        return false;
    for (i = 0; i < ROW_FIELDS; i++)
        bind(s->put, i + 1, &row_fields[i], r);
    ok = finish(s, s->put, e) && store_put_place(s, place, r->content, e);
    if (ok)
        return run(s, "COMMIT", e);
    sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

bool store_put_archive(struct store *s, const char *content, uint64_t cases,
                       struct err *e)
{
    sqlite3_stmt *q;
    bool ok;

    if (sqlite3_prepare_v2(s->db,
                           "INSERT OR REPLACE INTO archives VALUES (?, ?)", -1,
                           &q, NULL) != SQLITE_OK)
        return refused(s, "the results can't be written", e);
    sqlite3_bind_text(q, 1, content, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)cases);
    ok = finish(s, q, e);
    sqlite3_finalize(q);
    return ok;
}

/* ---- reading ---------------------------------------------------------- */

static bool column_text(sqlite3_stmt *q, int at, struct arena *a,
                        const char **ret, struct err *e)
{
    const char *text = (const char *)sqlite3_column_text(q, at);

    *ret = text ? arena_strdup(a, text, e) : NULL;
    return !text || *ret;
}

static bool column(sqlite3_stmt *q, int at, const struct row_field *f,
                   struct arena *a, struct row *r, struct err *e)
{
    void *to = (char *)r + f->at;

    if (sqlite3_column_type(q, at) == SQLITE_NULL)
        return true;
    switch (f->type) {
    case ROW_TEXT: return column_text(q, at, a, to, e);
    case ROW_COUNT:
        *(uint64_t *)to = (uint64_t)sqlite3_column_int64(q, at);
        return true;
    default: *(int64_t *)to = sqlite3_column_int64(q, at); return true;
    }
}

static bool take_row(sqlite3_stmt *q, struct arena *a, struct stored *ret,
                     struct err *e)
{
    int i;

    row_init(&ret->row);
    for (i = 0; i < ROW_FIELDS; i++)
        if (!column(q, i, &row_fields[i], a, &ret->row, e))
            return false;
    ret->places = (uint64_t)sqlite3_column_int64(q, ROW_FIELDS + 1);
    return column_text(q, ROW_FIELDS, a, &ret->place, e);
}

bool store_rows(struct store *s, struct arena *a, struct stored_rows *ret,
                struct err *e)
{
    sqlite3_stmt *q;
    int step;

    if (!prepare(s, write_select, &q, e))
        return false;
    while ((step = sqlite3_step(q)) == SQLITE_ROW)
        if (!vec_push(&ret->at, s->mem, e) ||
            !take_row(q, a, vec_last(&ret->at), e))
            break;
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        refused(s, "the results can't be read", e);
    sqlite3_finalize(q);
    return step == SQLITE_DONE;
}

/* Names of cases in it go on with '!', and '"' is the next character. */
bool store_cases_of(struct store *s, const char *archive,
                    bool (*each)(void *ctx, const char *place,
                                 const char *content, const char *status,
                                 struct err *e),
                    void *ctx, struct err *e)
{
    static const char sql[] =
        "SELECT path, incidents.content, status FROM places "
        "JOIN incidents ON incidents.content = places.content "
        "WHERE path >= ?1 || '!' AND path < ?1 || '\"' ORDER BY path";
    sqlite3_stmt *q;
    int step;

    if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
        return refused(s, "the results can't be read", e);
    sqlite3_bind_text(q, 1, archive, -1, SQLITE_STATIC);
    while ((step = sqlite3_step(q)) == SQLITE_ROW)
        if (!each(ctx, (const char *)sqlite3_column_text(q, 0),
                  (const char *)sqlite3_column_text(q, 1),
                  (const char *)sqlite3_column_text(q, 2), e))
            break;
    sqlite3_finalize(q);
    return step == SQLITE_DONE;
}

bool store_archives(struct store *s,
                    bool (*each)(void *ctx, const char *content, struct err *e),
                    void *ctx, struct err *e)
{
    sqlite3_stmt *q;
    int step;

    if (sqlite3_prepare_v2(s->db, "SELECT content FROM archives", -1, &q,
                           NULL) != SQLITE_OK)
        return refused(s, "the results can't be read", e);
    while ((step = sqlite3_step(q)) == SQLITE_ROW)
        if (!each(ctx, (const char *)sqlite3_column_text(q, 0), e))
            break;
    sqlite3_finalize(q);
    return step == SQLITE_DONE;
}
