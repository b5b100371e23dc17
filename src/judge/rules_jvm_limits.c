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

/* Where nobody is to blame but the space itself. */
static const char metaspace[] = "metaspace";

static const char *class_space_ran_out(struct pen *p, const struct finding *ret)
{
    const char *who = ret->culprit.name == metaspace ? NULL : ret->culprit.name;

    return pen_write(p,
                     "Compressed class space, which has a limit of its own "
                     "(-XX:CompressedClassSpaceSize), ran out%s%s.",
                     who ? ": " : "", who ? who : "");
}

static const char *metaspace_ran_out(const struct facts *f, struct pen *p,
                                     const struct finding *ret)
{
    const char *limit = "", *who = "";

    if (known(f->max_metaspace.value))
        limit = pen_write(p, " at its limit of %s",
                          pen_size(p, f->max_metaspace.value));
    if (ret->culprit.class_name)
        who = pen_write(p, "; owner: %s", ret->culprit.name);
    else if (ret->culprit.name != metaspace)
        who = pen_write(p, " (%s)", ret->culprit.name);
    return pen_write(p, "Metaspace ran out%s: %s%s.", limit,
                     kind_title(ret->kind), who);
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
    culprit_named(metaspace, part ? part->last : UNKNOWN, &ret->culprit);
    kind_of_metaspace(f, p, ret);
    if (class_space || (f->oome->at.line == LINE_DUMP && class_space_full(f)))
        ret->kind = KIND_CLASS_SPACE;
    ret->summary = ret->kind == KIND_CLASS_SPACE ? class_space_ran_out(p, ret)
                                                 : metaspace_ran_out(f, p, ret);
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
