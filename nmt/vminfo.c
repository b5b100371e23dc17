/*
 * vminfo.c - goes through hs_err or VM.info line by line, knows in which
 * section it is, and settles at the end what several sections said.
 */
#include "nmt/vminfo.h"

#include <string.h>

#include "base/lines.h"
#include "nmt/heap_lines.h"
#include "nmt/process.h"
#include "nmt/text.h"
#include "nmt/vminfo_parse.h"
#include "nmt/wrapping.h"

static void info_init(struct vm_info *v)
{
    memset(v, 0, sizeof *v);
    v->failure.bytes = v->pid = v->tid = UNKNOWN;
    v->uptime = -1;
    v->time = INT64_MIN;
    v->heap_max = v->heap_min = v->heap_used = v->heap_committed = UNKNOWN;
    v->metaspace_used = v->metaspace_committed = UNKNOWN;
    v->physical = v->physical_free = v->available = v->mem_total = UNKNOWN;
    v->swap = v->swap_free = v->page_size = UNKNOWN;
    v->container_limit = v->container_usage = UNKNOWN;
    v->pids_limit = v->pids_current = UNKNOWN;
    v->rss = v->rss_peak = v->rss_anon = v->rss_file = v->rss_shmem = UNKNOWN;
    v->vm_size = v->threads = UNKNOWN;
    v->glibc_outstanding = v->glibc_retained = UNKNOWN;
    v->rlimit_nproc = v->rlimit_as = UNKNOWN;
    v->map_count = v->max_map_count = v->pid_max = UNKNOWN;
    v->oome_heap_errors = v->oome_metaspace_errors = UNKNOWN;
    v->oome_class_space_errors = v->oome_array_errors = UNKNOWN;
    v->committed_as = UNKNOWN;
    v->max_direct = v->max_metaspace = v->class_space = UNKNOWN;
    v->code_cache = v->stack_size = UNKNOWN;
}

void vm_info_deinit(struct vm_info *v, struct mem *m)
{
    nmt_report_deinit(&v->nmt, m);
}

/* ---- sections --------------------------------------------------------- */

static enum vm_section section_of(const char *s, enum vm_section now)
{
    if (text_starts(s, "---------------"))
        return SECTION_OTHER;
    if (text_starts(s, "Native Memory Tracking:"))
        return SECTION_NMT;
    if (text_starts(s, "Java Threads:") || text_starts(s, "Other Threads:"))
        return SECTION_THREADS;
    if (text_starts(s, "Dynamic libraries:"))
        return SECTION_MAPS;
    if (text_starts(s, "[Global flags]"))
        return SECTION_FLAGS;
    if (strcmp(s, "Heap:") == 0 || strcmp(s, "Heap") == 0)
        return SECTION_HEAP;
    if (now == SECTION_NMT && text_starts(s, "Preinit state:"))
        return SECTION_OTHER;
    if (*s || now == SECTION_NMT)
        return now;
    /* A blank line ends the short ones; thread lists have blanks inside. */
    return now == SECTION_THREADS ? now : SECTION_OTHER;
}

/* "7f1cf4021000-7f1cf8000000 ---p 00000000 00:00 0" */
static bool is_map(const char *s)
{
    uint64_t from, to;

    return text_hex(&s, &from) && text_take(&s, "-") && text_hex(&s, &to) &&
           *s == ' ';
}

/* "=>0x00007f58700223f0 JavaThread "main" [...", "  0x... VMThread ..." */
static bool is_thread(const char *s)
{
    text_take(&s, "=>");
    return text_starts(text_skip_blanks(s), "0x") && strstr(s, "Thread");
}

