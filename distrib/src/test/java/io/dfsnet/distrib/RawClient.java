package io.dfsnet.distrib;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;

/** A connection to a node that says what it is told to, right or wrong. */
final class RawClient implements AutoCloseable {
  private final Socket socket;
  private final FrameReader reader;

  RawClient(InetSocketAddress node) throws IOException {
    socket = new Socket();
    socket.connect(node, 5000);
    socket.setTcpNoDelay(true);
    // Only so that a test cannot hang; it is never what a test waits for.
    socket.setSoTimeout(20_000);
    reader = new FrameReader(socket.getInputStream());
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** Sends messages as a side of this epoch does. */
  void send(int epoch, Message... messages) throws IOException {
    send(Wire.write(epoch, messages));
  }

  /** The next message but signs of life. */
  Message receive() throws IOException {
    Message message = receiveFrame();
    while (message instanceof Message.Ping) {
      message = receiveFrame();
    }
    return message;
  }

  /** The next frame's message, null for a tensor. */
  Message receiveFrame() throws IOException {
    Frame frame = reader.next();
    byte[] payload = reader.bytes();
    reader.end();
    return frame.type().limit() == FrameType.TENSOR ? null : MessageReader.decode(frame, payload);
  }

  /** The failure that the node says before it ends the connection. */
  DistributedException refusal() throws IOException {
    return ((Message.Failure) receive()).toException();
  }

  /** Reads until the node ends the connection; returns how long that took. */
  Duration awaitEnd() throws IOException {
    long begun = System.nanoTime();
    InputStream in = socket.getInputStream();
    byte[] rest = new byte[4096];
    try {
      while (in.read(rest) >= 0) {
        // What it says does not matter here.
      }
    } catch (SocketException reset) {
      // Ended too.
    }
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
