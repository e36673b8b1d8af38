package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A node: it starts with an address and nothing else, gets its shards and the plan from a
 * coordinator, and serves that coordinator until it leaves; then it waits for the next. Nothing
 * that comes over a connection ends the node.
 *
 * <p>Whoever connects has to greet within the handshake limit. Only so many connections are in
 * their handshake at once, the rest waits unaccepted; after it there is one connection to the
 * coordinator and one to each peer of its plan, and no other.
 */
public final class NodeServer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(NodeServer.class.getName());
  private static final long JOIN_MILLIS = 10_000;
  private static final long ACCEPT_PAUSE_MILLIS = 100;

  private final NodeOptions options;
  private final ShardCache cache;
  private final Watchdog watchdog = new Watchdog();
  private final Semaphore handshakes;
  private final Set<Socket> greeting = ConcurrentHashMap.newKeySet();

  /** Held by the one session that there may be. */
  private final Semaphore serving = new Semaphore(1);

  private volatile NodeSession session;
  private volatile Thread serves;
  private volatile boolean closed;
  private ServerSocket server;
  private Thread accepts;

  public NodeServer(NodeOptions options) {
    this.options = options;
    cache = new ShardCache(options.cache(), options.limits());
    handshakes = new Semaphore(options.limits().handshakes());
  }

  /**
   * Opens the port and begins to wait for a coordinator.
   *
   * @return this
   * @throws DistributedException if the address is taken or not this machine's, if other machines
   *     would reach it and that was not allowed, or if the cache's folder cannot be used
   */
  public NodeServer start() {
    if (server != null || closed) {
      throw new IllegalStateException("node: starts once");
    }
    InetSocketAddress listen = options.listen();
    Sockets.requirePlaintextAllowed("listening at", listen, options.insecurePlaintext());
    cache.open();
    server = bind(listen);
    if (!listen.getAddress().isLoopbackAddress()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} is open to the network, and nothing is encrypted or authenticated: whoever reaches"
              + " it can use this node and read every image",
          Sockets.text(address()));
    }
    accepts = Threads.start("accept-" + address().getPort(), this::accept);
    return this;
  }

  /** Where the node listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) server.getLocalSocketAddress();
  }

  /** Ends the session, if there is one, and frees the port. */
  @Override
  public void close() {
    closed = true;
    if (server != null) {
      Sockets.close(server);
    }
    greeting.forEach(Sockets::close);
    NodeSession last = session;
    if (last != null) {
      last.abort(new DistributedException(Code.CLOSED, "the node was closed"));
    }
    if (accepts != null) {
      accepts.interrupt();
    }
    Threads.join(accepts, JOIN_MILLIS);
    Threads.join(serves, JOIN_MILLIS);
    watchdog.close();
  }

  private static ServerSocket bind(InetSocketAddress listen) {
    try {
      ServerSocket server = new ServerSocket();
      try {
        server.bind(listen);
      } catch (IOException failure) {
        Sockets.close(server);
        throw failure;
      }
      return server;
    } catch (IOException failure) {
      throw new DistributedException(
          Code.ADDRESS_UNAVAILABLE,
          DistributedException.NO_RANK,
          DistributedException.NO_LAYER,
          "cannot listen at "
              + Sockets.text(listen)
              + ": "
              + failure.getMessage()
              + "; stop what uses port "
              + listen.getPort()
              + ", or choose another, 0 for any free one",
          failure);
    }
  }

  private void accept() {
    while (!closed) {
      try {
        handshakes.acquire();
        Socket socket = server.accept();
        greeting.add(socket);
        if (closed) {
          Sockets.close(socket);
        }
        Threads.start("handshake-" + address().getPort(), () -> greet(socket));
      } catch (IOException failure) {
        handshakes.release();
        if (!closed) {
          // Out of file handles, most likely: what ends meanwhile frees some.
          LOG.log(System.Logger.Level.WARNING, "cannot accept: {0}", failure.getMessage());
          pause();
        }
      } catch (InterruptedException stop) {
        return;
      }
    }
  }

  private void pause() {
    try {
      Thread.sleep(ACCEPT_PAUSE_MILLIS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private void greet(Socket socket) {
    boolean taken = false;
    try {
      taken = greet(socket, Deadline.in(options.limits().handshake()));
    } catch (IOException lost) {
      LOG.log(System.Logger.Level.DEBUG, "{0} left: {1}", socket, lost.getMessage());
    } finally {
      if (!taken || closed) {
        Sockets.close(socket);
      }
      greeting.remove(socket);
      handshakes.release();
    }
  }

  /** Returns whether the connection is somebody's now. */
  private boolean greet(Socket socket, Deadline deadline) throws IOException {
    Sockets.configure(socket, options.socketBuffer());
    Connection connection = new Connection(socket, options.limits().silence(), watchdog);
    try {
      Message.Hello hello = Handshake.receive(connection, deadline);
      switch (hello.role()) {
        case COORDINATOR -> serve(hello, connection, deadline);
        case PEER -> requireSession(hello).mesh(deadline).accept(hello, connection, deadline);
      }
      return true;
    } catch (DistributedException refusal) {
      LOG.log(System.Logger.Level.DEBUG, "{0} refused: {1}", socket, refusal.getMessage());
      Handshake.refuse(connection, refusal, deadline);
      return false;
    }
  }

  private NodeSession requireSession(Message.Hello hello) {
    NodeSession current = session;
    if (current == null || current.epoch() != hello.epoch()) {
      throw new DistributedException(
          Code.NODE_UNREACHABLE,
          "it serves "
              + (current == null ? "no epoch" : "epoch " + Frame.hex(current.epoch()))
              + ", not "
              + Frame.hex(hello.epoch())
              + "; its session has ended");
    }
    return current;
  }

  private void serve(Message.Hello hello, Connection connection, Deadline deadline)
      throws IOException {
    requireFree(deadline);
    boolean begun = false;
    try {
      Terms terms = Handshake.accept(connection, hello, hello.rank(), hello.identity(), deadline);
      Link link = new Link(connection, terms, DistributedException.NO_RANK);
      NodeSession next = new NodeSession(hello, link, options, cache, watchdog);
      session = next;
      serves = Threads.start("session-" + address().getPort(), () -> run(next));
      begun = true;
    } finally {
      if (!begun) {
        serving.release();
      }
    }
  }

  /** Waits a moment for a session that is just ending. */
  private void requireFree(Deadline deadline) {
    try {
      if (serving.tryAcquire(deadline.nanosLeft() / 2, TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
    throw new DistributedException(
        Code.BUSY,
        Sockets.text(address())
            + " serves another coordinator; wait until that has left, or use another node");
  }

  private void run(NodeSession next) {
    try {
      next.run();
    } finally {
      session = null;
      serving.release();
    }
  }
}
