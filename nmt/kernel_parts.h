/*
 * kernel_parts.h - what the files of the kernel log reader share.
 *
 *     kernel_prefix.c  takes off what loggers put before a kernel's line
 *     kernel_clock.c   ... the times among it
 *     kernel_json.c    ... and what wraps it in JSON
 *     kernel_wrapping.c  ... and what all lines begin with besides
 *     kernel_form.c    tells which sentence of a report a line is
 *     kernel_lines.c   joins wrapped lines into messages
 *     kernel_tasks.c   the task table
 *     kernel_memcg.c   the memory cgroup's figures
 *     kernel_kill.c    the sentences that name a victim
 *     kernel_event.c   what others say of kills
 *     kernel_report.c  messages into reports
 *     kernel.c         ... and kills into those
 *
 * Nothing here is for other modules: they include nmt/kernel.h.
 */
#ifndef OOMWHY_NMT_KERNEL_PARTS_H
#define OOMWHY_NMT_KERNEL_PARTS_H

#include "base/arena.h"
#include "base/lines.h"
#include "base/vec.h"
#include "nmt/kernel.h"
#include "nmt/wrapping.h"

/* ---- prefixes --------------------------------------------------------- */

struct kernel_stamp {
    int64_t time;      /* Unix ms; INT64_MIN: none */
    double uptime;     /* seconds; < 0: none */
    const char *clock; /* as in struct oom_kill */
    uint64_t host;     /* whose line it is, as a number; 0: not said */
};

void kernel_stamp_clear(struct kernel_stamp *s);
/* A host's name as a number, for hosts are only told apart; 0: it is none. */
uint64_t kernel_host(const char *name, size_t n);

/* Steps over a time of any kind, which goes into the stamp if it is the first
 * of its kind. */
bool kernel_clock_take(const char **p, struct kernel_stamp *stamp);
/* Behind printk's clock in the middle of other output; NULL: none. */
const char *kernel_clock_inside(const char *s, struct kernel_stamp *stamp);

/*
 * Returns where the kernel's own text begins in `line` (which is changed:
 * escapes are decoded, trailing blanks cut) and fills
 * `stamp`. *marked tells whether anything before it was a logger's work,
 * so that the line is no continuation of the one before.
 */
char *kernel_prefix_strip(char *line, struct kernel_stamp *stamp, bool *marked);
/* The message inside a JSON object or member on `line`, decoded in place;
 * NULL if there is none. Fills the stamp from its neighbours. */
char *kernel_json_message(char *line, struct kernel_stamp *stamp);

/* What else nearly all lines of a text have before the kernel's. */
void kernel_wrapping_find(const uint8_t *p, size_t n, struct wrapping *ret);
/* As kernel_prefix_strip, and that off as well. */
char *kernel_wrapping_strip(const struct wrapping *w, char *line,
                            struct kernel_stamp *stamp, bool *marked);

/* ---- forms ------------------------------------------------------------ */

enum kernel_form {
    FORM_NONE,
    FORM_INVOKED,  /* "java invoked oom-killer: gfp_mask=..." */
    FORM_CPU,      /* "CPU: 1 PID: 2 Comm: java Not tainted 6.1" */
    FORM_TASK_IN,  /* "Task in A killed as a result of limit of B" */
    FORM_USAGE,    /* "memory: usage 1kB, limit 2kB, failcnt 3" */
    FORM_STATS,    /* "Memory cgroup stats for A:" with or without figures */
    FORM_STAT,     /* "anon 4096": only behind FORM_STATS */
    FORM_TASKS,    /* "Tasks state (memory values in pages):" */
    FORM_HEADER,   /* "[  pid  ]   uid  tgid total_vm ..." */
    FORM_ROW,      /* "[  1234]  0  1234 ..." */
    FORM_SUMMARY,  /* "oom-kill:constraint=..." */
    FORM_ANNOUNCE, /* "Kill process 1 (java) score 9 or sacrifice child" */
    FORM_KILLED,   /* "Killed process 1 (java) total-vm:..." */
    FORM_GROUP,    /* "... killed due to memory.oom.group set" */
    FORM_REAPED,   /* "oom_reaper: reaped process ..." */
    FORM_NOBODY,   /* "no killable processes" */
    FORM_RAM,      /* "4115400 pages RAM" */
    FORM_SWAP,     /* "Free swap  = 84kB", "Total swap = 9kB" */
    FORM_BUDDY,    /* "Node 0 DMA: 2*4kB (U) 1*8kB ..." */
    FORM_EVENT,    /* other programs' words on a kill */
};

enum kernel_form kernel_form(const char *text);
/* How many words of the known sentences stand whole in `text`. */
unsigned kernel_form_words(const char *text);
/* Whether a known phrase lies across position `at` of `text`. */
bool kernel_form_straddles(const char *text, size_t at);

/* The kernel's version in a FORM_CPU line, *n bytes; NULL if it is cut off. */
const char *kernel_version(const char *text, size_t *n);

/* ---- the task table --------------------------------------------------- */

#define KERNEL_COLUMNS      16
#define KERNEL_DEFAULT_PAGE ((uint64_t)4096)

enum kernel_column {
    COLUMN_OTHER,
    COLUMN_UID,
    COLUMN_TGID,
    COLUMN_TOTAL_VM,
    COLUMN_RSS,
    COLUMN_RSS_ANON,
    COLUMN_RSS_FILE,
    COLUMN_RSS_SHMEM,
    COLUMN_PTES,     /* page-table pages, of any level */
    COLUMN_PGTABLES, /* bytes */
    COLUMN_SWAP,
    COLUMN_ADJ,
};

