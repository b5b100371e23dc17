/*
 * report_strings.c - the strings of the heap: how many say the same. What
 * they say may be a secret, so it is here only where --show-values asked for
 * it, and programs are told which of the two it was.
 */
#include <stdio.h>

#include "base/size.h"
#include "report/report.h"
#include "report/text.h"

static void repeats(struct emitter *em, const struct heap_strings *s)
{
    static const struct column columns[] = {
        {"times", "Times", 11},
        {"text", "Text", 0},
        {0},
    };
    char quoted[1100]; /* 256 characters of at most 4 bytes */
    unsigned i;

    emit_table(em, "repeated", "Repeated most, in the sample", columns);
    for (i = 0; i < s->n_repeated; i++) {
        const char *text = s->repeated[i].text;

        snprintf(quoted, sizeof quoted, "\"%s\"", text);
        emit_item(em, NULL);
        emit_text(em, "text", NULL, emit_is_page(em) ? quoted : text);
        emit_count(em, "times", NULL, s->repeated[i].times);
        emit_end(em);
    }
    emit_end(em);
}

/* Pages are silent about strings unless they are asked for or matter. */
static bool matters(const struct emitter *em, const struct report *r)
{
    const struct heap_strings *s = &r->incident->heap->strings;

    if (!emit_is_page(em) || s->shown)
        return true;
    return r->verdict && (r->verdict->kind == KIND_STRING_DUPLICATES ||
                          r->verdict->kind == KIND_STRING_GROWTH);
}

void report_strings(struct emitter *em, const struct report *r)
{
    const struct heap_strings *s = &r->incident->heap->strings;
    char bytes[SIZE_TEXT], count[TEXT_NUMBER];

    if (!matters(em, r))
        return;
    emit_object(em, "strings", "Strings");
    emit_count(em, "count", NULL, s->count);
    emit_bytes(em, "bytes", NULL, s->bytes);
    emit_aside(em, "With their text", "%s in %s strings",
               size_text(bytes, s->bytes), text_count(count, s->count));
    emit_count(em, "sampled", "Compared", s->sampled);
    emit_count(em, "distinct", "Different", s->distinct);
    emit_bytes(em, "duplicate_bytes", "Repeat each other", s->duplicate_bytes);
    emit_text(em, "contents", NULL, s->shown ? "shown" : "hidden");
    if (s->shown)
        repeats(em, s);
    else if (emit_is_page(em))
        emit_para(em, PARA_PLAIN,
                  "What they say is hidden; --show-values lists those "
                  "repeated most.");
    else
        repeats(em, s);
    emit_end(em);
}
