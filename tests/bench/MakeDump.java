/*
 * Builds a heap of a chosen shape and size, then dumps it: the input of the
 * benchmarks, made by our own program so that nobody else's data is needed.
 *
 *     java MakeDump SHAPE COUNT OUT
 *
 * SHAPE   mixed       COUNT small objects: maps, lists, strings, trees,
 *                     linked lists, arrays, weak and soft references, with
 *                     references across the units and back to their owners
 *         long-list   one singly linked list of COUNT nodes: the deepest
 *                     dominator tree a heap can have
 *         big-arrays  COUNT arrays of a million elements, of bytes, longs
 *                     and references in turn
 * OUT     where to write the dump; "-" writes none (for jcmd to take it)
 *
 * The same arguments build the same heap. When it stands, "ready PID" goes to
 * stdout and a line on stdin is awaited, so that a histogram can be taken of
 * exactly what is dumped.
 */
import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.SoftReference;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

public final class MakeDump {
    /** The roots of everything built: a static field, as in most leaks. */
    static final List<Object> HELD = new ArrayList<>();
    /** Every 50th unit hangs on the main thread only. */
    static final ThreadLocal<List<Object>> LOCAL =
            ThreadLocal.withInitial(ArrayList::new);

    static final Random RANDOM = new Random(20240229);
    static long made;

    static final class Node {
        Node next;
        long number;
    }

    static final class Tree {
        Tree left, right, parent;
        int key;
    }

    static final class Point {
        final int x, y;

        Point(int x, int y) {
            this.x = x;
            this.y = y;
        }
    }

    /** About a hundred objects of all kinds, the grain of the mixed heap. */
    static final class Unit {
        String name;
        Unit previous;
        Unit friend;
        Map<String, Object> properties;
        List<Point> points;
        TreeMap<Long, String> history;
        LinkedList<Object> recent;
        Tree tree;
        Object[][] table;
        int[] counters;
        SoftReference<byte[]> rendered;
        WeakReference<Unit> observer;
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            System.err.println("usage: MakeDump mixed|long-list|big-arrays"
                    + " COUNT OUT|-");
            System.exit(2);
        }
        long count = Long.parseLong(args[1]);
        switch (args[0]) {
            case "mixed" -> buildMixed(count);
            case "long-list" -> HELD.add(longList(count));
            case "big-arrays" -> buildBigArrays(count);
            default -> throw new IllegalArgumentException(args[0]);
        }
        System.out.println("made " + made + " objects");
        System.out.println("ready " + ProcessHandle.current().pid());
        System.in.read();
        if (!args[2].equals("-")) {
            ManagementFactory
                    .getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .dumpHeap(args[2], true);
        }
    }

    static void buildMixed(long count) {
        List<Unit> batch = new ArrayList<>();
        Unit previous = null;
        for (long n = 0; made < count; n++) {
            Unit unit = unit(n, batch);
            unit.previous = n % 64 == 0 ? null : previous;
            previous = unit;
            if (n % 50 == 49) {
                LOCAL.get().add(unit);
            } else {
                batch.add(unit);
            }
            if (batch.size() == 10_000) {
                HELD.add(batch);
                batch = new ArrayList<>();
            }
        }
        HELD.add(batch);
    }

    static Unit unit(long n, List<Unit> others) {
        Unit unit = new Unit();
        unit.name = string("unit-" + n);
        if (!others.isEmpty()) {
            unit.friend = others.get(RANDOM.nextInt(others.size()));
        }
        unit.properties = properties(unit);
        unit.points = points();
        unit.history = history(n);
        unit.recent = recent(unit);
        unit.tree = tree(6 + RANDOM.nextInt(6));
        unit.table = table(unit);
        unit.counters = new int[RANDOM.nextInt(24)];
        unit.rendered = new SoftReference<>(new byte[RANDOM.nextInt(200)]);
        unit.observer = new WeakReference<>(unit.friend);
        made += 5;
        return unit;
    }

    static Map<String, Object> properties(Unit owner) {
        Map<String, Object> map = new HashMap<>();
        int n = 4 + RANDOM.nextInt(8);
        for (int i = 0; i < n; i++) {
            map.put(string("key" + RANDOM.nextInt(1_000_000)),
                    i % 5 == 0 ? owner : (Object) (1000 + RANDOM.nextInt()));
        }
        made += 2 + 2L * n;
        return map;
    }

    static List<Point> points() {
        int n = RANDOM.nextInt(12);
        List<Point> list = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            list.add(new Point(i, RANDOM.nextInt()));
        }
        made += 2 + n;
        return list;
    }

    static TreeMap<Long, String> history(long n) {
        TreeMap<Long, String> map = new TreeMap<>();
        int entries = RANDOM.nextInt(6);
        for (int i = 0; i < entries; i++) {
            map.put(RANDOM.nextLong(), i == 0 ? string("event " + n) : null);
        }
        made += 1 + 2L * entries;
        return map;
    }

    static LinkedList<Object> recent(Unit owner) {
        LinkedList<Object> list = new LinkedList<>();
        int n = RANDOM.nextInt(8);
        for (int i = 0; i < n; i++) {
            list.add(i % 2 == 0 ? owner.name : owner.points);
        }
        made += 1 + n;
        return list;
    }

    static Tree tree(int nodes) {
        Tree root = new Tree();
        for (int i = 1; i < nodes; i++) {
            Tree at = root;
            Tree node = new Tree();
            node.key = RANDOM.nextInt();
            for (;;) {
                Tree next = node.key < at.key ? at.left : at.right;
                if (next == null) {
                    break;
                }
                at = next;
            }
            node.parent = at;
            if (node.key < at.key) {
                at.left = node;
            } else {
                at.right = node;
            }
        }
        made += nodes;
        return root;
    }

    static Object[][] table(Unit owner) {
        Object[][] rows = new Object[1 + RANDOM.nextInt(3)][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = new Object[] {owner.tree, owner.points, owner.name};
        }
        made += 1 + rows.length;
        return rows;
    }

    /** Counts the string and its byte array. */
    static String string(String s) {
        made += 2;
        return s;
    }

    static Node longList(long count) {
        Node head = null;
        for (long i = 0; i < count; i++) {
            Node node = new Node();
            node.next = head;
            node.number = i;
            head = node;
        }
        made += count;
        return head;
    }

    static void buildBigArrays(long count) {
        final int length = 1 << 20;
        for (long i = 0; i < count; i++) {
            switch ((int) (i % 3)) {
                case 0 -> HELD.add(new byte[length]);
                case 1 -> HELD.add(new long[length]);
                default -> {
                    Object[] all = new Object[length];
                    java.util.Arrays.fill(all, HELD.get((int) i - 1));
                    HELD.add(all);
                }
            }
        }
        made += count;
    }
}
