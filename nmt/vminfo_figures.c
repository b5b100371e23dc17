/*
 * vminfo_figures.c - the lines of hs_err and VM.info that carry a figure
 * behind a fixed key, in whichever section and order a JDK prints them.
 */
#include <string.h>

#include "nmt/process.h"
#include "nmt/text.h"
#include "nmt/vminfo_parse.h"

#define FIELD(name) offsetof(struct vm_info, name)

/* Lines that begin with `key`; a bare number counts `unit` bytes. What is
 * "unlimited", "not supported" or -1 stays UNKNOWN. */
static const struct {
    const char *key;
    size_t offset;
} figures[] = {
    {"MemTotal:", FIELD(mem_total)},
    {"MemAvailable:", FIELD(available)},
    {"Committed_AS:", FIELD(committed_as)},
    {"memory_limit_in_bytes:", FIELD(container_limit)},
    {"memory_usage_in_bytes:", FIELD(container_usage)},
    {"maximum number of tasks:", FIELD(pids_limit)},
    {"current number of tasks:", FIELD(pids_current)},
    {"Resident Set Size:", FIELD(rss)},
    {"Virtual Size:", FIELD(vm_size)},
    {"C-Heap outstanding allocations:", FIELD(glibc_outstanding)},
    {"Heap Max Capacity:", FIELD(heap_max)},
    {"Heap Min Capacity:", FIELD(heap_min)},
    {"MaxMetaspaceSize:", FIELD(max_metaspace)},
    {"CompressedClassSpaceSize:", FIELD(class_space)},
    {"OutOfMemoryError java_heap_errors=", FIELD(oome_heap_errors)},
    {"OutOfMemoryError metaspace_errors=", FIELD(oome_metaspace_errors)},
    {"OutOfMemoryError class_metaspace_errors=",
     FIELD(oome_class_space_errors)},
    {"OutOfMemoryError array_size_errors=", FIELD(oome_array_errors)},
    {"current process WorkingSet (physical memory assigned to process):",
     FIELD(rss)},
    {"Total number of mappings:", FIELD(map_count)},
};

/* Behind the path come a remark in brackets and a colon; the number stands
 * there or, up to 16, on the next line. */
static const struct {
    const char *key;
    size_t offset;
} kernel_limits[] = {
    {"/proc/sys/vm/max_map_count", FIELD(max_map_count)},
    {"/proc/sys/kernel/pid_max", FIELD(pid_max)},
};

static uint64_t *field(struct vm_info *v, size_t offset)
{
    return (uint64_t *)(void *)((char *)v + offset);
}

/* The first statement counts: event histories repeat some. */
static void set(uint64_t *to, uint64_t v)
{
    if (!known(*to))
        *to = v;
}

static void set_after(const char *s, const char *key, uint64_t *to)
{
    uint64_t v;

    if (text_bytes_after(s, key, 1, &v))
        set(to, v);
}

static bool simple_figure(struct vm_info *v, const char *s)
{
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        const char *p = s;
        uint64_t n;

        if (!text_take(&p, figures[i].key))
            continue;
        p = text_skip_blanks(p);
        /* An old JVM prints "no limit" as the kernel's huge number. */
        if (text_bytes(&p, 1, &n) && n < (uint64_t)1 << 62)
            set(field(v, figures[i].offset), n);
        return true;
    }
    return false;
}

static bool kernel_limit(struct vm_reader *r, const char *s)
{
    for (size_t i = 0; i < sizeof kernel_limits / sizeof *kernel_limits; i++) {
        uint64_t *to = field(r->info, kernel_limits[i].offset), n;
        const char *p = s;

        if (!text_take(&p, kernel_limits[i].key))
            continue;
        p = strrchr(p, ':');
        p = p ? text_skip_blanks(p + 1) : "";
        if (text_uint(&p, &n))
            set(to, n);
        else
            r->next_value = to;
        return true;
    }
    return false;
}

/* "(peak: 43852K) (anon: 23044K, file: 20808K, shmem: 0K)" */
static void rss_parts(struct vm_info *v, const char *s)
{
    set_after(s, "peak: ", &v->rss_peak);
    set_after(s, "(anon: ", &v->rss_anon);
    set_after(s, "file: ", &v->rss_file);
    set_after(s, "shmem: ", &v->rss_shmem);
}

/* "Memory: 4k page, physical 393216k(366568k free), swap 0k(0k free)"; on
 * Windows "system-wide physical 16383M (5994M free)". */
static void memory_line(struct vm_info *v, const char *s)
{
    const char *p = text_after(s, "physical "), *swap = text_after(s, "swap ");

    if (!p || !strstr(s, " page"))
        return; /* " Memory: 384M" of the GC's log */
    set_after(s, "Memory:", &v->page_size);
    set_after(s, "physical ", &v->physical);
    set_after(p, "(", &v->physical_free);
    set_after(s, "swap ", &v->swap);
    if (swap)
        set_after(swap, "(", &v->swap_free);
}

