/*
 * nmt_detail.c - the detail: the virtual memory map, then the malloc and
 * mmap call sites, each a stack with its figures below.
 */
#include "nmt/nmt_parse.h"

#include <string.h>

#include "nmt/text.h"

/* ---- the virtual memory map ------------------------------------------- */

static bool push_region(struct nmt_parser *p, uint64_t from, uint64_t to,
                        bool committed, bool part, struct err *e)
{
    struct nmt_region *g;

    if (!vec_push(&p->report->regions, p->arena->mem, e))
        return false;
    g = vec_last(&p->report->regions);
    g->from = from;
    g->to = to;
    /* A report cut off in front may begin with a sub-line. */
    g->category = p->region_category ? p->region_category : "Unknown";
    g->committed = committed;
    g->part = part;
    g->line = p->number;
    return true;
}

/* "for Java Heap from", "for Thread Stack": the name between. */
static bool take_category(struct nmt_parser *p, const char *s, struct err *e)
{
    const char *name = text_after(s, " for "), *end;
    size_t n;

    p->region_category = "Unknown";
    if (!name)
        return true;
    end = strstr(name, " from");
    n = end ? (size_t)(end - name) : strlen(name);
    while (n && text_is_blank(name[n - 1]))
        n--;
    p->region_category = nmt_intern(p, name, n, e);
    return p->region_category != NULL;
}

/* "[0xA - 0xB] reserved and committed 32KB for Internal from", and inside
 * the last one "[0xA - 0xB] committed 16KB from". */
static bool region_line(struct nmt_parser *p, const char *s, bool *ret,
                        struct err *e)
{
    uint64_t from, to;

    *ret = false;
    if (!text_hex(&s, &from) || !text_take(&s, " - ") || !text_hex(&s, &to) ||
        !text_take(&s, "] ") || to <= from)
        return true;
    *ret = true;
    p->in_region = true;
    p->frames = false;
    if (text_take(&s, "committed ")) {
        /* A region wholly committed was counted by its own line. */
        if (p->region_whole && from >= p->region_from && to <= p->region_to)
            return true;
        return push_region(p, from, to, true, true, e);
    }
    if (!text_starts(s, "reserved "))
        return true; /* ZGC's memory file: "allocated" */
    p->region_whole = text_starts(s, "reserved and committed ");
    p->region_from = from;
    p->region_to = to;
    return take_category(p, s, e) &&
           push_region(p, from, to, p->region_whole, false, e);
}

/* ---- stacks ----------------------------------------------------------- */

/* Length of a symbol without its offset "+0x1f" and what follows. */
static size_t symbol_length(const char *s)
{
    const char *in = strstr(s, " in lib"), *plus = NULL, *end, *q;

    end = in ? in : s + strlen(s);
    for (q = s; (q = strstr(q, "+0x")) && q < end; q++)
        plus = q;
    return (size_t)((plus ? plus : end) - s);
}

/* `s` stands behind "[0xADDR]". In 25 no blank follows; the symbol may be
 * missing, and then only its library may be told. */
static bool take_frame(struct nmt_parser *p, const char *s, struct err *e)
{
    const char *lib = strstr(s, " in ");
    size_t n;

    if (!p->frames)
        p->frame = p->library = NULL;
    p->frames = true;
    if (lib && !p->library && (strstr(lib, ".so") || strstr(lib, ".dll"))) {
        lib += strlen(" in ");
        p->library = nmt_intern(p, lib, strcspn(lib, " \t"), e);
        if (!p->library)
            return false;
    }
    s = text_skip_blanks(s);
    n = symbol_length(s);
    if (p->frame || !n || text_starts(s, "in "))
        return true;
    p->frame = nmt_intern(p, s, n, e);
    return p->frame != NULL;
}

/* ---- call sites ------------------------------------------------------- */

/* "type=Other #12", "tag=Arena Chunk)", "Type=Java Heap)": the key changed
 * twice over the years, and call sites of Thread have none. */
static bool site_category(struct nmt_parser *p, const char *s, const char **ret,
                          struct err *e)
{
    static const char *const keys[] = {" type=", " tag=", " Type=", " Tag="};
    const char *name = NULL, *q;
    size_t n = 0;

    for (size_t i = 0; i < sizeof keys / sizeof *keys && !name; i++)
        name = text_after(s, keys[i]);
    *ret = NULL;
    if (!name)
        return true;
    /* The name ends at ')', ',' or at a blank before a digit or sign. */
    for (q = name; *q && *q != ')' && *q != ','; q++)
        if (*q == ' ' && strchr("#+-", q[1]))
            break;
    n = (size_t)(q - name);
    *ret = nmt_intern(p, name, n, e);
    return *ret != NULL;
}

