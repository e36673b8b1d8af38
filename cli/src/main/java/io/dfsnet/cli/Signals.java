package io.dfsnet.cli;

import java.util.List;

/**
 * What the operating system does with the signals that ask a process to end. The virtual machine
 * makes them run its shutdown hooks, once, and is deaf to the next ones.
 */
final class Signals {
  /** Ctrl-C, a plain kill, a terminal that is closed. */
  private static final List<String> ENDING = List.of("INT", "TERM", "HUP");

  private Signals() {}

  /**
   * From now on these signals end the process without another word. Java has no other way to say so
   * than {@code sun.misc.Signal} of the module {@code jdk.unsupported}, which the compiler warns of
   * unless it is called by name. Where it is missing, the signals stay as they are.
   */
  static void endAtOnce() {
    for (String name : ENDING) {
      try {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        signal
            .getMethod("handle", signal, handler)
            .invoke(
                null,
                signal.getConstructor(String.class).newInstance(name),
                handler.getField("SIG_DFL").get(null));
      } catch (ReflectiveOperationException | RuntimeException unknownHere) {
        // Windows has no HUP; the other signals still count.
      }
    }
  }
}
