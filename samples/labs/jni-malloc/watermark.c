/*
 * watermark.c - the native half of WatermarkService: draws into a canvas
 * from malloc and forgets to free it.
 */
#include <jni.h>
#include <stdlib.h>
#include <string.h>

JNIEXPORT jint JNICALL Java_WatermarkService_stamp(JNIEnv *env, jclass self,
                                                   jint image, jint bytes)
{
    unsigned char *canvas = malloc((size_t)bytes);

    (void)env;
    (void)self;
    if (!canvas)
        return -1;
    memset(canvas, image & 0xff, (size_t)bytes);
    return canvas[bytes / 2];
}
