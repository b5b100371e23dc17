/*
 * capture_heap.c - the heap dump, last of all and only if it makes nothing
 * worse: the JVM writes as much as its heap holds, and its container pays
 * for pages it needs while doing so.
 *
 * The dump holds garbage, too (-all): without a collection before it, native
 * memory that only waits for one is still to be seen. --gc asks for the
 * smaller dump of what is alive.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/size.h"
#include "nmt/logs.h"
#include "tool/capture.h"

#define DUMP         "heap.hprof"
#define ANSWER       "heap-dump-cmd.txt"
#define TMPFS        0x01021994
#define RAMFS        0x858458f6
#define DUMP_TIMEOUT (30 * 60 * 1000) /* ms: it cannot be called back */

/* Where the JVM writes it, as we and as the JVM see that folder. */
struct stage {
    int parent, fd;      /* parent: -1 where it is the snapshot itself */
    char name[64];       /* in parent */
    char seen[PATH_MAX]; /* by the JVM */
};

/* ---- may it be? ------------------------------------------------------- */

static uint64_t heap_used(struct capture *c)
{
    struct heap_info h = {.used = UNKNOWN};
    char path[CAPTURE_PATH + 32];
    struct source *s = NULL;
    struct err e = {0};
    struct arena a;

    snprintf(path, sizeof path, "%s/heap-info.txt", c->dir);
    arena_init(&a, c->mem);
    if (source_open(path, c->mem, &s, &e)) {
        if (!heap_info_read(s, &a, &h, &e))
            h.used = UNKNOWN;
        source_close(s);
    }
    arena_deinit(&a);
    return h.used;
}

/* References take 8 bytes in a dump and mostly 4 in the heap; half as much
 * again was enough for every heap that was tried. */
static uint64_t dump_size(uint64_t used)
{
    return used + used / 2 + 32 * MIB;
}

static uint64_t free_bytes(int fd)
{
    struct statvfs v;

    return fstatvfs(fd, &v) == 0 ? (uint64_t)v.f_bavail * v.f_frsize : 0;
}

static bool in_memory(int fd)
{
    struct statfs s;

    return fstatfs(fd, &s) == 0 && (s.f_type == TMPFS || s.f_type == RAMFS);
}

static bool fits_on_disk(struct capture *c, int fd, uint64_t need)
{
    char left[SIZE_TEXT], wanted[SIZE_TEXT];
    uint64_t n = free_bytes(fd);

    if (n >= need)
        return true;
    capture_say(c, DUMP " not taken: it may need %s and %s are free",
                size_text(wanted, need), size_text(left, n));
    return false;
}

/* The JVM itself needs little; a dump on a tmpfs is memory, all of it. */
static bool fits_in_limit(struct capture *c, int fd, uint64_t need)
{
    char left[SIZE_TEXT], wanted[SIZE_TEXT], max[SIZE_TEXT];
    uint64_t limit, room = cgroup_headroom(&c->jvm, &limit);
    uint64_t margin;

    if (!known(room))
        return true;
    margin = limit / 20 > 16 * MIB ? limit / 20 : 16 * MIB;
    if (in_memory(fd))
        margin += need;
    if (room >= margin)
        return true;
    capture_say(c,
                DUMP " not taken: %s are left of the container's %s, and "
                     "%s should be%s",
                size_text(left, room), size_text(max, limit),
                size_text(wanted, margin),
                in_memory(fd) ? ", because the dump would lie in memory" : "");
    return false;
}

static bool allowed(struct capture *c, const struct stage *stage)
{
    uint64_t used = heap_used(c), need;

    if (c->options->capture.heap_dump == WHEN_ALWAYS)
        return true;
    if (!known(used)) {
        capture_say(c, DUMP " not taken: the heap's size is not known");
        return false;
    }
    need = dump_size(used);
    return fits_on_disk(c, stage->fd, need) &&
           (stage->parent < 0 || fits_on_disk(c, c->fd, need)) &&
           fits_in_limit(c, stage->fd, need);
}

/* ---- where? ----------------------------------------------------------- */

/* With the same user and the same root the JVM writes to the snapshot. */
static bool stage_here(struct capture *c, struct stage *ret, struct err *e)
{
    ret->parent = -1;
    ret->fd = dup(c->fd);
    if (ret->fd >= 0 && realpath(c->dir, ret->seen))
        return true;
    return err_set(e, ERR_IO, "%s", strerror(errno));
}

