/*
 * replay.c - main() for a fuzz target without a fuzzer: gives it each file
 * named, and each file below each directory named. What does not exist is
 * passed over, so that optional samples may be named always.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* Larger files are no seeds. */
#define BYTES_MAX ((long)16 << 20)
#define DEPTH_MAX 8

static unsigned replayed;

static void replay_file(const char *path, long size)
{
    FILE *f = fopen(path, "rb");
    uint8_t *bytes = malloc(size ? (size_t)size : 1);
    size_t n;

    if (f && bytes) {
        n = fread(bytes, 1, (size_t)size, f);
        LLVMFuzzerTestOneInput(bytes, n);
        replayed++;
    }
    free(bytes);
    if (f)
        fclose(f);
}

static void replay(const char *path, int depth);

static void replay_directory(const char *path, int depth)
{
    struct dirent **entries;
    int n = scandir(path, &entries, NULL, alphasort);

    for (int i = 0; i < n; i++) {
        char *below;

        if (entries[i]->d_name[0] != '.' &&
            asprintf(&below, "%s/%s", path, entries[i]->d_name) >= 0) {
            replay(below, depth + 1);
            free(below);
        }
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
}

static void replay(const char *path, int depth)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return;
    if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
        replay_directory(path, depth);
    else if (S_ISREG(st.st_mode) && st.st_size <= BYTES_MAX)
        replay_file(path, (long)st.st_size);
}

int main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');

    for (int i = 1; i < argc; i++)
        replay(argv[i], 0);
    printf("%s: %u inputs replayed\n", slash ? slash + 1 : argv[0], replayed);
    return 0;
}
