/*
 * render.h - the formats a walk can be written in.
 *
 * A renderer is prepared on an output, handed to the walk as its emitter,
 * and closed; what went wrong is in the output's sticky error.
 */
#ifndef OOMWHY_REPORT_RENDER_H
#define OOMWHY_REPORT_RENDER_H

#include "report/emitter.h"

enum format {
    FORMAT_TEXT,
    FORMAT_JSON,
    FORMAT_HTML,
    FORMAT_MARKDOWN,
    FORMAT_CSV,
    FORMATS,
};

/* Of "text", "json", ...; false if there is no such format. */
bool format_parse(const char *name, enum format *ret);
/* By the ending of a file's name; FORMAT_TEXT where it tells nothing. */
enum format format_of_path(const char *path);

struct render_options {
    enum format format;
    bool colour; /* text */
};

/* NULL with `e` set: memory ran out. CSV holds one table: the first of the
 * walk. `o` and `m` stay until render_close. */
struct emitter *render_open(const struct render_options *r, struct out *o,
                            struct mem *m, struct err *e);
void render_close(struct emitter *em);

/* One file each. */
struct emitter *render_json_open(struct out *o, struct mem *m, struct err *e);
struct emitter *render_text_open(struct out *o, bool colour, struct mem *m,
                                 struct err *e);
struct emitter *render_html_open(struct out *o, struct mem *m, struct err *e);
struct emitter *render_markdown_open(struct out *o, struct mem *m,
                                     struct err *e);
struct emitter *render_csv_open(struct out *o, struct mem *m, struct err *e);

#endif
