import java.util.ArrayList;
import java.util.List;

/*
 * heap-over-limit: a price index that is loaded completely. It is meant to
 * be that large and fits into -Xmx; it doesn't fit into the container.
 */
final class PriceIndex {
    static final List<long[]> BLOCKS = new ArrayList<>();

    static final int PRICES_PER_BLOCK = 16 * 1024;

    public static void main(String[] args) throws Exception {
        Snapshot.take("1-start");
        for (int block = 0; block < 4000; block++) {
            BLOCKS.add(load(block));
            if (block == 650) {
                Snapshot.take("2-late");
            }
            Thread.sleep(2);
        }
        System.out.println("loaded");
    }

    static long[] load(int block) {
        long[] prices = new long[PRICES_PER_BLOCK];
        java.util.Arrays.fill(prices, block);
        return prices;
    }
}
