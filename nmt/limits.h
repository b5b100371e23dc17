/*
 * limits.h - a line that a shell prints or is told of a limit.
 */
#ifndef OOMWHY_NMT_LIMITS_H
#define OOMWHY_NMT_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

/* True if the line sets or lists one of -v, -s, -l (bytes), -u, -n (a count);
 * *ret may be LIMIT_UNLIMITED. */
bool limits_shell_line(const char *line, char *letter, uint64_t *ret);
/* Whether it tells how many mappings a process has or may have. */
bool limits_is_maps_line(const char *line);

#endif
