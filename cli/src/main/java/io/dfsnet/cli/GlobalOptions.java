package io.dfsnet.cli;

import io.dfsnet.engine.Engine;
import io.dfsnet.engine.Workers;
import picocli.CommandLine.Option;

/** The options that every command has. */
final class GlobalOptions {
  @Option(
      names = "--json",
      description = "Print exactly one JSON object on standard output; the rest goes to stderr.")
  boolean json;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of every random choice: same seed, same bits (default: 1).")
  Long seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      converter = Converters.Threads.class,
      description = "Threads that compute (default: all cores). Results do not depend on it.")
  int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--progress",
      paramLabel = "STYLE",
      description = "auto, bar, lines or none (default: auto, a bar on a terminal, else lines).")
  Progress.Style progress = Progress.Style.AUTO;

  @Option(names = "--debug", description = "Print the stack trace of an error.")
  boolean debug;

  /** The threads that compute; the caller closes them. */
  Workers workers() {
    simd();
    return new Workers(threads);
  }

  /**
   * Which kernels compute, see {@link Engine#simd}.
   *
   * @throws UsageException if the system property {@code dfsnet.simd} has a wrong value
   */
  static Engine.Simd simd() {
    try {
      return Engine.simd();
    } catch (IllegalArgumentException wrongProperty) {
      throw new UsageException(wrongProperty.getMessage(), wrongProperty);
    }
  }
}
