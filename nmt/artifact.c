/*
 * artifact.c - looks at a file's first bytes, then line by line at its
 * window, until it is known what the file is. What a line says is sight.c's.
 */
#define _GNU_SOURCE
#include "nmt/artifact.h"

#include <string.h>

#include "base/lines.h"
#include "base/path.h"
#include "nmt/sight.h"
#include "nmt/text.h"
#include "nmt/wrapping.h"

/* Enough for the small reports; logs are looked at as far as a peek goes. */
#define FIRST_LOOK ((size_t)64 << 10)
#define LOOK_LINE  1024

const char *artifact_name(enum artifact_kind k)
{
    static const char *const names[ARTIFACT_KINDS] = {
        [ARTIFACT_UNKNOWN] = "ignored",
        [ARTIFACT_HPROF] = "hprof",
        [ARTIFACT_HPROF_ASCII] = "hprof_ascii",
        [ARTIFACT_NMT] = "nmt",
        [ARTIFACT_KERNEL_LOG] = "kernel_log",
        [ARTIFACT_VM_INFO] = "vm_info",
        [ARTIFACT_GC_LOG] = "gc_log",
        [ARTIFACT_APP_LOG] = "app_log",
        [ARTIFACT_PROCESS_LIST] = "process_list",
        [ARTIFACT_PROC_STATUS] = "proc_status",
        [ARTIFACT_SMAPS] = "smaps",
        [ARTIFACT_SMAPS_ROLLUP] = "smaps_rollup",
        [ARTIFACT_PROC_LIMITS] = "proc_limits",
        [ARTIFACT_CGROUP_STAT] = "cgroup_stat",
        [ARTIFACT_CGROUP_VALUES] = "cgroup_values",
        [ARTIFACT_CLASS_HISTOGRAM] = "class_histogram",
        [ARTIFACT_THREAD_DUMP] = "thread_dump",
        [ARTIFACT_HEAP_INFO] = "heap_info",
        [ARTIFACT_METASPACE] = "metaspace",
        [ARTIFACT_CODECACHE] = "codecache",
        [ARTIFACT_NATIVE_HEAP_INFO] = "native_heap_info",
        [ARTIFACT_NATIVE_TRIM] = "native_trim",
        [ARTIFACT_VM_FLAGS] = "vm_flags",
        [ARTIFACT_VM_COMMAND_LINE] = "vm_command_line",
        [ARTIFACT_JAVACORE] = "javacore",
        [ARTIFACT_CONTAINER] = "container",
    };

    return (unsigned)k < ARTIFACT_KINDS ? names[k] : NULL;
}

static enum artifact_kind see_bytes(struct sight *s, const struct wrapping *w,
                                    const uint8_t *p, size_t n)
{
    char line[LOOK_LINE];
    enum artifact_kind kind;

    if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
        p += 3;
        n -= 3;
    }
    while (lines_cut(&p, &n, line, sizeof line)) {
        kind = sight_line(s, w ? wrapping_strip(w, line) : line);
        if (kind)
            return kind;
    }
    return ARTIFACT_UNKNOWN;
}

/* One number or "max" in a file named after what it means. */
static bool is_bare_value(const uint8_t *p, size_t n, const char *name)
{
    size_t digits = 0;

    name = path_name(name);
    if (!text_starts(name, "memory.") && !text_starts(name, "pids."))
        return false;
    while (n && (p[n - 1] == '\n' || p[n - 1] == '\r' || p[n - 1] == ' '))
        n--;
    while (digits < n && text_is_digit((char)p[digits]))
        digits++;
    return n && n < 24 && (digits == n || (n == 3 && memcmp(p, "max", 3) == 0));
}

/* "JAVA PROFILE 1.0.2" and NUL; the agent's text has ", created" there. */
static enum artifact_kind hprof_kind(const uint8_t *p, size_t n)
{
    static const char magic[] = "JAVA PROFILE 1.0";
    size_t at = sizeof magic - 1;

    if (n < at || memcmp(p, magic, at) != 0)
        return ARTIFACT_UNKNOWN;
    while (at < n && at < 32 && p[at] && p[at] != ',' && p[at] != '\n')
        at++;
    return at < n && p[at] ? ARTIFACT_HPROF_ASCII : ARTIFACT_HPROF;
}

/* /proc/PID/cmdline of a JVM: words that end in NUL. */
static bool is_cmdline(const uint8_t *p, size_t n)
{
    static const char java[] = "java";
    const uint8_t *end = memchr(p, '\0', n);
    const uint8_t *name = end ? end - (sizeof java - 1) : NULL;

    return name >= p && memcmp(name, java, sizeof java - 1) == 0 &&
           (name == p || name[-1] == '/') && !memchr(p, '\n', end - p);
}

/* A report of ours, kept beside what it was made from: "ON THE HEAP: ... [kind,
 * low confidence]". It quotes evidence, and is none. */
static bool is_report(const uint8_t *p, size_t n)
{
    static const char last[] = "confidence]";
    size_t head = n < 512 ? n : 512, upper = 0;

    while (upper < head && ((p[upper] >= 'A' && p[upper] <= 'Z') ||
                            p[upper] == ' ' || p[upper] == '-'))
        upper++;
    return upper && upper < head && p[upper] == ':' &&
           memmem(p, head, last, sizeof last - 1) != NULL;
}

