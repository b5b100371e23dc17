/*
 * at-hand.c - keeps memory at hand that the host would take back.
 *
 *     at-hand MIB
 *
 * In some virtual machines free memory goes back to the host after a moment
 * (free page reporting), and who touches it next pays for fetching it: up to
 * two seconds for a GiB, which `time` takes for the program's own. This takes
 * MIB of memory, touches it, writes "ready", and gives it back at the rate
 * of 1 GiB/s, so that what is measured meanwhile finds memory as it does on a
 * machine of its own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MIB     ((size_t)1 << 20)
#define STEP    (32 * MIB)
#define STEP_US (1000000 / 32)
/* Given back before anybody waits: what a program touches at its start. */
#define AT_ONCE (256 * MIB)

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

int main(int argc, char **argv)
{
    size_t bytes, done;
    char *p;

    if (argc != 2 || atol(argv[1]) <= 0) {
        fprintf(stderr, "usage: at-hand MIB\n");
        return 2;
    }
    bytes = (size_t)atol(argv[1]) * MIB;
    p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
             -1, 0);
    if (p == MAP_FAILED) {
        fprintf(stderr, "at-hand: no %s MiB: %s\n", argv[1], strerror(errno));
        return 1;
    }
    madvise(p, bytes, MADV_HUGEPAGE);
    memset(p, 1, bytes);

    done = min_size(bytes, AT_ONCE);
    munmap(p, done);
    puts("ready");
    fflush(stdout);
    while (done < bytes) {
        size_t n = min_size(bytes - done, STEP);

        usleep(STEP_US);
        munmap(p + done, n);
        done += n;
    }
    return 0;
}
