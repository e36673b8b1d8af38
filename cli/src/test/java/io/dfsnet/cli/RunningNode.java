package io.dfsnet.cli;

import io.dfsnet.nn.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** {@code dfs node} on a thread of this process, stopped on closing. */
final class RunningNode implements AutoCloseable {
  private final CompletableFuture<Integer> status = new CompletableFuture<>();
  private final Thread thread;
  private final Json.Object ready;

  /** Starts a node at any free port and waits until it says that it is ready. */
  RunningNode() throws IOException {
    var out = new PipedWriter();
    var lines = new BufferedReader(new PipedReader(out));
    var line = Dfs.commandLine(new PrintWriter(out), new PrintWriter(new StringWriter()));
    thread =
        Thread.ofPlatform()
            .name("running-node")
            .start(
                () ->
                    status.complete(
                        line.execute(
                            "node", "--listen", "127.0.0.1:0", "--json", "--threads", "1")));
    ready = Json.parse(lines.readLine()).asObject("readiness");
  }

  /** What the node printed when it was ready. */
  Json.Object ready() {
    return ready;
  }

  String address() {
    return ready.text("host") + ":" + ready.integer("port");
  }

  /** Stops the node and gives its exit status. */
  int stop() {
    thread.interrupt();
    return status.orTimeout(20, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    stop();
  }
}
