/*
 * kernel_form.c - which sentence of an OOM report a line is, by the words
 * that no kernel ever changed. Prefixes that were not understood may still
 * stand before them, so most are looked for anywhere in the line.
 */
#include "nmt/kernel_parts.h"

#include <string.h>

#include "nmt/text.h"

/* "Killed process 123": the word, and a number behind it. */
static bool names_process(const char *text, const char *words)
{
    const char *p = text_after(text, words);

    return p && text_is_digit(*text_skip_blanks(p));
}

static bool contains(const char *text, const char *words)
{
    return strstr(text, words) != NULL;
}

/* "[  pid  ]   uid ..." or "[13536] 275858 13536 ..." */
static enum kernel_form bracket_form(const char *text)
{
    const char *p = text_skip_blanks(text + 1);
    uint64_t n;

    if (text_take(&p, "pid")) {
        p = text_skip_blanks(p);
        return text_take(&p, "]") && contains(p, "uid") ? FORM_HEADER
                                                        : FORM_NONE;
    }
    if (!text_uint(&p, &n))
        return FORM_NONE;
    p = text_skip_blanks(p);
    if (!text_take(&p, "]"))
        return FORM_NONE;
    return text_is_digit(*text_skip_blanks(p)) ? FORM_ROW : FORM_NONE;
}

/* "memory: usage 1kB, limit ...", and of memory+swap, kmem, swap */
static bool is_usage(const char *text)
{
    return contains(text, "memory: usage") || contains(text, "swap: usage") ||
           contains(text, "kmem: usage");
}

/* What the kernel says of the CPU and task at fault, before and after 3.x */
static bool is_cpu(const char *text)
{
    return (text_starts(text, "CPU: ") && text_is_digit(text[5])) ||
           (text_starts(text, "Pid: ") && contains(text, "comm: "));
}

/* "Node 0 DMA: 2*4kB (U) 1*8kB": the first product has the page size. */
static bool is_buddy(const char *text)
{
    const char *p = text_after(text, ": ");
    uint64_t n;

    return p && text_uint(&p, &n) && text_take(&p, "*") && text_uint(&p, &n) &&
           text_starts(p, "kB");
}

static enum kernel_form figure_form(const char *text)
{
    if (contains(text, ": usage") && is_usage(text))
        return FORM_USAGE;
    if (contains(text, "Memory cgroup stats"))
        return FORM_STATS;
    if (text_ends(text, " pages RAM"))
        return FORM_RAM;
    if (text_starts(text, "Free swap") || text_starts(text, "Total swap"))
        return FORM_SWAP;
    if (is_buddy(text))
        return FORM_BUDDY;
    return FORM_NONE;
}

/* Logs are long and kills are rare: nearly all lines end here. */
static bool hints_at_a_kill(const char *text)
{
    return contains(text, "oom") || contains(text, "ill") ||
           contains(text, "OOM") || contains(text, "emory") ||
           contains(text, "SIG");
}

static enum kernel_form kill_form(const char *text)
{
    enum oom_event_kind event;

    if (contains(text, " invoked oom-killer"))
        return FORM_INVOKED;
    if (names_process(text, "oom_reaper: reaped process "))
        return FORM_REAPED;
    if (names_process(text, "Killed process "))
        return FORM_KILLED;
    if (contains(text, "oom-kill:constraint="))
        return FORM_SUMMARY;
    if (names_process(text, "ill process "))
        return contains(text, "sharing same memory") ? FORM_NONE
                                                     : FORM_ANNOUNCE;
    if (contains(text, "killed as a result of limit of"))
        return FORM_TASK_IN;
    if (contains(text, "Tasks state (memory values"))
        return FORM_TASKS;
    if (contains(text, "killed due to memory.oom.group"))
        return FORM_GROUP;
    if (contains(text, "no killable process"))
        return FORM_NOBODY;
    return kernel_event_kind(text, &event) ? FORM_EVENT : FORM_NONE;
}

enum kernel_form kernel_form(const char *text)
{
    enum kernel_form form = FORM_NONE;

    if (*text == '[')
        form = bracket_form(text);
    if (form)
        return form;
    if (is_cpu(text))
        return FORM_CPU;
    if (hints_at_a_kill(text))
        form = kill_form(text);
    return form ? form : figure_form(text);
}

/* The version is the first word behind "tainted" with a digit in front and
 * a dot in it: between them stand the taint's letters. */
const char *kernel_version(const char *text, size_t *n)
{
    const char *p = text_after(text, "ainted");

    for (; p && *p; p = text_skip_blanks(p + *n)) {
        *n = strcspn(p, " \t");
        if (text_is_digit(*p) && memchr(p, '.', *n))
            return p;
    }
    return NULL;
}

/* ---- wrapped lines ---------------------------------------------------- */

/* Words that a wrongly placed blank would break. */
static const char *const words[] = {
    "invoked oom-killer:",
    "gfp_mask=0x",
    "order=",
    "oom_score_adj",
    "Memory cgroup",
    "Out of",
    "out of memory",
    "Kill process ",
    "Killed process ",
    "total-vm:",
    "anon-rss:",
    "file-rss:",
    "shmem-rss:",
    "UID:",
    "pgtables:",
    "sacrifice child",
    "oom-kill:constraint",
    "nodemask=",
    "cpuset=",
    "mems_allowed=",
    "oom_memcg=",
    "task_memcg=",
    "task=",
    "pid=",
    "uid=",
    "usage ",
    "limit ",
    "failcnt ",
    "cache:",
    "rss:",
    "rss_huge:",
    "shmem:",
    "mapped_file:",
    "dirty:",
    "writeback:",
    "swap:",
    "inactive_anon:",
    "active_anon:",
    "inactive_file:",
    "active_file:",
    "unevictable:",
    " uid ",
    " tgid ",
    " total_vm ",
    " rss ",
    " rss_anon ",
    " rss_file ",
    " rss_shmem ",
    " nr_ptes ",
    " nr_pmds ",
    "pgtables_bytes ",
    " swapents ",
    "_adj name",
    "CPU: ",
    " PID: ",
    " Comm: ",
    "tainted",
    "Tainted:",
    "killed as a ",
    "result of ",
    "of limit of ",
    "pages RAM",
    "Tasks state",
    "Free swap",
    "Total swap",
    NULL,
};

unsigned kernel_form_words(const char *text)
{
    unsigned n = 0;

    for (const char *const *w = words; *w; w++)
        n += contains(text, *w);
    return n;
}

bool kernel_form_straddles(const char *text, size_t at)
{
    static const char *const phrases[] = {
        " invoked oom-killer:",
        "Out of memory: Kill",
        "Memory cgroup out of memory: Kill",
        "Killed process ",
        "Kill process ",
        "no killable processes",
        "oom-kill:constraint=CONSTRAINT_",
        "killed as a result of limit of ",
        "Memory cgroup stats for ",
        "memory: usage ",
        "swap: usage ",
        "kmem: usage ",
        "Tasks state (memory values ",
        NULL,
    };

    for (const char *const *p = phrases; *p; p++) {
        size_t n = strlen(*p);

        for (size_t i = at < n ? 0 : at - n + 1; i < at; i++)
            if (text[i] == **p && text_starts(text + i, *p))
                return true;
    }
    return false;
}
