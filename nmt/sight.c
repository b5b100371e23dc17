/*
 * sight.c - which of a text's lines decide what it is, and which are
 * counted; see sight.h.
 */
#define _GNU_SOURCE
#include "nmt/sight.h"

#include <string.h>

#include "nmt/container.h"
#include "nmt/heap_tools.h"
#include "nmt/kernel_parts.h"
#include "nmt/limits.h"
#include "nmt/pmap.h"
#include "nmt/process.h"
#include "nmt/processes.h"
#include "nmt/text.h"
#include "nmt/warning.h"

/* ---- lines that decide ------------------------------------------------ */

enum where { STARTS, HAS };

/* `within`: only among so many first lines; 0: anywhere. */
static const struct mark {
    const char *text;
    enum where where;
    unsigned within;
    enum artifact_kind kind;
} marks[] = {
    {"0SECTION ", STARTS, 0, ARTIFACT_JAVACORE},
    {"1MEMUSER ", STARTS, 0, ARTIFACT_JAVACORE},
    {"---------------  S U M M A R Y", STARTS, 0, ARTIFACT_VM_INFO},
    {"---------------  T H R E A D", STARTS, 0, ARTIFACT_VM_INFO},
    {"---------------  P R O C E S S", STARTS, 0, ARTIFACT_VM_INFO},
    {"---------------  S Y S T E M", STARTS, 0, ARTIFACT_VM_INFO},
    {"VM Arguments:", STARTS, 4, ARTIFACT_VM_COMMAND_LINE},
    {"jvm_args:", STARTS, 4, ARTIFACT_VM_COMMAND_LINE},
    {"-XX:", STARTS, 8, ARTIFACT_VM_FLAGS},
    {"[Global flags]", STARTS, 4, ARTIFACT_VM_FLAGS},
    {"VM Flags:", STARTS, 0, ARTIFACT_VM_FLAGS}, /* jinfo */
    {"Non-default VM flags:", STARTS, 0, ARTIFACT_VM_FLAGS},
    {"Native Memory Tracking:", HAS, 0, ARTIFACT_NMT},
    {"Native memory tracking is not enabled", HAS, 0, ARTIFACT_NMT},
    {"Baseline taken", STARTS, 4, ARTIFACT_NMT},
    {"Baseline succeeded", STARTS, 4, ARTIFACT_NMT},
    {"Total: reserved=", HAS, 0, ARTIFACT_NMT},
    {" (reserved=", HAS, 0, ARTIFACT_NMT},
    {"(malloc=", HAS, 0, ARTIFACT_NMT},
    {"Loaded: loaded (", STARTS, 4, ARTIFACT_CONTAINER},
    {"VmPeak:", STARTS, 0, ARTIFACT_PROC_STATUS},
    {"VmRSS:", STARTS, 0, ARTIFACT_PROC_STATUS},
    {"Tgid:\t", STARTS, 0, ARTIFACT_PROC_STATUS},
    {"<malloc version=", STARTS, 8, ARTIFACT_NATIVE_HEAP_INFO},
    {"Arena 0:", STARTS, 8, ARTIFACT_NATIVE_HEAP_INFO},
    {"Trim native heap:", STARTS, 8, ARTIFACT_NATIVE_TRIM},
    {"Total Usage", STARTS, 40, ARTIFACT_METASPACE},
    {"CodeCache: size=", STARTS, 8, ARTIFACT_CODECACHE},
    {"CodeHeap '", STARTS, 8, ARTIFACT_CODECACHE},
    {"CommandLine flags: -XX:", STARTS, 4, ARTIFACT_GC_LOG},
    {"{Heap before GC", STARTS, 0, ARTIFACT_GC_LOG},
    {"Full thread dump", HAS, 12, ARTIFACT_THREAD_DUMP},
    {"oom_kill_disable ", STARTS, 0, ARTIFACT_CGROUP_VALUES},
    {"Heap Configuration:", STARTS, 16, ARTIFACT_HEAP_INFO},
    {"garbage-first heap ", STARTS, 6, ARTIFACT_HEAP_INFO},
    {"def new generation ", STARTS, 6, ARTIFACT_HEAP_INFO},
    {"DefNew ", STARTS, 6, ARTIFACT_HEAP_INFO},
    {"par new generation ", STARTS, 6, ARTIFACT_HEAP_INFO},
    {"PSYoungGen ", STARTS, 6, ARTIFACT_HEAP_INFO},
    {"ZHeap ", STARTS, 6, ARTIFACT_HEAP_INFO},
    {"Z Heap", STARTS, 6, ARTIFACT_HEAP_INFO},
    {"Shenandoah Heap", STARTS, 6, ARTIFACT_HEAP_INFO},
    {"Epsilon Heap", STARTS, 6, ARTIFACT_HEAP_INFO},
};