/* The numbers between "[pid]" and the name. */
struct kernel_columns {
    enum kernel_column at[KERNEL_COLUMNS];
    unsigned n;    /* 0: no header seen */
    bool complete; /* the header's last word is "name" */
};

void kernel_columns_read(const char *header, struct kernel_columns *ret);

enum kernel_row_grade { ROW_BAD, ROW_ODD, ROW_GOOD };

/*
 * Reads a row, memory still in pages (page_tables too unless
 * COLUMN_PGTABLES says bytes: then *tables_in_bytes). The name points into
 * `text`. ROW_ODD if the name begins like a further number.
 */
enum kernel_row_grade kernel_row_read(const char *text,
                                      const struct kernel_columns *c,
                                      struct oom_task *ret,
                                      bool *tables_in_bytes);
/* Page size that makes `pages` of the table `bytes` of the kill line; 0 if
 * none does. */
uint64_t kernel_page_size(uint64_t bytes, uint64_t pages);
/* Turns what a report has in pages, its rows and the machine's RAM, into
 * bytes; page_size must be set. */
void kernel_report_scale(struct oom_report *r, bool tables_in_bytes);

/* ---- memory cgroup ---------------------------------------------------- */

void kernel_usage_read(const char *text, struct oom_report *r);
/* "cache:0KB rss:980KB": adds up over several groups of a hierarchy. */
bool kernel_stats_inline(const char *text, struct oom_report *r,
                         struct arena *a, struct err *e);
/* "anon 4096", or several; a line of anything else is passed over. */
bool kernel_stat_line(const char *text, struct oom_report *r, struct arena *a,
                      struct err *e);

/* ---- victims ---------------------------------------------------------- */

/* "Killed process 1 (java) ...": false if it is not one after all. */
bool kernel_killed_read(const char *text, struct arena *a, struct oom_kill *ret,
                        struct err *e);
bool kernel_announce_read(const char *text, struct arena *a,
                          struct oom_report *r, struct err *e);
bool kernel_summary_read(const char *text, struct arena *a,
                         struct oom_report *r, struct err *e);
/* Whether a line tells of a kill for memory, though the kernel did not write
 * it; *ret says who did. */
bool kernel_event_kind(const char *text, enum oom_event_kind *ret);
bool kernel_event_read(const char *text, struct arena *a, struct oom_event *ret,
                       struct err *e);

/* ---- messages --------------------------------------------------------- */

struct kernel_message {
    char *text; /* without prefix, joined; valid until the next one */
    enum kernel_form form;
    uint64_t line, offset; /* where it begins */
    struct kernel_stamp stamp;
};

struct kernel_ahead { /* one physical line, stripped */
    char *text;       /* NULL: the end was reached */
    size_t width;     /* of the line as it stands in the file */
    bool marked, after_blank;
    bool blank_first, blank_last; /* as it stands in the file */
    uint64_t line, offset;
    struct kernel_stamp stamp;
};

struct kernel_lines {
    struct lines lines;
    struct kernel_columns columns; /* of the last table header */
    struct kernel_ahead ahead;
    bool started;
    char *text, *trial;       /* LINE_MAX_BYTES each */
    size_t width;             /* of the longest line, if lines seem cut there */
    bool spaced;              /* every other line is empty */
    bool cut, cut_at_blank;   /* the message so far ended at that width */
    bool marked;              /* it has a prefix */
    struct wrapping wrapping; /* of what is left behind known prefixes */
};

bool kernel_lines_init(struct kernel_lines *k, struct source *s, struct mem *m,
                       struct err *e);
void kernel_lines_deinit(struct kernel_lines *k);
bool kernel_lines_next(struct kernel_lines *k, struct kernel_message *ret);

/* ---- reports ---------------------------------------------------------- */

/* What is needed of a report only while it is read. */
struct kernel_draft {
    bool stats;                    /* "key value" lines are its */
    bool table;                    /* its header was there */
    bool elided;                   /* "..." in its table */
    bool summarised;               /* its "oom-kill:" line was there */
    bool tables_in_bytes;          /* page tables; else in pages */
    bool group;                    /* the whole group is being killed */
    uint64_t page_size;            /* as the buddy lists say; 0: no such line */
    uint64_t host;                 /* as in kernel_stamp */
    struct kernel_columns columns; /* of its table */
};

struct kernel_assembly {
    struct kernel_log *log;
    struct arena *arena;
    VEC(struct kernel_draft) drafts; /* beside log->reports */
    uint64_t host;                   /* whose messages are being read */
    uint64_t at;                     /* its last report, or UNKNOWN */
    struct err *e;
};

/* What follows is that host's; 0: still of the same. */
void kernel_report_turn_to(struct kernel_assembly *s, uint64_t host);
/* The report being read, or NULL. */
struct oom_report *kernel_report_of(const struct kernel_assembly *s);
/* Beside it; only if there is one. */
struct kernel_draft *kernel_draft_of(const struct kernel_assembly *s);
/* Whether there is none, or it has had its kill. */
bool kernel_report_is_finished(const struct kernel_assembly *s);
/* Behind the table come the verdicts. */
void kernel_report_end_table(struct kernel_assembly *s);
/* A message that names no victim yet. False: memory ran out. */
bool kernel_report_take(struct kernel_assembly *s,
                        const struct kernel_message *m);
void kernel_report_finish(struct oom_report *r, const struct kernel_draft *d);

#endif
