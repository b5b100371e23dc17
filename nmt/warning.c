/*
 * warning.c - the table of what HotSpot prints when the system refuses.
 */
#include "nmt/warning.h"

#include <string.h>

#include "nmt/text.h"

/* In order: the first row that fits wins. `also` must stand in the line
 * too; the size, if any, is the number behind `size`. */
static const struct {
    const char *mark, *also, *size;
    enum warning_kind kind;
    bool follows;
} table[] = {
    {"os::commit_memory(", "failed", NULL, WARN_COMMIT_FAILED, false},
    {"Failed to start thread", NULL, NULL, WARN_THREAD_FAILED, false},
    {"Failed to start the native thread", NULL, NULL, WARN_THREAD_FAILED, true},
    {"pthread_create failed", NULL, NULL, WARN_THREAD_FAILED, false},
    {"CodeCache is full", NULL, NULL, WARN_CODE_CACHE_FULL, false},
    {"CodeHeap '", "is full", NULL, WARN_CODE_CACHE_FULL, false},
    {"Heap dump file created [", NULL, "created [", WARN_DUMP_WRITTEN, false},
    {"Dumping heap to ", NULL, NULL, WARN_DUMPING, false},
    {"Unable to create ", ".hprof", NULL, WARN_DUMP_FAILED, false},
    {"Dump file is incomplete", NULL, NULL, WARN_DUMP_FAILED, false},
    {"Terminating due to java.lang.OutOfMemoryError", NULL, NULL,
     WARN_TERMINATING, false},
    {"Aborting due to java.lang.OutOfMemoryError", NULL, NULL, WARN_TERMINATING,
     false},
    {"stack guard pages failed", NULL, NULL, WARN_MAP_FAILED, false},
    {"mmap failed", NULL, NULL, WARN_MAP_FAILED, false},
    {"IOException: Map failed", NULL, NULL, WARN_MAP_FAILED, false},
    {"Native memory allocation (", ") failed to ", NULL, WARN_ALLOC_FAILED,
     false},
    /* glibc's last words, with exit status 127 */
    {"cannot allocate memory for thread-local data", NULL, NULL,
     WARN_ALLOC_FAILED, false},
    {"Could not reserve enough space for", NULL, "space for ",
     WARN_RESERVE_FAILED, false},
    /* JDK 8 to 16 for the class space, newer ones by its name */
    {"Could not allocate metaspace: ", NULL, "metaspace: ", WARN_RESERVE_FAILED,
     false},
    {"Could not allocate compressed class space: ", NULL,
     "class space: ", WARN_RESERVE_FAILED, false},
    /* ZGC's words, with a size since 17 */
    {"Failed to reserve ", "address space for Java heap", "reserve ",
     WARN_RESERVE_FAILED, false},
    {"OOMKilled", NULL, NULL, WARN_KILLED, false},
    {"IOException: ", "error=11, ", NULL, WARN_FORK_FAILED, false},
};

bool warning_names_file(enum warning_kind k)
{
    return k == WARN_DUMPING || k == WARN_DUMP_WRITTEN || k == WARN_DUMP_FAILED;
}

/* "os::commit_memory(0x00000000c5330000, 715849728, 0) failed" */
static uint64_t commit_bytes(const char *line)
{
    const char *s = text_after(line, "os::commit_memory(");
    uint64_t address, bytes;

    if (s && text_hex(&s, &address) && text_take(&s, ", ") &&
        text_uint(&s, &bytes))
        return bytes;
    return UNKNOWN;
}

/* "failed to map 12288 bytes for", "failed to allocate 32744 bytes for" */
static uint64_t alloc_bytes(const char *line)
{
    const char *s = text_after(line, "failed to map ");
    uint64_t bytes;

    if (!s)
        s = text_after(line, "failed to allocate ");
    return s && text_uint(&s, &bytes) ? bytes : UNKNOWN;
}

/* ---- ends by a signal ---------------------------------------------------- */

/* What shells and supervisors call the signals that end a JVM. */
static const struct {
    const char *shell; /* "Killed", alone in its line */
    const char *supervisor[5];
    enum warning_kind kind;
} signals[] = {
    {"Killed",
     {"signal 9", "SIGKILL", "signal: killed", "status=9/KILL", "signal=KILL"},
     WARN_KILLED},
    {"Terminated",
     {"signal 15", "SIGTERM", "signal: terminated", "status=15/TERM",
      "signal=TERM"},
     WARN_STOPPED},
    {"Aborted",
     {"signal 6", "SIGABRT", "signal: aborted", "status=6/ABRT", "signal=ABRT"},
     WARN_ABORTED},
};
#define SIGNALS (sizeof signals / sizeof *signals)

/* A shell's report: "Killed" alone, or "run.sh: line 3:  4711 Killed". */
static bool shell_says(const char *line, const char *word)
{
    const char *s = text_skip_blanks(line);

    if (text_starts(s, word)) {
        s = text_skip_blanks(s + strlen(word));
        text_take(&s, "(core dumped)");
        return !*s;
    }
    s = text_after(line, ": line ");
    s = s ? strstr(s, word) : NULL;
    return s && s[-1] == ' ' && text_is_digit(s[-2]);
}

