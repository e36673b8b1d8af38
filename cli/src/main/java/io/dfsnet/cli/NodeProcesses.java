package io.dfsnet.cli;

import io.dfsnet.nn.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * {@code dfs node} processes on this machine, each a JVM of its own with one computing thread, as
 * if they were small machines. All of them end when this is closed.
 */
final class NodeProcesses implements AutoCloseable {
  private static final int START_SECONDS = 60;
  private static final int STOP_SECONDS = 5;

  private final List<Process> processes = new ArrayList<>();
  private final List<Path> logs = new ArrayList<>();
  private final List<Address> addresses = new ArrayList<>();

  private NodeProcesses() {}

  /**
   * Starts {@code count} nodes on ports of the system's choice and waits until each listens.
   *
   * @throws CommandException if one does not; none is left running then
   */
  static NodeProcesses start(int count) throws IOException, InterruptedException {
    var nodes = new NodeProcesses();
    try {
      for (int rank = 0; rank < count; rank++) {
        nodes.startNext();
      }
      for (int rank = 0; rank < count; rank++) {
        nodes.addresses.add(nodes.waitForAddress(rank));
      }
      return nodes;
    } catch (IOException | InterruptedException | RuntimeException failure) {
      nodes.close();
      throw failure;
    }
  }

  /** Where the nodes listen, in the order of their ranks. */
  List<Address> addresses() {
    return List.copyOf(addresses);
  }

  @Override
  public void close() {
    processes.forEach(Process::destroy);
    processes.forEach(NodeProcesses::waitFor);
    for (Path log : logs) {
      try {
        Files.deleteIfExists(log);
      } catch (IOException stillOpen) {
        log.toFile().deleteOnExit();
      }
    }
  }

  private static void waitFor(Process process) {
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** This JVM's command on this JVM's modules. */
  private static List<String> command() {
    String modules = System.getProperty("jdk.module.path");
    if (modules == null) {
      throw new CommandException(
          "node processes: need the module path of this one, which runs on the class path; start"
              + " it with the dfs script");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
      command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    }
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx256m", "-Djdk.serialFilter=!*"));
    String width = System.getProperty("dfsnet.simd");
    if (width != null) {
      command.add("-Ddfsnet.simd=" + width);
    }
    command.addAll(List.of("-p", modules, "-m", "io.dfsnet.cli/" + Main.class.getName()));
    command.addAll(List.of("node", "--listen", "127.0.0.1:0", "--threads", "1", "--json"));
    return command;
  }

  private void startNext() throws IOException {
    Path log = Files.createTempFile("dfs-node-", ".log");
    logs.add(log);
    processes.add(new ProcessBuilder(command()).redirectError(log.toFile()).start());
  }

  /** Reads the line in which a node says where it listens. */
  private Address waitForAddress(int rank) throws IOException, InterruptedException {
    var answer =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return processes.get(rank).inputReader(StandardCharsets.UTF_8).readLine();
              } catch (IOException cause) {
                throw new UncheckedIOException(cause);
              }
            });
    try {
      String line = answer.get(START_SECONDS, TimeUnit.SECONDS);
      if (line == null) {
        throw failed(rank, "ended before it listened");
      }
      Json.Object ready = Json.parse(line).asObject("what node " + rank + " says");
      return new Address(ready.text("host"), ready.integer("port", 1, 65_535));
    } catch (TimeoutException late) {
      throw failed(rank, "did not listen within " + START_SECONDS + " s");
    } catch (ExecutionException broken) {
      throw failed(rank, "its output broke off: " + broken.getCause().getMessage());
    }
  }

  /** The failure of a node, with what it said last. */
  private CommandException failed(int rank, String what) throws IOException {
    List<String> said = Files.readAllLines(logs.get(rank));
    return new CommandException(
        "node process "
            + rank
            + ": "
            + what
            + (said.isEmpty() ? "" : "; it said: " + said.getLast()));
  }
}
