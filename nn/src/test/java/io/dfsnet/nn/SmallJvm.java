package io.dfsnet.nn;

import io.dfsnet.engine.Tensor;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Opens files in a JVM of its own with {@value #HEAP} of heap and a limit of time: what a hostile
 * file makes a parser hold beyond that ends the JVM, and the test.
 */
public final class SmallJvm {
  public static final String HEAP = "64m";
  private static final int SECONDS = 60;

  private SmallJvm() {}

  /**
   * What comes of each file.
   *
   * @param reader a class with a constructor without parameters, whose {@code accept} opens a file
   * @return for each file, in their order, {@code read}, or the simple name of the exception, a
   *     colon and its message
   * @throws AssertionError if the JVM dies or needs more than {@value #SECONDS} seconds
   */
  public static List<String> open(Class<? extends Consumer<Path>> reader, List<Path> files)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx" + HEAP, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", classPath(reader), SmallJvm.class.getName(), reader.getName()));
    files.forEach(file -> command.add(file.toString()));
    // To a file, because a full pipe would stop the process that the time limit waits for.
    File output = File.createTempFile("small-jvm", ".txt");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
    try {
      boolean done = process.waitFor(SECONDS, TimeUnit.SECONDS);
      String text = Files.readString(output.toPath());
      if (!done || process.exitValue() != 0) {
        String end = done ? "ended with status " + process.exitValue() : "did not end";
        throw new AssertionError(
            "a JVM of " + HEAP + " that opens " + files + " " + end + ": " + text);
      }
      return text.lines().toList();
    } finally {
      process.destroyForcibly().waitFor();
      output.delete();
    }
  }

  private static String classPath(Class<?> reader) {
    return Stream.of(SmallJvm.class, Network.class, Tensor.class, reader)
        .map(each -> each.getProtectionDomain().getCodeSource().getLocation())
        .map(location -> Path.of(location.getPath()).toString())
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Opens the files behind the first argument, which names the reader. */
  public static void main(String[] arguments) throws ReflectiveOperationException {
    var constructor = Class.forName(arguments[0]).getDeclaredConstructor();
    constructor.setAccessible(true);
    @SuppressWarnings("unchecked")
    var reader = (Consumer<Path>) constructor.newInstance();
    for (String file : List.of(arguments).subList(1, arguments.length)) {
      System.out.println(outcome(reader, Path.of(file)));
    }
  }

  /** An error other than an exception passes and ends the JVM. */
  private static String outcome(Consumer<Path> reader, Path file) {
    try {
      reader.accept(file);
      return "read";
    } catch (RuntimeException refused) {
      String message = String.valueOf(refused.getMessage()).replace('\n', ' ');
      return refused.getClass().getSimpleName() + ": " + message;
    }
  }
}
