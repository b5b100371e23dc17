/*
 * oome.c - recognises an OutOfMemoryError in a line of any log, and says
 * which kind it is.
 */
#include "nmt/oome.h"

#include <stdio.h>
#include <string.h>

#include "nmt/text.h"

/* ---- kinds ------------------------------------------------------------ */

const char *oome_kind_name(enum oome_kind k)
{
    static const char *const names[OOME_KINDS] = {
        [OOME_OTHER] = "other",
        [OOME_HEAP_SPACE] = "heap_space",
        [OOME_GC_OVERHEAD] = "gc_overhead",
        [OOME_ARRAY_LIMIT] = "array_limit",
        [OOME_LENGTH_LIMIT] = "length_limit",
        [OOME_METASPACE] = "metaspace",
        [OOME_PERMGEN] = "permgen",
        [OOME_CLASS_SPACE] = "class_space",
        [OOME_DIRECT_MEMORY] = "direct_memory",
        [OOME_NETTY_DIRECT] = "netty_direct",
        [OOME_NATIVE_THREAD] = "native_thread",
        [OOME_MAP_FAILED] = "map_failed",
        [OOME_NATIVE] = "native",
        [OOME_CODE_CACHE] = "code_cache",
    };

    return (unsigned)k < OOME_KINDS ? names[k] : "other";
}

static const struct {
    const char *text;
    bool whole; /* the message is just this; else it begins so */
    enum oome_kind kind;
} kinds[] = {
    {"Java heap space", true, OOME_HEAP_SPACE},
    {"Failed to allocate a ", false, OOME_HEAP_SPACE}, /* Android */
    {"GC overhead limit exceeded", true, OOME_GC_OVERHEAD},
    {"Requested array size exceeds VM limit", true, OOME_ARRAY_LIMIT},
    {"Required length exceeds implementation limit", true, OOME_LENGTH_LIMIT},
    {"Required array length ", false, OOME_LENGTH_LIMIT},
    {"Required array size too large", true, OOME_LENGTH_LIMIT},
    {"Overflow: String length out of range", true, OOME_LENGTH_LIMIT},
    {"UTF16 String size is ", false, OOME_LENGTH_LIMIT},
    {"Metaspace", true, OOME_METASPACE},
    {"PermGen space", true, OOME_PERMGEN},
    {"Compressed class space", true, OOME_CLASS_SPACE},
    {"Direct buffer memory", true, OOME_DIRECT_MEMORY},
    {"Cannot reserve ", false, OOME_DIRECT_MEMORY},
    {"failed to allocate ", false, OOME_NETTY_DIRECT},
    {"unable to create native thread", false, OOME_NATIVE_THREAD},
    {"unable to create new native thread", true, OOME_NATIVE_THREAD},
    {"Map failed", true, OOME_MAP_FAILED},
    {"request ", false, OOME_NATIVE},
    {"Unable to allocate ", false, OOME_NATIVE},
    {"Out of swap space", false, OOME_NATIVE},
    {"Out of space in CodeCache", false, OOME_CODE_CACHE},
    /* OpenJ9's words */
    {"native memory exhausted", false, OOME_NATIVE},
    {"Failed to create a thread", false, OOME_NATIVE_THREAD},
};

/* Index into kinds, or the number of them. */
static size_t find_kind(const char *message)
{
    size_t i, n = sizeof kinds / sizeof *kinds;

    for (i = 0; i < n && !text_starts(message, kinds[i].text); i++)
        ;
    return i;
}

enum oome_kind oome_classify(const char *message)
{
    size_t i = find_kind(message);

    if (i < sizeof kinds / sizeof *kinds) {
        if (kinds[i].kind == OOME_NETTY_DIRECT && !strstr(message, "direct"))
            return OOME_NATIVE;
        return kinds[i].kind;
    }
    if (strstr(message, "STACK_TRACE_WITH_NATIVE_METHOD"))
        return OOME_NATIVE;
    return OOME_OTHER;
}

