import java.util.ArrayDeque;
import java.util.Deque;

/*
 * huge-request: an upload service allocates the buffer for a document from
 * the length that its client announces. All goes well for hundreds of small
 * ones; then a client announces 1.5 GiB, which no heap of 64 MiB can serve.
 * Nothing leaks, the heap was all but empty.
 */
final class UploadDesk {
    static final Deque<byte[]> RECENT = new ArrayDeque<>();

    static final int KEPT = 100;

    public static void main(String[] args) throws Exception {
        Snapshot.take("1-start");
        for (int upload = 0;; upload++) {
            receive(announcedLength(upload));
            if (upload == 800) {
                Snapshot.take("2-late");
            }
            Thread.sleep(2);
        }
    }

    /* The header of a request; nobody has checked it. */
    static long announcedLength(int upload) {
        return upload < 1200 ? 4096 + upload % 8 * 512 : 3L << 29;
    }

    static void receive(long length) {
        byte[] body = new byte[Math.toIntExact(length)];
        RECENT.addLast(body);
        if (RECENT.size() > KEPT) {
            RECENT.removeFirst();
        }
    }
}
