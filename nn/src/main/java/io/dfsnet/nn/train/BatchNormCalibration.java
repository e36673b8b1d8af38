package io.dfsnet.nn.train;

import io.dfsnet.engine.Workers;
import io.dfsnet.engine.autograd.Tape;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Parameter.Role;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.data.Batch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Measures the running statistics of all batch norms anew: each becomes the plain mean, over some
 * batches, of the batch's mean and of its unbiased variance. Weights that were shared with other
 * networks need this before they are judged, because the statistics still remember those networks.
 */
public final class BatchNormCalibration {
  private BatchNormCalibration() {}

  /**
   * Replaces the running statistics in {@code weights}; nothing else is changed.
   *
   * @param batches at least one; their order does not matter beyond rounding
   */
  public static void run(Network network, Weights weights, List<Batch> batches, Workers workers) {
    if (batches.isEmpty()) {
      throw new TrainingException("batch norm calibration needs at least one batch");
    }
    weights.requireFit(network);
    List<Statistic> statistics = statistics(network, weights);
    statistics.forEach(Statistic::clear);
    // With momentum 1 running statistics are those of the last batch.
    var binding = new WeightsBinding(weights, 1f);
    var tape = new Tape(workers);
    for (Batch batch : batches) {
      tape.reset();
      binding.reset();
      Forward.run(network, tape, tape.constant(batch.images()), binding, Forward.Mode.TRAINING);
      statistics.forEach(Statistic::add);
    }
    statistics.forEach(statistic -> statistic.finish(batches.size()));
  }

  private static List<Statistic> statistics(Network network, Weights weights) {
    List<Statistic> statistics = new ArrayList<>();
    for (Node node : network.nodes()) {
      if (node.op() instanceof Op.BatchNorm) {
        for (Role role : List.of(Role.RUNNING_MEAN, Role.RUNNING_VARIANCE)) {
          float[] running = weights.get(node.parameter(role)).data();
          statistics.add(new Statistic(running, new double[running.length]));
        }
      }
    }
    return statistics;
  }

  /** One running statistic of one batch norm, and the sum of what it was after each batch. */
  private record Statistic(float[] running, double[] sum) {

    /** What was there may not be finite, and then even a weight of 0 would keep it. */
    void clear() {
      Arrays.fill(running, 0f);
    }

    void add() {
      for (int c = 0; c < running.length; c++) {
        sum[c] += running[c];
      }
    }

    void finish(int batches) {
      for (int c = 0; c < running.length; c++) {
        running[c] = (float) (sum[c] / batches);
      }
    }
  }
}
