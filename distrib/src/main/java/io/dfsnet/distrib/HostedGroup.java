package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Session;

/** One group on a node: its shard, compiled, and the way to the other groups. */
final class HostedGroup {
  private final int group;
  private final int rank;
  private final SocketCollective collective;
  private final Board board;
  private final Session session;
  private final float[] output;
  private long computedNanos;

  HostedGroup(int group, int rank, Model shard, Workers workers, Board board, Mesh mesh) {
    this.group = group;
    this.rank = rank;
    this.board = board;
    collective = new SocketCollective(board, mesh, rank, group);
    session = Session.of(shard.network(), shard.weights(), 1, workers, collective);
    output = new float[shard.network().shape(shard.network().output()).elements()];
  }

  Session session() {
    return session;
  }

  /** What the last run gave. */
  float[] output() {
    return output;
  }

  /** How long the last run computed, waiting left out. */
  long computedNanos() {
    return computedNanos;
  }

  /**
   * Runs one image.
   *
   * @throws DistributedException if that fails; the other groups of the node are stopped then,
   *     unless the reason is the time, which is up for them too
   */
  void run(long request, float[] image, Deadline deadline) {
    long begun = System.nanoTime();
    try {
      collective.begin(request, deadline);
      session.run(image, output);
    } catch (DistributedException cause) {
      if (cause.code() != Code.DEADLINE_EXCEEDED) {
        board.abort(request, cause);
      }
      throw cause;
    } catch (RuntimeException | Error fault) {
      // Whatever a shard makes the engine do, the coordinator learns of it and the node lives on.
      DistributedException cause =
          new DistributedException(
              Code.NODE_FAILED,
              rank,
              DistributedException.NO_LAYER,
              "group " + group + " could not compute: " + fault,
              fault);
      board.abort(request, cause);
      throw cause;
    } finally {
      computedNanos = System.nanoTime() - begun - collective.waitedNanos();
    }
  }
}
