/*
 * option_table.c - what options there are, how each is read, and what the help
 * says of it.
 */
#include "option.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"

#define AT(member) offsetof(struct options, member)

static void *member(struct options *o, const struct option *self)
{
    return (char *)o + self->at;
}

static bool bad(const struct option *self, const char *value,
                const char *wanted, struct err *e)
{
    return err_set(e, ERR_USAGE, "--%s %.60s: %s is wanted", self->name, value,
                   wanted);
}

/* ---- how values are read ---------------------------------------------- */

/* Decimal digits and nothing else. */
static bool parse_count(const char *s, uint64_t *ret)
{
    char *end;

    if (*s < '0' || *s > '9')
        return false;
    errno = 0;
    *ret = strtoull(s, &end, 10);
    return !*end && errno == 0 && known(*ret);
}

static bool set_flag(struct options *o, const struct option *self,
                     const char *value, struct err *e)
{
    (void)value, (void)e;
    *(bool *)member(o, self) = true;
    return true;
}

static bool set_text(struct options *o, const struct option *self,
                     const char *value, struct err *e)
{
    if (!*value)
        return bad(self, value, "a name", e);
    *(const char **)member(o, self) = value;
    return true;
}

static bool set_count(struct options *o, const struct option *self,
                      const char *value, struct err *e)
{
    return parse_count(value, member(o, self)) ||
           bad(self, value, "a number", e);
}

static bool set_size(struct options *o, const struct option *self,
                     const char *value, struct err *e)
{
    uint64_t n;

    if (!size_parse(value, &n) || !known(n))
        return bad(self, value, "a size such as 512m or 2GiB", e);
    *(uint64_t *)member(o, self) = n;
    return true;
}

static bool set_when(struct options *o, const struct option *self,
                     const char *value, struct err *e)
{
    static const char *const names[] = {"auto", "always", "never"};
    unsigned i;

    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(value, names[i]) == 0) {
            *(enum when *)member(o, self) = (enum when)i;
            return true;
        }
    }
    return bad(self, value, "auto, always or never", e);
}

static bool set_format(struct options *o, const struct option *self,
                       const char *value, struct err *e)
{
    o->format_stated = true;
    return format_parse(value, &o->format) ||
           bad(self, value, "text, json, html, markdown or csv", e);
}

static bool set_dump(struct options *o, const struct option *self,
                     const char *value, struct err *e)
{
    uint64_t n;

    if (!parse_count(value, &n) || n == 0 || n > UINT32_MAX)
        return bad(self, value, "a number from 1", e);
    o->heap.dump = (unsigned)n;
    return true;
}

static bool set_compat(struct options *o, const struct option *self,
                       const char *value, struct err *e)
{
    o->heap.mat = true;
    return strcmp(value, "mat") == 0 || bad(self, value, "mat", e);
}

static bool set_size_model(struct options *o, const struct option *self,
                           const char *value, struct err *e)
{
    o->heap.size_model = value;
    return heap_is_size_model(value) ||
           bad(self, value, "auto, mat, or a layout such as hotspot-64", e);
}

static bool set_threshold(struct options *o, const struct option *self,
                          const char *value, struct err *e)
{
    (void)self;
    return thresholds_set(&o->thresholds, value, e);
}

static bool side_parse(const char *name, size_t n, unsigned *ret)
{
    static const enum side sides[] = {
        SIDE_UNDECIDED,     SIDE_ON_HEAP,       SIDE_OFF_HEAP, SIDE_SIZING,
        SIDE_PROCESS_LIMIT, SIDE_OTHER_PROCESS, SIDE_NONE,
    };
    size_t i;

    for (i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        const char *s = side_name(sides[i]);

        if (strlen(s) == n && memcmp(s, name, n) == 0) {
            *ret |= 1U << sides[i];
            return true;
        }
    }
    return false;
}

static bool set_fail_on(struct options *o, const struct option *self,
                        const char *value, struct err *e)
{
    const char *s = value;

    for (;;) {
        size_t n = strcspn(s, ",");

        if (n == 3 && memcmp(s, "new", n) == 0)
            o->fleet.fail_on_new = true;
        else if (!side_parse(s, n, &o->fail_on))
            return bad(self, value,
                       "a list of on_heap, off_heap, sizing, process_limit, "
                       "other_process, none, undecided, new",
                       e);
        if (!s[n])
            return true;
        s += n + 1;
    }
}

bool option_add_input(struct options *o, const char *path,
                      enum artifact_kind kind, bool baseline, struct err *e)
{
    const struct input_arg *i;

    if (!*path)
        return err_set(e, ERR_USAGE, "an input has no name");
    VEC_EACH (&o->inputs, i)
        if (strcmp(path, "-") == 0 && strcmp(i->path, "-") == 0)
            return err_set(e, ERR_USAGE, "standard input can be read once");
    o->inputs.at[o->inputs.n++] = (struct input_arg){path, kind, baseline};
    return true;
}

static bool set_input(struct options *o, const struct option *self,
                      const char *value, struct err *e)
{
    return option_add_input(o, value, (enum artifact_kind)self->detail, false,
                            e);
}

static bool set_baseline(struct options *o, const struct option *self,
                         const char *value, struct err *e)
{
    (void)self;
    return option_add_input(o, value, ARTIFACT_NMT, true, e);
}

/* ---- the table -------------------------------------------------------- */

