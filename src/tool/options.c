/*
 * options.c - one table says what options there are, how each is read and
 * what the help says of it.
 */
#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"

struct option {
    const char *name;  /* without dashes; one letter is -x as well */
    const char *value; /* what the help calls it; NULL: takes none */
    const char *help;  /* NULL: another name for the option above */
    bool (*set)(struct options *o, const struct option *self, const char *value,
                struct err *e);
    size_t at; /* offset in struct options */
    int detail;
};

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

/* There is room: options_parse reserved it. */
static bool add_input(struct options *o, const char *path,
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
    return add_input(o, value, (enum artifact_kind)self->detail, false, e);
}

static bool set_baseline(struct options *o, const struct option *self,
                         const char *value, struct err *e)
{
    (void)self;
    return add_input(o, value, ARTIFACT_NMT, true, e);
}

/* ---- the table -------------------------------------------------------- */

static const struct option table[] = {
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

/* Whether a name stands in a list of them. */
static bool is_listed(const char *names, const char *name)
{
    size_t n = strlen(name), k;

    for (; *names; names += k + strspn(names + k, " ")) {
        k = strcspn(names, " ");
        if (k == n && memcmp(names, name, n) == 0)
            return true;
    }
    return false;
}

/* The help of an option that one command alone has begins with its name. */
static const char *own_help(const struct option *t, const struct command *c)
{
    size_t n = strlen(c->name);

    return strncmp(t->help, c->name, n) == 0 && t->help[n] == ':'
               ? t->help + n + 2
               : NULL;
}

static bool is_general(const struct option *t)
{
    const struct command *const *c;

    for (c = commands(); *c; c++)
        if (own_help(t, *c))
            return false;
    return true;
}

/* What the help of `c` says of an option; NULL: nothing. */
static const char *help_for(const struct option *t, const char *dashed,
                            const struct command *c)
{
    const char *own = c ? own_help(t, c) : NULL;

    if (!c)
        return t->help;
    if (c->options ? !is_listed(c->options, dashed) : !is_general(t))
        return NULL;
    return own ? own : t->help;
}

void options_help(struct out *o, const struct command *c)
{
    size_t i;

    for (i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct option *t = &table[i];
        char dashed[32], left[48];
        const char *help;

        if (!t->help)
            continue;
        snprintf(dashed, sizeof dashed, "%s%s", t->name[1] ? "--" : "-",
                 t->name);
        snprintf(left, sizeof left, "%s%s%s", dashed, t->value ? " " : "",
                 t->value ? t->value : "");
        help = help_for(t, dashed, c);
        if (help)
            out_printf(o, "  %-24s %s\n", left, help);
    }
}

/* ---- the walk along argv ---------------------------------------------- */

static const struct option *find(const char *name, size_t n, bool dashes)
{
    size_t i;

    for (i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strlen(table[i].name) == n && (n > 1) == dashes &&
            memcmp(table[i].name, name, n) == 0)
            return &table[i];
    return NULL;
}

/* argv[*i] begins with a dash; *i moves over a value that stands apart. */
static bool option(struct options *o, int argc, char *const *argv, int *i,
                   struct err *e)
{
    const char *arg = argv[*i], *value = NULL;
    bool dashes = arg[1] == '-';
    const char *name = arg + 1 + dashes;
    size_t n = dashes ? strcspn(name, "=") : 1;
    const struct option *t = find(name, n, dashes);

    if (!t)
        return err_set(e, ERR_USAGE, "there is no option %.60s", arg);
    o->given |= (uint64_t)1 << (t - table);
    if (name[n])
        value = name + n + dashes;
    if (!t->value)
        return value ? err_set(e, ERR_USAGE, "%.60s takes no value", arg)
                     : t->set(o, t, NULL, e);
    if (!value && *i + 1 >= argc)
        return err_set(e, ERR_USAGE, "%s needs a value", arg);
    return t->set(o, t, value ? value : argv[++*i], e);
}

static bool words(struct options *o, int argc, char *const *argv, struct err *e)
{
    bool options = true;
    int i;

    for (i = 1; i < argc; i++) {
        const char *arg = argv[i];
        const struct command *c = NULL;

        if (options && strcmp(arg, "--") == 0) {
            options = false;
        } else if (options && strcmp(arg, "--version") == 0) {
            o->command = &cmd_version;
        } else if (options && arg[0] == '-' && arg[1]) {
            if (!option(o, argc, argv, &i, e))
                return false;
        } else {
            if (options && !o->command && !o->inputs.n)
                c = command_find(arg);
            if (c)
                o->command = c;
            else if (!add_input(o, arg, ARTIFACT_UNKNOWN, false, e))
                return false;
        }
    }
    return true;
}

static void defaults(struct options *o)
{
    memset(o, 0, sizeof *o);
    o->stated = (struct stated){UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN};
    o->top = UNKNOWN;
    thresholds_init(&o->thresholds);
}

/* What every command stands, though its help may pass it over. */
static bool is_everybodys(const struct option *t)
{
    return strcmp(t->name, "help") == 0 || strcmp(t->name, "color") == 0 ||
           strcmp(t->name, "progress") == 0 || strcmp(t->name, "timings") == 0;
}

/* An option that the command would not look at is a mistake: who sets
 * --fail-on counts on it. */
static bool known_to(const struct options *o, const struct command *c,
                     struct err *e)
{
    char dashed[32];
    size_t i;

    _Static_assert(sizeof table / sizeof table[0] <= 64, "bits of `given`");
    if (!c->options || !*c->options)
        return true;
    for (i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct option *t = &table[i];

        snprintf(dashed, sizeof dashed, "%s%s", t->name[1] ? "--" : "-",
                 t->name);
        if (o->given >> i & 1 && !is_everybodys(t) &&
            !is_listed(c->options, dashed))
            return err_set(e, ERR_USAGE, "%s does not know %s", c->name,
                           dashed);
    }
    return true;
}

/* "oomwhy help COMMAND", or "oomwhy COMMAND --help". */
static bool choose_help(struct options *o, struct err *e)
{
    if (o->help) {
        o->topic = o->command;
        o->command = &cmd_help;
    } else if (o->command == &cmd_help && o->inputs.n) {
        o->topic = command_find(o->inputs.at[0].path);
        if (!o->topic)
            return err_set(e, ERR_USAGE, "there is no command %.60s",
                           o->inputs.at[0].path);
    }
    return true;
}

/* What no single option can know. */
static bool agree(struct options *o, struct err *e)
{
    if (!choose_help(o, e))
        return false;
    if (!o->command)
        o->command = commands()[0];
    if (!known_to(o, o->command, e))
        return false;
    if (o->command->run)
        return true;
    if (!o->inputs.n)
        return err_set(e, ERR_USAGE, "nothing was given to read");
    if (!o->format_stated && o->output)
        o->format = format_of_path(o->output);
    if (o->format == FORMAT_CSV && !o->command->table)
        return err_set(e, ERR_USAGE,
                       "csv holds one table: use a command such as "
                       "`histogram`, not `%s`",
                       o->command->name);
    o->heap.suspect_percent = o->thresholds.suspect_percent;
    return true;
}

bool options_parse(int argc, char *const *argv, struct mem *m,
                   struct options *ret, struct err *e)
{
    defaults(ret);
    if (vec_reserve(&ret->inputs, m, (uint64_t)argc + 1, e) &&
        words(ret, argc, argv, e) && agree(ret, e))
        return true;
    options_deinit(ret, m);
    return false;
}

void options_deinit(struct options *o, struct mem *m)
{
    vec_free(&o->inputs, m);
}
