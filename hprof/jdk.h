/*
 * jdk.h - which classes are the JDK's own, as far as their names tell.
 */
#ifndef OOMWHY_HPROF_JDK_H
#define OOMWHY_HPROF_JDK_H

#include <stdbool.h>

/* Whether the class, "java.util.HashMap", is of the JDK. Arrays are by what
 * their elements are. */
bool jdk_has_class(const char *name);
/* The same, or it is an array of anything: no class of an application. */
bool jdk_has_type(const char *name);

#endif