const struct option option_table[] = {
    {"heap", "F", "heap dump (HPROF, gzip or not)", set_input, 0,
     ARTIFACT_HPROF},
    {"nmt", "F", "output of jcmd PID VM.native_memory", set_input, 0,
     ARTIFACT_NMT},
    {"nmt-baseline", "F", "the same, taken earlier, to compare with",
     set_baseline, 0, 0},
    {"oom", "F", "kernel log with the OOM killer's report (or --dmesg)",
     set_input, 0, ARTIFACT_KERNEL_LOG},
    {"dmesg", "F", NULL, set_input, 0, ARTIFACT_KERNEL_LOG},
    {"hs-err", "F", "hs_err_pid.log or jcmd PID VM.info", set_input, 0,
     ARTIFACT_VM_INFO},
    {"gc-log", "F", "garbage collection log", set_input, 0, ARTIFACT_GC_LOG},
    {"log", "F", "output or log of the application", set_input, 0,
     ARTIFACT_APP_LOG},
    {"smaps", "F", "/proc/PID/smaps or smaps_rollup", set_input, 0,
     ARTIFACT_SMAPS},
    {"proc-status", "F", "/proc/PID/status", set_input, 0,
     ARTIFACT_PROC_STATUS},
    {"memcg", "F", "a file of the memory cgroup, such as memory.stat",
     set_input, 0, ARTIFACT_CGROUP_STAT},
    {"pid", "N", "pid of the JVM, if no file tells", set_count, AT(stated.pid),
     0},
    {"limit", "SIZE", "memory limit of the container", set_size,
     AT(stated.limit), 0},
    {"xmx", "SIZE", "maximum heap size of the JVM", set_size, AT(stated.xmx),
     0},
    {"rss", "SIZE", "resident size of the JVM when it died", set_size,
     AT(stated.rss), 0},
    {"format", "NAME", "text, json, html, markdown or csv", set_format, 0, 0},
    {"o", "FILE", "write there, in the format of its ending", set_text,
     AT(output), 0},
    {"output", "FILE", NULL, set_text, AT(output), 0},
    {"top", "N", "rows of a list; 0 = all", set_count, AT(top), 0},
    {"fail-on", "SIDE,...", "exit with 10 if the verdict is on such a side",
     set_fail_on, 0, 0},
    {"threshold", "NAME=VALUE", "change a threshold of the judge",
     set_threshold, 0, 0},
    {"size-model", "NAME", "how objects are laid out; auto infers it",
     set_size_model, 0, 0},
    {"compat", "mat", "count as Eclipse MAT does", set_compat, 0, 0},
    {"keep-unreachable", NULL, "include garbage in lists and trees", set_flag,
     AT(heap.keep_unreachable), 0},
    {"show-values", NULL, "show what the most repeated strings say", set_flag,
     AT(heap.show_values), 0},
    {"dump", "N", "which dump of a file that holds several", set_dump, 0, 0},
    {"quick", NULL, "no retained sizes, no suspects", set_flag, AT(heap.quick),
     0},
    {"max-memory", "SIZE", "use disk rather than more, or give up", set_size,
     AT(max_memory), 0},
    {"jobs", "N", "threads to use; batch: cases at a time", set_count, AT(jobs),
     0},
    {"progress", "WHEN", "auto, always or never", set_when, AT(progress), 0},
    {"timings", NULL, "what each phase cost, on stderr", set_flag, AT(timings),
     0},
    {"color", "WHEN", "auto, always or never", set_when, AT(colour), 0},
    {"heap-dump", "WHEN", "capture: auto (if there is room), always or never",
     set_when, AT(capture.heap_dump), 0},
    {"gc", NULL, "capture: collect first; adds a class histogram", set_flag,
     AT(capture.gc), 0},
    {"baseline", NULL, "capture: set a baseline for NMT's differences",
     set_flag, AT(capture.baseline), 0},
    {"timeout", "SECONDS", "capture: how long to wait for an answer; 10",
     set_count, AT(capture.timeout), 0},
    {"dump-dir", "DIR", "capture: where the JVM is to write its dump first",
     set_text, AT(capture.dump_dir), 0},
    {"answers", "FILE", "drill: lines to read in place of the terminal's",
     set_text, AT(drill.answers), 0},
    {"samples", "DIR", "drill: where the samples are", set_text,
     AT(drill.samples), 0},
    {"instructor", NULL, "drill: the sheet for a team session", set_flag,
     AT(drill.instructor), 0},
    {"time-limit", "S", "batch: seconds that a case may take; 3600", set_count,
     AT(fleet.time_limit), 0},
    {"retry", NULL, "batch: again what could not be analysed before", set_flag,
     AT(fleet.retry), 0},
    {"since", "TIME", "fleet: only incidents from then on", set_text,
     AT(fleet.since), 0},
    {"group", "ID", "fleet: one group with its incidents", set_text,
     AT(fleet.group), 0},
    {"against", "DIR", "fleet: older results, to compare with", set_text,
     AT(fleet.against), 0},
    {"release", "TIME", "fleet: compare before and after", set_text,
     AT(fleet.release), 0},
    {"help", NULL, "this text", set_flag, AT(help), 0},
    {"h", NULL, NULL, set_flag, AT(help), 0},
};

const unsigned option_count = sizeof option_table / sizeof *option_table;
_Static_assert(sizeof option_table / sizeof *option_table <= 64,
               "bits of `given`");
