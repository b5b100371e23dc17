/*
 * thread-stacks: a hub starts a thread for every sensor that connects and
 * none of them ever ends. Each has a deep parser behind it, so its stack is
 * resident, not just reserved.
 */
final class SensorHub {
    static final int DEPTH = 6000;

    public static void main(String[] args) throws Exception {
        Snapshot.take("1-start");
        for (int sensor = 0;; sensor++) {
            Thread t = new Thread(null, () -> listen(DEPTH, 1, 2, 3, 4),
                    "sensor-" + sensor, 4 << 20);
            t.setDaemon(true);
            t.start();
            if (sensor == 230) {
                Thread.sleep(300);
                Snapshot.take("2-late");
            }
            Thread.sleep(8);
        }
    }

    /* A recursive descent that waits at its bottom for the next message. */
    static long listen(int depth, long a, long b, long c, long d) {
        if (depth > 0) {
            return listen(depth - 1, b, c, d, a + b) + a;
        }
        try {
            Thread.sleep(Long.MAX_VALUE);
        } catch (InterruptedException e) {
            return d;
        }
        return a;
    }
}
