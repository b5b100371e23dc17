import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/*
 * heap-leak: a web shop that remembers every visitor's session in a static
 * map and never forgets one, until the heap is full.
 */
final class SessionStore {
    static final Map<Long, Session> SESSIONS = new HashMap<>();

    static final class Session {
        final long id;
        final List<byte[]> pages = new ArrayList<>();

        Session(long id) {
            this.id = id;
        }
    }

    public static void main(String[] args) throws Exception {
        Snapshot.take("1-start");
        for (long visitor = 0;; visitor++) {
            visit(visitor);
            if (visitor == 1000) {
                Snapshot.take("2-late");
            }
        }
    }

    static void visit(long visitor) {
        Session session = new Session(visitor);
        for (int page = 0; page < 2; page++) {
            session.pages.add(new byte[8192]);
        }
        SESSIONS.put(visitor, session);
    }
}
