/*
 * report_balance.c - the process in figures, and the balance sheet: what
 * its resident memory was made of, as ranges.
 */
#include <string.h>

#include "base/size.h"
#include "report/report.h"

/* Pages: one sentence of what is known, `at` a moment or NULL. */
static void sentence(struct emitter *em, const struct process_facts *p,
                     const char *at)
{
    const struct {
        const char *before;
        uint64_t bytes;
    } parts[] = {
        {"resident", p->rss}, {"anonymous", p->anon},        {"file", p->file},
        {"shared", p->shmem}, {"container limit", p->limit}, {"-Xmx", p->xmx},
    };
    struct out o;
    const char *text;
    char buf[SIZE_TEXT];
    size_t i;

    out_to_memory(&o, em->mem);
    if (known(p->pid))
        out_printf(&o, ", pid %llu", (unsigned long long)p->pid);
    for (i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (known(parts[i].bytes))
            out_printf(&o, ", %s %s", parts[i].before,
                       size_text(buf, parts[i].bytes));
    if (p->jvm) /* without the list of modes behind the version */
        out_printf(&o, ", %.*s%s", (int)strcspn(p->jvm, ","), p->jvm,
                   strchr(p->jvm, ',') && strchr(p->jvm, '(') ? ")" : "");
    text = out_string(&o);
    if (text && *text)
        emit_para(em, PARA_PLAIN, "Process%s%s%s: %s.", at ? " (" : "",
                  at ? at : "", at ? ")" : "", text + 2);
    out_deinit(&o);
}

void report_process(struct emitter *em, const struct report *r)
{
    const struct process_facts *p = &r->verdict->process;
    const struct balance *b = &r->verdict->balance;

    emit_object(em, "process", NULL);
    emit_number(em, "pid", NULL, p->pid);
    emit_bytes(em, "xmx_bytes", NULL, p->xmx);
    emit_bytes(em, "limit_bytes", NULL, p->limit);
    emit_bytes(em, "rss_bytes", NULL, p->rss);
    emit_bytes(em, "anon_bytes", NULL, p->anon);
    emit_bytes(em, "file_bytes", NULL, p->file);
    emit_bytes(em, "shmem_bytes", NULL, p->shmem);
    emit_text(em, "jvm", NULL, p->jvm);
    if (emit_is_page(em))
        sentence(em, p, b->present && b->total == p->rss ? b->at : NULL);
    emit_end(em);
}

static void row(struct emitter *em, const struct balance_row *b, uint64_t total)
{
    emit_item(em, NULL);
    emit_text(em, "key", NULL, b->key);
    emit_text(em, "label", NULL, b->label);
    emit_bytes(em, "low_bytes", NULL, b->low);
    emit_bytes(em, "high_bytes", NULL, b->high);
    if (emit_is_page(em))
        emit_share(em, "share", NULL, b->high, total);
    emit_text(em, "source", NULL, b->source);
    report_origin(em, "place", &b->origin);
    emit_end(em);
}

static void rows(struct emitter *em, const struct balance *b)
{
    static const struct column page[] = {
        {"low_bytes", "At least", 10},
        {"high_bytes", "At most", 10},
        {"share", "Share", 5},
        {"label", "What", 0},
        {"source", NULL, 0},
        {"place", NULL, 0},
        {0},
    };
    static const struct column all[] = {
        {"key", NULL, 0},
        {"label", NULL, 0},
        {"low_bytes", NULL, 0},
        {"high_bytes", NULL, 0},
        {"source", NULL, 0},
        {"place", NULL, 0},
        {0},
    };
    const struct balance_row rest = {
        "unexplained",       "unexplained", b->unexplained_low,
        b->unexplained_high, NULL,          {NULL, 0, UNKNOWN},
    };
    const struct balance_row *it;

    emit_table(em, "rows", "", emit_is_page(em) ? page : all);
    VEC_EACH (&b->rows, it)
        row(em, it, b->total);
    if (emit_is_page(em))
        row(em, &rest, b->total);
    emit_end(em);
}

void report_balance(struct emitter *em, const struct report *r)
{
    const struct balance *b = &r->verdict->balance;
    char buf[SIZE_TEXT];

    if (!b->present) {
        emit_null(em, "balance");
        return;
    }
    if (emit_is_page(em) && !b->rows.n)
        return; /* all of it unexplained: nothing to lay out */
    emit_object(em, "balance", "Balance sheet");
    emit_text(em, "at", NULL, b->at);
    emit_bytes(em, "total_bytes", NULL, b->total);
    if (known(b->total))
        emit_para(em, PARA_PLAIN, "%s: %s resident, made of", b->at,
                  size_text(buf, b->total));
    rows(em, b);
    emit_object(em, "unexplained", NULL);
    emit_bytes(em, "low_bytes", NULL, b->unexplained_low);
    emit_bytes(em, "high_bytes", NULL, b->unexplained_high);
    emit_end(em);
    emit_end(em);
}
