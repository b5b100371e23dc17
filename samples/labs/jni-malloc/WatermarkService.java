/*
 * jni-malloc: images get a watermark in native code (watermark.c), which
 * mallocs a canvas for each and has no call to free it. The Java side keeps
 * nothing, so neither the heap dump nor NMT can see a byte of it.
 */
final class WatermarkService {
    static final int CANVAS_BYTES = 96 * 1024;

    static native int stamp(int image, int bytes);

    public static void main(String[] args) throws Exception {
        System.loadLibrary("watermark");
        Snapshot.take("1-start");
        for (int image = 0;; image++) {
            stamp(image, CANVAS_BYTES);
            if (image == 1900) {
                Snapshot.take("2-late");
            }
            Thread.sleep(1);
        }
    }
}
