package io.dfsnet.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Every kernel that a convolution can take, and the exact condition under which it is taken. A name
 * is a specification:
 *
 * <pre>
 * f32_conv_forward_shifted_m8v2__simd512
 *  |    |     |       |      |      |
 *  |    |     |       |      |      instruction set: scalar, simd128, simd256, simd512
 *  |    |     |       |      tile: 8 output channels by 2 runs of positions (v) or by taps (k)
 *  |    |     |       planes: direct, shifted, copies (see Planes)
 *  |    |     forward, backward_data, backward_weights
 *  |    operation
 *  element type
 * </pre>
 *
 * A pass is one kind of planes and one tile. Channels that do not fill the tile go to the tiles
 * with fewer rows: 13 channels are 8 + 4 + 1.
 */
final class KernelRegistry {
  /**
   * A kernel for a pass.
   *
   * @param tile the widest tile: a {@link SumKernel} or an {@link OuterKernel}
   */
  record Choice<K extends TileKernel>(String name, Planes.Kind planes, K tile) {}

  private final Kernels kernels;

  KernelRegistry(Kernels kernels) {
    this.kernels = kernels;
  }

  /** The kernels that can run the forward pass of a geometry, the one that is taken first. */
  List<Choice<SumKernel>> forward(Conv2dGeometry geometry) {
    var taps = TapGrid.forward(geometry);
    var kinds = kinds(taps, new int[] {taps.columns()}, fillsRun(taps));
    return sums("forward", kinds, geometry.outChannelsPerGroup());
  }

  /** The kernels that can run backward to data, the one that is taken first. */
  List<Choice<SumKernel>> backwardData(Conv2dGeometry geometry) {
    var input = InputPhases.of(geometry);
    boolean direct = input.isWhole() && fillsRun(input.taps());
    var kinds = kinds(input.taps(), input.columns(), direct);
    return sums("backward_data", kinds, geometry.inChannelsPerGroup());
  }

  /** The kernels that can run backward to weights, the one that is taken first. */
  List<Choice<OuterKernel>> backwardWeights(Conv2dGeometry geometry) {
    var taps = TapGrid.forward(geometry);
    List<Choice<OuterKernel>> choices = new ArrayList<>();
    for (var kind : kinds(taps, new int[] {taps.columns()}, isWholeRuns(taps))) {
      for (var tile : kernels.outers()) {
        if (tile.rows() <= geometry.outChannelsPerGroup()) {
          choices.add(new Choice<>(name("backward_weights", kind, tile.name()), kind, tile));
        }
      }
    }
    return choices;
  }

  private List<Choice<SumKernel>> sums(String pass, List<Planes.Kind> kinds, int channels) {
    List<SumKernel> tiles = new ArrayList<>(kernels.sums());
    tiles.removeIf(tile -> tile.rows() > channels);
    List<Choice<SumKernel>> choices = new ArrayList<>();
    for (var kind : kinds) {
      for (var tile : tiles) {
        choices.add(new Choice<>(name(pass, kind, tile.name()), kind, tile));
      }
    }
    return choices;
  }

  /**
   * DIRECT where the source needs no copy and {@code direct} agrees; else SHIFTED where all rows
   * are whole runs, else COPIES. Scalar kernels take runs of any length, so they prefer COPIES
   * where rows are short.
   */
  private List<Planes.Kind> kinds(TapGrid taps, int[] columns, boolean direct) {
    int lanes = kernels.lanes();
    List<Planes.Kind> kinds = new ArrayList<>();
    if (taps.isIdentity() && direct) {
      kinds.add(Planes.Kind.DIRECT);
    }
    boolean wholeRows = Arrays.stream(columns).allMatch(width -> lanes == 0 || width % lanes == 0);
    if (lanes == 0 && taps.columns() < SHORT_ROW) {
      kinds.add(Planes.Kind.COPIES);
      kinds.add(Planes.Kind.SHIFTED);
    } else {
      if (wholeRows) {
        kinds.add(Planes.Kind.SHIFTED);
      }
      kinds.add(Planes.Kind.COPIES);
    }
    return kinds;
  }

  /** True if a last run that starts earlier still starts within the map. */
  private boolean fillsRun(TapGrid taps) {
    return taps.rows() * taps.columns() >= kernels.lanes();
  }

  /** True if no position would count twice. */
  private boolean isWholeRuns(TapGrid taps) {
    return kernels.lanes() == 0 || taps.rows() * taps.columns() % kernels.lanes() == 0;
  }

  /** Below this many columns scalar loops along a row are too short to be worth vectorising. */
  private static final int SHORT_ROW = 64;

  private static String name(String pass, Planes.Kind kind, String tile) {
    return "f32_conv_" + pass + "_" + kind.name().toLowerCase(java.util.Locale.ROOT) + "_" + tile;
  }
}
