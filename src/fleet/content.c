/*
 * content.c - walks the files of a case in the order of their names; see
 * content.h.
 */
#define _GNU_SOURCE
#include "fleet/content.h"

#include <errno.h>
#include <fts.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/out.h"
#include "base/path.h"
#include "judge/digest.h"

void content_of_text(const char *text, size_t n, char ret[CONTENT_TEXT])
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned len = 0, i;

    ret[0] = '\0';
    if (EVP_Digest(text, n, sum, &len, EVP_sha256(), NULL) != 1)
        len = 0;
    for (i = 0; i < len && i < 32; i++)
        snprintf(ret + 2 * i, 3, "%02x", sum[i]);
}

/* A line for one file: name, size, digest. */
static bool add(struct out *o, const char *name, const char *path,
                struct err *e)
{
    char digest[DIGEST_TEXT];
    uint64_t bytes;

    if (!digest_file(path, UINT64_MAX, digest, &bytes, e))
        return false;
    out_printf(o, "%s ", digest);
    out_printf(o, "%" PRIu64 " ", bytes);
    out_bytes(o, name, strlen(name) + 1);
    return true;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Links to files count as what they lead to; hidden names do not. */
static bool add_entry(struct out *o, FTS *f, FTSENT *at, size_t root,
                      struct err *e)
{
    bool hidden = at->fts_level > 0 && at->fts_name[0] == '.';

    switch (at->fts_info) {
    case FTS_D:
        if (hidden)
            fts_set(f, at, FTS_SKIP);
        return true;
    case FTS_SL:
        if (!hidden)
            fts_set(f, at, FTS_FOLLOW);
        return true;
    case FTS_F: return hidden || add(o, at->fts_path + root, at->fts_path, e);
    case FTS_ERR: return err_set(e, ERR_IO, "%s", strerror(at->fts_errno));
    default: return true;
    }
}

static bool add_tree(struct out *o, const char *path, struct err *e)
{
    char *paths[] = {(char *)path, NULL};
    FTS *f = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    FTSENT *at;
    bool ok = f != NULL;

    if (!f)
        return err_set(e, ERR_IO, "cannot be listed: %s", strerror(errno));
    while (ok && (at = fts_read(f)))
        ok = add_entry(o, f, at, strlen(path), e);
    fts_close(f);
    return ok;
}

bool content_of_case(const struct fleet_case *c, struct mem *m,
                     char ret[CONTENT_TEXT], struct err *e)
{
    const char *text;
    struct out o;
    bool ok = true;

    out_to_memory(&o, m);
    if (c->kind == CASE_FOLDER)
        ok = add_tree(&o, c->paths[0], e);
    for (uint64_t i = 0; ok && c->kind != CASE_FOLDER && i < c->n; i++)
        ok = add(&o, c->n > 1 ? path_name(c->paths[i]) : "", c->paths[i], e);
    text = out_string(&o);
    if (ok && text)
        content_of_text(text, o.text.n, ret);
    else if (ok)
        ok = out_finish(&o, e);
    out_deinit(&o);
    return ok;
}