/* Else to a folder of its own below --dump-dir, its /tmp if not said. */
static bool stage_there(struct capture *c, struct stage *ret, struct err *e)
{
    const char *base = c->options->capture.dump_dir;
    char path[PATH_MAX];

    base = base ? base : "/tmp";
    snprintf(path, sizeof path, "root/%s", base);
    ret->parent = openat(c->jvm.proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    snprintf(ret->name, sizeof ret->name, "oomwhy-%d-%d", (int)c->jvm.pid,
             (int)getpid());
    if (ret->parent < 0 || mkdirat(ret->parent, ret->name, 0700) != 0)
        return err_set(e, ERR_IO, "%s of the JVM: %s", base, strerror(errno));
    ret->fd = openat(ret->parent, ret->name,
                     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (ret->fd < 0 || (geteuid() != c->jvm.uid &&
                        fchown(ret->fd, c->jvm.uid, c->jvm.gid) != 0))
        return err_set(e, ERR_IO, "%s of the JVM: %s", base, strerror(errno));
    snprintf(ret->seen, sizeof ret->seen, "%s/%s", base, ret->name);
    return true;
}

static bool stage_open(struct capture *c, struct stage *ret, struct err *e)
{
    bool here = c->jvm.same_root && geteuid() == c->jvm.uid &&
                !c->options->capture.dump_dir;

    memset(ret, 0, sizeof *ret);
    ret->parent = ret->fd = -1;
    if (!(here ? stage_here : stage_there)(c, ret, e))
        return false;
    return !strpbrk(ret->seen, "\"'\n") ||
           err_set(e, ERR_USAGE, "no JVM can be told a name with quotes");
}

static void stage_close(struct stage *s)
{
    if (s->fd >= 0)
        close(s->fd);
    if (s->parent >= 0) {
        unlinkat(s->parent, s->name, AT_REMOVEDIR);
        close(s->parent);
    }
}

/* ---- the dump --------------------------------------------------------- */

/* The answer's second line: its first is the pid. A JVM that cannot write
 * says so and calls that success. */
static void say_answer(struct capture *c, int fd)
{
    char text[400], *line;
    ssize_t n = pread(fd, text, sizeof text - 1, 0);

    text[n > 0 ? n : 0] = '\0';
    line = strchr(text, '\n');
    line = line ? line + 1 : text;
    line[strcspn(line, "\n")] = '\0';
    capture_say(c, DUMP " not taken: the JVM says: %s", line);
    c->lost++;
}

/* From the stage into the snapshot: by name if it may, else by its bytes. */
static void bring(struct capture *c, const struct stage *s)
{
    int fd;

    if (s->parent >= 0 && renameat(s->fd, DUMP, c->fd, DUMP) != 0) {
        capture_copy(c, s->fd, DUMP, DUMP);
        unlinkat(s->fd, DUMP, 0);
        return;
    }
    fd = openat(c->fd, DUMP, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        capture_drop(c, DUMP, -1, strerror(errno));
        return;
    }
    if (geteuid() == 0)
        (void)!fchown(fd, 0, 0);
    (void)fchmod(fd, 0600);
    capture_keep(c, DUMP, fd);
}

static void dump(struct capture *c, const struct stage *s)
{
    char command[PATH_MAX + 64];
    int fd = capture_create(c, ANSWER);
    struct err e = {0};
    struct stat st;

    if (fd < 0) {
        capture_drop(c, ANSWER, -1, strerror(errno));
        return;
    }
    snprintf(command, sizeof command, "GC.heap_dump %s\"%s/" DUMP "\"",
             c->options->capture.gc ? "" : "-all ", s->seen);
    capture_say(c, "The heap is dumped; the JVM stands still meanwhile.");
    if (!jvm_command(&c->jvm, command, fd, DUMP_TIMEOUT, &e))
        capture_drop(c, DUMP, fd, e.text);
    else if (fstatat(s->fd, DUMP, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
             !S_ISREG(st.st_mode) || st.st_size == 0) {
        say_answer(c, fd);
        close(fd);
    } else {
        close(fd);
        bring(c, s);
    }
    unlinkat(c->fd, ANSWER, 0);
}

void capture_heap(struct capture *c)
{
    struct stage stage;
    struct err e = {0};

    if (c->options->capture.heap_dump == WHEN_NEVER || c->hung)
        return;
    if (!stage_open(c, &stage, &e))
        capture_drop(c, DUMP, -1, e.text);
    else if (allowed(c, &stage))
        dump(c, &stage);
    else
        c->lost++;
    stage_close(&stage);
}
