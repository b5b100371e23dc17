/* processes.c - see processes.h. */
#include "nmt/processes.h"

#include <string.h>

#include "base/known.h"
#include "nmt/jcmd_lines.h"
#include "nmt/text.h"

enum column {
    COLUMN_PID,
    COLUMN_PPID,
    COLUMN_NAME,
    COLUMN_RSS,
    COLUMN_VSZ,
    COLUMN_THREADS,
    COLUMNS,
};

#define NO_COLUMN UINT32_MAX

struct columns {
    uint32_t at[COLUMNS];
};

struct reader {
    struct process_list *ret;
    struct arena *arena;
    struct columns columns;
};

static const struct {
    const char *name;
    enum column column;
} names[] = {
    {"PID", COLUMN_PID},       {"PPID", COLUMN_PPID}, {"COMMAND", COLUMN_NAME},
    {"CMD", COLUMN_NAME},      {"COMM", COLUMN_NAME}, {"Command", COLUMN_NAME},
    {"RSS", COLUMN_RSS},       {"RSZ", COLUMN_RSS},   {"RES", COLUMN_RSS},
    {"VSZ", COLUMN_VSZ},       {"VIRT", COLUMN_VSZ},  {"NLWP", COLUMN_THREADS},
    {"THCNT", COLUMN_THREADS},
};

/* The next word: NULL at the end of the line. */
static const char *next_word(const char **s, size_t *n)
{
    const char *word = text_skip_blanks(*s);

    *n = strcspn(word, " \t");
    *s = word + *n;
    return *n ? word : NULL;
}

static bool has(const struct columns *c, enum column column)
{
    return c->at[column] != NO_COLUMN;
}

/* Of a process either its parent or its memory must be told. */
static bool find_columns(const char *line, struct columns *ret)
{
    const char *word;
    size_t n;

    for (int c = 0; c < COLUMNS; c++)
        ret->at[c] = NO_COLUMN;
    for (uint32_t i = 0; (word = next_word(&line, &n)); i++)
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            if (text_is(word, n, names[k].name) && !has(ret, names[k].column))
                ret->at[names[k].column] = i;
    return has(ret, COLUMN_PID) &&
           (has(ret, COLUMN_PPID) ||
            (has(ret, COLUMN_RSS) && has(ret, COLUMN_NAME)));
}

bool process_list_header(const char *line)
{
    struct columns c;

    return find_columns(line, &c);
}

static bool keep_name(struct reader *r, const char *word, size_t n,
                      struct listed_process *p, struct err *e)
{
    size_t from = n;

    while (from && word[from - 1] != '/')
        from--;
    p->name = arena_strndup(r->arena, word + from, n - from, e);
    return p->name != NULL;
}

/* The whole word is a number of `unit` bytes, or of those that it says. */
static bool take_number(const char *word, size_t n, uint64_t unit,
                        uint64_t *ret)
{
    const char *s = word;

    if (text_bytes(&s, unit, ret) && s == word + n)
        return true;
    *ret = UNKNOWN;
    return false;
}

/* Lines whose pids are no numbers are no rows. */
static bool row(struct reader *r, const char *line, uint64_t number,
                struct err *e)
{
    struct listed_process p = {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN,
                               UNKNOWN, "",      number};
    const uint32_t *at = r->columns.at;
    const char *word;
    size_t n;

    for (uint32_t i = 0; (word = next_word(&line, &n)); i++) {
        if (i == at[COLUMN_PID])
            take_number(word, n, 1, &p.pid);
        else if (i == at[COLUMN_PPID])
            take_number(word, n, 1, &p.ppid);
        else if (i == at[COLUMN_RSS])
            take_number(word, n, 1024, &p.rss);
        else if (i == at[COLUMN_VSZ])
            take_number(word, n, 1024, &p.vsz);
        else if (i == at[COLUMN_THREADS])
            take_number(word, n, 1, &p.threads);
        else if (i == at[COLUMN_NAME] && !keep_name(r, word, n, &p, e))
            return false;
    }
    if (!known(p.pid) || (has(&r->columns, COLUMN_PPID) && !known(p.ppid)) ||
        r->ret->rows.n >= PROCESSES_MAX)
        return true;
    if (!vec_push(&r->ret->rows, r->arena->mem, e))
        return false;
    *vec_last(&r->ret->rows) = p;
    return true;
}

static bool see_line(void *context, const char *line, uint64_t number,
                     struct err *e)
{
    struct reader *r = context;
    struct columns c;

    if (find_columns(line, &c)) {
        r->columns = c;
        return true;
    }
    return !has(&r->columns, COLUMN_PID) || row(r, line, number, e);
}

const struct listed_process *process_list_find(const struct process_list *l,
                                               uint64_t pid)
{
    for (uint64_t i = l->rows.n; i-- > 0;)
        if (l->rows.at[i].pid == pid)
            return &l->rows.at[i];
    return NULL;
}

const struct listed_process *process_list_jvm(const struct process_list *l)
{
    const struct listed_process *p, *found = NULL;

    VEC_EACH (&l->rows, p) {
        if (strcmp(p->name, "java") != 0)
            continue;
        if (found && found->pid != p->pid)
            return NULL;
        found = p;
    }
    return found;
}

bool process_list_read(struct source *s, struct arena *a,
                       struct process_list *ret, struct err *e)
{
    struct reader r = {.ret = ret, .arena = a};

    memset(ret, 0, sizeof *ret);
    find_columns("", &r.columns); /* none yet */
    if (jcmd_each_line(s, a->mem, see_line, &r, e))
        return true;
    process_list_deinit(ret, a->mem);
    return false;
}

void process_list_deinit(struct process_list *l, struct mem *m)
{
    vec_free(&l->rows, m);
}
