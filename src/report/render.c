/*
 * render.c - chooses the renderer.
 */
#include "render.h"

#include <string.h>

static const char *const names[FORMATS] = {
    [FORMAT_TEXT] = "text", [FORMAT_JSON] = "json",
    [FORMAT_HTML] = "html", [FORMAT_MARKDOWN] = "markdown",
    [FORMAT_CSV] = "csv",
};

static const struct {
    const char *ending;
    enum format format;
} endings[] = {
    {".json", FORMAT_JSON},   {".html", FORMAT_HTML}, {".htm", FORMAT_HTML},
    {".md", FORMAT_MARKDOWN}, {".csv", FORMAT_CSV},
};

bool format_parse(const char *name, enum format *ret)
{
    unsigned f;

    for (f = 0; f < FORMATS; f++) {
        if (strcmp(name, names[f]) == 0) {
            *ret = (enum format)f;
            return true;
        }
    }
    return false;
}

enum format format_of_path(const char *path)
{
    size_t n = strlen(path), i;

    for (i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t k = strlen(endings[i].ending);

        if (n > k && strcmp(path + n - k, endings[i].ending) == 0)
            return endings[i].format;
    }
    return FORMAT_TEXT;
}

struct emitter *render_open(const struct render_options *r, struct out *o,
                            struct mem *m, struct err *e)
{
    switch (r->format) {
    case FORMAT_TEXT: return render_text_open(o, r->colour, m, e);
    case FORMAT_JSON: return render_json_open(o, m, e);
    case FORMAT_HTML: return render_html_open(o, m, e);
    case FORMAT_MARKDOWN: return render_markdown_open(o, m, e);
    case FORMAT_CSV: return render_csv_open(o, m, e);
    default: break;
    }
    err_set(e, ERR_USAGE, "there is no such format");
    return NULL;
}

void render_close(struct emitter *em)
{
    if (em)
        em->ops->close(em);
}
