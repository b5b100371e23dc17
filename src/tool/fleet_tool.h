/*
 * fleet_tool.h - what the commands over many incidents share.
 */
#ifndef OOMWHY_TOOL_FLEET_TOOL_H
#define OOMWHY_TOOL_FLEET_TOOL_H

#include "fleet/store.h"
#include "tool/options.h"

/* `path` is a folder of results, or the store itself. */
bool fleet_rows(const char *path, struct mem *m, struct arena *a,
                struct stored_rows *ret, struct err *e);
/* Writes what `walk` says in the format asked for, to the file `path` or to
 * standard output. */
bool fleet_write(const struct options *o, const char *path,
                 void (*walk)(struct emitter *em, const void *ctx),
                 const void *ctx, struct mem *m, struct err *e);

#endif
