package io.dfsnet.engine;

import io.dfsnet.engine.SumProblem.Tap;
import java.util.List;

/** The order of weights for kernels that compute several result channels at once. */
final class WeightTiles {
  private WeightTiles() {}

  /**
   * Packs the weights of a tile as {@code [source channel][tap][result channel]}.
   *
   * @param weightsAt where the weights of the tile's first result channel begin
   * @param channels result channels of the tile
   * @return behind the last value that was written
   */
  static int pack(
      SumProblem problem,
      List<Tap> taps,
      float[] weights,
      int weightsAt,
      int channels,
      float[] packed,
      int packedAt) {
    int to = packedAt;
    for (int c = 0; c < problem.sourceChannels(); c++) {
      for (int tap = 0; tap < taps.size(); tap++) {
        int from = weightsAt + c * problem.weightOfSource() + taps.get(tap).weight();
        for (int m = 0; m < channels; m++) {
          packed[to++] = weights[from + m * problem.weightOfChannel()];
        }
      }
    }
    return to;
  }
}
