/*
 * Stops a sample program at a named moment until capture.sh has looked at it:
 * prints "snapshot NAME" and waits for a line on stdin. With stdin closed the
 * program just goes on, so that the samples can also be run by hand.
 */
final class Snapshot {
    private Snapshot() {
    }

    static void take(String name) throws java.io.IOException {
        System.out.println("snapshot ".concat(name));
        int c;
        do {
            c = System.in.read();
        } while (c != '\n' && c != -1);
    }
}
