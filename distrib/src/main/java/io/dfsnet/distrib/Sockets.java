package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** What both sides do with sockets. */
final class Sockets {
  private static final System.Logger LOG = System.getLogger(Sockets.class.getName());

  private Sockets() {}

  /**
   * Options of a connected or connecting socket.
   *
   * @param buffer bytes of the kernel's send and receive buffers, 0 to leave them to the system
   */
  static void configure(Socket socket, int buffer) throws IOException {
    // Slices are small and awaited: Nagle's algorithm would hold each back for an acknowledgement.
    socket.setTcpNoDelay(true);
    if (buffer > 0) {
      socket.setSendBufferSize(buffer);
      socket.setReceiveBufferSize(buffer);
    }
  }

  /** Closes without waiting; that a broken socket fails to close is not worth more than a line. */
  static void close(Closeable socket) {
    try {
      socket.close();
    } catch (IOException failure) {
      LOG.log(System.Logger.Level.DEBUG, "closing " + socket, failure);
    }
  }

  /**
   * Refuses plain text over a network unless it was asked for: there is no encryption and no
   * authentication in this version, so everyone on the network could read images and run models.
   *
   * @param what what would be exposed, for the message
   */
  static void requirePlaintextAllowed(
      String what, InetSocketAddress address, boolean insecurePlaintext) {
    InetAddress host = address.getAddress();
    if (host == null) {
      throw new DistributedException(
          Code.NODE_UNREACHABLE, "no machine is known as " + address.getHostString());
    }
    if (!host.isLoopbackAddress() && !insecurePlaintext) {
      throw new DistributedException(
          Code.INSECURE,
          what
              + " "
              + text(address)
              + " is not on this machine, and nothing is encrypted or authenticated; use a"
              + " loopback address, or allow insecurePlaintext on a network that you trust");
    }
  }

  /** {@code host:port}, the host as a number. */
  static String text(InetSocketAddress address) {
    InetAddress host = address.getAddress();
    String name = host == null ? address.getHostString() : host.getHostAddress();
    return (name.indexOf(':') >= 0 ? "[" + name + "]" : name) + ":" + address.getPort();
  }
}
