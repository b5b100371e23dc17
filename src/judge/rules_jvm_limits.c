/*
 * rules_jvm_limits.c - the JVM refused native memory by a limit of its own:
 * -XX:MaxMetaspaceSize, CompressedClassSpaceSize, ReservedCodeCacheSize,
 * MaxDirectMemorySize. The kind of its OutOfMemoryError names the resource.
 */
#include "rules.h"

#include "argue.h"
#include "culprit.h"
#include "kinds.h"

/* ---- metaspace ---------------------------------------------------------- */

/* Class space has a limit of its own, and a dump can't tell the two apart:
 * where only it is exhausted its figure says so. */
static bool class_space_full(const struct facts *f)
{
    const struct moment *m = f->last;

    return m && known(m->class_space_used.value) &&
           known(m->class_space_limit.value) &&
           m->class_space_used.value >
               m->class_space_limit.value - m->class_space_limit.value / 8;
}

bool rule_metaspace(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct part *part = parts_named(&f->parts, "Metaspace");
    bool class_space = facts_oome_is(f, OOME_CLASS_SPACE);

    if (!class_space && !facts_oome_is(f, OOME_METASPACE) &&
        !facts_oome_is(f, OOME_PERMGEN))
        return false;
    finding_init(ret, KIND_CLASS_SPACE);
    argue_oome(f, p, ret);
    if (part && part->growth)
        argue_part(f, p, part, ret);
    culprit_named("metaspace", part ? part->last : UNKNOWN, &ret->culprit);
    kind_of_metaspace(f, p, ret);
    if (class_space || (f->oome->at.line == LINE_DUMP && class_space_full(f)))
        ret->kind = KIND_CLASS_SPACE;
    ret->summary = pen_write(
        p, "%s ran out%s: %s%s.",
        ret->kind == KIND_CLASS_SPACE ? "Compressed class space" : "Metaspace",
        known(f->max_metaspace.value) && ret->kind != KIND_CLASS_SPACE
            ? pen_write(p, " at its limit of %s",
                        pen_size(p, f->max_metaspace.value))
            : "",
        ret->kind == KIND_CLASS_SPACE
            ? "it has a limit of its own, -XX:CompressedClassSpaceSize"
            : kind_title(ret->kind),
        known(ret->culprit.bytes) && !ret->culprit.class_name
            ? ""
            : pen_write(p, ", %s%s", ret->culprit.class_name ? "owner: " : "",
                        ret->culprit.name));
    return true;
}

/* ---- code cache --------------------------------------------------------- */

/* A full code cache only stops the compiler; where calls need an adapter that
 * finds no room, it is an error. */
bool rule_code_cache(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct known_warning *w = &f->warnings[WARN_CODE_CACHE_FULL];
    const struct part *part = parts_named(&f->parts, "Code");

    if (!facts_oome_is(f, OOME_CODE_CACHE))
        return false;
    finding_init(ret, KIND_CODE_CACHE);
    argue_oome(f, p, ret);
    argue_warning(w, SUPPORTING, ret);
    if (part && part->growth)
        argue_part(f, p, part, ret);
    culprit_named("the code cache", part ? part->last : UNKNOWN, &ret->culprit);
    ret->summary = "The code cache ran out, not the heap: it has a limit of "
                   "its own, -XX:ReservedCodeCacheSize, and the program's "
                   "methods had no room left for their code or adapters.";
    return true;
}

/* ---- direct memory ------------------------------------------------------ */

bool rule_direct(const struct facts *f, struct pen *p, struct finding *ret)
{
    const struct part *part = parts_named(&f->parts, "Other");
    const struct oome *o;
    uint64_t used;

    if (!facts_oome_is(f, OOME_DIRECT_MEMORY) &&
        !facts_oome_is(f, OOME_NETTY_DIRECT))
        return false;
    o = f->oome->oome;
    used = o ? o->used : UNKNOWN;
    finding_init(ret, KIND_DIRECT_BUFFERS);
    argue_oome(f, p, ret);
    if (part && part->growth)
        argue_part(f, p, part, ret);
    culprit_named("direct memory", used, &ret->culprit);
    kind_of_direct(f, p, known(used) ? used : part ? part->last : 0, ret);
    ret->summary = pen_write(
        p, "Direct memory ran out%s%s: %s%s.",
        o && known(o->limit)
            ? pen_write(p, " at its limit of %s", pen_size(p, o->limit))
            : "",
        known(used) ? pen_write(p, " with %s in use", pen_size(p, used)) : "",
        kind_title(ret->kind),
        ret->culprit.class_name ? pen_write(p, "; owner: %s", ret->culprit.name)
                                : "");
    return true;
}