static bool push_site(struct nmt_parser *p, struct nmt_site **ret,
                      struct err *e)
{
    if (!vec_push(&p->report->sites, p->arena->mem, e))
        return false;
    *ret = vec_last(&p->report->sites);
    (*ret)->frame = p->frames ? p->frame : NULL;
    (*ret)->library = p->frames ? p->library : NULL;
    (*ret)->line = p->number;
    (*ret)->reserved = (*ret)->count = UNKNOWN;
    p->frames = false;
    return true;
}

/* "+5KB" behind the category: "(malloc=14KB type=Code +5KB #306 +104)". */
static int64_t delta_behind_type(const char *s, uint64_t unit)
{
    for (; *s && *s != '#' && *s != ')'; s++)
        if (*s == ' ' && (s[1] == '+' || s[1] == '-'))
            return nmt_delta(&s, unit);
    return UNKNOWN_DELTA;
}

/* `s` stands on the amount. Without "malloc=" and type it is of Thread. */
static bool malloc_site(struct nmt_parser *p, const char *s, bool thread,
                        struct err *e)
{
    struct nmt_amount a = nmt_amount(&s);
    struct nmt_site *site;

    if (!known(a.value))
        return true;
    if (!push_site(p, &site, e))
        return false;
    site->bytes = a.value;
    site->delta = known_delta(a.delta) ? a.delta : delta_behind_type(s, a.unit);
    if (known_delta(site->delta))
        p->report->diff = true;
    nmt_count_after(s, &site->count, &(int64_t){0});
    if (!site_category(p, s, &site->category, e))
        return false;
    if (!site->category)
        site->category = thread ? "Thread" : "Unknown";
    return true;
}

/* `s` stands on "reserved=". */
static bool mmap_site(struct nmt_parser *p, const char *s, struct err *e)
{
    struct nmt_amount a = nmt_amount_after(s, "committed=");
    struct nmt_site *site;

    if (!known(a.value))
        return true;
    if (!push_site(p, &site, e))
        return false;
    site->mmap = true;
    site->bytes = a.value;
    site->delta = a.delta;
    if (known_delta(a.delta))
        p->report->diff = true;
    site->reserved = nmt_amount_after(s, "reserved=").value;
    if (!site_category(p, s, &site->category, e))
        return false;
    if (!site->category)
        site->category = "Unknown";
    return true;
}

static bool site_line(struct nmt_parser *p, const char *line, bool *ret,
                      struct err *e)
{
    const char *s;

    *ret = true;
    if ((s = text_after(line, "(malloc=")))
        return malloc_site(p, s, false, e);
    if ((s = strstr(line, "(mmap: reserved=")) ||
        (s = strstr(line, "(reserved=")))
        return mmap_site(p, s, e);
    s = strchr(line, '(');
    if (p->frames && s && text_is_digit(s[1]) && strchr(s, '#'))
        return malloc_site(p, s + 1, true, e);
    *ret = false;
    return true;
}

/* ---- which is it? ----------------------------------------------------- */

static bool begins_detail(const char *line)
{
    return strstr(line, "Virtual memory map:") ||
           text_starts(text_skip_blanks(line), "Details:") ||
           strstr(line, "Memory file details");
}

/* Whether it is a head such as "- Java Heap (reserved=", which has a name in
 * front and no type in its brackets: then the detail is over. */
static bool is_head(const char *line)
{
    const char *s = strstr(line, "(reserved="), *q;

    if (!s || strstr(s, "ype=") || strstr(s, "ag="))
        return false;
    for (q = line; q < s; q++)
        if (!text_is_blank(*q) && *q != '(')
            return true;
    return false;
}

bool nmt_detail_line(struct nmt_parser *p, const char *line, bool *ret,
                     struct err *e)
{
    const char *s = strstr(line, "[0x"), *close;

    *ret = true;
    if (begins_detail(line)) {
        p->in_detail = p->report->detail = true;
        p->in_region = p->frames = false;
        return true;
    }
    if (s && (close = strchr(s, ']'))) {
        bool region;

        p->in_detail = p->report->detail = true;
        if (!region_line(p, s + 1, &region, e))
            return false;
        return region || p->in_region || take_frame(p, close + 1, e);
    }
    *ret = p->in_detail;
    if (!p->in_detail)
        return true;
    if (!*text_skip_blanks(line)) {
        p->in_region = false;
        return true;
    }
    if (is_head(line)) {
        p->in_detail = *ret = false;
        return true;
    }
    return site_line(p, line, ret, e);
}
