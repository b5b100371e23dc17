/*
 * json.h - a streaming JSON writer. It knows nothing of reports: nesting is
 * asserted, strings are escaped, broken UTF-8 becomes U+FFFD, and the same
 * calls always give the same bytes.
 *
 * Two blanks a level, one value a line. Errors are the output's: sticky,
 * asked for once at the end.
 */
#ifndef OOMWHY_REPORT_JSON_H
#define OOMWHY_REPORT_JSON_H

#include "base/out.h"

#define JSON_DEPTH 32

struct json {
    struct out *out;
    unsigned depth;
    char open[JSON_DEPTH];  /* '{' or '[' of each level */
    bool empty[JSON_DEPTH]; /* nothing was written there yet */
    bool done;              /* the one value of the document is complete */
};

void json_init(struct json *j, struct out *o);

/* `key` is NULL exactly where there is none: inside lists, at the top. */
void json_object(struct json *j, const char *key);
void json_list(struct json *j, const char *key);
void json_end(struct json *j);

void json_null(struct json *j, const char *key);
void json_bool(struct json *j, const char *key, bool v);
void json_uint(struct json *j, const char *key, uint64_t v);
void json_int(struct json *j, const char *key, int64_t v);
/* Six digits after the point; what is not finite is null. */
void json_real(struct json *j, const char *key, double v);
/* NULL is null. */
void json_string(struct json *j, const char *key, const char *s);

#endif
