package io.dfsnet.distrib;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;

/**
 * A socket, its frames and their counts; the layer below {@link Handshake} and {@link Link}. No
 * read and no write on it blocks for longer than the silence limit.
 */
final class Connection {
  /** How long a refused peer gets to read why. */
  private static final Duration FAREWELL = Duration.ofMillis(300);

  private final Socket socket;
  private final Duration silence;
  private final Watchdog watchdog;
  private final Traffic sent = new Traffic();
  private final Traffic received = new Traffic();
  private final FrameReader reader;
  private final MessageWriter writer;

  Connection(Socket socket, Duration silence, Watchdog watchdog) throws IOException {
    this.socket = socket;
    this.silence = silence;
    this.watchdog = watchdog;
    reader = new FrameReader(new Input());
    writer = new MessageWriter(new FrameWriter(new Output()), sent);
  }

  FrameReader reader() {
    return reader;
  }

  MessageWriter writer() {
    return writer;
  }

  Traffic sent() {
    return sent;
  }

  Traffic received() {
    return received;
  }

  /** Runs a step on this socket, which is closed if the step has not ended at the deadline. */
  <T> T within(Deadline deadline, Watchdog.Step<T> step) throws IOException {
    return watchdog.within(deadline, socket, step);
  }

  /** Writes a message at once. */
  void write(Message message) throws IOException {
    writer.write(message);
    writer.flush();
  }

  /** Reads a message; one of another type is refused before its payload is read. */
  Message read(Set<FrameType> allowed) throws IOException {
    Frame frame = reader.next();
    if (!allowed.contains(frame.type())) {
      throw Frame.violation(frame.type() + " may not come here, but one of " + allowed);
    }
    byte[] payload = reader.bytes();
    reader.end();
    received.count(frame, 0);
    return MessageReader.decode(frame, payload);
  }

  void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  /**
   * Reads and forgets until the peer ends the connection, for a short while. A socket that is
   * closed with bytes unread resets the connection, and the reset overtakes the last words.
   */
  void drain() throws IOException {
    within(
        Deadline.in(FAREWELL),
        () -> {
          reader.drain();
          return null;
        });
  }

  void close() {
    Sockets.close(socket);
  }

  /** Every call of {@link #read(byte[], int, int)} is one step of the watchdog. */
  private final class Input extends FilterInputStream {
    Input() throws IOException {
      super(socket.getInputStream());
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
      return within(Deadline.in(silence), () -> in.read(target, offset, count));
    }
  }

  /** Every call of {@link #write(byte[], int, int)} is one step of the watchdog. */
  private final class Output extends FilterOutputStream {
    Output() throws IOException {
      super(socket.getOutputStream());
    }

    @Override
    public void write(byte[] source, int offset, int count) throws IOException {
      within(
          Deadline.in(silence),
          () -> {
            out.write(source, offset, count);
            return null;
          });
    }
  }
}
