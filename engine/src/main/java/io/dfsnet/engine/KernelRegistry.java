package io.dfsnet.engine;

import io.dfsnet.engine.Planes.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
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
 *  |    |     |       |      tile: 8 output channels by 2 runs of positions (v), by taps (k) or by
 *  |    |     |       |      rows (r)
 *  |    |     |       layout: direct, shifted, copies (see Planes); inplace (see InPlaceSum); or
 *  |    |     |       blocked (see BlockedSum, ChannelBlocks)
 *  |    |     pass: forward, backward_data, backward_weights
 *  |    operation
 *  element type
 * </pre>
 *
 * What a geometry admits is listed best first, and the first is taken. Forward and backward to
 * data:
 *
 * <ul>
 *   <li>{@code blocked}, vectors over output channels (tile: one vector by p positions of a row;
 *       g2: the vector spans two groups): 3x3, stride 1, a border of 1, rows of at least p
 *       positions, channels per group of the result a multiple of a vector, or half a vector for g2
 *       and an even number of groups. Whole vectors are taken unless rows are multiples of a run,
 *       longer than {@value #SHORT_ROW} positions, and sums shorter than {@value #LONG_REDUCTION}
 *       products; half vectors unless {@code inplace} computes no position twice. Of the tiles the
 *       one that repeats fewest positions at the end of a row, and of those the one with most;
 *   <li>else {@code inplace}, vectors over positions (tile: m channels by r rows by one run): 3x3,
 *       stride 1, a border of 1, at least r rows of at least one run, channels per group of the
 *       result a multiple of m. Half a run of 512 bits covers the end of a row where that is
 *       enough. It is taken where at most one position in seven is computed twice;
 *   <li>else planes: {@code direct} where every position reads its own source element only and the
 *       map fills at least one run (backward to weights: is a multiple of runs); else {@code
 *       shifted} where the rows of the result are multiples of a run; else {@code copies}. Of their
 *       tiles the one with most rows among those with at most the result's channels per group;
 *       channels that do not fill it go to tiles with fewer rows, so 13 channels are 8 + 4 + 1.
 * </ul>
 *
 * Backward to weights takes planes in the same order (direct: the map is a multiple of runs), and
 * has a second family, {@code blocked}, with vectors over output channels (see {@link
 * BlockedOuterProduct#admits}). It transposes its operands, so it comes first where a value is used
 * often, and last elsewhere: first where every output element sums at least 4 products per lane, or
 * 2 where the rows of the result are shorter than two runs. Its tile is the one with most taps
 * among those with at most the input's channels per group.
 */
final class KernelRegistry {
  /**
   * A kernel for a pass, and how to plan that pass with it.
   *
   * @param plan makes the planned pass, with scratch memory of its own
   */
  record Choice<P>(String name, Supplier<P> plan) {}

  /** On shorter rows runs have tails or need three copies of every map. */
  private static final int SHORT_ROW = 16;

  /** From here on it counts little what it takes to turn sums into maps. */
  private static final int LONG_REDUCTION = 256;

  /** One position in so many may be computed twice before kernels without a rest are quicker. */
  private static final int MOST_REPEATED = 7;

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
    List<Choice<SumPass>> blocked = blocked(pass, problem);
    List<Choice<SumPass>> inPlace = inPlace(pass, problem);
    int repeated = inPlace.isEmpty() ? problem.width() : repeatedInPlace(problem.width());
    boolean preferBlocked = prefersBlocked(problem, repeated);
    boolean preferInPlace = repeated * MOST_REPEATED <= problem.width();
    if (preferBlocked) {
      choices.addAll(blocked);
    }
    if (preferInPlace) {
      choices.addAll(inPlace);
    }
    for (var kind : kinds) {
      for (var tile : kernels.sums()) {
        if (tile.rows() <= problem.channels()) {
          choices.add(
              new Choice<>(
                  name(pass, kind, tile), () -> new ShiftedSum(kernels, kind, tile, problem)));
        }
      }
    }
    if (!preferInPlace) {
      choices.addAll(inPlace);
    }
    if (!preferBlocked) {
      choices.addAll(blocked);
    }
    return choices;
  }

  private boolean prefersBlocked(SumProblem problem, int repeatedInPlace) {
    int lanes = lanes(problem.taps());
    boolean fullVectors = problem.channels() % lanes == 0;
    boolean wholeRuns = problem.width() % lanes == 0;
    return fullVectors
        ? !wholeRuns || problem.width() <= SHORT_ROW || problem.reduction() >= LONG_REDUCTION
        : repeatedInPlace > 0;
  }

  /** How many columns of each row are computed twice. */
  private int repeatedInPlace(int width) {
    return kernels.patches().getFirst().computedColumns(width) - width;
  }

  private List<Choice<SumPass>> inPlace(String pass, SumProblem problem) {
    return kernels.patches().stream()
        .filter(patch -> InPlaceSum.serves(problem, patch))
        .map(
            patch ->
                new Choice<SumPass>(
                    "f32_conv_" + pass + "_inplace_" + patch.name(),
                    () -> new InPlaceSum(kernels, patch, problem)))
        .toList();
  }

  /** The tile that wastes fewest positions at the end of a row comes first. */
  private List<Choice<SumPass>> blocked(String pass, SumProblem problem) {
    return kernels.rows().stream()
        .filter(row -> BlockedSum.serves(problem, row, lanes(problem.taps())))
        .sorted(Comparator.comparingInt(row -> row.computedPositions(problem.width())))
        .map(
            row ->
                new Choice<SumPass>(
                    "f32_conv_" + pass + "_blocked_" + row.name(),
                    () -> new BlockedSum(kernels, row, problem)))
        .toList();
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
