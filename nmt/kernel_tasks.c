/*
 * kernel_tasks.c - the task table of a report. Columns came and went with
 * the kernels, so a row is read by its header's names; names of tasks are
 * last and may hold anything.
 */
#include "nmt/kernel_parts.h"

#include <limits.h>
#include <string.h>

#include "nmt/text.h"

static const struct {
    const char *name;
    enum kernel_column column;
} names[] = {
    {"uid", COLUMN_UID},
    {"tgid", COLUMN_TGID},
    {"total_vm", COLUMN_TOTAL_VM},
    {"rss", COLUMN_RSS},
    {"rss_anon", COLUMN_RSS_ANON},
    {"rss_file", COLUMN_RSS_FILE},
    {"rss_shmem", COLUMN_RSS_SHMEM},
    {"nr_ptes", COLUMN_PTES},
    {"nr_pmds", COLUMN_PTES},
    {"nr_puds", COLUMN_PTES},
    {"pgtables_bytes", COLUMN_PGTABLES},
    {"swapents", COLUMN_SWAP},
    {"oom_score_adj", COLUMN_ADJ},
};

/* ---- headers ---------------------------------------------------------- */

static enum kernel_column column_of(const char *s, size_t n)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i].name) == n && memcmp(names[i].name, s, n) == 0)
            return names[i].column;
    return COLUMN_OTHER;
}

void kernel_columns_read(const char *header, struct kernel_columns *ret)
{
    const char *p = strchr(header, ']'), *word;

    memset(ret, 0, sizeof *ret);
    if (!p)
        return;
    for (p = text_skip_blanks(p + 1); *p; p = text_skip_blanks(p)) {
        word = p;
        p += strcspn(p, " \t");
        if (p - word == 4 && memcmp(word, "name", 4) == 0) {
            ret->complete = true;
            return;
        }
        if (ret->n < KERNEL_COLUMNS)
            ret->at[ret->n++] = column_of(word, (size_t)(p - word));
    }
}

/* The columns of a table whose header is not in the text, by how many
 * numbers its rows have. What a 7-column row counts page tables in is then
 * not known. */
static bool guess_columns(const char *cells, struct kernel_columns *ret)
{
    static const enum kernel_column seven[] = {
        COLUMN_UID,   COLUMN_TGID, COLUMN_TOTAL_VM, COLUMN_RSS,
        COLUMN_OTHER, COLUMN_SWAP, COLUMN_ADJ};
    static const enum kernel_column eight[] = {
        COLUMN_UID,  COLUMN_TGID, COLUMN_TOTAL_VM, COLUMN_RSS,
        COLUMN_PTES, COLUMN_PTES, COLUMN_SWAP,     COLUMN_ADJ};
    static const enum kernel_column ten[] = {
        COLUMN_UID,      COLUMN_TGID,     COLUMN_TOTAL_VM,  COLUMN_RSS,
        COLUMN_RSS_ANON, COLUMN_RSS_FILE, COLUMN_RSS_SHMEM, COLUMN_PGTABLES,
        COLUMN_SWAP,     COLUMN_ADJ};
    unsigned n = 0;
    int64_t v;

    while (n < 10 && text_int(&cells, &v) && (text_is_blank(*cells))) {
        cells = text_skip_blanks(cells);
        n++;
    }
    ret->complete = true;
    ret->n = n;
    if (n == 7)
        memcpy(ret->at, seven, sizeof seven);
    else if (n == 8)
        memcpy(ret->at, eight, sizeof eight);
    else if (n == 10)
        memcpy(ret->at, ten, sizeof ten);
    else
        return false;
    return true;
}

/* ---- rows ------------------------------------------------------------- */

static void add_pages(uint64_t *total, uint64_t pages)
{
    if (!known(*total))
        *total = pages;
    else if (__builtin_add_overflow(*total, pages, total))
        *total = UNKNOWN;
}

