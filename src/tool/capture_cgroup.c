/*
 * capture_cgroup.c - the control groups of a process: their figures, and
 * how much they still let it take.
 *
 * The groups are looked for where every distribution mounts them. In a
 * container the process's group may be the root of what is mounted there.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/known.h"
#include "tool/capture.h"

/* v1 writes "no limit" as 2^63 rounded down to a page. */
#define NO_LIMIT ((uint64_t)1 << 62)

struct hierarchy {
    const char *mount;
    const char *controller; /* v1; "": v2 */
    const char *probe;      /* a file that every group in it has */
};

static const struct hierarchy memory_v1 = {"/sys/fs/cgroup/memory", "memory",
                                           "memory.usage_in_bytes"};
static const struct hierarchy memory_v2 = {"/sys/fs/cgroup", "", "memory.stat"};
static const struct hierarchy pids_v1 = {"/sys/fs/cgroup/pids", "pids",
                                         "cgroup.procs"};

struct group {
    const struct hierarchy *of;
    char path[CAPTURE_PATH]; /* starts with of->mount */
};

/* ---- finding it ------------------------------------------------------- */

/* "4:memory:/docker/0af3" */
static bool is_line_of(const struct hierarchy *h, const char *line,
                       const char **path)
{
    const char *list = strchr(line, ':'), *end;
    size_t n = strlen(h->controller);

    end = list ? strchr(++list, ':') : NULL;
    if (!end)
        return false;
    *path = end + 1;
    if (!n)
        return list == end;
    for (const char *p = list; p < end; p += strcspn(p, ",:") + 1)
        if (strcspn(p, ",:") == n && memcmp(p, h->controller, n) == 0)
            return true;
    return false;
}

static bool has(const char *folder, const char *file)
{
    char path[CAPTURE_PATH + 64];

    snprintf(path, sizeof path, "%s/%s", folder, file);
    return access(path, R_OK) == 0;
}

static bool find_group(const struct jvm *j, const struct hierarchy *h,
                       struct group *ret)
{
    int fd = openat(j->proc, "cgroup", O_RDONLY | O_CLOEXEC);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
    char line[CAPTURE_PATH - 64];
    const char *path;

    ret->of = h;
    snprintf(ret->path, sizeof ret->path, "%s", h->mount);
    while (f && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        if (is_line_of(h, line, &path) && strcmp(path, "/") != 0)
            snprintf(ret->path, sizeof ret->path, "%s%s", h->mount, path);
    }
    if (f)
        fclose(f);
    if (!has(ret->path, h->probe)) /* another namespace's path */
        snprintf(ret->path, sizeof ret->path, "%s", h->mount);
    return has(ret->path, h->probe);
}

static bool find_memory(const struct jvm *j, struct group *ret)
{
    return find_group(j, &memory_v1, ret) || find_group(j, &memory_v2, ret);
}

/* ---- figures ---------------------------------------------------------- */

static uint64_t read_number(const char *folder, const char *file)
{
    char path[CAPTURE_PATH + 64], text[32] = "";
    uint64_t v = UNKNOWN;
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", folder, file);
    f = fopen(path, "re");
    if (f && fgets(text, sizeof text, f) && *text >= '0' && *text <= '9')
        v = strtoull(text, NULL, 10);
    if (f)
        fclose(f);
    return v;
}

static uint64_t read_stat(const char *folder, const char *key)
{
    char path[CAPTURE_PATH + 64], line[128];
    size_t n = strlen(key);
    uint64_t v = UNKNOWN;
    FILE *f;

    snprintf(path, sizeof path, "%s/memory.stat", folder);
    f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, key, n) == 0 && line[n] == ' ')
            v = strtoull(line + n, NULL, 10);
    if (f)
        fclose(f);
    return v;
}

static bool is_v1(const struct group *g)
{
    return g->of->controller[0] != '\0';
}

