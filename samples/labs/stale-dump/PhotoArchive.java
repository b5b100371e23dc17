import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/*
 * stale-dump: in the morning a yearly report asks for all rows at once and
 * fails with an OutOfMemoryError, which is caught; the JVM writes its heap
 * dump and goes on. Later the kernel kills the process for something else:
 * previews kept in direct buffers. The only dump at hand is the morning's.
 */
final class PhotoArchive {
    static final Deque<ByteBuffer> PREVIEWS = new ArrayDeque<>();

    static final int PREVIEW_BYTES = 768 * 1024;

    public static void main(String[] args) throws Exception {
        yearlyReport();
        System.gc();
        Snapshot.take("1-start");
        for (int photo = 0;; photo++) {
            PREVIEWS.add(preview(photo));
            if (photo == 230) {
                Snapshot.take("2-late");
            }
            Thread.sleep(8);
        }
    }

    static void yearlyReport() {
        List<int[]> rows = new ArrayList<>();
        try {
            for (;;) {
                rows.add(new int[4096]);
            }
        } catch (OutOfMemoryError e) {
            rows = null;
            System.out.println("yearly report failed: " + e);
        }
    }

    static ByteBuffer preview(int photo) {
        ByteBuffer pixels = ByteBuffer.allocateDirect(PREVIEW_BYTES);
        while (pixels.hasRemaining()) {
            pixels.putInt(photo);
        }
        return pixels.flip();
    }
}
