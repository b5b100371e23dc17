/*
 * cases.h - what of a tree of files belongs together: directories that are
 * one case, loose dumps with their neighbours, archives.
 *
 *   a directory is one case  if files of known kinds lie in it, alone or
 *                            with folders of snapshots; or if it has nothing
 *                            but such folders ("1-start", a UTC time)
 *   loose dumps              several heap dumps in one directory without
 *                            snapshots are of different processes: each is a
 *                            case, with the files that share its pid or the
 *                            beginning of its name
 *   what is left beside them is one case more
 *
 * Everything is sorted, so that the order of a file system decides nothing.
 */
#ifndef OOMWHY_FLEET_CASES_H
#define OOMWHY_FLEET_CASES_H

#include "base/arena.h"
#include "base/vec.h"

enum case_kind { CASE_FOLDER, CASE_FILES, CASE_ARCHIVE };

struct fleet_case {
    enum case_kind kind;
    const char *name;   /* for people, and its place in the store */
    const char *root;   /* paths are relative to it; NULL: to where we are */
    const char **paths; /* one, or the loose files */
    uint64_t n;
    uint32_t unpacked; /* index of the archive it came from; UINT32_MAX */
};

struct case_list {
    struct arena arena;
    VEC(struct fleet_case) at;
};

void case_list_init(struct case_list *l, struct mem *m);
void case_list_deinit(struct case_list *l);

/* Adds what is found at `path`, which is a file or a directory. False: it
 * can't be looked at, or memory ran out; nothing found is no error. */
bool cases_find(const char *path, struct mem *m, struct case_list *ret,
                struct err *e);

/* Whether a folder's name is that of a snapshot: "3-late", a UTC time. */
bool case_is_snapshot_name(const char *name);
/* Whether a file of that name belongs to the dump of that name. */
bool case_is_neighbour(const char *dump, const char *name);

#endif
