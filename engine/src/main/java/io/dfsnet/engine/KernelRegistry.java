package io.dfsnet.engine;

import io.dfsnet.engine.Planes.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Every kernel that a convolution can take, and the exact condition under which it is taken. A name
 * is a specification:
 *
 * <pre>
 * f32_conv_forward_shifted_m8v2__simd512
 *  |    |     |       |      |      |
 *  |    |     |       |      |      instruction set: scalar, simd128, simd256, simd512
 *  |    |     |       |      tile: 8 output channels by 2 runs of positions (v) or by taps (k)
 *  |    |     |       layout: direct, shifted, copies (see Planes), blocked (see ChannelBlocks)
 *  |    |     pass: forward, backward_data, backward_weights
 *  |    operation
 *  element type
 * </pre>
 *
 * A pass is one kind of planes and one tile; channels that do not fill the tile go to tiles with
 * fewer rows, so 13 channels are 8 + 4 + 1. What a geometry admits is listed best first, and the
 * first is taken:
 *
 * <ul>
 *   <li>planes: {@code direct} where every position reads its own source element only and the map
 *       fills at least one run (backward to weights: is a multiple of runs); else {@code shifted}
 *       where the rows of the result are multiples of a run; else {@code copies};
 *   <li>tile: the one with most rows among those with at most the result's channels per group.
 * </ul>
 *
 * Backward to weights has a second family, {@code blocked}, with vectors over output channels (see
 * {@link BlockedOuterProduct#admits}). It transposes its operands, so it comes first where a value
 * is used often, and last elsewhere: first where every output element sums at least 4 products per
 * lane, or 2 where the rows of the result are shorter than two runs. Its tile is the one with most
 * taps among those with at most the input's channels per group.
 */
final class KernelRegistry {
  /**
   * A kernel for a pass, and how to plan that pass with it.
   *
   * @param plan makes the planned pass, with scratch memory of its own
   */
  record Choice<P>(String name, Supplier<P> plan) {}

  private final Kernels kernels;

  KernelRegistry(Kernels kernels) {
    this.kernels = kernels;
  }

  /** The kernels that can run the forward pass of a geometry, the one that is taken first. */
  List<Choice<SumPass>> forward(Conv2dGeometry geometry) {
    var taps = TapGrid.forward(geometry);
    boolean direct = taps.isIdentity() && taps.positions() >= lanes(taps);
    var kinds = kinds(direct, lanes(taps), taps.columns());
    return sums("forward", kinds, SumProblem.forward(geometry));
  }

  /** The kernels that can run backward to data, the one that is taken first. */
  List<Choice<SumPass>> backwardData(Conv2dGeometry geometry) {
    var input = InputPhases.of(geometry);
    var taps = input.taps();
    boolean direct = input.isWhole() && taps.isIdentity() && taps.positions() >= lanes(taps);
    var kinds = kinds(direct, lanes(taps), input.columns());
    return sums("backward_data", kinds, SumProblem.backwardData(geometry));
  }

  /** The kernels that can run backward to weights, the one that is taken first. */
  List<Choice<OuterPass>> backwardWeights(Conv2dGeometry geometry) {
    var taps = TapGrid.forward(geometry);
    boolean direct = taps.isIdentity() && taps.positions() % lanes(taps) == 0;
    var blocked = blocked(geometry);
    List<Choice<OuterPass>> choices = new ArrayList<>();
    int runs = Math.clamp(taps.columns() / lanes(taps), 1, 2);
    boolean reused = geometry.reduction() >= 2 * runs * lanes(taps);
    if (reused) {
      choices.addAll(blocked);
    }
    for (var kind : kinds(direct, lanes(taps), taps.columns())) {
      for (var tile : kernels.outers()) {
        if (tile.rows() <= geometry.outChannelsPerGroup()) {
          choices.add(
              new Choice<>(
                  name("backward_weights", kind, tile),
                  () -> new OuterProduct(kernels, kind, tile, geometry)));
        }
      }
    }
    if (!reused) {
      choices.addAll(blocked);
    }
    return choices;
  }

  private List<Choice<OuterPass>> blocked(Conv2dGeometry geometry) {
    List<Choice<OuterPass>> choices = new ArrayList<>();
    for (var tile : kernels.blockedOuters()) {
      if (tile.inputs() <= Math.max(geometry.inChannelsPerGroup(), 2)
          && BlockedOuterProduct.admits(geometry, tile.rows())) {
        choices.add(
            new Choice<>(
                "f32_conv_backward_weights_blocked_" + tile.name(),
                () -> new BlockedOuterProduct(kernels, tile, geometry)));
      }
    }
    return choices;
  }

  private List<Choice<SumPass>> sums(String pass, List<Kind> kinds, SumProblem problem) {
    List<Choice<SumPass>> choices = new ArrayList<>();
    for (var kind : kinds) {
      for (var tile : kernels.sums()) {
        if (tile.rows() <= problem.channels()) {
          choices.add(
              new Choice<>(
                  name(pass, kind, tile), () -> new ShiftedSum(kernels, kind, tile, problem)));
        }
      }
    }
    return choices;
  }

  private static String name(String pass, Kind kind, TileKernel tile) {
    return "f32_conv_" + pass + "_" + kind.name().toLowerCase(Locale.ROOT) + "_" + tile.name();
  }

  private static List<Kind> kinds(boolean direct, int lanes, int... columns) {
    List<Kind> kinds = new ArrayList<>();
    if (direct) {
      kinds.add(Kind.DIRECT);
    }
    if (Arrays.stream(columns).allMatch(width -> width % lanes == 0)) {
      kinds.add(Kind.SHIFTED);
    }
    kinds.add(Kind.COPIES);
    return kinds;
  }

  private int lanes(TapGrid taps) {
    return kernels.lanes(taps.positions());
  }
}
