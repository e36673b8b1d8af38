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
 * The positions are packed first, {@code [tile][source channel][position of the tile]}: in the maps
 * a tile's positions of two source channels lie on different cache lines, and all panels read them.
 *
 * <p>Scratch memory of one thread.
 */
final class TransposedTiles {
  private final Kernels kernels;
  private final WeightPanels weightPanels;
  private final SumProblem problem;
  private final ProductKernel.Call call;
  private final int bandSize;
  private final float[] bands;
  private final float[] sums;
  private final float[] square;

  // The call that is under way.
  private Epilogue epilogue;
  private float[] result;

  /**
   * @param most bands of positions that are kept
   * @param mostPositions of a band
   */
  TransposedTiles(Kernels kernels, WeightPanels weightPanels, int most, int mostPositions) {
    this.kernels = kernels;
    this.weightPanels = weightPanels;
    this.problem = weightPanels.problem();
    this.call = new ProductKernel.Call(kernels.products().getFirst().longestRun());
    int widest = weightPanels.panels().stream().mapToInt(Panel::width).max().orElseThrow();
    this.bandSize = mostPositions * problem.sourceChannels();
    this.bands = new float[most * bandSize + kernels.overrun()];
    this.sums = new float[mostPositions * widest];
    int run = kernels.products().getFirst().leastColumns();
    this.square = new float[run * run];
    call.a = bands;
    call.reduction = problem.sourceChannels();
    call.c = sums;
  }

  /**
   * Packs positions as a band, behind all bands before it.
   *
   * @param tiles of which each takes as many positions as it has rows
   * @param first the first of the positions
   * @param maps an image's positions of a group
   */
  void read(int band, List<Tile<ProductKernel>> tiles, int first, PointwiseSource maps) {
    for (int t = 0; t < tiles.size(); t++) { // an iterator would be an object
      int rows = tiles.get(t).kernel().rows();
      int from = maps.at + first + tiles.get(t).firstChannel();
      int to = band * bandSize + tiles.get(t).firstChannel() * problem.sourceChannels();
      int step = problem.taps().positions();
      kernels.copyRows(
          maps.values, from, step, 1, bands, to, rows, problem.sourceChannels(), 0, rows);
    }
  }

  void begin(float[] weights, Epilogue epilogue, float[] result) {
    call.b = weights;
    this.epilogue = epilogue;
    this.result = result;
  }

  /**
   * Computes a band for a panel of its group.
   *
   * @param tiles as it was read with
   * @param first the first of the positions
   * @param piece an image's group, counted through all images
   */
  void sum(int band, List<Tile<ProductKernel>> tiles, int first, int piece, Panel panel) {
    int group = piece % problem.groups();
    int width = panel.width();
    call.bAt = weightPanels.start(group, panel);
    call.bStep = width;
    call.columns = width;
    call.cRow = width;
    for (int t = 0; t < tiles.size(); t++) {
      var tile = tiles.get(t);
      call.aAt = band * bandSize + tile.firstChannel() * problem.sourceChannels();
      call.aStep = tile.kernel().rows();
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
    call.b = null;
    epilogue = null;
    result = null;
  }
}
