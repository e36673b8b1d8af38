package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The connections of one node to all others of its plan, one to each: the lower rank accepts, the
 * higher dials. What comes in goes to the {@link Board}.
 */
final class Mesh implements AutoCloseable {
  private final Plan plan;
  private final Sha256 planHash;
  private final int rank;
  private final Board board;
  private final NodeOptions options;
  private final Watchdog watchdog;
  private final Consumer<DistributedException> whenPeerIsLost;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Link[] links;
  private DistributedException failure;
  private boolean closed;

  /**
   * @param whenPeerIsLost called once for each peer whose connection ends before this is closed
   */
  Mesh(
      Plan plan,
      Sha256 planHash,
      int rank,
      Board board,
      NodeOptions options,
      Watchdog watchdog,
      Consumer<DistributedException> whenPeerIsLost) {
    this.plan = plan;
    this.planHash = planHash;
    this.rank = rank;
    this.board = board;
    this.options = options;
    this.watchdog = watchdog;
    this.whenPeerIsLost = whenPeerIsLost;
    links = new Link[plan.members().size()];
  }

  /** Dials every lower rank and waits for every higher one. */
  void connect(Deadline deadline) {
    for (int peer = 0; peer < rank; peer++) {
      dial(peer, deadline);
    }
    lock.lock();
    try {
      for (int peer = rank + 1; peer < links.length; peer++) {
        while (links[peer] == null) {
          if (failure != null) {
            throw failure;
          }
          if (deadline.passed()) {
            throw new DistributedException(
                Code.NODE_UNREACHABLE,
                peer,
                DistributedException.NO_LAYER,
                "it did not connect to rank " + rank + " in time",
                null);
          }
          changed.await(deadline.nanosLeft(), TimeUnit.NANOSECONDS);
        }
      }
    } catch (InterruptedException stop) {
      throw DistributedException.interrupted();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes in a peer that dialled.
   *
   * @throws DistributedException if it is none of this plan's, or connected already; the peer has
   *     not been answered then
   */
  void accept(Message.Hello hello, Connection connection, Deadline deadline) throws IOException {
    int peer = hello.rank();
    if (peer <= rank || peer >= links.length) {
      throw Frame.violation(
          "ranks "
              + (rank + 1)
              + " to "
              + (links.length - 1)
              + " dial rank "
              + rank
              + ", found "
              + peer);
    }
    Identity.requireEqual(plan.identity(peer, planHash), hello.identity());
    lock.lock();
    try {
      if (links[peer] != null) {
        throw Frame.violation("rank " + peer + " is connected to rank " + rank + " already");
      }
    } finally {
      lock.unlock();
    }
    Terms terms =
        Handshake.accept(connection, hello, rank, plan.identity(rank, planHash), deadline);
    add(peer, connection, terms);
  }

  /** Hands a slice from the board to all who receive it. */
  void send(long request, int layer, int group) {
    // The buffer is read by the writing threads. It is not filled again before every receiver has
    // ended the request, or, if the request fails, the frame is stale and nobody reads it.
    for (int receiver : board.routes().receivers(layer, group)) {
      links[receiver].send(new Message.Data(request, layer, group, board.values(layer, group)));
    }
  }

  /** Waits until everything sent has been handed to the sockets. */
  void flush(Deadline deadline) {
    for (Link link : links()) {
      link.flush(deadline);
    }
  }

  /** The connections, in the order of the ranks. */
  List<Link> links() {
    lock.lock();
    try {
      List<Link> open = new ArrayList<>();
      for (Link link : links) {
        if (link != null) {
          open.add(link);
        }
      }
      return open;
    } finally {
      lock.unlock();
    }
  }

  /** Wakes who waits for peers: the coordinator has left. */
  void abort(DistributedException cause) {
    lock.lock();
    try {
      if (failure == null) {
        failure = cause;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    links().forEach(Link::close);
  }

  private void dial(int peer, Deadline deadline) {
    var address = plan.members().get(peer).address();
    Sockets.requirePlaintextAllowed("rank " + peer + " at", address, options.insecurePlaintext());
    Message.Hello hello =
        new Message.Hello(
            Message.Role.PEER,
            Version.SUPPORTED,
            Message.FEATURES,
            plan.epoch(),
            rank,
            plan.identity(rank, planHash));
    Deadline greeting = Deadline.in(options.limits().handshake()).earlier(deadline);
    Handshake.Greeted greeted =
        Handshake.dial(
            address,
            peer,
            hello,
            options.socketBuffer(),
            options.limits().silence(),
            greeting,
            watchdog);
    try {
      Identity.requireEqual(plan.identity(peer, planHash), greeted.answer().identity());
      Identity.requireEqual("rank", peer, greeted.answer().rank());
    } catch (DistributedException other) {
      greeted.connection().close();
      throw other.at(peer);
    }
    add(peer, greeted.connection(), greeted.terms(rank));
  }

  private void add(int peer, Connection connection, Terms terms) {
    Link link = new Link(connection, terms, "rank " + peer, peer, options.limits());
    lock.lock();
    try {
      if (closed || links[peer] != null) {
        connection.close();
        return;
      }
      links[peer] = link;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    link.start(new Slices(peer));
  }

  /** What comes from one peer: slices, nothing else. */
  private final class Slices implements Link.Receiver {
    private final int peer;

    Slices(int peer) {
      this.peer = peer;
    }

    @Override
    public void receive(Frame frame, FrameReader payload) throws IOException {
      switch (frame.type()) {
        case DATA -> slice(frame, payload);
        case ERROR -> {
          byte[] content = payload.bytes();
          payload.end();
          throw ((Message.Failure) MessageReader.decode(frame, content)).toException();
        }
        default -> throw Frame.violation(frame.type() + " does not come from a peer");
      }
    }

    @Override
    public void ended(DistributedException cause) {
      lock.lock();
      try {
        if (closed) {
          return;
        }
      } finally {
        lock.unlock();
      }
      abort(cause);
      board.fail(cause);
      whenPeerIsLost.accept(cause);
    }

    private void slice(Frame frame, FrameReader payload) throws IOException {
      float[] values = board.admit(frame, peer);
      if (values == null) {
        payload.skip();
      } else {
        payload.floats(values, 0, values.length);
      }
      payload.end();
      // Counted before it is published: whoever has the slice may ask for the count.
      links[peer].received().count(frame, frame.length());
      if (values != null) {
        board.publish(frame.layer(), frame.rank(), frame.request());
      }
    }
  }
}
