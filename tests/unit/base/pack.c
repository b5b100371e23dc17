/*
 * pack.c - see pack.h.
 */
#include "pack.h"

#include <check.h>
#include <zlib.h>

uint32_t pack_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

size_t pack_member(const uint8_t *from, size_t n, int level, const char *say,
                   uint8_t *to, size_t room)
{
    gz_header head = {.comment = (uint8_t *)say};
    z_stream z = {0};

    ck_assert_int_eq(deflateInit2(&z, level, Z_DEFLATED, 16 + MAX_WBITS, 8,
                                  Z_DEFAULT_STRATEGY),
                     Z_OK);
    if (say)
        ck_assert_int_eq(deflateSetHeader(&z, &head), Z_OK);
    z.next_in = (uint8_t *)from;
    z.avail_in = (unsigned)n;
    z.next_out = to;
    z.avail_out = (unsigned)room;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}
