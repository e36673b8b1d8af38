package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Messages between the thread that reads a connection and the one that acts on them. It is bounded:
 * when it is full the reader stops reading, and the sender feels it.
 */
final class Inbox {
  private static final int CAPACITY = 16;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Message> messages = new ArrayDeque<>();
  private DistributedException end;

  /** Adds a message, waiting for room; after {@link #close} it is dropped. */
  void put(Message message) {
    lock.lock();
    try {
      while (messages.size() == CAPACITY && end == null) {
        changed.awaitUninterruptibly();
      }
      if (end == null) {
        messages.add(message);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * The next message, which has to be of this kind.
   *
   * @throws DistributedException if another comes, the other side reports a failure, the connection
   *     ends, or nothing comes until the deadline
   */
  <M extends Message> M take(Class<M> kind, Deadline deadline) {
    Message message = take(kind.getSimpleName(), deadline);
    if (message instanceof Message.Failure failure) {
      throw failure.toException();
    }
    if (message instanceof Message.Bye) {
      throw new DistributedException(Code.CLOSED, "the other side said goodbye");
    }
    if (!kind.isInstance(message)) {
      throw Frame.violation(
          "a message "
              + kind.getSimpleName()
              + " has to come here, found "
              + message.getClass().getSimpleName());
    }
    return kind.cast(message);
  }

  /** Ends it: what is in it can still be taken, for it may say why. */
  void close(DistributedException cause) {
    lock.lock();
    try {
      if (end == null) {
        end = cause;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * @throws DistributedException with the cause, if it was closed
   */
  void requireOpen() {
    lock.lock();
    try {
      if (end != null) {
        throw end;
      }
    } finally {
      lock.unlock();
    }
  }

  private Message take(String wanted, Deadline deadline) {
    lock.lock();
    try {
      while (messages.isEmpty()) {
        if (end != null) {
          throw end;
        }
        if (deadline.passed()) {
          throw new DistributedException(
              Code.DEADLINE_EXCEEDED, "no message " + wanted + " came in time");
        }
        changed.await(deadline.nanosLeft(), TimeUnit.NANOSECONDS);
      }
      Message message = messages.remove();
      changed.signalAll();
      return message;
    } catch (InterruptedException stop) {
      throw DistributedException.interrupted();
    } finally {
      lock.unlock();
    }
  }
}