static void set_cell(struct oom_task *t, enum kernel_column c, int64_t v,
                     bool *tables_in_bytes)
{
    uint64_t u = v < 0 ? 0 : (uint64_t)v;

    switch (c) {
    case COLUMN_UID: t->uid = u; break;
    case COLUMN_TGID: t->tgid = u; break;
    case COLUMN_TOTAL_VM: t->total_vm = u; break;
    case COLUMN_RSS: t->rss = u; break;
    case COLUMN_RSS_ANON: t->anon = u; break;
    case COLUMN_RSS_FILE: t->file = u; break;
    case COLUMN_RSS_SHMEM: t->shmem = u; break;
    case COLUMN_PTES: add_pages(&t->page_tables, u); break;
    case COLUMN_PGTABLES:
        t->page_tables = u;
        *tables_in_bytes = true;
        break;
    case COLUMN_SWAP: t->swap = u; break;
    case COLUMN_ADJ: t->oom_score_adj = v; break;
    case COLUMN_OTHER: break;
    }
}

static void clear_task(struct oom_task *t)
{
    *t = (struct oom_task){
        .uid = UNKNOWN,
        .tgid = UNKNOWN,
        .total_vm = UNKNOWN,
        .rss = UNKNOWN,
        .anon = UNKNOWN,
        .file = UNKNOWN,
        .shmem = UNKNOWN,
        .page_tables = UNKNOWN,
        .swap = UNKNOWN,
        .oom_score_adj = INT64_MIN,
    };
}

/* A name that goes on with a blank after digits: rather a cell too many. */
static enum kernel_row_grade grade_name(const char *name)
{
    const char *p = name;
    uint64_t n;

    if (!*p)
        return ROW_BAD;
    return text_uint(&p, &n) && text_is_blank(*p) ? ROW_ODD : ROW_GOOD;
}

enum kernel_row_grade kernel_row_read(const char *text,
                                      const struct kernel_columns *c,
                                      struct oom_task *ret,
                                      bool *tables_in_bytes)
{
    const char *p = text_skip_blanks(*text == '[' ? text + 1 : text);
    struct kernel_columns guess = {0};
    int64_t v;

    *tables_in_bytes = false;
    clear_task(ret);
    if (!text_uint(&p, &ret->pid))
        return ROW_BAD;
    p = text_skip_blanks(p);
    if (!text_take(&p, "]"))
        return ROW_BAD;
    p = text_skip_blanks(p);
    if (!c->n) {
        if (!guess_columns(p, &guess))
            return ROW_BAD;
        c = &guess;
    }
    for (unsigned i = 0; i < c->n; i++) {
        if (!text_int(&p, &v) || (*p && !text_is_blank(*p)))
            return ROW_BAD;
        p = text_skip_blanks(p);
        set_cell(ret, c->at[i], v, tables_in_bytes);
    }
    ret->name = p;
    if (c == &guess && ret->tgid != ret->pid)
        return ROW_BAD;
    return grade_name(p);
}

/* ---- pages ------------------------------------------------------------ */

uint64_t kernel_page_size(uint64_t bytes, uint64_t pages)
{
    if (!known(bytes) || !known(pages) || !pages)
        return 0;
    for (uint64_t size = KERNEL_DEFAULT_PAGE; size <= KERNEL_DEFAULT_PAGE << 8;
         size <<= 1) {
        uint64_t want, apart;

        if (__builtin_mul_overflow(pages, size, &want))
            return 0;
        apart = want > bytes ? want - bytes : bytes - want;
        /* The table was written a moment earlier: allow for a little. */
        if (apart <= bytes / 16)
            return size;
    }
    return 0;
}

static void scale(uint64_t *v, uint64_t by)
{
    if (known(*v) && __builtin_mul_overflow(*v, by, v))
        *v = UNKNOWN;
}

void kernel_report_scale(struct oom_report *r, bool tables_in_bytes)
{
    struct oom_task *t;

    scale(&r->ram, r->page_size);
    VEC_EACH (&r->tasks, t) {
        if (!tables_in_bytes)
            scale(&t->page_tables, r->page_size);
        scale(&t->total_vm, r->page_size);
        scale(&t->rss, r->page_size);
        scale(&t->anon, r->page_size);
        scale(&t->file, r->page_size);
        scale(&t->shmem, r->page_size);
        scale(&t->swap, r->page_size);
    }
}

const struct oom_task *oom_report_task(const struct oom_report *r, uint64_t pid)
{
    const struct oom_task *t;

    VEC_EACH (&r->tasks, t)
        if (t->pid == pid)
            return t;
    return NULL;
}
