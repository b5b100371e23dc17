import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/*
 * wrong-dump: a service that keeps every thumbnail it ever rendered in a
 * direct buffer, in a static cache that nothing is ever evicted from. The
 * heap holds the small ByteBuffer objects only; the bytes are outside of it.
 */
final class ThumbnailCache {
    static final Map<Integer, ByteBuffer> RENDERED = new HashMap<>();

    static final int THUMBNAIL_BYTES = 1 << 20;

    public static void main(String[] args) throws Exception {
        Snapshot.take("1-start");
        for (int photo = 0;; photo++) {
            RENDERED.put(photo, render(photo));
            if (photo == 200) {
                Snapshot.take("2-late");
            }
            Thread.sleep(10);
        }
    }

    static ByteBuffer render(int photo) {
        ByteBuffer pixels = ByteBuffer.allocateDirect(THUMBNAIL_BYTES);
        while (pixels.hasRemaining()) {
            pixels.putLong(photo);
        }
        return pixels.flip();
    }
}
