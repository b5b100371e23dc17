import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/*
 * threadlocal: every worker of a pool keeps the stops it has looked at in a
 * ThreadLocal, to have them at hand within a request. Nobody removes them
 * when the request is over, and a pool's threads never end.
 */
final class RoutePlanner {
    static final ThreadLocal<List<Stop>> VISITED =
            ThreadLocal.withInitial(ArrayList::new);

    static final int WORKERS = 6;

    static final class Stop {
        final long id;
        final double[] arrivals = new double[512];

        Stop(long id) {
            this.id = id;
        }
    }

    public static void main(String[] args) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(WORKERS);
        Semaphore room = new Semaphore(WORKERS);
        Snapshot.take("1-start");
        try {
            for (long request = 0; !pool.isShutdown(); request++) {
                long first = request * 2;
                room.acquire();
                pool.execute(() -> {
                    try {
                        plan(first);
                    } catch (OutOfMemoryError e) {
                        pool.shutdownNow();
                        throw e;
                    } finally {
                        room.release();
                    }
                });
                if (request == 2500) {
                    Snapshot.take("2-late");
                }
            }
        } catch (java.util.concurrent.RejectedExecutionException e) {
            System.out.println("no more requests");
        } finally {
            pool.shutdownNow();
        }
    }

    static void plan(long first) {
        for (long id = first; id < first + 2; id++) {
            VISITED.get().add(new Stop(id));
        }
    }
}
