package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A connection after its handshake: one thread reads, one writes, so that two sides that both send
 * never wait for each other. Either side that has nothing to say sends a sign of life; silence, and
 * bytes that do not get away, end the link.
 *
 * <p>A link ends once, for the first cause; {@link Receiver#ended} is its last word.
 */
final class Link implements AutoCloseable {
  /** Messages that may wait to be written: far more than one request sends to one peer. */
  static final int QUEUE = 4096;

  private static final long JOIN_MILLIS = 1000;

  /** What a link does with what it reads; called by the reading thread alone. */
  interface Receiver {

    /** Reads a frame's payload and ends the frame; only then acts on it. */
    void receive(Frame frame, FrameReader payload) throws IOException;

    /** Nothing comes any more. */
    void ended(DistributedException cause);
  }

  private final Connection connection;
  private final Terms terms;
  private final String peer;
  private final int peerRank;
  private final Limits limits;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Message> queue = new ArrayDeque<>();
  private boolean writing;
  private boolean ending;
  private DistributedException failure;

  private Thread reader;
  private Thread writer;

  /**
   * @param peer the other side, for messages and the names of threads
   * @param peerRank its rank, {@link DistributedException#NO_RANK} for a coordinator
   */
  Link(Connection connection, Terms terms, String peer, int peerRank, Limits limits) {
    this.connection = connection;
    this.terms = terms;
    this.peer = peer;
    this.peerRank = peerRank;
    this.limits = limits;
    connection.writer().agree(terms);
  }

  void start(Receiver receiver) {
    lock.lock();
    try {
      reader = Threads.start("read-" + peer.replace(' ', '-'), () -> read(receiver));
      writer = Threads.start("write-" + peer.replace(' ', '-'), this::write);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Hands a message to the writing thread.
   *
   * @throws DistributedException if the link has ended
   */
  void send(Message message) {
    lock.lock();
    try {
      requireOpen();
      if (queue.size() == QUEUE) {
        fail(died("it does not read: " + QUEUE + " messages wait to be written"));
        throw failure;
      }
      queue.add(message);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until everything sent before has been handed to the socket. */
  void flush(Deadline deadline) {
    lock.lock();
    try {
      while (writing || !queue.isEmpty()) {
        requireOpen();
        if (deadline.passed()) {
          throw new DistributedException(
              Code.DEADLINE_EXCEEDED,
              peerRank,
              DistributedException.NO_LAYER,
              peer + " does not read what is sent to it",
              null);
        }
        changed.await(deadline.nanosLeft(), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException stop) {
      throw DistributedException.interrupted();
    } finally {
      lock.unlock();
    }
  }

  /** Sends a last message and ends; waits for that, but not long. */
  void end(Message last) {
    farewell(last);
    join();
    close();
  }

  /** Ends at once, without waiting for the threads. */
  void abort(DistributedException cause) {
    fail(cause);
  }

  /** Ends at once and waits for the threads. */
  @Override
  public void close() {
    fail(new DistributedException(Code.CLOSED, "the connection to " + peer + " was closed here"));
    join();
  }

  /** The bytes written. */
  Traffic sent() {
    return connection.sent();
  }

  /** The bytes read. */
  Traffic received() {
    return connection.received();
  }

  private void read(Receiver receiver) {
    try {
      while (true) {
        readFrame(receiver);
      }
    } catch (SocketTimeoutException silent) {
      fail(died("nothing came from it for " + limits.silence().toMillis() + " ms"));
    } catch (IOException lost) {
      fail(died(lost.getMessage()));
    } catch (DistributedException violation) {
      refuse(violation.at(peerRank));
    } finally {
      // A programming error must not leave the other threads waiting for this one.
      fail(died("its reader stopped"));
      receiver.ended(failure());
    }
  }

  private void readFrame(Receiver receiver) throws IOException {
    FrameReader frames = connection.reader();
    Frame frame = frames.next();
    if (!frame.version().equals(terms.version())) {
      throw Frame.violation(
          frame.type() + ": version " + terms.version() + " was agreed, found " + frame.version());
    }
    if (frame.epoch() != terms.epoch()) {
      throw Frame.violation(
          frame.type()
              + ": the epoch is "
              + Frame.hex(terms.epoch())
              + ", found "
              + Frame.hex(frame.epoch()));
    }
    if (frame.type() == FrameType.PING) {
      frames.end();
      received().count(frame, 0);
    } else {
      receiver.receive(frame, frames);
    }
  }

  /** Tells the other side what it did wrong, then ends. */
  private void refuse(DistributedException violation) {
    farewell(Message.Failure.of(0, violation));
    try {
      connection.drain();
    } catch (IOException lost) {
      violation.addSuppressed(lost);
    }
    fail(violation);
  }

  private void farewell(Message last) {
    lock.lock();
    try {
      if (!ending && failure == null) {
        ending = true;
        queue.add(last);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private void write() {
    try {
      for (Message message = next(); message != null; message = next()) {
        connection.writer().write(message);
        if (nothingWaits()) {
          connection.writer().flush();
        }
      }
      connection.shutdownOutput();
    } catch (SocketTimeoutException stuck) {
      fail(died("it did not read for " + limits.silence().toMillis() + " ms"));
    } catch (IOException lost) {
      fail(died(lost.getMessage()));
    } catch (InterruptedException _) {
      // Only fail() interrupts this thread: the link has ended.
    }
  }

  /** The next message, a sign of life if none comes for a while, null when there are no more. */
  private Message next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      writing = false;
      changed.signalAll();
      long left = Limits.HEARTBEAT.toNanos();
      while (queue.isEmpty() && !ending && left > 0) {
        left = changed.awaitNanos(left);
      }
      if (queue.isEmpty()) {
        return ending ? null : new Message.Ping();
      }
      writing = true;
      return queue.remove();
    } finally {
      lock.unlock();
    }
  }

  private boolean nothingWaits() {
    lock.lock();
    try {
      return queue.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private void join() {
    Threads.join(writer, JOIN_MILLIS);
    Threads.join(reader, JOIN_MILLIS);
  }

  private void requireOpen() {
    if (failure != null) {
      throw failure;
    }
    if (ending) {
      throw new DistributedException(
          Code.CLOSED, "the connection to " + peer + " is being closed here");
    }
  }

  private void fail(DistributedException cause) {
    lock.lock();
    try {
      if (failure == null) {
        failure = cause;
        changed.signalAll();
        if (writer != null) {
          writer.interrupt();
        }
        connection.close();
      }
    } finally {
      lock.unlock();
    }
  }

  private DistributedException failure() {
    lock.lock();
    try {
      return failure;
    } finally {
      lock.unlock();
    }
  }

  private DistributedException died(String how) {
    return new DistributedException(
        Code.NODE_DIED, peerRank, DistributedException.NO_LAYER, peer + ": " + how, null);
  }
}
