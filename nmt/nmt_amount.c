/*
 * nmt_amount.c - figures of NMT: a number, its unit, and in diffs a change.
 */
#include "nmt/nmt_parse.h"

#include "nmt/text.h"

static bool take_unit(const char **s, uint64_t *unit)
{
    static const struct {
        const char *name;
        uint64_t bytes;
    } units[] = {
        {"KB", 1 << 10}, {"MB", 1 << 20}, {"GB", 1 << 30}, {"K", 1 << 10},
        {"M", 1 << 20},  {"G", 1 << 30},  {"B", 1},
    };

    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (text_take(s, units[i].name)) {
            *unit = units[i].bytes;
            return true;
        }
    return false;
}

/* Scaled bytes; UNKNOWN for a product that no machine has. */
static uint64_t scaled(uint64_t n, uint64_t unit)
{
    uint64_t v;

    return __builtin_mul_overflow(n, unit, &v) || v > INT64_MAX ? UNKNOWN : v;
}

int64_t nmt_delta(const char **s, uint64_t unit)
{
    const char *p = text_skip_blanks(*s);
    char sign = *p;
    uint64_t n, v;

    if ((sign != '+' && sign != '-') || !text_is_digit(p[1]))
        return UNKNOWN_DELTA;
    p++;
    if (!text_uint(&p, &n))
        return UNKNOWN_DELTA;
    take_unit(&p, &unit);
    v = scaled(n, unit);
    if (!known(v))
        return UNKNOWN_DELTA;
    *s = p;
    return sign == '-' ? -(int64_t)v : (int64_t)v;
}

struct nmt_amount nmt_amount(const char **s)
{
    struct nmt_amount a = {UNKNOWN, UNKNOWN_DELTA, 1};
    const char *p = *s;
    uint64_t n;

    if (!text_uint(&p, &n))
        return a;
    take_unit(&p, &a.unit);
    a.value = scaled(n, a.unit);
    a.delta = nmt_delta(&p, a.unit);
    *s = p;
    return a;
}

struct nmt_amount nmt_amount_after(const char *s, const char *key)
{
    static const struct nmt_amount none = {UNKNOWN, UNKNOWN_DELTA, 1};
    const char *p = text_after(s, key);

    if (!p)
        return none;
    p = text_skip_blanks(p);
    return nmt_amount(&p);
}

void nmt_count_after(const char *s, uint64_t *count, int64_t *delta)
{
    struct nmt_amount a = nmt_amount_after(s, "#");

    if (known(a.value)) {
        *count = a.value;
        *delta = a.delta;
    }
}