/* Whether a crash report stands in what may be a container's log. */
static bool is_wrapped_crash(enum artifact_kind seen, const uint8_t *p,
                             size_t n)
{
    struct sight sight = {0};
    struct wrapping w;

    if (seen != ARTIFACT_UNKNOWN && seen != ARTIFACT_NMT &&
        seen != ARTIFACT_APP_LOG && seen != ARTIFACT_GC_LOG &&
        seen != ARTIFACT_KERNEL_LOG)
        return false;
    return wrapping_find(p, n, WRAPPING_LINES, &w) &&
           see_bytes(&sight, &w, p, n) == ARTIFACT_VM_INFO;
}

/* Logs have stamps before their lines anyway: their readers know. */
static bool is_log(enum artifact_kind k)
{
    return k == ARTIFACT_APP_LOG || k == ARTIFACT_GC_LOG ||
           k == ARTIFACT_KERNEL_LOG || k == ARTIFACT_VM_INFO;
}

/* What is found on the first lines of a report makes one of a text that names
 * errors further below, as histograms of classes do. */
#define FIRST_LINES 4
#define FIRST_BYTES ((size_t)8 << 10)

/* The report of one process that a logger put something before every line
 * of. Of a short one few lines are enough: it must be a report without. */
static enum artifact_kind wrapped_kind(const uint8_t *p, size_t n, bool at_once,
                                       struct wrapping *w)
{
    struct sight sight = {0};
    enum artifact_kind kind;

    if (at_once && n > FIRST_BYTES)
        n = FIRST_BYTES;
    if (!wrapping_find(p, n, 2, w))
        return ARTIFACT_UNKNOWN;
    kind = see_bytes(&sight, w, p, n);
    if (at_once && sight.lines > FIRST_LINES)
        return ARTIFACT_UNKNOWN;
    if (!kind)
        kind = sight_judge(&sight);
    return is_log(kind) ? ARTIFACT_UNKNOWN : kind;
}

static enum artifact_kind plain_kind(const uint8_t *p, size_t n)
{
    struct sight sight = {0};
    enum artifact_kind kind = see_bytes(&sight, NULL, p, n);

    return kind ? kind : sight_judge(&sight);
}

/* `all`: there is no more of it to look at. The kernel's clock before a line
 * is no proof that the kernel wrote it. */
static enum artifact_kind see_text(const uint8_t *p, size_t n, bool all)
{
    struct sight sight = {0};
    enum artifact_kind kind = see_bytes(&sight, NULL, p, n), within;
    bool decided = kind != ARTIFACT_UNKNOWN;
    struct wrapping w;

    if (!decided && !all)
        return ARTIFACT_UNKNOWN;
    if (!decided)
        kind = sight_judge(&sight);
    if (is_wrapped_crash(kind, p, n))
        return ARTIFACT_VM_INFO;
    if (decided)
        return kind;
    within = wrapped_kind(
        p, n, kind && (kind != ARTIFACT_KERNEL_LOG || sight.event), &w);
    return within ? within : kind;
}

bool artifact_is_wrapped(struct source *s, enum artifact_kind k,
                         struct wrapping *ret)
{
    const uint8_t *p;
    size_t n = source_peek(s, FIRST_LOOK, &p);

    return k != ARTIFACT_HPROF && !is_log(k) && plain_kind(p, n) != k &&
           wrapped_kind(p, n, false, ret) == k;
}

enum artifact_kind artifact_sniff(struct source *s, const char *name)
{
    enum artifact_kind kind;
    const uint8_t *p;
    size_t n = source_peek(s, FIRST_LOOK, &p);

    kind = hprof_kind(p, n);
    if (kind || !n)
        return kind;
    if (is_bare_value(p, n, name))
        return ARTIFACT_CGROUP_VALUES;
    if (is_cmdline(p, n < 512 ? n : 512))
        return ARTIFACT_VM_COMMAND_LINE;
    if (memchr(p, '\0', n < 512 ? n : 512) || is_report(p, n))
        return ARTIFACT_UNKNOWN;
    if (n < FIRST_LOOK)
        return see_text(p, n, true);
    kind = see_text(p, n, false);
    if (kind)
        return kind;
    n = source_peek(s, SOURCE_WINDOW, &p);
    return see_text(p, n, true);
}

_Static_assert(ARTIFACT_KINDS <= 32, "a bit for each");

uint32_t artifact_answers(struct source *s)
{
    const uint8_t *p;
    size_t n = source_peek(s, SOURCE_WINDOW, &p);
    struct sight sight = {0};
    enum artifact_kind kind = ARTIFACT_VM_INFO; /* before the first answer */
    char line[LOOK_LINE];
    uint32_t found = 0;

    while (lines_cut(&p, &n, line, sizeof line)) {
        text_trim_end(line);
        if (sight_is_pid(line)) {
            sight = (struct sight){0};
            kind = ARTIFACT_UNKNOWN;
        } else if (!kind) {
            kind = sight_line(&sight, line);
            if (kind)
                found |= (uint32_t)1 << kind;
        }
    }
    return found;
}

bool artifact_quotes_logs(const char *name)
{
    static const char *const endings[] = {
        ".md",   ".markdown", ".html",  ".htm", ".rst", ".adoc",
        ".java", ".kt",       ".scala", ".c",   ".h",   ".cc",
        ".cpp",  ".hpp",      ".py",    ".rb",  ".pl",  ".js",
        ".ts",   ".go",       ".rs",    ".cs",  ".php", ".groovy",
    };

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (text_ends(name, endings[i]))
            return true;
    return false;
}
