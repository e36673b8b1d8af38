package io.dfsnet.distrib;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands in front of a node and passes frames on, both ways, until a rule says otherwise. It reads
 * frames by the drawing in {@link Frame}, not with the code under test.
 */
final class FaultProxy implements AutoCloseable {

  /** What happens to a frame. */
  enum Fault {
    /** Its connection ends before it. */
    CUT,
    /** Its connection ends in the middle of it. */
    TRUNCATE,
    /** One bit of its last payload byte is turned. */
    FLIP_PAYLOAD,
    /** One bit of its length is turned. */
    FLIP_LENGTH,
    /** It is passed on twice. */
    DUPLICATE,
    /** Nothing passes any more, on this connection and all others, and nothing is closed. */
    BLACK_HOLE,
    /** The same on this connection alone. */
    STALL
  }

  /** Applies once, to the {@code count}-th frame of the type counted over all connections. */
  private static final class Rule {
    final FrameType type;
    final AtomicInteger left;
    final Fault fault;
    final Runnable action;

    Rule(FrameType type, int count, Fault fault, Runnable action) {
      this.type = type;
      this.left = new AtomicInteger(count);
      this.fault = fault;
      this.action = action;
    }
  }

  private final InetSocketAddress target;
  private final ServerSocket server;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final Object hole = new Object();
  private boolean blackHole;
  private boolean closed;

  FaultProxy(InetSocketAddress target) {
    this.target = target;
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    Thread.ofVirtual().start(this::accept);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) server.getLocalSocketAddress();
  }

  /** Does this to the {@code count}-th frame of a type from now on, 1 being the next. */
  void on(FrameType type, int count, Fault fault) {
    rules.add(new Rule(type, count, fault, () -> {}));
  }

  /** Runs an action while the {@code count}-th frame of a type is held; it then passes on. */
  void on(FrameType type, int count, Runnable action) {
    rules.add(new Rule(type, count, null, action));
  }

  /** Stops all traffic without closing anything. */
  void blackHole() {
    synchronized (hole) {
      blackHole = true;
    }
  }

  /** Lets the traffic go on, with what was held back. */
  void heal() {
    synchronized (hole) {
      blackHole = false;
      hole.notifyAll();
    }
  }

  @Override
  public void close() {
    synchronized (hole) {
      closed = true;
      hole.notifyAll();
    }
    Sockets.close(server);
    sockets.forEach(Sockets::close);
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket near = server.accept();
        Socket far = new Socket();
        sockets.addAll(List.of(near, far));
        try {
          far.connect(target);
          near.setTcpNoDelay(true);
          far.setTcpNoDelay(true);
        } catch (IOException gone) {
          Sockets.close(near);
          Sockets.close(far);
          continue;
        }
        Thread.ofVirtual().start(() -> pump(near, far));
        Thread.ofVirtual().start(() -> pump(far, near));
      } catch (IOException ended) {
        return;
      }
    }
  }

  private void pump(Socket from, Socket to) {
    try {
      DataInputStream in = new DataInputStream(from.getInputStream());
      OutputStream out = to.getOutputStream();
      byte[] header = new byte[32];
      while (true) {
        in.readFully(header);
        int length = ByteBuffer.wrap(header).getInt(24);
        byte[] body = new byte[length == 0 ? 0 : length + 4];
        in.readFully(body);
        pass(header, body, out);
      }
    } catch (EOFException ended) {
      // As a proxy should: the other side sees the end too.
    } catch (IOException cut) {
      // Closed by a rule or from outside.
    } finally {
      Sockets.close(from);
      Sockets.close(to);
    }
  }

  private void pass(byte[] header, byte[] body, OutputStream out) throws IOException {
    Rule rule = rule(header[6]);
    if (rule != null) {
      rule.action.run();
    }
    awaitHealth(rule != null && rule.fault == Fault.BLACK_HOLE);
    switch (rule == null ? null : rule.fault) {
      case CUT -> throw new IOException("cut");
      case TRUNCATE -> {
        out.write(header);
        out.write(body, 0, body.length / 2);
        throw new IOException("cut");
      }
      case FLIP_PAYLOAD -> body[body.length - 5] ^= 4;
      case FLIP_LENGTH -> header[27] ^= 4;
      case DUPLICATE -> write(header, body, out);
      case STALL -> stall();
      case BLACK_HOLE -> {}
      case null -> {}
    }
    write(header, body, out);
  }

  private static void write(byte[] header, byte[] body, OutputStream out) throws IOException {
    out.write(header);
    out.write(body);
  }

  private Rule rule(int type) {
    for (Rule rule : rules) {
      if (rule.type.number() == type && rule.left.decrementAndGet() == 0) {
        return rule;
      }
    }
    return null;
  }

  private void awaitHealth(boolean begins) {
    synchronized (hole) {
      blackHole |= begins;
      while (blackHole && !closed) {
        waitForHole();
      }
    }
  }

  private void stall() {
    synchronized (hole) {
      while (!closed) {
        waitForHole();
      }
    }
  }

  private void waitForHole() {
    try {
      hole.wait();
    } catch (InterruptedException stop) {
      throw new IllegalStateException(stop);
    }
  }
}
