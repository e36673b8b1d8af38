package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The slices of one image on one node: a buffer for every slice that it sends, receives or reads,
 * made when the plan comes into force and used again for every image. Whoever has a slice, a group
 * of this node or a reader of a peer's frames, fills its buffer and publishes it; whoever needs it
 * waits for that.
 *
 * <p>A published slice carries the number of its request. One request runs at a time, and the
 * coordinator begins the next when every node has ended the last, so a buffer is never filled while
 * it is read: a frame that comes for a request that ended early is stale and dropped, one that
 * comes out of turn is refused.
 */
final class Board {

  /** One slice of one exchange. */
  private static final class Slice {
    final float[] values;

    /** The request whose values these are. */
    long published;

    /** The request whose frame is being read into it. */
    long arriving;

    Slice(int length) {
      values = new float[length];
    }
  }

  private final Plan plan;
  private final int rank;
  private final Routes routes;
  private final Slice[][] slices;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long running;
  private long ended;
  private DistributedException abort;
  private DistributedException failure;

  /**
   * @throws DistributedException if the buffers would take more than the limit; nothing is then
   *     allocated
   */
  Board(Plan plan, int rank, Limits limits) {
    this.plan = plan;
    this.rank = rank;
    routes = new Routes(plan);
    requireMemory(limits);
    slices = new Slice[plan.meetings().size()][plan.groups()];
    for (int layer = 0; layer < slices.length; layer++) {
      for (int group = 0; group < plan.groups(); group++) {
        if (routes.holds(rank, layer, group)) {
          slices[layer][group] = new Slice(plan.meetings().get(layer).slice());
        }
      }
    }
  }

  Routes routes() {
    return routes;
  }

  /** Begins a request. */
  void begin(long request) {
    lock.lock();
    try {
      if (request <= ended || running != 0) {
        throw Frame.violation(
            "request "
                + request
                + " came, but request "
                + (running == 0 ? ended : running)
                + (running == 0 ? " was the last" : " is running"));
      }
      running = request;
      abort = null;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the request, whether it came to a result or not. */
  void end() {
    lock.lock();
    try {
      ended = running;
      running = 0;
    } finally {
      lock.unlock();
    }
  }

  /** Makes everyone stop who waits for a slice of this request, or will. */
  void abort(long request, DistributedException cause) {
    lock.lock();
    try {
      if (request == running && abort == null) {
        abort = cause;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Makes everyone stop for good: a node that the plan needs is gone. */
  void fail(DistributedException cause) {
    lock.lock();
    try {
      if (failure == null) {
        failure = cause;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The buffer of a slice that this node holds. */
  float[] values(int layer, int group) {
    return slices[layer][group].values;
  }

  /**
   * The buffer for a frame that a peer begins to send, or null if it is stale.
   *
   * @throws DistributedException if the plan has no such frame, or it comes out of turn
   */
  float[] admit(Frame frame, int peer) {
    int layer = frame.layer();
    int group = frame.rank();
    if (layer >= slices.length
        || group >= plan.groups()
        || slices[layer][group] == null
        || routes.sender(layer, group) != peer) {
      throw Frame.violation(
          "DATA: rank " + peer + " sends no slice " + group + " of exchange " + layer + " here");
    }
    Slice slice = slices[layer][group];
    if (frame.length() != Float.BYTES * slice.values.length) {
      throw Frame.violation(
          "DATA: a slice of exchange "
              + layer
              + " has "
              + Float.BYTES * slice.values.length
              + " bytes, found "
              + frame.length());
    }
    lock.lock();
    try {
      long request = frame.request();
      if (request <= ended) {
        return null;
      }
      if (running != 0 && request != running) {
        throw Frame.violation(
            "DATA: a slice for request " + request + " while " + running + " runs");
      }
      if (request <= slice.arriving) {
        throw Frame.violation(
            "DATA: slice " + group + " of exchange " + layer + " came twice for one request");
      }
      slice.arriving = request;
      return slice.values;
    } finally {
      lock.unlock();
    }
  }

  /** Says that the buffer of a slice holds the values of this request. */
  void publish(int layer, int group, long request) {
    lock.lock();
    try {
      slices[layer][group].published = request;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for a slice of a request.
   *
   * @throws DistributedException naming the rank that did not send it, and the exchange
   */
  float[] await(int layer, int group, long request, Deadline deadline) {
    Slice slice = slices[layer][group];
    lock.lock();
    try {
      while (slice.published != request) {
        DistributedException stop = failure != null ? failure : abort;
        if (stop != null) {
          throw stop;
        }
        if (deadline.passed()) {
          int sender = routes.sender(layer, group);
          throw new DistributedException(
              Code.DEADLINE_EXCEEDED,
              sender,
              layer,
              "rank " + rank + " waited for its slice until the time was up",
              null);
        }
        changed.await(deadline.nanosLeft(), TimeUnit.NANOSECONDS);
      }
      return slice.values;
    } catch (InterruptedException stop) {
      throw DistributedException.interrupted();
    } finally {
      lock.unlock();
    }
  }

  private void requireMemory(Limits limits) {
    requireTensor("the image", plan.imageValues(), limits);
    requireTensor("the result", plan.outputValues(rank), limits);
    long values = 0;
    for (int layer = 0; layer < plan.meetings().size(); layer++) {
      int slice = plan.meetings().get(layer).slice();
      requireTensor("a slice of exchange " + layer, slice, limits);
      for (int group = 0; group < plan.groups(); group++) {
        values += routes.holds(rank, layer, group) ? slice : 0;
      }
    }
    if (Float.BYTES * values > limits.activationBytes()) {
      throw new DistributedException(
          Code.BAD_PLAN,
          "the exchange buffers need "
              + Float.BYTES * values
              + " bytes, this side has "
              + limits.activationBytes()
              + " for them");
    }
  }

  private static void requireTensor(String what, long values, Limits limits) {
    if (Float.BYTES * values > limits.tensorBytes()) {
      throw new DistributedException(
          Code.BAD_PLAN,
          what
              + " has "
              + Float.BYTES * values
              + " bytes, this side takes "
              + limits.tensorBytes());
    }
  }
}
