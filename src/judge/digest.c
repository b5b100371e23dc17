/*
 * digest.c - SHA-256 by libcrypto.
 */
#define _GNU_SOURCE
#include "judge/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#define CHUNK ((size_t)16 << 10)

static bool update_all(EVP_MD_CTX *ctx, int fd, uint64_t limit, uint64_t *bytes,
                       struct err *e)
{
    uint8_t chunk[CHUNK];

    for (*bytes = 0; *bytes <= limit;) {
        ssize_t n = read(fd, chunk, sizeof chunk);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(e, ERR_IO, "cannot be read: %s", strerror(errno));
        if (n == 0)
            return true;
        *bytes += (uint64_t)n;
        if (EVP_DigestUpdate(ctx, chunk, (size_t)n) != 1)
            return err_set(e, ERR_NOMEM, "the checksum failed");
    }
    return true;
}

static void to_text(const uint8_t *digest, unsigned n, char ret[DIGEST_TEXT])
{
    static const char digits[] = "0123456789abcdef";

    for (unsigned i = 0; i < n; i++) {
        ret[2 * i] = digits[digest[i] >> 4];
        ret[2 * i + 1] = digits[digest[i] & 15];
    }
    ret[2 * n] = '\0';
}

static bool digest_fd(int fd, uint64_t limit, char ret[DIGEST_TEXT],
                      uint64_t *bytes, struct err *e)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    bool ok;

    if (!ctx || EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(ctx);
        return err_set(e, ERR_NOMEM, "the checksum does not start");
    }
    ok = update_all(ctx, fd, limit, bytes, e);
    if (ok && *bytes <= limit && EVP_DigestFinal_ex(ctx, digest, &n) == 1)
        to_text(digest, n, ret);
    EVP_MD_CTX_free(ctx);
    return ok;
}

bool digest_file(const char *path, uint64_t limit, char ret[DIGEST_TEXT],
                 uint64_t *bytes, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok;

    ret[0] = '\0';
    *bytes = 0;
    if (fd < 0)
        return err_set(e, ERR_IO, "cannot be opened: %s", strerror(errno));
    ok = digest_fd(fd, limit, ret, bytes, e);
    close(fd);
    return ok;
}
