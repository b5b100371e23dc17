/*
 * bits.h - big-endian loads for HPROF, and small integer arithmetic.
 */
#ifndef OOMWHY_BASE_BITS_H
#define OOMWHY_BASE_BITS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t be32(const uint8_t *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    v = __builtin_bswap32(v);
#endif
    return v;
}

static inline uint64_t be64(const uint8_t *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

static inline uint64_t le64(const uint8_t *p)
{
    return __builtin_bswap64(be64(p));
}

/* `set` and bit n modulo 64, in one instruction; in a loop gcc takes three. */
static inline uint64_t with_bit(uint64_t set, uint64_t n)
{
#ifdef __x86_64__
    __asm__("btsq %1, %0" : "+r"(set) : "r"(n) : "cc");
    return set;
#else
    return set | (uint64_t)1 << (n & 63);
#endif
}

/* The bits of a word up to bit n modulo 64, which becomes the highest. */
static inline uint64_t bits_upto(uint64_t word, uint64_t n)
{
    return word << (~n & 63);
}

/* `align` is a power of two. */
static inline uint64_t align_up(uint64_t n, uint64_t align)
{
    return (n + align - 1) & ~(align - 1);
}

static inline uint64_t gcd64(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t t = a % b;

        a = b;
        b = t;
    }
    return a;
}

#endif