static enum artifact_kind marked(const char *text, unsigned line)
{
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const struct mark *m = &marks[i];

        if (m->within && line > m->within)
            continue;
        if (m->where == STARTS ? text_starts(text, m->text)
                               : strstr(text, m->text) != NULL)
            return m->kind;
    }
    return ARTIFACT_UNKNOWN;
}

/* "7f00-7f10 rw-p 00000000 00:00 0" */
static bool is_mapping(const char *text)
{
    uint64_t v;

    return text_hex(&text, &v) && text_take(&text, "-") &&
           text_hex(&text, &v) && text_take(&text, " ") &&
           strspn(text, "rwxps-") == 4 && text_is_blank(text[4]);
}

/* The head of an hs_err file. The same block goes to the JVM's standard
 * output, behind whatever was there already. */
static bool is_fatal_head(const char *text)
{
    return text_starts(text, "# A fatal error has been detected") ||
           text_starts(text, "# There is insufficient memory for the Java") ||
           text_starts(text, "# JRE version:");
}

static bool is_kernel(const char *text)
{
    switch (kernel_form(text)) {
    case FORM_INVOKED:
    case FORM_TASK_IN:
    case FORM_STATS:
    case FORM_TASKS:
    case FORM_HEADER:
    case FORM_SUMMARY:
    case FORM_ANNOUNCE:
    case FORM_KILLED:
    case FORM_REAPED:
    case FORM_GROUP:
    case FORM_NOBODY: return true;
    case FORM_USAGE: return strstr(text, "failcnt ") != NULL;
    default: return false;
    }
}

/* ---- lines that are counted ------------------------------------------- */

static bool has_any(const char *text, const char *const *phrases)
{
    for (; *phrases; phrases++)
        if (strstr(text, *phrases))
            return true;
    return false;
}

static bool is_gc(const char *text)
{
    static const char *const phrases[] = {
        "[gc",         " GC(",       "[GC ",    "[GC(", "[Full GC",
        "[PSYoungGen", "GC pause (", "[ParNew", NULL,
    };

    if (text_starts(text, "GC(") && text_is_digit(text[3]))
        return true; /* of a log without decorations */
    return !strstr(text, "[warning]") && has_any(text, phrases);
}

static bool is_oome(const char *text)
{
    static const char *const phrases[] = {
        "java.lang.OutOfMemoryError",
        "OutOfMemoryError:",
        "OutOfDirectMemoryError",
        "Out of space in CodeCache",
        NULL,
    };

    return has_any(text, phrases);
}

/* A frame, "\tat a.B.c(B.java:1)", or anything else only a JVM or those
 * who run one would say. */
static bool is_jvm(const char *text)
{
    static const char *const phrases[] = {
        "Exception in thread \"",
        "WARNING: java.lang.",
        "Server VM warning",
        "Error occurred during initialization of VM",
        "Could not reserve enough space for",
        "pthread_create failed",
        "cannot allocate memory for thread-local data",
        "[warning][",
        "A fatal error has been detected by the Java",
        "There is insufficient memory for the Java",
        "sun.misc.Unsafe",
        "exit code 137",
        "exited with code 137",
        "exit status 137",
        "(Native Method)",
        "StackOverflowError",
        NULL,
    };

    if (text_starts(text, "at ") && strstr(text, ".java:"))
        return true;
    if (strstr(text, "java.lang.") &&
        (strstr(text, "Exception") || strstr(text, "Error")))
        return true;
    if (strstr(text, " Killed ") && strstr(text, "java"))
        return true;
    return has_any(text, phrases);
}

