/*
 * applog.c - goes through any text for what the JVM says when memory runs
 * out: OutOfMemoryErrors with their stacks, and HotSpot's own warnings.
 * Repetitions are counted, not kept.
 */
#include "nmt/logs.h"

#include <string.h>

#include "base/lines.h"
#include "nmt/oome.h"
#include "nmt/text.h"
#include "nmt/warning.h"

struct reader {
    struct app_log *log;
    struct arena *arena;
    bool open;          /* an error whose stack may go on */
    bool last_was_dump; /* the line before said "Dumping heap to" */
    bool in_report;     /* a crash report among it, which has its own reader */
    struct oome_text text;
};

/* ---- errors ----------------------------------------------------------- */

static bool same_text(const char *kept, const char *found)
{
    return kept ? strcmp(kept, found) == 0 : !*found;
}

static struct oome *find_oome(struct app_log *log, const struct oome_text *t)
{
    struct oome *o, *frameless = NULL;

    VEC_EACH (&log->oomes, o) {
        if (o->kind != t->kind || !oome_same_message(o->message, t->message))
            continue;
        if (same_text(o->top_frame, t->top_frame) || t->closing)
            return o;
        if (!o->top_frame)
            frameless = o;
    }
    return frameless;
}

static bool keep(struct arena *a, const char **to, const char *text,
                 struct err *e)
{
    if (*to || !*text)
        return true;
    *to = arena_strdup(a, text, e);
    return *to != NULL;
}

static bool keep_all(struct reader *r, struct oome *o, struct err *e)
{
    const struct oome_text *t = &r->text;

    return keep(r->arena, &o->thread, t->thread, e) &&
           keep(r->arena, &o->top_frame, t->top_frame, e) &&
           keep(r->arena, &o->app_frame, t->app_frame, e);
}

static bool add_oome(struct reader *r, struct err *e)
{
    const struct oome_text *t = &r->text;
    struct oome *o;

    if (r->log->oomes.n >= APP_LOG_DISTINCT)
        return true;
    if (!vec_push(&r->log->oomes, r->arena->mem, e))
        return false;
    o = vec_last(&r->log->oomes);
    o->kind = t->kind;
    o->count = 1;
    o->line = o->last_line = t->line;
    o->time = t->time;
    o->requested = t->requested;
    o->used = t->used;
    o->limit = t->limit;
    o->message = arena_strdup(r->arena, t->message, e);
    return o->message && keep_all(r, o, e);
}

/*
 * An error announced without stack ("java.lang.OutOfMemoryError: ..." before
 * a dump) is the same as the one whose stack follows it: the entry takes the
 * frames over instead of being counted twice.
 */
static bool count_again(struct reader *r, struct oome *o, struct err *e)
{
    bool first_stack = !o->top_frame && *r->text.top_frame && o->count == 1;

    o->last_line = r->text.line;
    if (r->text.closing)
        return true;
    if (!first_stack)
        o->count++;
    else
        r->log->oome_count--;
    return keep_all(r, o, e);
}

static bool close_oome(struct reader *r, struct err *e)
{
    struct oome_text *t = &r->text;
    struct oome *o;

    if (!r->open)
        return true;
    r->open = false;
    if (t->bare && !*t->top_frame)
        return true;
    /* Unsafe gives no message up to 17. */
    if (t->bare && strstr(t->top_frame, "Unsafe.allocateMemory"))
        t->kind = OOME_NATIVE;
    o = find_oome(r->log, t);
    if (!o || !t->closing)
        r->log->oome_count++;
    return o ? count_again(r, o, e) : add_oome(r, e);
}

/* "2026-01-31T10:00:00" where the line, or its first bracket, begins. */
static int64_t time_of(const char *line)
{
    const char *s = text_skip_blanks(line);
    int64_t t;

    if (*s == '[' || *s == '"')
        s++;
    return text_iso_time(&s, &t, NULL) ? t : INT64_MIN;
}

static void note_error(struct app_log *log, uint64_t number)
{
    log->error_end = number;
    log->since_error = 0;
}

