/*
 * fleet_tool.c - reads results, writes listings; see fleet_tool.h.
 */
#define _GNU_SOURCE
#include "tool/fleet_tool.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tool/output.h"

bool fleet_rows(const char *path, struct mem *m, struct arena *a,
                struct stored_rows *ret, struct err *e)
{
    struct err why = {0};
    struct store *s;
    struct stat st;
    bool ok;

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        path = arena_printf(a, e, "%s/" STORE_NAME, path);
    if (!path)
        return false;
    if (!store_open(path, false, m, &s, &why))
        return err_set(e, why.code, "%.120s: %.100s", path, why.text);
    ok = store_rows(s, a, ret, e);
    store_close(s);
    return ok;
}

static bool render(const struct options *o, const char *path, FILE *file,
                   void (*walk)(struct emitter *em, const void *ctx),
                   const void *ctx, struct mem *m, struct err *e)
{
    struct render_options how = {o->format, false};
    struct emitter *em;
    struct out out;

    if (path && !o->format_stated)
        how.format = format_of_path(path);
    out_to_file(&out, file);
    em = render_open(&how, &out, m, e);
    if (!em)
        return false;
    walk(em, ctx);
    render_close(em);
    return out_finish(&out, e);
}

bool fleet_write(const struct options *o, const char *path,
                 void (*walk)(struct emitter *em, const void *ctx),
                 const void *ctx, struct mem *m, struct err *e)
{
    struct output output;
    bool ok;

    if (!output_open(path, m, &output, e))
        return false;
    ok = render(o, path, output.file, walk, ctx, m, e);
    return output_close(&output, ok, e) && ok;
}
