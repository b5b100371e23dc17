import java.util.ArrayDeque;
import java.util.Deque;

/*
 * neighbour and healthy: a service that handles orders, keeps the last few
 * hundred of them, and stays the same size for ever. With an argument it
 * ends after that many orders.
 */
final class OrderDesk {
    static final Deque<Order> RECENT = new ArrayDeque<>();

    static final int KEPT = 500;

    static final class Order {
        final long number;
        final byte[] document = new byte[4096];

        Order(long number) {
            this.number = number;
        }
    }

    public static void main(String[] args) throws Exception {
        long last = args.length > 0 ? Long.parseLong(args[0]) : Long.MAX_VALUE;
        Snapshot.take("1-start");
        for (long number = 0; number < last; number++) {
            handle(new Order(number));
            if (number == 4000) {
                Snapshot.take("2-late");
            }
            Thread.sleep(1);
        }
        System.out.println("closed");
    }

    static void handle(Order order) {
        RECENT.addLast(order);
        if (RECENT.size() > KEPT) {
            RECENT.removeFirst();
        }
    }
}