static bool oome_line(struct reader *r, const char *line, uint64_t number,
                      bool *ret, struct err *e)
{
    struct oome_text t;

    *ret = oome_find(line, &t);
    if (!*ret) {
        if (r->open &&
            (oome_take_frame(&r->text, line) || oome_same_trace(line))) {
            note_error(r->log, number);
            return true;
        }
        return close_oome(r, e);
    }
    if (r->open && r->text.nested && oome_same_trace(line))
        memcpy(t.thread, r->text.thread, sizeof t.thread);
    else if (!close_oome(r, e))
        return false;
    note_error(r->log, number);
    t.line = number;
    t.time = time_of(line);
    /* The frames below belong to the exception around it. */
    if (t.nested)
        memset(t.top_frame, 0, sizeof t.top_frame);
    r->text = t;
    r->open = true;
    return true;
}

/* ---- warnings --------------------------------------------------------- */

static struct jvm_warning *
find_warning(struct app_log *log, enum warning_kind kind, const char *text)
{
    struct jvm_warning *w;

    VEC_EACH (&log->warnings, w)
        if (w->kind == kind &&
            (!warning_names_file(kind) || strcmp(w->text, text) == 0))
            return w;
    return NULL;
}

static bool warning_line(struct reader *r, const char *line, uint64_t number,
                         struct err *e)
{
    struct warning_text t;
    struct jvm_warning *w;

    if (!warning_find(line, r->last_was_dump, &t)) {
        r->last_was_dump = false;
        return true;
    }
    r->last_was_dump = t.kind == WARN_DUMPING;
    line = text_skip_blanks(line);
    w = find_warning(r->log, t.kind, line);
    if (w) {
        w->count += !t.follows;
        return true;
    }
    if (r->log->warnings.n >= APP_LOG_DISTINCT)
        return true;
    if (!vec_push(&r->log->warnings, r->arena->mem, e))
        return false;
    w = vec_last(&r->log->warnings);
    w->kind = t.kind;
    w->bytes = t.bytes;
    w->line = number;
    w->count = 1;
    w->time = time_of(line);
    w->text = arena_strdup(r->arena, line, e);
    return w->text != NULL;
}

/* ---- pids ------------------------------------------------------------- */

/* Steps behind the next "pid" that is a word; NULL: there is none. */
static const char *next_pid(const char *line, const char *s)
{
    for (; *s; s++)
        if ((text_starts(s, "pid") || text_starts(s, "PID")) &&
            (s == line || !text_is_alnum(s[-1])))
            return s + 3;
    return NULL;
}

static bool pids_line(struct reader *r, const char *line, uint64_t number,
                      struct err *e)
{
    const char *s = line;
    struct named_pid p = {0, number};

    while ((s = next_pid(line, s))) {
        s += strspn(s, " :=");
        if (!text_is_digit(*s) || !text_uint(&s, &p.pid))
            continue;
        if (r->log->pids.n >= APP_LOG_PIDS)
            return true;
        if (!vec_push(&r->log->pids, r->arena->mem, e))
            return false;
        *vec_last(&r->log->pids) = p;
    }
    return true;
}

/* ---- the file --------------------------------------------------------- */

/* From the first heading of a crash report to its "END.". */
static bool is_of_report(struct reader *r, const char *line)
{
    bool was = r->in_report;

    if (strstr(line, "---------------  "))
        r->in_report = true;
    else if (was && strstr(line, "END."))
        r->in_report = false;
    return was || r->in_report;
}

static bool read_line(struct reader *r, const char *line, uint64_t number,
                      struct err *e)
{
    uint64_t status;
    bool oome;

    if (is_of_report(r, line))
        return close_oome(r, e);
    if (!oome_line(r, line, number, &oome, e) ||
        !warning_line(r, line, number, e) || !pids_line(r, line, number, e))
        return false;
    if (warning_exit_status(line, &status))
        r->log->exit_status = status;
    return true;
}

bool app_log_read(struct source *s, struct arena *a, struct app_log *ret,
                  struct err *e)
{
    struct reader r = {.log = ret, .arena = a};
    struct lines l;
    char *line;
    bool ok = true;

    memset(ret, 0, sizeof *ret);
    ret->exit_status = UNKNOWN;
    if (!lines_init(&l, s, a->mem, e))
        return false;
    while (ok && (line = lines_next(&l, NULL))) {
        ret->since_error++;
        ok = read_line(&r, line, l.number, e);
    }
    ok = ok && close_oome(&r, e);
    lines_deinit(&l);
    if (!ok)
        app_log_deinit(ret, a->mem);
    return ok;
}

void app_log_deinit(struct app_log *l, struct mem *m)
{
    vec_free(&l->oomes, m);
    vec_free(&l->warnings, m);
    vec_free(&l->pids, m);
}