/* The figures of memory.stat that every version has some of. */
static bool is_stat_key(const char *s, size_t n)
{
    static const char *const keys[] = {
        "anon",          "file",        "kernel_stack",  "slab",
        "cache",         "rss",         "rss_huge",      "shmem",
        "mapped_file",   "file_mapped", "dirty",         "file_dirty",
        "writeback",     "pgfault",     "pgmajfault",    "pgpgin",
        "pgpgout",       "swap",        "inactive_anon", "active_anon",
        "inactive_file", "active_file", "unevictable",   NULL,
    };

    return text_is_one_of(s, n, keys);
}

static bool is_event_key(const char *s, size_t n)
{
    static const char *const keys[] = {
        "low",       "high",           "max", "oom", "fail", "oom_kill",
        "under_oom", "oom_group_kill", NULL,
    };

    return text_is_one_of(s, n, keys);
}

/* "name value", "name: value" or "name=value", the name with a path before
 * it perhaps, the value a number or "max". */
static void see_pair(struct sight *s, const char *text)
{
    size_t n = strcspn(text, " \t=:");
    const char *slash = memrchr(text, '/', n);
    const char *name = slash ? slash + 1 : text;
    const char *p = text + n + strspn(text + n, " \t=:");
    size_t heading;
    uint64_t v;

    if (cgroup_heading(text, &heading))
        s->value += 3;
    n -= (size_t)(name - text);
    if (text_starts(name, "pids.events") || text_starts(name, "memory.events"))
        p += strcspn(p, "0123456789");
    if (!text_uint(&p, &v) && !text_take(&p, "max"))
        return;
    p = text_skip_blanks(p);
    if (*p && *p != '<' && *p != '#')
        return;
    if (text_starts(name, "memory.") || text_starts(name, "pids."))
        s->value += 3;
    else if (is_stat_key(name, n))
        s->stat++;
    else if (is_event_key(name, n))
        s->value++;
}

/* A shell's limit on memory or threads (scripts set others all the time), or a
 * count of mappings. */
static bool is_limit(const char *text)
{
    uint64_t v;
    char letter;

    return (limits_shell_line(text, &letter, &v) &&
            (letter == 'v' || letter == 'u')) ||
           limits_is_maps_line(text);
}

/* JSON without a message in it is no log. */
static bool is_json(const char *text)
{
    const char *p;

    if (*text == '{' || *text == '}')
        return true;
    if (*text != '"')
        return false;
    p = strchr(text + 1, '"');
    return p && *text_skip_blanks(p + 1) == ':';
}

/* Shells and runtimes add a signal's number to 128. */
#define SIGNALS 31

static void see_log(struct sight *s, const char *text,
                    const struct kernel_stamp *stamp)
{
    enum warning_kind end;
    uint64_t status;

    s->clock += stamp->uptime >= 0;
    s->event += kernel_form(text) == FORM_EVENT;
    /* A container's state, as text or JSON; a supervisor's "exited: ". */
    if (warning_exit_status(text, &status))
        s->jvm += strstr(text, " exited") ||
                  (status > 128 && status <= 128 + SIGNALS);
    if (is_json(text))
        return;
    s->oome += is_oome(text);
    s->jvm += is_jvm(text) || warning_end_told(text, &end);
}

/* ---- one line, the whole ---------------------------------------------- */

/* More lines than these are no answer on one process. */
#define PS_LINES 3

/* "exec /opt/jdk/bin/java ..." */
static bool runs_java(const char *text)
{
    const char *s = text;

    while ((s = strstr(s, "java "))) {
        if (s == text || s[-1] == '/' || text_is_blank(s[-1]))
            return true;
        s++;
    }
    return false;
}

/* What starts the JVM says its options, if it starts only one; so does a line
 * that ps printed of it. */
