/*
 * The plugin of TariffHost: a few classes, as small as they come.
 */
final class Tariff {
    private Tariff() {
    }

    public static final class Plugin implements Runnable {
        private final Day day = new Day();
        private final Night night = new Night();

        public Plugin() {
        }

        @Override
        public void run() {
            System.out.println(day.price(1) + night.price(1));
        }
    }

    static class Day {
        double price(double kilowattHours) {
            return kilowattHours * 0.31;
        }
    }

    static final class Night extends Day {
        @Override
        double price(double kilowattHours) {
            return super.price(kilowattHours) * 0.7;
        }
    }
}
