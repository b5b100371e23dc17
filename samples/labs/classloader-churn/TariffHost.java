import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/*
 * classloader-churn: a host reloads its tariff plugin whenever prices
 * change, each time with a new class loader. A list of listeners still knows
 * an object of every version, an object knows its class, a class its loader,
 * and a loader all classes it ever defined.
 */
final class TariffHost {
    static final List<Runnable> PRICE_LISTENERS = new ArrayList<>();

    static final class PluginLoader extends ClassLoader {
        PluginLoader() {
            super(TariffHost.class.getClassLoader());
        }

        /* The plugin's own copy, not the one its parent would give. */
        @Override
        protected Class<?> loadClass(String name, boolean resolve)
                throws ClassNotFoundException {
            if (!name.startsWith("Tariff$")) {
                return super.loadClass(name, resolve);
            }
            try (InputStream in = getResourceAsStream(name + ".class")) {
                byte[] code = in.readAllBytes();
                return defineClass(name, code, 0, code.length);
            } catch (java.io.IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    public static void main(String[] args) throws Exception {
        Snapshot.take("1-start");
        for (int version = 0;; version++) {
            deploy();
            if (version == 350) {
                Snapshot.take("2-late");
            }
        }
    }

    static void deploy() throws Exception {
        Class<?> plugin = new PluginLoader().loadClass("Tariff$Plugin");
        PRICE_LISTENERS.add((Runnable) plugin.getDeclaredConstructor()
                .newInstance());
    }
}
