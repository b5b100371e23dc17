/* processes.c - see processes.h. */
#include "nmt/processes.h"

#include <string.h>

#include "nmt/jcmd_lines.h"
#include "nmt/text.h"

#define NO_COLUMN UINT32_MAX

struct columns {
    uint32_t pid, ppid, name;
};

struct reader {
    struct process_list *ret;
    struct arena *arena;
    struct columns at;
};

/* The next word: NULL at the end of the line. */
static const char *next_word(const char **s, size_t *n)
{
    const char *word = text_skip_blanks(*s);

    *n = strcspn(word, " \t");
    *s = word + *n;
    return *n ? word : NULL;
}

static bool find_columns(const char *line, struct columns *ret)
{
    const char *word;
    size_t n;

    *ret = (struct columns){NO_COLUMN, NO_COLUMN, NO_COLUMN};
    for (uint32_t i = 0; (word = next_word(&line, &n)); i++) {
        if (ret->pid == NO_COLUMN && text_is(word, n, "PID"))
            ret->pid = i;
        else if (ret->ppid == NO_COLUMN && text_is(word, n, "PPID"))
            ret->ppid = i;
        else if (ret->name == NO_COLUMN &&
                 (text_is(word, n, "COMMAND") || text_is(word, n, "CMD") ||
                  text_is(word, n, "COMM")))
            ret->name = i;
    }
    return ret->pid != NO_COLUMN && ret->ppid != NO_COLUMN;
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

/* Lines whose two pids are no numbers are no rows. */
static bool row(struct reader *r, const char *line, uint64_t number,
                struct err *e)
{
    struct listed_process p = {0, 0, "", number};
    unsigned found = 0;
    const char *word;
    size_t n;

    for (uint32_t i = 0; (word = next_word(&line, &n)); i++) {
        const char *s = word;

        if (i == r->at.pid)
            found += text_uint(&s, &p.pid) && s == word + n;
        else if (i == r->at.ppid)
            found += text_uint(&s, &p.ppid) && s == word + n;
        else if (i == r->at.name && !keep_name(r, word, n, &p, e))
            return false;
    }
    if (found < 2 || r->ret->rows.n >= PROCESSES_MAX)
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
        r->at = c;
        return true;
    }
    return r->at.pid == NO_COLUMN || row(r, line, number, e);
}

const struct listed_process *process_list_find(const struct process_list *l,
                                               uint64_t pid)
{
    for (uint64_t i = l->rows.n; i-- > 0;)
        if (l->rows.at[i].pid == pid)
            return &l->rows.at[i];
    return NULL;
}

bool process_list_read(struct source *s, struct arena *a,
                       struct process_list *ret, struct err *e)
{
    struct reader r = {ret, a, {NO_COLUMN, NO_COLUMN, NO_COLUMN}};

    memset(ret, 0, sizeof *ret);
    if (jcmd_each_line(s, a->mem, see_line, &r, e))
        return true;
    process_list_deinit(ret, a->mem);
    return false;
}

void process_list_deinit(struct process_list *l, struct mem *m)
{
    vec_free(&l->rows, m);
}
