/*
 * gzip.c - see gzip.h.
 */
#include "gzip.h"

#include <stdlib.h>
#include <zlib.h>

size_t gzip_room(size_t n)
{
    return compressBound(n) + 64;
}

size_t gzip_member(const uint8_t *from, size_t n, int level, const char *say,
                   uint8_t *to, size_t room)
{
    gz_header head = {.comment = (uint8_t *)say};
    z_stream z = {.next_in = (uint8_t *)from,
                  .avail_in = (unsigned)n,
                  .next_out = to,
                  .avail_out = (unsigned)room};

    if (deflateInit2(&z, level, Z_DEFLATED, 16 + MAX_WBITS, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK ||
        (say && deflateSetHeader(&z, &head) != Z_OK) ||
        deflate(&z, Z_FINISH) != Z_STREAM_END)
        abort();
    deflateEnd(&z);
    return room - z.avail_out;
}