static uint64_t limit_of(const struct group *g)
{
    uint64_t v =
        read_number(g->path, is_v1(g) ? "memory.limit_in_bytes" : "memory.max");

    return known(v) && v < NO_LIMIT ? v : UNKNOWN;
}

/* What of its usage cannot simply be dropped: the habit of Kubernetes. */
static uint64_t working_set(const struct group *g)
{
    uint64_t usage = read_number(g->path, is_v1(g) ? "memory.usage_in_bytes"
                                                   : "memory.current");
    uint64_t cache =
        read_stat(g->path, is_v1(g) ? "total_inactive_file" : "inactive_file");

    return known_minus(usage, known_or(cache, 0));
}

static bool climb(struct group *g)
{
    char *slash = strrchr(g->path, '/');

    if (strcmp(g->path, g->of->mount) == 0 || !slash)
        return false;
    *slash = '\0';
    return true;
}

uint64_t cgroup_headroom(const struct jvm *j, uint64_t *limit)
{
    uint64_t least = UNKNOWN;
    struct group g;

    *limit = UNKNOWN;
    if (!find_memory(j, &g))
        return UNKNOWN;
    do {
        uint64_t max = limit_of(&g);
        uint64_t left = known_minus(max, working_set(&g));

        if (known(left) && left < least) {
            least = left;
            *limit = max;
        }
    } while (climb(&g));
    return least;
}

/* ---- copies ----------------------------------------------------------- */

/* Each line behind the name of its file, all in one file. */
static void add_values(int fd, const struct group *g, const char *name)
{
    char path[CAPTURE_PATH + 64], line[256];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", g->path, name);
    f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f))
        dprintf(fd, "%s %s", name, line);
    if (f)
        fclose(f);
}

static void copy_values(struct capture *c, const struct group *memory,
                        const struct group *pids)
{
    static const char *const of_memory[] = {
        "memory.usage_in_bytes",
        "memory.max_usage_in_bytes",
        "memory.limit_in_bytes",
        "memory.failcnt",
        "memory.kmem.usage_in_bytes",
        "memory.current",
        "memory.peak",
        "memory.max",
        "memory.high",
        "memory.swap.current",
        "memory.swap.max",
    };
    static const char *const of_pids[] = {"pids.current", "pids.max",
                                          "pids.peak", "pids.events"};
    static const char name[] = "cgroup-values.txt";
    int fd = capture_create(c, name);
    size_t i;

    if (fd < 0) {
        capture_drop(c, name, -1, strerror(errno));
        return;
    }
    for (i = 0; i < sizeof of_memory / sizeof of_memory[0]; i++)
        add_values(fd, memory, of_memory[i]);
    for (i = 0; i < sizeof of_pids / sizeof of_pids[0]; i++)
        add_values(fd, pids, of_pids[i]);
    capture_keep(c, name, fd);
}

/* The group whose limit it lives under may be above its own. */
static void climb_to_limit(struct group *g)
{
    struct group at = *g;

    do {
        if (known(limit_of(&at))) {
            *g = at;
            return;
        }
    } while (climb(&at));
}

void capture_cgroup(struct capture *c)
{
    static const char *const files[] = {"memory.stat", "memory.events",
                                        "memory.oom_control"};
    struct group memory, pids;
    char path[CAPTURE_PATH + 64];
    size_t i;

    if (!find_memory(&c->jvm, &memory)) {
        c->lost++;
        capture_say(c, "%-24s not taken: no memory control group is mounted",
                    "memory.stat");
        return;
    }
    climb_to_limit(&memory);
    capture_say(c, "control group: %s", memory.path);
    if (!find_group(&c->jvm, &pids_v1, &pids))
        pids = memory;
    copy_values(c, &memory, &pids);
    for (i = 0; i < sizeof files / sizeof files[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", memory.path, files[i]);
        if (access(path, F_OK) == 0)
            capture_copy(c, AT_FDCWD, path, files[i]);
    }
}
