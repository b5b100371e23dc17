/*
 * release.h - which JDK a text says it is of. HotSpot up to JDK 8 had a
 * version of its own beside the JDK's: 25.402-b06 is that of 1.8.0_402.
 */
#ifndef OOMWHY_NMT_RELEASE_H
#define OOMWHY_NMT_RELEASE_H

/*
 * Of "(17.0.21+9)", "(8.0_131-b12)", "(build 1.8.0_211-b12)" and
 * "(25.402-b06 mixed mode)": the first bracket that begins with a number. 0 if
 * there is none, or a HotSpot's of before JDK 7.
 */
unsigned release_in_brackets(const char *s);
/* The same of "17.0.21+9" or "1.8.0_211" alone. */
unsigned release_of(const char *s);

#endif