/* ---- what a message says in figures ----------------------------------- */

static void take_figure(const char *message, const char *key, uint64_t *ret)
{
    const char *p = text_after(message, key);
    uint64_t v;

    if (p && text_uint(&p, &v))
        *ret = v;
}

static void take_figures(struct oome_text *o)
{
    o->requested = o->used = o->limit = UNKNOWN;
    take_figure(o->message, "Cannot reserve ", &o->requested);
    take_figure(o->message, "ailed to allocate ", &o->requested);
    take_figure(o->message, "ailed to allocate a ", &o->requested);
    take_figure(o->message, "nable to allocate ", &o->requested);
    take_figure(o->message, "request ", &o->requested);
    take_figure(o->message, "allocated: ", &o->used);
    take_figure(o->message, "used: ", &o->used);
    take_figure(o->message, "limit: ", &o->limit);
    take_figure(o->message, "max: ", &o->limit);
}

bool oome_same_message(const char *a, const char *b)
{
    for (;;) {
        while (text_is_digit(*a))
            a++;
        while (text_is_digit(*b))
            b++;
        if (*a != *b)
            return false;
        if (!*a)
            return true;
        a++;
        b++;
    }
}

static void copy(char *to, size_t size, const char *from, size_t n)
{
    snprintf(to, size, "%.*s", (int)(n < size ? n : size - 1), from);
}

/* ---- the stack below -------------------------------------------------- */

static const char *frame_of(const char *line)
{
    const char *s = text_skip_blanks(line);

    if (!text_take(&s, "at ")) {
        s = text_after(line, "\tat ");
        if (!s)
            s = text_after(line, "\\tat ");
        if (!s)
            s = text_after(line, "    at ");
    }
    if (!s)
        return NULL;
    s = text_skip_blanks(s);
    return strchr(s, '(') && strchr(s, ')') ? s : NULL;
}

static bool is_jdk(const char *frame)
{
    static const char *const packages[] = {"java.", "javax.", "jdk.", "sun.",
                                           "com.sun."};
    const char *module = strchr(frame, '/');

    /* "app//com.x.Y.z", "java.base@17/java.lang.String.x" */
    if (module && module < strchr(frame, '('))
        frame = module[1] == '/' ? module + 2 : module + 1;
    for (size_t i = 0; i < sizeof packages / sizeof *packages; i++)
        if (text_starts(frame, packages[i]))
            return true;
    return false;
}

bool oome_take_frame(struct oome_text *o, const char *line)
{
    const char *s = frame_of(line);
    size_t n;

    if (!s)
        return false;
    n = (size_t)(strchr(s, ')') - s) + 1;
    if (strstr(s, "MemoryError.<init>") &&
        strstr(s, "MemoryError.<init>") < s + n)
        return true;
    if (!*o->top_frame)
        copy(o->top_frame, sizeof o->top_frame, s, n);
    if (!*o->app_frame && !is_jdk(s))
        copy(o->app_frame, sizeof o->app_frame, s, n);
    return true;
}

bool oome_same_trace(const char *line)
{
    const char *s = text_skip_blanks(line);

    return strstr(s, "Caused by: ") || text_starts(s, "... ") ||
           strstr(s, "\t... ") || text_starts(s, "Suppressed:");
}

/* ---- is it an event? -------------------------------------------------- */

static bool ends_with_word(const char *from, const char *end, const char *word)
{
    size_t n = strlen(word);

    return (size_t)(end - from) >= n && memcmp(end - n, word, n) == 0;
}

/* "12:00:01.123", "2026-01-31T10:00:00Z", and what container runtimes put
 * behind it: "stdout F". */
static bool ends_with_stamp(const char *from, const char *end)
{
    const char *s;

    if (ends_with_word(from, end, "stdout F") ||
        ends_with_word(from, end, "stderr F"))
        return true;
    for (s = end; s > from && !text_is_blank(s[-1]); s--)
        ;
    return text_is_digit(*s) && memchr(s, ':', (size_t)(end - s));
}

