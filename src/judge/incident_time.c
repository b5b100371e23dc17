/*
 * incident_time.c - when was what: clocks inside files and in the names of
 * folders. Never the file system's: copies lose it, and the same evidence
 * must give the same report.
 */
#include <string.h>

#include "base/bits.h"
#include "judge/incident_parts.h"
#include "nmt/text.h"

#define HPROF_HEAD ((size_t)48)   /* the version, NUL, 12 bytes */
#define LOG_HEAD   ((size_t)4096) /* a log without a clock here has none */
#define YEAR_2100  INT64_C(4102444800000)

/* ---- heap dumps ------------------------------------------------------- */

bool hprof_header_time(struct source *s, int64_t *ret)
{
    static const char magic[] = "JAVA PROFILE 1.0";
    const uint8_t *p, *end;
    size_t n = source_peek(s, HPROF_HEAD, &p);
    uint64_t ms;

    *ret = TIME_UNKNOWN;
    if (n < sizeof magic || memcmp(p, magic, sizeof magic - 1) != 0)
        return false;
    end = memchr(p, '\0', n < HPROF_HEAD ? n : HPROF_HEAD);
    if (!end || (size_t)(end - p) + 1 + 4 + 8 > n)
        return true;
    ms = be64(end + 1 + 4); /* behind the size of ids */
    if (ms > 0 && ms < YEAR_2100)
        *ret = (int64_t)ms;
    return true;
}

/* ---- logs ------------------------------------------------------------- */

/* Whether a time may stand here: at a line's start or behind a bracket. */
static bool may_begin(const char *text, const char *p)
{
    return p == text || p[-1] == '\n' || p[-1] == '[';
}

int64_t first_stamp(struct source *s)
{
    char text[LOG_HEAD + 1];
    const uint8_t *p;
    size_t n = source_peek(s, LOG_HEAD, &p);

    if (n > LOG_HEAD)
        n = LOG_HEAD;
    memcpy(text, p, n);
    text[n] = '\0';
    for (const char *q = text; *q; q++) {
        const char *t = q;
        bool zoned = false;
        int64_t ms;

        /* Local time without a zone is no time that others can share. */
        if (text_is_digit(*q) && may_begin(text, q) &&
            text_iso_time(&t, &ms, &zoned) && zoned)
            return ms;
    }
    return TIME_UNKNOWN;
}

/* ---- parsed files ----------------------------------------------------- */

static int64_t kernel_time(const struct kernel_log *k, int64_t otherwise)
{
    const struct oom_kill *kill;

    VEC_EACH (&k->kills, kill)
        if (kill->time != TIME_UNKNOWN)
            return kill->time;
    return otherwise;
}

int64_t input_time(const struct input *in)
{
    if (!in->any)
        return in->time;
    switch (in->kind) {
    case ARTIFACT_KERNEL_LOG: return kernel_time(in->kernel, in->time);
    case ARTIFACT_VM_INFO: return in->vm_info->time;
    default: return in->time;
    }
}

/* ---- snapshots -------------------------------------------------------- */

static int number(const char *digits, size_t n)
{
    int v = 0;

    while (n--)
        v = v * 10 + (*digits++ - '0');
    return v;
}

/* "20250518T154020Z", "2025-05-18_15-40-20", ...: by contract UTC. */
static int64_t name_time(const char *name)
{
    char d[14];
    size_t n = 0;
    int64_t ms;

    for (; *name && n < sizeof d; name++) {
        if (text_is_digit(*name))
            d[n++] = *name;
        else if (!strchr("-_:.T ", *name))
            return TIME_UNKNOWN;
    }
    if (n < sizeof d || number(d, 4) < 1995 || number(d, 4) > 2099 ||
        !text_civil(number(d, 4), number(d + 4, 2), number(d + 6, 2),
                    number(d + 8, 2), number(d + 10, 2), number(d + 12, 2),
                    &ms))
        return TIME_UNKNOWN;
    return ms;
}

/* Dumps and VM.info are of one moment; logs are of many. */
static bool is_moment(const struct input *in)
{
    return in->snapshot != NO_SNAPSHOT && in->time != TIME_UNKNOWN &&
           (in->kind == ARTIFACT_HPROF || in->kind == ARTIFACT_VM_INFO);
}

void incident_time_snapshots(struct incident *i)
{
    struct snapshot *s;
    struct input *in;

    VEC_EACH (&i->snapshots, s)
        s->time = name_time(s->name);
    VEC_EACH (&i->inputs, in) {
        if (!is_moment(in))
            continue;
        s = &i->snapshots.at[in->snapshot];
        if (s->time == TIME_UNKNOWN)
            s->time = in->time;
    }
}
