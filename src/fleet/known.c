/*
 * known.c - a hash table from content to status; see known.h.
 */
#include "fleet/known.h"

#include <string.h>

#include "base/hash.h"
#include "fleet/worker.h"

struct known_content {
    const char *content, *status;
    UT_hash_handle hh;
};

bool known_set_add(struct known_set *k, const char *content, const char *status,
                   struct err *e)
{
    struct known_content *it;

    if (known_set_status(k, content))
        return true;
    it = arena_alloc(k->arena, 1, sizeof *it, e);
    if (!it || !(it->content = arena_strdup(k->arena, content, e)) ||
        !(it->status = arena_strdup(k->arena, status, e)))
        return false;
    HASH_ADD_KEYPTR(hh, k->table, it->content, strlen(it->content), it);
    return hash_added(it, hh) ||
           err_set(e, ERR_NOMEM, "no memory for what is known");
}

const char *known_set_status(const struct known_set *k, const char *content)
{
    struct known_content *it;

    HASH_FIND_STR(k->table, content, it);
    return it ? it->status : NULL;
}

static bool add_archive(void *ctx, const char *content, struct err *e)
{
    return known_set_add(ctx, content, STATUS_UNPACKED, e);
}

static bool add_rows(struct known_set *k, const struct stored_rows *rows,
                     bool retry, struct err *e)
{
    const struct stored *s;

    VEC_EACH (&rows->at, s)
        if ((!retry || row_is_analysed(&s->row)) &&
            !known_set_add(k, s->row.content, s->row.status, e))
            return false;
    return true;
}

bool known_set_read(struct known_set *k, struct store *s, bool retry,
                    struct err *e)
{
    struct mem *m = k->arena->mem;
    struct stored_rows rows = {0};
    struct arena a;
    bool ok;

    arena_init(&a, m);
    ok = store_rows(s, &a, &rows, e) && add_rows(k, &rows, retry, e);
    vec_free(&rows.at, m);
    arena_deinit(&a);
    return ok && (retry || store_archives(s, add_archive, k, e));
}

void known_set_deinit(struct known_set *k)
{
    HASH_CLEAR(hh, k->table);
}
