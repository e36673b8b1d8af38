package io.dfsnet.distrib;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the code under test has left behind in this process. */
final class Leaks {
  private static final Path HANDLES = Path.of("/proc/self/fd");

  private Leaks() {}

  /** Fails if a thread of the module lives on, after a moment to end. */
  static void requireNoThreads() {
    long end = System.nanoTime() + 5_000_000_000L;
    while (!threads().isEmpty() && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(threads()).isEmpty();
  }

  /** How many sockets this process has open; only where the system tells. */
  static long sockets() {
    try (Stream<Path> handles = Files.list(HANDLES)) {
      return handles.filter(Leaks::isSocket).count();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  static boolean knowsSockets() {
    return Files.isDirectory(HANDLES);
  }

  private static boolean isSocket(Path handle) {
    try {
      return Files.readSymbolicLink(handle).toString().startsWith("socket:");
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith(Threads.PREFIX))
        .toList();
  }
}