static void see_script(struct sight *s, const char *text)
{
    if ((!s->script && s->lines > PS_LINES) || *text == '#')
        return;
    s->java += runs_java(text);
    s->options = s->options || strstr(text, " -Xm") || strstr(text, " -XX:");
}

bool sight_is_pid(const char *text)
{
    uint64_t pid;

    return text_uint(&text, &pid) && text_take(&text, ":") && !*text;
}

enum artifact_kind sight_line(struct sight *s, char *line)
{
    struct kernel_stamp stamp;
    enum artifact_kind kind;
    char *text;
    bool logged, mapping;

    text_trim_end(line);
    text = line + strspn(line, " \t");
    if (!*text)
        return ARTIFACT_UNKNOWN;
    if (sight_is_pid(text)) {
        s->jcmd = s->jcmd || !s->lines;
        return ARTIFACT_UNKNOWN;
    }
    if (!s->lines++) {
        s->hash_first = *text == '#';
        s->script = text_starts(text, "#!");
    }
    if (s->script) { /* of whose words none is evidence but its commands */
        see_script(s, text);
        s->limit += is_limit(text);
        return ARTIFACT_UNKNOWN;
    }
    kind = marked(text, s->lines);
    if (kind)
        return kind;
    if (s->hash_first && s->lines < 16 && is_fatal_head(text))
        return ARTIFACT_VM_INFO;
    if (s->lines < 4 && heap_tools_is_jstat(text))
        return ARTIFACT_HEAP_INFO;
    if (s->lines < 8 && pmap_header(text, &(struct pmap_columns){.n = 0}))
        return ARTIFACT_SMAPS;
    if (s->lines < 8 && process_list_header(text))
        return ARTIFACT_PROCESS_LIST;
    if (text_starts(text, "Limit") && strstr(text, "Soft Limit"))
        return ARTIFACT_PROC_LIMITS;
    if (text_starts(text, "num") && strstr(text, "#instances"))
        return ARTIFACT_CLASS_HISTOGRAM;
    see_script(s, text);
    mapping = is_mapping(text);
    s->header = s->header || mapping;
    if (mapping && text_ends(text, "[rollup]"))
        return ARTIFACT_SMAPS_ROLLUP;
    if (text_starts(text, "Rss:"))
        return s->header ? ARTIFACT_SMAPS : ARTIFACT_SMAPS_ROLLUP;
    see_pair(s, text);
    s->limit += is_limit(text);
    s->container += container_is_line(text);
    s->gc += is_gc(text);
    text = kernel_prefix_strip(text, &stamp, &logged);
    if (is_kernel(text))
        return ARTIFACT_KERNEL_LOG;
    see_log(s, text, &stamp);
    return ARTIFACT_UNKNOWN;
}

/* ---- behind the last line ----------------------------------------------- */

enum artifact_kind sight_judge(const struct sight *s)
{
    if (s->stat >= 3 && s->stat * 4 >= s->lines)
        return ARTIFACT_CGROUP_STAT;
    if (s->value >= 3 && s->value * 2 >= s->lines)
        return ARTIFACT_CGROUP_VALUES;
    if (s->script && s->java == 1 && s->options)
        return ARTIFACT_VM_COMMAND_LINE;
    if (s->oome)
        return ARTIFACT_APP_LOG;
    if (s->gc)
        return ARTIFACT_GC_LOG;
    if (s->container)
        return ARTIFACT_CONTAINER;
    if (s->event)
        return ARTIFACT_KERNEL_LOG;
    /* jcmd's own complaints are exceptions too, but no log without errors. */
    if (s->jvm && !s->jcmd)
        return ARTIFACT_APP_LOG;
    if (s->clock >= 3 && s->clock * 2 >= s->lines)
        return ARTIFACT_KERNEL_LOG;
    if (s->limit)
        return ARTIFACT_PROC_LIMITS;
    if (s->lines <= PS_LINES && s->java == 1 && s->options)
        return ARTIFACT_VM_COMMAND_LINE;
    return ARTIFACT_UNKNOWN;
}