static bool section_line(struct vm_reader *r, const char *line, struct err *e)
{
    const char *s = text_skip_blanks(line);

    switch (r->section) {
    case SECTION_HEAP:
        if (!r->heap_seen)
            heap_info_line(&r->heap, s);
        break;
    case SECTION_THREADS: r->threads += is_thread(s); break;
    case SECTION_MAPS: r->maps += is_map(s); break;
    case SECTION_FLAGS: vm_flags_list_line(&r->flags, s); break;
    case SECTION_NMT: return nmt_parser_feed(&r->nmt, line, r->number, e);
    case SECTION_OTHER:
        /* Since 21 it stands under a heading of its own. */
        if (!known(r->heap.metaspace_used) && text_starts(s, "Metaspace "))
            heap_info_line(&r->heap, s);
        break;
    }
    return true;
}

/* ---- lines ------------------------------------------------------------- */

static void pid_line(struct vm_info *v, const char *line)
{
    uint64_t pid;

    if (!known(v->pid) && text_uint(&line, &pid) && text_take(&line, ":") &&
        !*line)
        v->pid = pid;
}

static bool read_line(struct vm_reader *r, char *line, struct err *e)
{
    enum vm_section was = r->section;
    const char *s;

    text_trim_end(line);
    s = text_skip_blanks(line);
    if (*s == '#' && !r->info->head)
        r->info->head = r->number;
    if (*s == '#' && !vm_death_line(r, s, e))
        return false;
    r->section = section_of(s, was);
    if (was == SECTION_HEAP && r->section != was)
        r->heap_seen = true;
    if (strcmp(s, "END.") == 0 || strcmp(s, "END") == 0)
        r->end_seen = true;
    pid_line(r->info, s);
    if (!section_line(r, line, e))
        return false;
    /* A map's path or a flag's text must not pass for a figure. */
    if (r->section == SECTION_MAPS && is_map(s))
        return true;
    return r->section == SECTION_NMT || r->section == SECTION_FLAGS ||
           vm_figure_line(r, line, e);
}

static void set(uint64_t *to, uint64_t v)
{
    if (!known(*to))
        *to = v;
}

/* What several places say. */
static void settle(struct vm_reader *r)
{
    struct vm_info *v = r->info;

    /* The figure among the reports is rounded to three digits. */
    if (known(r->flags.xmx))
        v->heap_max = r->flags.xmx;
    set(&v->heap_max, r->heap.reserved);
    set(&v->heap_min, r->flags.xms);
    v->heap_used = r->heap.used;
    v->heap_committed = r->heap.committed;
    v->metaspace_used = r->heap.metaspace_used;
    v->metaspace_committed = r->heap.metaspace_committed;
    set(&v->physical, v->mem_total);
    set(&v->max_metaspace, r->flags.max_metaspace);
    set(&v->class_space, r->flags.class_space);
    v->max_direct = r->flags.max_direct;
    v->code_cache = r->flags.code_cache;
    v->stack_size = r->flags.stack_size;
    if (r->threads)
        v->threads = r->threads;
    if (r->maps)
        set(&v->map_count, r->maps);
    v->has_nmt = v->nmt.has_total || v->nmt.categories.n;
    /* Up to 8 there was no END, but the elapsed time came last. */
    v->truncated = !r->end_seen && !(r->old_end_seen && v->jdk <= 8);
}

bool vm_info_read(struct source *s, struct arena *a, struct vm_info *ret,
                  struct err *e)
{
    struct vm_reader r = {.info = ret, .arena = a};
    struct wrapping wrapping;
    struct lines l;
    const uint8_t *p;
    char *line;
    bool ok = true;
    size_t n = source_peek(s, SOURCE_WINDOW, &p);

    wrapping_find(p, n, WRAPPING_LINES, &wrapping);
    info_init(ret);
    nmt_parser_init(&r.nmt, &ret->nmt, a);
    heap_info_init(&r.heap);
    vm_flags_init(&r.flags);
    if (!lines_init(&l, s, a->mem, e))
        return false;
    while (ok && (line = lines_next(&l, NULL))) {
        r.number = l.number;
        ok = read_line(&r, wrapping_strip(&wrapping, line), e);
    }
    nmt_parser_finish(&r.nmt);
    if (ok)
        settle(&r);
    else
        vm_info_deinit(ret, a->mem);
    lines_deinit(&l);
    return ok;
}