/*
 * What stands before the class name tells a report from a remark: nothing,
 * punctuation of a log's prefix, or a word that announces an exception.
 */
static bool announced(const char *from, const char *end)
{
    static const char *const words[] = {
        "Caused by:", "due to",    "exception is", "Uncaught", "uncaught",
        "threw",      "exception", "error",        "ERROR",    "FATAL",
        "SEVERE",     "WARN",      "Throwable",    "thrown",   "with",
    };
    const char *s;

    while (end > from && text_is_blank(end[-1]))
        end--;
    s = text_skip_blanks(from);
    s += strspn(s, "0123456789"); /* of `cat -n` */
    if (end <= s || strchr(":\"']>|)-=,#;}{[(", end[-1]))
        return true;
    if (ends_with_word(from, end, "\\n") || ends_with_word(from, end, "\\t"))
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (ends_with_word(from, end, words[i]))
            return true;
    return ends_with_stamp(from, end);
}

/* The message's end: of the line, of a JSON string, or of its first line
 * inside one. */
static size_t message_length(const char *s)
{
    size_t n = strcspn(s, "\"");
    const char *p = strstr(s, "\\n"), *q = strstr(s, "\\r"),
               *t = strstr(s, "\\t");

    if (p && (size_t)(p - s) < n)
        n = (size_t)(p - s);
    if (q && (size_t)(q - s) < n)
        n = (size_t)(q - s);
    if (t && (size_t)(t - s) < n)
        n = (size_t)(t - s);
    while (n && text_is_blank(s[n - 1]))
        n--;
    return n;
}

/* After a message that is always the same nothing but punctuation or a
 * frame may follow: "Java heap space means that" is somebody's sentence. */
static bool tail_fits(const char *message)
{
    size_t i = find_kind(message);
    const char *rest;

    if (i == sizeof kinds / sizeof *kinds || !kinds[i].whole)
        return true;
    rest = message + strlen(kinds[i].text);
    if (!text_is_blank(*rest))
        return !text_is_alnum(*rest);
    rest = text_skip_blanks(rest);
    return !*rest || strchr("([{<|-", *rest) || text_starts(rest, "at ");
}

/* Text in quotes behind "thread "; inside JSON they are escaped. */
static void take_thread(const char *line, struct oome_text *o)
{
    const char *p = text_after(line, "thread "), *end;

    if (p && *p == '\\')
        p++;
    if (!p || *p++ != '"')
        return;
    /* A name may hold quotes; the class that follows shows the end. */
    end = strstr(p, "\" java.lang.");
    if (!end)
        end = strchr(p, '"');
    if (end)
        copy(o->thread, sizeof o->thread, p,
             (size_t)(end - p) - (end > p && end[-1] == '\\'));
}

/* A JSON log has the whole stack in one line, its line ends escaped. */
static void take_inline_frames(struct oome_text *o, const char *s)
{
    while ((s = strstr(s, "\\tat "))) {
        if (!oome_take_frame(o, s))
            return;
        s += strlen("\\tat ");
    }
}

/* "org.x.SomeException: java.lang.OutOfMemoryError: ...": told inside the
 * message of another. */
static bool is_nested(const char *from, const char *end)
{
    return ends_with_word(from, end, "Exception: ") ||
           ends_with_word(from, end, "Error: ") ||
           ends_with_word(from, end, "exception is ");
}

/* `s` stands behind the class's name. */
static bool take_message(const char *s, struct oome_text *o)
{
    size_t n;

    if (text_take(&s, ": ")) {
        n = message_length(s);
        copy(o->message, sizeof o->message, s, n);
        take_figures(o);
        o->kind = oome_classify(o->message);
        if (n && !tail_fits(o->message))
            return false;
        o->bare = n == 0;
        return true;
    }
    o->bare = true;
    take_figures(o);
    /* Nothing else in the line, or the end of a JSON line. */
    s = text_skip_blanks(s);
    return !*s || text_starts(s, "\\n") || text_starts(s, "\\r");
}

