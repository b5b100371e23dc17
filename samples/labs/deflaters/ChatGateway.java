import java.util.HashMap;
import java.util.Map;
import java.util.zip.Deflater;

/*
 * deflaters: a chat gateway compresses what it sends, with a Deflater for
 * each connection. When a client hangs up its connection stays in the map,
 * and nobody calls end(): the heap keeps an object of some 100 bytes, zlib
 * its window and hash tables, some 268 KB of native memory.
 */
final class ChatGateway {
    static final Map<Integer, Connection> CONNECTIONS = new HashMap<>();

    static final class Connection {
        final Deflater compressor = new Deflater();
        boolean open = true;

        int send(byte[] message, byte[] frame) {
            compressor.setInput(message);
            return compressor.deflate(frame, 0, frame.length,
                    Deflater.SYNC_FLUSH);
        }

        void hangUp() {
            open = false;
        }
    }

    public static void main(String[] args) throws Exception {
        byte[] frame = new byte[64 * 1024];
        byte[] history = history();
        Snapshot.take("1-start");
        for (int client = 0;; client++) {
            Connection connection = new Connection();
            CONNECTIONS.put(client, connection);
            connection.send(history, frame);
            connection.hangUp();
            if (client == 640) {
                Snapshot.take("2-late");
            }
            Thread.sleep(8);
        }
    }

    /* What a client is sent first: enough to fill the window of zlib. */
    static byte[] history() {
        StringBuilder lines = new StringBuilder();
        for (int line = 0; lines.length() < 40_000; line++) {
            lines.append(line * 2654435761L).append(" has joined\n");
        }
        return lines.toString().getBytes();
    }
}
