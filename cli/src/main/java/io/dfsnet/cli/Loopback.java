package io.dfsnet.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;

/** Whether two sockets of this machine can talk to each other, and how fast a byte goes around. */
final class Loopback {
  private static final int TIMEOUT_MILLIS = 2_000;
  private static final int WARM_UP = 200;
  private static final int ROUND_TRIPS = 500;

  private Loopback() {}

  /**
   * The median round trip of one byte over a TCP connection to {@code 127.0.0.1}, in microseconds.
   *
   * @throws IOException if binding, connecting or a round trip fails or takes more than 2 s
   */
  static double roundTripMicros() throws IOException {
    var address = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    try (var server = new ServerSocket(0, 1, address);
        var client = new Socket()) {
      server.setSoTimeout(TIMEOUT_MILLIS);
      client.setTcpNoDelay(true);
      client.setSoTimeout(TIMEOUT_MILLIS);
      client.connect(new InetSocketAddress(address, server.getLocalPort()), TIMEOUT_MILLIS);
      try (var peer = server.accept()) {
        peer.setTcpNoDelay(true);
        peer.setSoTimeout(TIMEOUT_MILLIS);
        // Ends by itself: its read fails as soon as the sockets above are closed.
        Thread.ofPlatform().daemon().name("dfs-loopback-echo").start(() -> echo(peer));
        return median(client);
      }
    }
  }

  private static double median(Socket client) throws IOException {
    long[] nanos = new long[ROUND_TRIPS];
    for (int i = -WARM_UP; i < ROUND_TRIPS; i++) {
      long start = System.nanoTime();
      client.getOutputStream().write(1);
      if (client.getInputStream().read() < 0) {
        throw new IOException("the connection to 127.0.0.1 was closed");
      }
      if (i >= 0) {
        nanos[i] = System.nanoTime() - start;
      }
    }
    Arrays.sort(nanos);
    return nanos[ROUND_TRIPS / 2] / 1e3;
  }

  private static void echo(Socket peer) {
    try {
      int value;
      while ((value = peer.getInputStream().read()) >= 0) {
        peer.getOutputStream().write(value);
      }
    } catch (IOException closed) {
      // The measuring side has closed the connection, or reports the failure itself.
    }
  }
}
