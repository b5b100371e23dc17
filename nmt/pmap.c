/*
 * pmap.c - see pmap.h. Sizes are in KiB; what is anonymous -x does not say:
 * mappings of no file, and of private files what was written to.
 */
#include "nmt/pmap.h"

#include <string.h>

#include "nmt/text.h"

static const struct {
    const char *name;
    enum pmap_column column;
} names[] = {
    {"Address", PMAP_ADDRESS},
    {"Kbytes", PMAP_SIZE},
    {"Size", PMAP_SIZE},
    {"RSS", PMAP_RSS},
    {"Rss", PMAP_RSS},
    {"Pss", PMAP_PSS},
    {"Anonymous", PMAP_ANONYMOUS},
    {"Swap", PMAP_SWAP},
    {"Dirty", PMAP_DIRTY},
    {"Shared_Dirty", PMAP_DIRTY},
    {"Private_Dirty", PMAP_DIRTY},
    {"Mode", PMAP_PERMS},
    {"Perm", PMAP_PERMS},
    {"VmFlags", PMAP_FLAGS},
    {"Mapping", PMAP_MAPPING},
};

static enum pmap_column column_of(const char *word, size_t n)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text_is(word, n, names[i].name))
            return names[i].column;
    return PMAP_OTHER;
}

bool pmap_header(const char *line, struct pmap_columns *ret)
{
    const char *s = text_skip_blanks(line);
    bool rss = false, mapping = false;

    *ret = (struct pmap_columns){.n = 0};
    if (!text_starts(s, "Address"))
        return false;
    for (; *s && ret->n < PMAP_COLUMNS; s = text_skip_blanks(s)) {
        size_t n = strcspn(s, " \t");
        enum pmap_column c = column_of(s, n);

        ret->at[ret->n++] = c;
        ret->anon = ret->anon || c == PMAP_ANONYMOUS;
        rss = rss || c == PMAP_RSS;
        mapping = mapping || c == PMAP_MAPPING;
        s += n;
    }
    if (rss && mapping)
        return true;
    ret->n = 0;
    return false;
}

/* "rw-p" of -X, "rw-s-" of -x, which says only what is shared. */
static bool take_perms(const char *word, size_t n, struct smaps_map *m)
{
    if (n < 4 || n > 5 || strspn(word, "rwxsp-R") < n)
        return false;
    memcpy(m->perms, word, 3);
    m->perms[3] = word[3] == 's' ? 's' : 'p';
    return true;
}

static bool take_cell(const char *word, size_t n, enum pmap_column c,
                      struct smaps_map *m)
{
    const char *s = word;
    uint64_t v;

    if (c == PMAP_OTHER)
        return true;
    if (c == PMAP_ADDRESS)
        return text_hex(&s, &m->from) && s == word + n;
    if (c == PMAP_PERMS)
        return take_perms(word, n, m);
    if (!text_bytes(&s, 1024, &v) || s != word + n)
        return false;
    switch (c) {
    case PMAP_SIZE: return !__builtin_add_overflow(m->from, v, &m->to);
    case PMAP_RSS: m->rss = v; break;
    case PMAP_PSS: m->pss = v; break;
    case PMAP_ANONYMOUS: m->anon = v; break;
    case PMAP_SWAP: m->swap = v; break;
    case PMAP_DIRTY: return !__builtin_add_overflow(m->dirty, v, &m->dirty);
    default: break;
    }
    return true;
}

/* "rd wr mr mw me ac" */
static const char *skip_flags(const char *s)
{
    while (strcspn(s, " \t") == 2 && *s >= 'a' && *s <= 'z')
        s = text_skip_blanks(s + 2);
    return s;
}

static uint64_t anonymous(const struct smaps_map *m, const char *path)
{
    uint64_t written = m->dirty < m->rss ? m->dirty : m->rss;

    if (m->perms[3] == 's')
        return 0;
    return !*path || *path == '[' ? m->rss : written;
}

bool pmap_row(const char *line, const struct pmap_columns *c,
              struct smaps_map *ret, const char **path)
{
    const char *s = text_skip_blanks(line);
    size_t n;

    for (unsigned i = 0; i < c->n && c->at[i] != PMAP_MAPPING; i++) {
        if (c->at[i] == PMAP_FLAGS) {
            s = skip_flags(s);
            continue;
        }
        n = strcspn(s, " \t");
        if (!n || !take_cell(s, n, c->at[i], ret))
            return false;
        s = text_skip_blanks(s + n);
    }
    *path = text_starts(s, "[ anon ]") ? "" : s;
    if (!c->anon)
        ret->anon = anonymous(ret, *path);
    return ret->to > ret->from;
}