/* CrashOnOutOfMemoryError, and the handler of last resort: the message is
 * all or nothing. */
static bool special_forms(const char *line, struct oome_text *o)
{
    static const char uncaught[] =
        "java.lang.OutOfMemoryError thrown from the UncaughtExceptionHandler";
    const char *s = text_after(line, "OutOfMemory encountered: ");

    if (s && take_message(s - 2, o)) {
        o->closing = true;
        return true;
    }
    if (!strstr(line, uncaught))
        return false;
    take_thread(line, o);
    copy(o->message, sizeof o->message,
         "thrown from the UncaughtExceptionHandler", 40);
    take_figures(o);
    return true;
}

/* What -Xlog:gc* says of Metaspace that is full, right before the error is
 * thrown, though a log of collections has no errors. */
static bool metaspace_failed(const char *line, struct oome_text *o)
{
    static const struct {
        const char *text, *message;
    } forms[] = {
        {"Metaspace (data) allocation failed for size ", "Metaspace"},
        {"Metaspace (class) allocation failed for size ",
         "Compressed class space"},
    };

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (!strstr(line, forms[i].text))
            continue;
        copy(o->message, sizeof o->message, forms[i].message,
             strlen(forms[i].message));
        take_figures(o);
        o->kind = oome_classify(o->message);
        o->closing = true;
        return true;
    }
    return false;
}

/* A level among the line's own words: what follows is a message. */
static bool has_level(const char *from, const char *end)
{
    static const char *const levels[] = {"TRACE ", "DEBUG ",   "INFO ",
                                         "WARN ",  "WARNING ", "ERROR "};

    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        const char *s = strstr(from, levels[i]);

        if (s && s < end)
            return true;
    }
    return false;
}

/*
 * "WARN c.x.Client - node-2 answered 500: {"error":"java.lang....", ...}":
 * a string of a JSON document inside the message tells what somebody else
 * said. A line that is such a document as a whole, behind whatever prefix, is
 * the log's own, and one with the stack in it may be.
 */
static bool is_quoted(const char *line, const char *s)
{
    const char *brace = strchr(line, '{');

    return brace && brace < s && s[-1] == '"' && has_level(line, brace) &&
           !strstr(s, "\\tat ");
}

static const char *find_class(const char *line, const char **behind)
{
    static const char *const classes[] = {
        "java.lang.OutOfMemoryError",
        "util.internal.OutOfDirectMemoryError",
        /* up to 24 */
        "java.lang.VirtualMachineError: Out of space in CodeCache",
    };
    const char *s = NULL;

    for (size_t i = 0; i < sizeof classes / sizeof *classes && !s; i++) {
        s = strstr(line, classes[i]);
        *behind = s ? s + strcspn(classes[i], ":") : NULL;
    }
    /* Netty's class is often shaded: "org.x.shaded.io.netty.util...." */
    while (s && s > line && (text_is_alnum(s[-1]) || strchr("._$", s[-1])))
        s--;
    return s;
}

bool oome_find(const char *line, struct oome_text *ret)
{
    const char *s, *behind;

    if (!strstr(line, "OutOfMemory") && !strstr(line, "OutOfDirectMemory") &&
        !strstr(line, "Out of space in CodeCache") &&
        !strstr(line, "allocation failed for size"))
        return false;
    memset(ret, 0, sizeof *ret);
    if (special_forms(line, ret) || metaspace_failed(line, ret))
        return true;
    s = find_class(line, &behind);
    if (!s || !announced(line, s) || is_quoted(line, s) ||
        !take_message(behind, ret))
        return false;
    if (strstr(line, "OutOfDirectMemoryError"))
        ret->kind = OOME_NETTY_DIRECT;
    ret->nested = is_nested(line, s);
    ret->closing = ends_with_word(line, s, "due to ");
    take_thread(line, ret);
    take_inline_frames(ret, behind);
    return true;
}