/* "NPROC 4096, AS infinity", "NPROC 96365/96365 , AS infinity/infinity" */
static void rlimit(const char *s, const char *key, uint64_t *to)
{
    const char *p = text_after(s, key);
    uint64_t v;

    if (!p)
        return;
    if (text_starts(p, "infinity")) {
        set(to, LIMIT_UNLIMITED);
        return;
    }
    /* "8192k/infinity": the unit ends at the slash. */
    if (text_bytes(&p, 1, &v))
        set(to, v);
}

/* "Heap address: 0x.., size: 48 MB, Compressed Oops mode: 32-bit" */
static bool heap_address(struct vm_reader *r, const char *s, struct err *e)
{
    struct vm_info *v = r->info;
    const char *mode = text_after(s, "Compressed Oops mode: ");

    set_after(s, "size: ", &v->heap_max);
    if (!mode)
        return true;
    v->compressed_oops = true;
    v->oops_mode = arena_strdup(r->arena, mode, e);
    return v->oops_mode != NULL;
}

/* "Fri Nov 20 22:43:36 2026 UTC": only UTC can be trusted as it stands. */
static void take_time(struct vm_info *v, const char *s)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    uint64_t day, hour, minute, second, year;
    const char *m;

    s = text_skip_blanks(s);
    s += strcspn(s, " ");
    s = text_skip_blanks(s);
    for (m = months; *m && strncmp(m, s, 3) != 0; m += 3)
        ;
    if (!*m)
        return;
    s = text_skip_blanks(s + 3);
    if (!text_uint(&s, &day) || !text_take(&s, " ") || !text_uint(&s, &hour) ||
        !text_take(&s, ":") || !text_uint(&s, &minute) || !text_take(&s, ":") ||
        !text_uint(&s, &second) || !text_take(&s, " ") ||
        !text_uint(&s, &year) || year > 9999 || day > 31 || hour > 23 ||
        minute > 59 || second > 60)
        return;
    s = text_skip_blanks(s);
    if (text_starts(s, "UTC") || text_starts(s, "GMT"))
        text_civil((int64_t)year, (int)((m - months) / 3 + 1), (int)day,
                   (int)hour, (int)minute, (int)second, &v->time);
}

static void elapsed(struct vm_reader *r, const char *s)
{
    s = text_skip_blanks(s);
    if (r->info->uptime < 0)
        text_seconds(&s, &r->info->uptime);
}

static bool keep(struct vm_reader *r, const char **to, const char *s,
                 struct err *e)
{
    s = text_skip_blanks(s);
    if (*to)
        return true;
    *to = arena_strdup(r->arena, s, e);
    return *to != NULL;
}

/* "Current thread (0x00007f..):  JavaThread "main" [_thread_in_vm, ...]" */
static bool current_thread(struct vm_reader *r, const char *s, struct err *e)
{
    const char *p = text_after(s, "):");

    return keep(r, &r->info->current_thread, p ? p : s, e);
}

/* Up front, with the class and its arguments: what there is if the file is
 * cut off before jvm_args. */
static bool command_line(struct vm_reader *r, const char *s, struct err *e)
{
    vm_flags_add(&r->flags, s);
    return keep(r, &r->info->arguments, s, e);
}

static bool arguments(struct vm_reader *r, const char *s, struct err *e)
{
    vm_flags_init(&r->flags);
    vm_flags_add(&r->flags, s);
    r->info->arguments = NULL;
    return keep(r, &r->info->arguments, s, e);
}

static bool special_line(struct vm_reader *r, const char *s, struct err *e)
{
    struct vm_info *v = r->info;
    const char *p;

    if (text_starts(s, "Memory:"))
        memory_line(v, s);
    else if (text_starts(s, "rlimit")) {
        rlimit(s, "NPROC ", &v->rlimit_nproc);
        rlimit(s, "AS ", &v->rlimit_as);
    } else if (text_take(&s, "Time: ")) {
        take_time(v, s);
        if ((p = text_after(s, "elapsed time:")))
            elapsed(r, p);
    } else if (text_take(&s, "elapsed time:")) {
        elapsed(r, s);
        r->old_end_seen = true;
    } else if (text_take(&s, "jvm_args:"))
        return arguments(r, s, e);
    else if (text_take(&s, "Command Line:"))
        return command_line(r, s, e);
    else if (text_take(&s, "java_command:"))
        return keep(r, &v->main_class, s, e);
    else if (text_starts(s, "Current thread ("))
        return current_thread(r, s, e);
    else if (text_starts(s, "Heap address:") || text_starts(s, "heap address:"))
        return heap_address(r, s, e);
    return true;
}

bool vm_figure_line(struct vm_reader *r, const char *line, struct err *e)
{
    struct vm_info *v = r->info;
    const char *s = text_skip_blanks(line), *p = s;
    uint64_t n;

    if (r->next_value) {
        if (text_uint(&p, &n))
            set(r->next_value, n);
        r->next_value = NULL;
    }
    if (text_starts(s, "Resident Set Size:"))
        rss_parts(v, s);
    else if (text_starts(s, "C-Heap outstanding")) {
        set_after(s, "retained: ", &v->glibc_retained);
        v->glibc_wrapped = strstr(s, "may have wrapped") != NULL;
    }
    if (simple_figure(v, s) || kernel_limit(r, s))
        return true;
    return special_line(r, s, e);
}
