package io.dfsnet.distrib;

import io.dfsnet.engine.Engine;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A node in a JVM of its own, started from the test's. */
final class NodeProcess implements AutoCloseable {
  private static final String PORT = "listening at port ";
  private static final String SIMD = "simd ";

  private final Process process;
  private int port;
  private int simdBits;

  /**
   * @param flags of the JVM
   */
  NodeProcess(String... flags) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(
        List.of("--add-modules", "jdk.incubator.vector", "-Xmx256m", "-XX:+UseSerialGC"));
    command.addAll(List.of(flags));
    command.addAll(List.of("-cp", classPath(), NodeProcess.class.getName()));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** Waits until the node listens. */
  void awaitStart() throws Exception {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    CompletableFuture<Void> started =
        CompletableFuture.runAsync(
            () -> {
              try {
                simdBits = Integer.parseInt(lines.readLine().substring(SIMD.length()));
                port = Integer.parseInt(lines.readLine().substring(PORT.length()));
              } catch (IOException failure) {
                throw new UncheckedIOException(failure);
              }
            });
    started.get(30, TimeUnit.SECONDS);
  }

  int simdBits() {
    return simdBits;
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Ends it as a crash or a pulled plug does. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }

  /** The child's side: a node until standard input ends, as it does when the test dies. */
  public static void main(String[] arguments) throws IOException {
    try (NodeServer node = new NodeServer(TestCluster.options()).start()) {
      System.out.println(SIMD + Engine.simd().bits());
      System.out.println(PORT + node.address().getPort());
      while (System.in.read() >= 0) {
        // Nothing is said there; only its end matters.
      }
    }
  }

  /** Everything that this JVM has, be it on its module path, its class path or patched in. */
  private static String classPath() {
    List<String> entries = new ArrayList<>();
    entries.add(root(NodeProcess.class));
    entries.add(root(NodeServer.class));
    for (String property : List.of("jdk.module.path", "java.class.path")) {
      String path = System.getProperty(property);
      if (path != null && !path.isEmpty()) {
        entries.add(path);
      }
    }
    return String.join(File.pathSeparator, entries);
  }

  /** The folder or jar that a class comes from. */
  private static String root(Class<?> type) {
    String name = type.getName().replace('.', '/') + ".class";
    URL location = type.getClassLoader().getResource(name);
    try {
      String text = location.toString();
      if (text.startsWith("jar:")) {
        text = text.substring("jar:".length(), text.indexOf("!/"));
        return Path.of(new URI(text)).toString();
      }
      Path file = Path.of(location.toURI());
      return file.getRoot()
          .resolve(file.subpath(0, file.getNameCount() - Path.of(name).getNameCount()))
          .toString();
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
