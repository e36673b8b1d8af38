package io.dfsnet.cli;

import io.dfsnet.distrib.Limits;
import io.dfsnet.distrib.NodeOptions;
import io.dfsnet.distrib.NodeServer;
import io.dfsnet.nn.json.Json;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lends this machine to a coordinator until the process is stopped. */
@Command(
    name = "node",
    description = "Serve groups of a divided network, until stopped.",
    footer = {
      "",
      "Examples:",
      "  dfs node --listen 127.0.0.1:7000",
      "  dfs node --listen 192.168.1.20:7000 --insecure-plaintext --cache shards",
      "",
      "A node needs no model: whoever runs dfs infer sends its part. When it is ready it prints"
          + " its",
      "address; with --json as {\"host\":...,\"port\":...,\"pid\":...}. Port 0 takes any free one."
    })
final class NodeCommand extends DfsCommand {
  private static final Duration WARM_UP = Duration.ofSeconds(10);

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      converter = Address.Converter.class,
      description = "Where to wait (default: 127.0.0.1:7000).")
  Address listen = new Address("127.0.0.1", 7000);

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description = "Keep received parts in this folder, so that none is sent twice.")
  Path cache;

  @Option(
      names = "--insecure-plaintext",
      description = "Allow an address that other machines reach; nothing is encrypted.")
  boolean insecurePlaintext;

  @Override
  void run(Output output) {
    GlobalOptions.simd();
    if (cache != null && Files.exists(cache) && !Files.isDirectory(cache)) {
      throw new UsageException("--cache " + cache + ": is a file; name a folder");
    }
    var options =
        new NodeOptions(
            listen.resolve(),
            Optional.ofNullable(cache),
            global.threads,
            WARM_UP,
            insecurePlaintext,
            0,
            Limits.DEFAULTS);
    try (var server = new NodeServer(options)) {
      var stop = Thread.ofPlatform().name("dfs-node-stop").unstarted(server::close);
      server.start();
      Runtime.getRuntime().addShutdownHook(stop);
      sayReady(server.address(), output);
      waitForTheEnd();
      Runtime.getRuntime().removeShutdownHook(stop);
    }
  }

  private static void sayReady(InetSocketAddress bound, Output output) {
    var address = new Address(bound.getAddress().getHostAddress(), bound.getPort());
    output.text("listening at " + address + "; stop with Ctrl-C");
    output.result(
        Json.object()
            .put("host", address.host())
            .put("port", address.port())
            .put("pid", ProcessHandle.current().pid())
            .build());
  }

  /** Only an interruption of this thread, by a program that embeds the command, ends it. */
  private static void waitForTheEnd() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException end) {
      // That was the end. Closing the server must not see the flag again.
    }
  }
}
