package io.dfsnet.engine;

import io.dfsnet.engine.TileKernel.Tile;
import io.dfsnet.engine.WeightPanels.Panel;
import java.util.List;

/**
 * Computes positions of a pointwise convolution for a panel of channels, with vectors over the
 * channels, and turns the sums while they are in the cache:
 *
 * <pre>
 *   sums [positions][channels] = source^T [positions][sourceChannels] * weights [sourceChannels][channels]
 *   result [channels][positions] = sums^T
 * </pre>
 *
 * Scratch memory of one thread.
 */
final class TransposedTiles {
  private final Kernels kernels;
  private final ProductKernel.Call call;
  private final float[] sums;
  private final float[] square;

  /** What the result is finished with, and where its maps lie. */
  private Epilogue epilogue;

  private float[] result;
  private int resultMap;

  /**
   * @param mostPositions that are computed at a time
   */
  TransposedTiles(Kernels kernels, WeightPanels weightPanels, int mostPositions) {
    this.kernels = kernels;
    this.call = new ProductKernel.Call(kernels.products().getFirst().longestRun());
    int widest = weightPanels.panels().stream().mapToInt(Panel::width).max().orElseThrow();
    this.sums = new float[mostPositions * widest];
    int run = kernels.products().getFirst().leastColumns();
    this.square = new float[run * run];
    call.aRow = 1;
    call.c = sums;
  }

  /**
   * Sets what stays the same for many positions and panels.
   *
   * @param sourceMap from a source channel to the next
   * @param resultMap from a channel of the result to the next
   */
  void begin(
      float[] source,
      int sourceMap,
      int sourceChannels,
      float[] weights,
      Epilogue epilogue,
      float[] result,
      int resultMap) {
    call.a = source;
    call.aStep = sourceMap;
    call.b = weights;
    call.reduction = sourceChannels;
    this.epilogue = epilogue;
    this.result = result;
    this.resultMap = resultMap;
  }

  /**
   * Computes {@code count} positions of a panel.
   *
   * @param tiles of which each takes as many positions as it has rows
   * @param sourceAt the first position of the first source channel
   * @param width of the panel, whose weights begin at {@code weightsAt}
   * @param to the first position of the panel's first channel
   * @param channel the panel's first one, for the epilogue
   */
  void sum(
      List<Tile<ProductKernel>> tiles,
      int count,
      int sourceAt,
      int width,
      int weightsAt,
      int to,
      int channel) {
    call.bAt = weightsAt;
    call.bStep = width;
    call.columns = width;
    call.cRow = width;
    for (int t = 0; t < tiles.size(); t++) { // an iterator would be an object
      var tile = tiles.get(t);
      call.aAt = sourceAt + tile.firstChannel();
      call.cAt = tile.firstChannel() * width;
      tile.kernel().run(call);
    }
    kernels.turn(sums, width, square, count, width, result, to, resultMap, epilogue, channel);
  }

  /** Forgets the caller's arrays. */
  void release() {
    call.a = null;
    call.b = null;
    epilogue = null;
    result = null;
  }
}
