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
  private final WeightPanels weightPanels;
  private final SumProblem problem;
  private final ProductKernel.Call call;
  private final float[] sums;
  private final float[] square;

  // The call that is under way.
  private Epilogue epilogue;
  private float[] result;

  /**
   * @param mostPositions that are computed at a time
   */
  TransposedTiles(Kernels kernels, WeightPanels weightPanels, int mostPositions) {
    this.kernels = kernels;
    this.weightPanels = weightPanels;
    this.problem = weightPanels.problem();
    this.call = new ProductKernel.Call(kernels.products().getFirst().longestRun());
    int widest = weightPanels.panels().stream().mapToInt(Panel::width).max().orElseThrow();
    this.sums = new float[mostPositions * widest];
    int run = kernels.products().getFirst().leastColumns();
    this.square = new float[run * run];
    call.aRow = 1;
    call.aStep = problem.taps().positions();
    call.reduction = problem.sourceChannels();
    call.c = sums;
  }

  void begin(float[] weights, Epilogue epilogue, float[] result) {
    call.b = weights;
    this.epilogue = epilogue;
    this.result = result;
  }

  /**
   * Computes some positions for a panel of a group.
   *
   * @param tiles of which each takes as many positions as it has rows
   * @param first the first of the positions
   * @param maps the group's positions, packed if there is a stride
   * @param piece an image's group, counted through all images
   */
  void sum(
      List<Tile<ProductKernel>> tiles, int first, PointwiseSource maps, int piece, Panel panel) {
    int group = piece % problem.groups();
    int width = panel.width();
    call.a = maps.values;
    call.bAt = weightPanels.start(group, panel);
    call.bStep = width;
    call.columns = width;
    call.cRow = width;
    for (int t = 0; t < tiles.size(); t++) { // an iterator would be an object
      var tile = tiles.get(t);
      call.aAt = maps.at + first + tile.firstChannel();
      call.cAt = tile.firstChannel() * width;
      tile.kernel().run(call);
    }
    int positions = problem.taps().positions();
    int map = piece * problem.channels() + panel.firstChannel();
    kernels.turn(
        sums,
        width,
        square,
        tiles.getLast().endChannel(),
        width,
        result,
        map * positions + first,
        positions,
        epilogue,
        group * problem.channels() + panel.firstChannel());
  }

  /** Forgets the caller's arrays. */
  void release() {
    call.a = null;
    call.b = null;
    epilogue = null;
    result = null;
  }
}
