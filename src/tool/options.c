/*
 * options.c - the walk along argv by the table of options, and what the help
 * shows of it.
 */
#include "options.h"

#include <string.h>

#include "option.h"

#define DASHED 32

/* The option as one writes it. */
static void dash(char to[DASHED], const struct option *t)
{
    snprintf(to, DASHED, "%s%s", t->name[1] ? "--" : "-", t->name);
}

/* Whether a name stands in a list of them. */
static bool is_listed(const char *names, const char *name)
{
    size_t n = strlen(name), k;

    for (; *names; names += k + strspn(names + k, " ")) {
        k = strcspn(names, " ");
        if (k == n && memcmp(names, name, n) == 0)
            return true;
    }
    return false;
}

/* The help of an option that one command alone has begins with its name. */
static const char *own_help(const struct option *t, const struct command *c)
{
    size_t n = strlen(c->name);

    return strncmp(t->help, c->name, n) == 0 && t->help[n] == ':'
               ? t->help + n + 2
               : NULL;
}

static bool is_general(const struct option *t)
{
    const struct command *const *c;

    for (c = commands(); *c; c++)
        if (own_help(t, *c))
            return false;
    return true;
}

/* What the help of `c` says of an option; NULL: nothing. */
static const char *help_for(const struct option *t, const char *dashed,
                            const struct command *c)
{
    const char *own = c ? own_help(t, c) : NULL;

    if (!c)
        return t->help;
    if (c->options ? !is_listed(c->options, dashed) : !is_general(t))
        return NULL;
    return own ? own : t->help;
}

void options_help(struct out *o, const struct command *c)
{
    unsigned i;

    for (i = 0; i < option_count; i++) {
        const struct option *t = &option_table[i];
        char dashed[DASHED], left[48];
        const char *help;

        if (!t->help)
            continue;
        dash(dashed, t);
        snprintf(left, sizeof left, "%s%s%s", dashed, t->value ? " " : "",
                 t->value ? t->value : "");
        help = help_for(t, dashed, c);
        if (help)
            out_printf(o, "  %-24s %s\n", left, help);
    }
}

/* ---- the walk along argv ---------------------------------------------- */

static const struct option *find(const char *name, size_t n, bool dashes)
{
    unsigned i;

    for (i = 0; i < option_count; i++)
        if (strlen(option_table[i].name) == n && (n > 1) == dashes &&
            memcmp(option_table[i].name, name, n) == 0)
            return &option_table[i];
    return NULL;
}

/* argv[*i] begins with a dash; *i moves over a value that stands apart. */
static bool option(struct options *o, int argc, char *const *argv, int *i,
                   struct err *e)
{
    const char *arg = argv[*i], *value = NULL;
    bool dashes = arg[1] == '-';
    const char *name = arg + 1 + dashes;
    size_t n = dashes ? strcspn(name, "=") : 1;
    const struct option *t = find(name, n, dashes);

    if (!t)
        return err_set(e, ERR_USAGE, "there is no option %.60s", arg);
    o->given |= (uint64_t)1 << (t - option_table);
    if (name[n])
        value = name + n + dashes;
    if (!t->value)
        return value ? err_set(e, ERR_USAGE, "%.60s takes no value", arg)
                     : t->set(o, t, NULL, e);
    if (!value && *i + 1 >= argc)
        return err_set(e, ERR_USAGE, "%s needs a value", arg);
    return t->set(o, t, value ? value : argv[++*i], e);
}

static bool words(struct options *o, int argc, char *const *argv, struct err *e)
{
    bool options = true;
    int i;

    for (i = 1; i < argc; i++) {
        const char *arg = argv[i];
        const struct command *c = NULL;

        if (options && strcmp(arg, "--") == 0) {
            options = false;
        } else if (options && strcmp(arg, "--version") == 0) {
            o->command = &cmd_version;
        } else if (options && arg[0] == '-' && arg[1]) {
            if (!option(o, argc, argv, &i, e))
                return false;
        } else {
            if (options && !o->command && !o->inputs.n)
                c = command_find(arg);
            if (c)
                o->command = c;
            else if (!option_add_input(o, arg, ARTIFACT_UNKNOWN, false, e))
                return false;
        }
    }
    return true;
}

static void defaults(struct options *o)
{
    memset(o, 0, sizeof *o);
    o->stated = (struct stated){UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN};
    o->top = UNKNOWN;
    thresholds_init(&o->thresholds);
}

/* What every command stands, though its help may pass it over. */
static bool is_everybodys(const struct option *t)
{
    return strcmp(t->name, "help") == 0 || strcmp(t->name, "color") == 0 ||
           strcmp(t->name, "progress") == 0 || strcmp(t->name, "timings") == 0;
}

/* An option that the command would not look at is a mistake: who sets
 * --fail-on counts on it. */
static bool known_to(const struct options *o, const struct command *c,
                     struct err *e)
{
    char dashed[DASHED];
    unsigned i;

    if (!c->options || !*c->options)
        return true;
    for (i = 0; i < option_count; i++) {
        const struct option *t = &option_table[i];

        dash(dashed, t);
        if (o->given >> i & 1 && !is_everybodys(t) &&
            !is_listed(c->options, dashed))
            return err_set(e, ERR_USAGE, "%s does not know %s", c->name,
                           dashed);
    }
    return true;
}

/* "oomwhy help COMMAND", or "oomwhy COMMAND --help". */
static bool choose_help(struct options *o, struct err *e)
{
    if (o->help) {
        o->topic = o->command;
        o->command = &cmd_help;
    } else if (o->command == &cmd_help && o->inputs.n) {
        o->topic = command_find(o->inputs.at[0].path);
        if (!o->topic)
            return err_set(e, ERR_USAGE, "there is no command %.60s",
                           o->inputs.at[0].path);
    }
    return true;
}

/* What no single option can know. */
static bool agree(struct options *o, struct err *e)
{
    if (!choose_help(o, e))
        return false;
    if (!o->command)
        o->command = commands()[0];
    if (!known_to(o, o->command, e))
        return false;
    if (o->command->run)
        return true;
    if (!o->inputs.n)
        return err_set(e, ERR_USAGE, "nothing was given to read");
    if (!o->format_stated && o->output)
        o->format = format_of_path(o->output);
    if (o->format == FORMAT_CSV && !o->command->table)
        return err_set(e, ERR_USAGE,
                       "csv holds one table: use a command such as "
                       "`histogram`, not `%s`",
                       o->command->name);
    o->heap.suspect_percent = o->thresholds.suspect_percent;
    return true;
}

bool options_parse(int argc, char *const *argv, struct mem *m,
                   struct options *ret, struct err *e)
{
    defaults(ret);
    if (vec_reserve(&ret->inputs, m, (uint64_t)argc + 1, e) &&
        words(ret, argc, argv, e) && agree(ret, e))
        return true;
    options_deinit(ret, m);
    return false;
}

void options_deinit(struct options *o, struct mem *m)
{
    vec_free(&o->inputs, m);
}
