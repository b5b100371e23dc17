import java.util.concurrent.Executors;
import java.util.concurrent.ExecutorService;

/*
 * queue-backlog: a billing service hands every invoice to one printer
 * thread. The printer needs longer than the next invoice does, the queue of
 * a fixed thread pool has no bound, and so it becomes the largest thing in
 * the heap although nobody forgot anything.
 */
final class InvoicePrinter {
    static final ExecutorService PRINTER = Executors.newFixedThreadPool(1);

    static final class Invoice implements Runnable {
        final int number;
        final char[] page = new char[8 * 1024];

        Invoice(int number) {
            this.number = number;
            java.util.Arrays.fill(page, ' ');
        }

        @Override
        public void run() {
            try {
                Thread.sleep(40);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    public static void main(String[] args) throws Exception {
        Snapshot.take("1-start");
        try {
            bill();
        } finally {
            PRINTER.shutdownNow();
        }
    }

    static void bill() throws Exception {
        for (int number = 0;; number++) {
            PRINTER.execute(new Invoice(number));
            if (number == 700) {
                Snapshot.take("2-late");
            }
            Thread.sleep(1);
        }
    }
}
