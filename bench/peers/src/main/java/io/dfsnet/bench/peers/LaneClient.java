package io.dfsnet.bench.peers;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The driver's side of a lane: starts its JVM, asks, and kills it. A JVM that dies or does not
 * answer in time is a {@link LaneDeath}, and the next question starts another one.
 */
final class LaneClient implements AutoCloseable {
  private static final long ANSWER_SECONDS = 120;
  private static final int LOG_TAIL = 400;

  /** A lane's JVM ended, or did not answer; the message says how, in its own last words. */
  static final class LaneDeath extends Exception {
    private static final long serialVersionUID = 1;

    LaneDeath(String message) {
      super(message);
    }
  }

  private final String name;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Path log;
  private Process process;
  private BlockingQueue<String> lines;
  private String library = "";
  private volatile boolean closed;

  /**
   * @param pinned what to put in front of the java command, such as {@code taskset -c 1}; may be
   *     empty
   * @param scratch a folder for the lane's log
   */
  LaneClient(String name, int threads, List<String> pinned, Path scratch) {
    this.name = name;
    this.log = scratch.resolve(name + ".log");
    this.command = new ArrayList<>(pinned);
    this.command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-Xmx3g",
            // Jobs free their native memory themselves; a collector's help would be measured too.
            "-Dorg.bytedeco.javacpp.noPointerGC=true",
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
            LaneProcess.class.getName(),
            name,
            String.valueOf(threads)));
    String count = String.valueOf(threads);
    this.environment =
        Map.of(
            // Not in the command: ONNX Runtime 1.29 crashes when that is longer than 4 KiB.
            "CLASSPATH", absolute(System.getProperty("java.class.path")),
            // Else PyTorch's tensors go back to the system in every step and come as new pages.
            "GLIBC_TUNABLES", "glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=4294967296",
            "OMP_NUM_THREADS", count,
            "OPENBLAS_NUM_THREADS", count,
            "MKL_NUM_THREADS", count);
  }

  String name() {
    return name;
  }

  /** The library and its version; empty as long as it has not been loaded. */
  String library() {
    return library;
  }

  /** Asks, and waits for the answer. */
  Reply ask(Request request) throws LaneDeath {
    if (process == null) {
      start();
    }
    try {
      var stdin = process.outputWriter(StandardCharsets.UTF_8);
      stdin.write(request.line());
      stdin.newLine();
      stdin.flush();
    } catch (IOException gone) {
      throw death("its JVM does not read: " + gone.getMessage());
    }
    return await();
  }

  /** Ends the JVM for good. */
  @Override
  public void close() {
    closed = true;
    kill();
  }

  /** Ends the JVM at once; a later question starts another one. */
  void kill() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
      process = null;
    }
  }

  private void start() throws LaneDeath {
    if (closed) {
      throw new LaneDeath("the driver has ended it");
    }
    var builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectError(log.toFile());
    try {
      process = builder.start();
    } catch (IOException failed) {
      throw new LaneDeath("its JVM does not start: " + failed.getMessage());
    }
    BlockingQueue<String> received = new LinkedBlockingQueue<>();
    lines = received;
    Process started = process;
    Thread.ofPlatform().daemon().name(name + "-replies").start(() -> receive(started, received));
    if (await() instanceof Reply.Ready ready) {
      library = ready.library();
    }
  }

  /** Passes on what stands behind the mark; an empty line tells the end. */
  private static void receive(Process process, BlockingQueue<String> received) {
    try (var output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        int mark = line.indexOf(LaneProcess.MARK);
        if (mark >= 0) {
          received.add(line.substring(mark + LaneProcess.MARK.length()));
        }
      }
    } catch (IOException killed) {
      // The end of the stream, like any other.
    }
    received.add("");
  }

  private Reply await() throws LaneDeath {
    try {
      String line = lines.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
      if (line == null) {
        throw death("no answer within " + ANSWER_SECONDS + " s");
      }
      if (line.isEmpty()) {
        process.waitFor(5, TimeUnit.SECONDS);
        throw death(
            process.isAlive()
                ? "its JVM closed its output"
                : "its JVM ended with status " + process.exitValue());
      }
      return Reply.parse(line);
    } catch (InterruptedException interrupted) {
      kill();
      Thread.currentThread().interrupt();
      throw new LaneDeath("interrupted");
    }
  }

  private LaneDeath death(String how) {
    kill();
    return new LaneDeath(how + lastWords());
  }

  /** The last exception that the log names, or else its end. */
  private String lastWords() {
    String text;
    try {
      text = Files.readString(log, StandardCharsets.ISO_8859_1).strip();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    String words =
        text.lines()
            .filter(line -> line.startsWith("Exception in") || line.startsWith("Caused by"))
            .reduce((earlier, later) -> later)
            .orElse(text.substring(Math.max(0, text.length() - LOG_TAIL)));
    return words.isEmpty() ? "" : "; last words: " + words.replaceAll("\\s+", " ");
  }

  /** The class path with every entry absolute. */
  private static String absolute(String classPath) {
    List<String> entries = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator)) {
      entries.add(Path.of(entry).toAbsolutePath().toString());
    }
    return String.join(File.pathSeparator, entries);
  }
}
