/*
 * archive.c - libarchive reads, this file decides where it may write.
 *
 * Links are never made, so no path below the folder can lead out of it, and
 * what is checked is only the text of the name.
 */
#define _GNU_SOURCE
#include "fleet/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fd.h"

#define BLOCK     ((size_t)64 << 10)
#define PATH_LONG 1024
#define NAME_LONG 200
/* Of the file system, in percent: never taken. */
#define KEPT_FREE 5

bool archive_is(const char *name)
{
    static const char *const endings[] = {".tar", ".tar.gz", ".tgz", ".zip"};
    size_t n = strlen(name), i;

    for (i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t k = strlen(endings[i]);

        if (n > k && strcasecmp(name + n - k, endings[i]) == 0)
            return true;
    }
    return false;
}

struct unpack {
    struct archive *archive;
    const char *folder;
    const struct archive_limits *limits;
    struct archive_result *to;
    char *block;
    char path[PATH_LONG * 2];
};

/* ---- names ------------------------------------------------------------ */

/* Relative, of ordinary components, each of bearable length. */
static bool is_safe(const char *name)
{
    if (!*name || *name == '/' || strlen(name) >= PATH_LONG)
        return false;
    while (*name) {
        size_t n = strcspn(name, "/");

        if (n == 0 || n > NAME_LONG || (n == 2 && memcmp(name, "..", 2) == 0))
            return false;
        name += n;
        name += *name == '/';
    }
    return true;
}

static bool make_parents(struct unpack *u)
{
    char *p = u->path + strlen(u->folder) + 1;

    while ((p = strchr(p, '/'))) {
        *p = '\0';
        if (mkdir(u->path, 0700) != 0 && errno != EEXIST)
            return false;
        *p++ = '/';
    }
    return true;
}

/* Leading "./" is how tar names things below its own folder. */
static bool choose_path(struct unpack *u, const char *name)
{
    while (name && strncmp(name, "./", 2) == 0)
        name += 2;
    if (!name || !is_safe(name))
        return false;
    snprintf(u->path, sizeof u->path, "%s/%s", u->folder, name);
    return make_parents(u);
}

/* ---- contents --------------------------------------------------------- */

static bool has_room(const struct unpack *u)
{
    struct statvfs fs;

    return statvfs(u->folder, &fs) != 0 ||
           fs.f_bavail > fs.f_blocks / 100 * KEPT_FREE;
}

static bool stop(struct unpack *u, const char *why)
{
    snprintf(u->to->damage, sizeof u->to->damage, "%s", why ? why : "?");
    return false;
}

/* False: the archive can't be read on, or must not be. */
static bool copy(struct unpack *u, int fd)
{
    for (uint64_t blocks = 0;; blocks++) {
        la_ssize_t n = archive_read_data(u->archive, u->block, BLOCK);

        if (n == 0)
            return true;
        if (n < 0)
            return stop(u, archive_error_string(u->archive));
        u->to->bytes += (uint64_t)n;
        if (u->to->bytes > u->limits->bytes)
            return stop(u, "it holds more bytes than are allowed");
        if (blocks % 1024 == 0 && !has_room(u))
            return stop(u, "the disk is nearly full");
        if (!fd_write_all(fd, u->block, (size_t)n))
            return stop(u, strerror(errno));
    }
}

/* O_EXCL: a second file of one name does not change the first. */
static bool unpack_file(struct unpack *u)
{
    int fd = open(u->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                  0600);
    bool ok;

    if (fd < 0) {
        u->to->refused++;
        return true;
    }
    ok = copy(u, fd);
    if (close(fd) != 0 && ok)
        ok = stop(u, strerror(errno));
    u->to->files++;
    return ok;
}

static bool unpack_entry(struct unpack *u, struct archive_entry *entry)
{
    bool file = archive_entry_filetype(entry) == AE_IFREG &&
                !archive_entry_hardlink(entry);

    if (archive_entry_filetype(entry) == AE_IFDIR)
        return true; /* folders come with what lies in them */
    if (!file || !choose_path(u, archive_entry_pathname(entry))) {
        u->to->refused++;
        return true;
    }
    if (u->to->files >= u->limits->files)
        return stop(u, "it holds more files than are allowed");
    return unpack_file(u);
}

static void unpack_all(struct unpack *u)
{
    struct archive_entry *entry;
    int got;

    for (;;) {
        got = archive_read_next_header(u->archive, &entry);
        if (got == ARCHIVE_EOF)
            return;
        if (got != ARCHIVE_OK && got != ARCHIVE_WARN) {
            stop(u, archive_error_string(u->archive));
            return;
        }
        if (!unpack_entry(u, entry))
            return;
    }
}

/* Only what is asked for: every further format is more foreign code. */
static struct archive *reader(void)
{
    struct archive *a = archive_read_new();

    if (!a)
        return NULL;
    if (archive_read_support_filter_gzip(a) == ARCHIVE_OK &&
        archive_read_support_format_tar(a) == ARCHIVE_OK &&
        archive_read_support_format_zip(a) == ARCHIVE_OK)
        return a;
    archive_read_free(a);
    return NULL;
}

bool archive_unpack(const char *path, const char *folder,
                    const struct archive_limits *limits, struct mem *m,
                    struct archive_result *ret, struct err *e)
{
    struct unpack u = {.folder = folder, .limits = limits, .to = ret};

    memset(ret, 0, sizeof *ret);
    if (strlen(folder) >= PATH_LONG)
        return err_set(e, ERR_IO, "the path to unpack to is too long");
    u.archive = reader();
    u.block = u.archive ? mem_alloc(m, BLOCK, 1, e) : NULL;
    if (!u.block) {
        archive_read_free(u.archive);
        return err_set(e, ERR_NOMEM, "no memory to unpack with");
    }
    if (archive_read_open_filename(u.archive, path, BLOCK) == ARCHIVE_OK)
        unpack_all(&u);
    else
        stop(&u, archive_error_string(u.archive));
    mem_free(m, u.block);
    archive_read_free(u.archive);
    if (ret->files)
        return true;
    return err_set(e, ERR_FORMAT, "nothing could be unpacked%s%s",
                   *ret->damage ? ": " : "", ret->damage);
}

/* ---- removing --------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *st, int what,
                      struct FTW *at)
{
    (void)st, (void)what, (void)at;
    (void)remove(path);
    return 0;
}

void archive_remove(const char *folder)
{
    (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
