/*
 * report_objects.c - single objects: what they are called, and lists of them
 * with what they hold.
 */
#include <string.h>

#include "report/report.h"

static bool is_class_object(const char *class_name, const char *name)
{
    return name && class_name && strcmp(class_name, "java.lang.Class") == 0;
}

void report_write_name(struct out *o, const char *class_name, const char *name)
{
    if (is_class_object(class_name, name))
        out_printf(o, "class %s", name);
    else
        out_printf(o, "%s%s%s", class_name ? class_name : "?", name ? " " : "",
                   name ? name : "");
}

void report_object_name(struct emitter *em, const char *class_name,
                        const char *name)
{
    struct out o;

    if (!emit_is_page(em)) {
        emit_text(em, "class", NULL, class_name);
        emit_text(em, "name", NULL, name);
        return;
    }
    out_to_memory(&o, em->mem);
    report_write_name(&o, class_name, name);
    emit_text(em, "class", NULL, out_string(&o));
    out_deinit(&o);
}

/* ---- lists ------------------------------------------------------------ */

#define NATIVE "native_retained_bytes"

/* Those of all lists but `NATIVE`, which is not known of all objects. */
static void columns_of(const struct emitter *em, bool native,
                       struct column ret[EMIT_COLUMNS])
{
    static const struct column page[] = {
        {"retained_bytes", "Retained", 10},
        {NATIVE, "Native", 10},
        {"objects", "Objects", 11},
        {"class", "Object", 0},
        {"id", NULL, 0},
        {0},
    };
    static const struct column all[] = {
        {"id", NULL, 0},
        {"class", NULL, 0},
        {"name", NULL, 0},
        {"shallow_bytes", NULL, 0},
        {"retained_bytes", NULL, 0},
        {NATIVE, NULL, 0},
        {"objects", NULL, 0},
        {0},
    };
    const struct column *c = emit_is_page(em) ? page : all;

    for (; c->key; c++)
        if (native || strcmp(c->key, NATIVE) != 0)
            *ret++ = *c;
    *ret = *c;
}

void report_object_list(struct emitter *em, const char *key, const char *title,
                        const struct heap_object *o, uint64_t n, bool native)
{
    struct column columns[EMIT_COLUMNS];

    columns_of(em, native, columns);
    emit_table(em, key, title, columns);
    for (const struct heap_object *end = o + n; o < end; o++) {
        emit_item(em, NULL);
        emit_id(em, "id", NULL, o->id);
        report_object_name(em, o->class_name, o->name);
        emit_bytes(em, "shallow_bytes", NULL, o->shallow);
        emit_bytes(em, "retained_bytes", NULL, o->retained);
        if (native)
            emit_bytes(em, NATIVE, NULL, o->native_retained);
        emit_count(em, "objects", NULL, o->objects);
        emit_end(em);
    }
    emit_end(em);
}
