/* thresholds.c - the habits of the field, by name; see verdict.h. */
#include "verdict.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"

static const struct {
    const char *name;
    size_t at;
    bool bytes; /* a size; else a percentage */
    uint64_t ordinary;
} table[] = {
    {"suspect_percent", offsetof(struct thresholds, suspect_percent), false,
     10},
    {"xmx_of_limit_percent", offsetof(struct thresholds, xmx_of_limit_percent),
     false, 75},
    {"oversize_live_percent",
     offsetof(struct thresholds, oversize_live_percent), false, 20},
    {"full_live_percent", offsetof(struct thresholds, full_live_percent), false,
     60},
    {"sizing_live_percent", offsetof(struct thresholds, sizing_live_percent),
     false, 30},
    {"sizing_heap_percent", offsetof(struct thresholds, sizing_heap_percent),
     false, 60},
    {"holder_of_xmx_percent",
     offsetof(struct thresholds, holder_of_xmx_percent), false, 33},
    {"wrong_dump_percent", offsetof(struct thresholds, wrong_dump_percent),
     false, 50},
    {"jcmd_overhead", offsetof(struct thresholds, jcmd_overhead), true,
     5 * MIB},
};

static void set(struct thresholds *t, size_t i, uint64_t value)
{
    char *at = (char *)t + table[i].at;
    unsigned percent = (unsigned)value;

    if (table[i].bytes)
        memcpy(at, &value, sizeof value);
    else
        memcpy(at, &percent, sizeof percent);
}

void thresholds_init(struct thresholds *t)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        set(t, i, table[i].ordinary);
}

static bool parse(const char *text, bool bytes, uint64_t *ret)
{
    char *end;

    if (bytes)
        return size_parse(text, ret);
    if (*text < '0' || *text > '9')
        return false;
    *ret = strtoul(text, &end, 10);
    if (*end == '%')
        end++;
    return !*end && *ret <= 100;
}

bool thresholds_set(struct thresholds *t, const char *text, struct err *e)
{
    const char *value = strchr(text, '=');
    size_t n = value ? (size_t)(value - text) : 0;
    uint64_t v;

    for (size_t i = 0; value && i < sizeof table / sizeof *table; i++) {
        if (strlen(table[i].name) != n || memcmp(table[i].name, text, n))
            continue;
        if (!parse(value + 1, table[i].bytes, &v))
            return err_set(e, ERR_USAGE, "%s is not a value for %s", value + 1,
                           table[i].name);
        set(t, i, v);
        return true;
    }
    return err_set(e, ERR_USAGE, "there is no threshold %s", text);
}
