import java.util.concurrent.locks.ReentrantLock;

/*
 * arena-retention: charts are drawn in native code (charts.c) by a pool of
 * threads, one at a time. A chart takes many small blocks and gives nearly
 * all of them back, but glibc serves each thread from an arena of its own
 * and cannot return the pages below the few blocks that stay.
 */
final class ChartRenderer {
    static final int THREADS = 32;

    static final int CHART_BYTES = 24 << 20;

    static final ReentrantLock PEN = new ReentrantLock(true);

    static native void draw(int chart, int bytes);

    public static void main(String[] args) throws Exception {
        System.loadLibrary("charts");
        Snapshot.take("1-start");
        for (int i = 0; i < THREADS; i++) {
            int number = i;
            Thread t = new Thread(() -> render(number), "chart-" + i);
            t.setDaemon(true);
            t.start();
            if (i == 5) {
                Thread.sleep(500);
                Snapshot.take("2-late");
            }
            Thread.sleep(120);
        }
        Thread.sleep(10_000);
        System.out.println("all charts drawn");
    }

    static void render(int number) {
        for (int chart = 0;; chart++) {
            PEN.lock();
            try {
                draw(number * 1000 + chart, CHART_BYTES);
            } finally {
                PEN.unlock();
            }
            try {
                Thread.sleep(400);
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
