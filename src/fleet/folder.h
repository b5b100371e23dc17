/*
 * folder.h - a tree of folders, each file looked at once: what kind of
 * evidence it is. cases.c decides what of it belongs together.
 */
#ifndef OOMWHY_FLEET_FOLDER_H
#define OOMWHY_FLEET_FOLDER_H

#include "base/arena.h"
#include "base/vec.h"

#define FOLDER_DEPTH 32

enum file_worth {
    WORTH_NOTHING,
    WORTH_BESIDE, /* of use beside evidence: how the JVM was started */
    WORTH_WEAK,   /* a log or figures such as may lie anywhere */
    WORTH_STRONG, /* evidence of one process or of a kill */
    WORTH_WIDE,   /* the same, and of a whole incident: a kernel or GC log */
    WORTH_DUMP,
    WORTH_ARCHIVE,
};

struct folder_file {
    const char *name, *path;
    enum file_worth worth;
};

struct folder {
    const char *name, *path;
    uint32_t parent;    /* index; UINT32_MAX: the top */
    uint32_t first, n;  /* its files */
    uint32_t folders;   /* index of the first folder in it ... */
    uint32_t n_folders; /* ... which stand behind each other */
    unsigned depth;
    bool evidence;     /* some file of it is of a known kind */
    bool strong, wide; /* such a file lies in it */
    bool deep;         /* a folder in it has evidence, or archives do */
    uint32_t dumps;
};

struct folder_tree {
    struct arena arena;
    struct mem *mem;
    VEC(struct folder) folders; /* [0] is the top */
    VEC(struct folder_file) files;
};

bool folder_tree_read(const char *path, struct mem *m, struct folder_tree *ret,
                      struct err *e);
/* The folder alone, and of it only files that `keep` says are beside
 * `name`. */
bool folder_read_beside(const char *path, const char *name,
                        bool (*keep)(const char *name, const char *file),
                        struct mem *m, struct folder_tree *ret, struct err *e);
void folder_tree_deinit(struct folder_tree *t);
/* What a single file is. */
enum file_worth file_worth(const char *path, struct mem *m);

#endif