/* A supervisor's report: "exited: signal 9 (SIGKILL)", "signal: killed",
 * systemd's "code=killed, status=9/KILL". That one is to be sent, or how
 * signals are handled, is no such report. */
static bool supervisor_says(const char *line, const char *const *names)
{
    static const char *const ends[] = {"exited", "terminated", "killed", "died",
                                       NULL};

    for (size_t i = 0; i < 5; i++) {
        const char *after = text_after(line, names[i]);

        if (!after || text_is_alnum(*after))
            continue;
        for (const char *const *w = ends; *w; w++)
            if (strstr(line, *w))
                return true;
    }
    return false;
}

/*
 * What glibc prints before it aborts the process: the function that found
 * the heap of malloc damaged, "free(): invalid pointer", older ones behind
 * "*** Error in `java': "; or a sentence of its own.
 */
static bool glibc_aborts(const char *line)
{
    static const char *const sentences[] = {
        "double free or corruption",     "corrupted size vs. prev_size",
        "corrupted double-linked list",  "*** stack smashing detected ***",
        "*** buffer overflow detected ", "Fatal glibc error: ",
    };
    static const char *const functions[] = {
        "free(): ",         "malloc(): ",       "realloc(): ",
        "munmap_chunk(): ", "mremap_chunk(): ", "malloc_consolidate(): ",
        "calloc(): ",       "sysmalloc(): ",    "malloc_check_get_size(): ",
    };
    const char *s = text_skip_blanks(line), *error = text_after(s, "': ");

    if (text_starts(s, "*** Error in `") && error)
        s = error;
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
        if (text_starts(s, sentences[i]))
            return true;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (text_take(&s, functions[i]))
            return text_starts(s, "invalid ") || text_starts(s, "corrupt") ||
                   text_starts(s, "unaligned ") ||
                   text_starts(s, "unsorted ") || strstr(s, "corrupted") ||
                   text_starts(s, "double free ") ||
                   text_starts(s, "mismatching ") ||
                   text_starts(s, "too many chunks");
    return false;
}

/* What main() threw, and nobody caught. That memory was wanted, the words of
 * fork and of libraries say in many ways. */
static bool main_threw(const char *line)
{
    return text_affirms(line, "Exception in thread \"main\" ") &&
           !strstr(line, "OutOfMemory") && !strstr(line, "memory");
}

bool warning_end_told(const char *line, enum warning_kind *ret)
{
    for (size_t i = 0; i < SIGNALS; i++)
        if (supervisor_says(line, signals[i].supervisor)) {
            *ret = signals[i].kind;
            return true;
        }
    *ret = WARN_ABORTED;
    return glibc_aborts(line);
}

static bool shell_tells(const char *line, enum warning_kind *ret)
{
    for (size_t i = 0; i < SIGNALS; i++)
        if (shell_says(line, signals[i].shell)) {
            *ret = signals[i].kind;
            return true;
        }
    return false;
}

bool warning_find(const char *line, bool after_dump, struct warning_text *ret)
{
    uint64_t status;
    size_t i, n = sizeof table / sizeof *table;

    ret->bytes = UNKNOWN;
    ret->follows = false;
    for (i = 0; i < n; i++)
        if (text_affirms(line, table[i].mark) &&
            (!table[i].also || strstr(line, table[i].also)))
            break;
    if (i < n) {
        ret->kind = table[i].kind;
        ret->follows = table[i].follows;
        if (table[i].size)
            text_bytes_after(line, table[i].size, 1, &ret->bytes);
        else if (ret->kind == WARN_COMMIT_FAILED)
            ret->bytes = commit_bytes(line);
        else if (ret->kind == WARN_ALLOC_FAILED)
            ret->bytes = alloc_bytes(line);
        return true;
    }
    if (after_dump &&
        text_starts(text_skip_blanks(line), "Unable to create ")) {
        ret->kind = WARN_DUMP_FAILED;
        return true;
    }
    if (shell_tells(line, &ret->kind) || warning_end_told(line, &ret->kind))
        return true;
    if (main_threw(line)) {
        ret->kind = WARN_UNCAUGHT;
        return true;
    }
    ret->kind = WARN_KILLED;
    return warning_exit_status(line, &status) && status == 137;
}

/* Steps over what stands between "exit" and its number. */
static const char *skip_exit_words(const char *s)
{
    static const char *const words[] = {"ed, status=", "ed (",   "ed",
                                        "with",        "code",   "Code",
                                        "status",      "Status", "value"};
    const char *before;

    do {
        before = s;
        while (*s && strchr(" \t:=\"'_", *s))
            s++;
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (text_take(&s, words[i]))
                break;
    } while (s != before);
    return s;
}

bool warning_exit_status(const char *line, uint64_t *ret)
{
    const char *s = line;
    uint64_t v;

    for (; (s = strstr(s, "xit")); s += 3) {
        const char *p = skip_exit_words(s + 3);

        if (s == line || (s[-1] != 'e' && s[-1] != 'E') ||
            (s - 1 > line && text_is_alnum(s[-2])) || p == s + 3)
            continue;
        if (text_uint(&p, &v) && v <= 255 && !text_is_alnum(*p) &&
            !(*p == '.' && text_is_digit(p[1]))) {
            *ret = v;
            return true;
        }
    }
    return false;
}
