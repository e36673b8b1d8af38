package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import io.dfsnet.dividefuse.Combine;
import io.dfsnet.nn.Collective;
import io.dfsnet.nn.Op.Exchange;
import java.util.ArrayList;
import java.util.List;

/**
 * Carries out the exchanges of one group: its slice goes to the board, for the groups of this node,
 * and to the mesh, for those of others; the slices that it needs come from the board.
 */
final class SocketCollective implements Collective {
  private final Board board;
  private final Mesh mesh;
  private final int rank;
  private final int group;
  private long request;
  private Deadline deadline;
  private long waitedNanos;

  SocketCollective(Board board, Mesh mesh, int rank, int group) {
    this.board = board;
    this.mesh = mesh;
    this.rank = rank;
    this.group = group;
  }

  /** Begins an image; the next exchanges belong to it. */
  void begin(long newRequest, Deadline newDeadline) {
    request = newRequest;
    deadline = newDeadline;
    waitedNanos = 0;
  }

  /** How long this group waited for slices since the image began. */
  long waitedNanos() {
    return waitedNanos;
  }

  @Override
  public void exchange(Exchange exchange, int index, int n, float[] input, float[] output) {
    try {
      exchange(exchange, index, input, output);
    } catch (DistributedException cause) {
      throw cause.during(index);
    }
  }

  private void exchange(Exchange exchange, int index, float[] input, float[] output) {
    if (deadline.passed()) {
      throw new DistributedException(
          Code.DEADLINE_EXCEEDED, rank, index, "group " + group + " was still computing", null);
    }
    boolean root = group == Exchange.ROOT;
    switch (exchange.kind()) {
      case ALL_GATHER -> {
        give(index, group, input, 0);
        Combine.CONCAT.apply(takeAll(exchange, index), output);
      }
      case ALL_REDUCE -> {
        give(index, group, input, 0);
        Combine.SUM.apply(takeAll(exchange, index), output);
      }
      case GATHER -> {
        give(index, group, input, 0);
        if (root) {
          Combine.CONCAT.apply(takeAll(exchange, index), output);
        } else {
          System.arraycopy(input, 0, output, 0, output.length);
        }
      }
      case SCATTER -> {
        for (int receiver = 0; root && receiver < exchange.groups(); receiver++) {
          give(index, receiver, input, receiver * output.length);
        }
        System.arraycopy(take(index, group), 0, output, 0, output.length);
      }
    }
  }

  private void give(int layer, int slice, float[] source, int offset) {
    float[] values = board.values(layer, slice);
    System.arraycopy(source, offset, values, 0, values.length);
    board.publish(layer, slice, request);
    mesh.send(request, layer, slice);
  }

  private List<float[]> takeAll(Exchange exchange, int layer) {
    List<float[]> slices = new ArrayList<>(exchange.groups());
    for (int slice = 0; slice < exchange.groups(); slice++) {
      slices.add(take(layer, slice));
    }
    return slices;
  }

  private float[] take(int layer, int slice) {
    long begun = System.nanoTime();
    float[] values = board.await(layer, slice, request, deadline);
    waitedNanos += System.nanoTime() - begun;
    return values;
  }
}
