package io.dfsnet.engine;

import io.dfsnet.engine.Planes.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Stream;

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
 *  |    |     |       layout: direct, shifted, copies (see Planes); inplace (see InPlaceSum);
 *  |    |     |       blocked (see BlockedSum, ChannelBlocks); winograd (see Winograd);
 *  |    |     |       depthwise (see DepthwiseSum); matrix (see MatrixSum); or transposed (see
 *  |    |     |       TransposedSum)
 *  |    |     pass: forward, backward_data, backward_weights
 *  |    operation
 *  element type
 * </pre>
 *
 * What a geometry admits is listed best first, and the first is taken. Forward and backward to
 * data:
 *
 * <ul>
 *   <li>{@code depthwise} (see {@link RowWalk}) where {@link #isDepthwise} holds and padding is at
 *       most 1, backward to data where the channels per group of the output are 1 and padding is 1
 *       (2 with stride 1; with stride 2 the input has twice the output's columns, or these fit a
 *       vector). Its tile is {@code k3s1} or {@code k3s2} for the taps and the stride, then {@code
 *       r2} or {@code r1} for the rows in a vector where they fit, stride and border are 1; with
 *       512 bits {@code v4} for up to four vectors of a row that are taken together where there are
 *       more than two, and {@code w2} for whole rows of two at most where stride 2 comes with
 *       padding on the left alone; else {@code v2} or {@code v1} for two vectors or one;
 *   <li>{@code winograd} (see {@link Winograd#serves}): 3x3, stride 1, a border of 1, at least 16
 *       channels per group of the source and 8 rows and columns. It sums in an order of its own, so
 *       nothing else may decide on it, and every family below is for other sums. Where the result's
 *       channels per group are a multiple of a vector its tiles are the rows of {@code blocked};
 *       else, and for rows of pairs of runs with at most {@value #FEW_CHANNELS} channels per group
 *       of the source, those of planes;
 *   <li>{@code blocked}, vectors over output channels (tile: one vector by p positions of a row, or
 *       by a whole row of w; g2: the vector spans two groups; down: the source is twice as large;
 *       up: half as large): 3x3, a border of 1, stride 1 or, for down, 2 forward or, for up, 2
 *       backward to data of even sizes; rows of at least p or exactly w positions, channels per
 *       group of the result a multiple of a vector, or half a vector for g2 and an even number of
 *       groups. With stride 2 it is taken from {@value #STRIDED_CHANNELS} channels per group of the
 *       source on; else where {@code inplace} computes positions twice, and for whole vectors also
 *       where rows have at most {@value #SHORT_ROW} positions. Of the tiles the one that repeats
 *       fewest positions at the end of a row, of those the one with most of them, and one for whole
 *       rows first;
 *   <li>else {@code inplace}, vectors over positions (tile: m channels by r rows by one run): 3x3,
 *       stride 1, a border of 1, at least r rows of at least one run, channels per group of the
 *       result a multiple of m. Half a run of 512 bits covers the end of a row where that is
 *       enough. It is taken where at most one position in seven is computed twice;
 *   <li>else matrix products, where the kernel is 1x1 without padding, sums have at least {@value
 *       #LEAST_REDUCTION} products, and, backward, the stride is 1. {@code transposed} comes first
 *       where the result has at least a vector of channels per group and the map fewer positions
 *       than two tiles have columns; else {@code matrix} where the map fills at least one vector;
 *   <li>else planes: {@code direct} where every position reads its own source element only and the
 *       map fills at least one run (backward to weights: is a multiple of runs); else {@code
 *       shifted} where the rows of the result are multiples of a run; else {@code copies}. Of their
 *       tiles the one with most rows among those with at most the result's channels per group;
 *       channels that do not fill it go to tiles with fewer rows, so 13 channels are 8 + 4 + 1 (see
 *       {@link TileKernel.Tile#split}).
 * </ul>
 *
 * Backward to weights takes {@code depthwise} where it is taken forward, with {@code v1} as the
 * tile's last part; else planes in the same order (direct: the map is a multiple of runs), and has
 * a second family, {@code blocked}, with vectors over output channels (see {@link
 * BlockedOuterProduct#admits}). It transposes its operands, so it comes first where a value is used
 * often, and last elsewhere: first where every output element sums at least 4 products per lane, or
 * 2 where the rows of the result are shorter than two runs. Its tile is the one with most taps
 * among those with at most the input's channels per group; {@code k24} needs vectors that do not
 * span groups. Before both comes {@code winograd} where {@link PointOuterProduct#admits} holds.
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

  /** With stride 2 and fewer channels planes are packed in less time than sums are turned. */
  private static final int STRIDED_CHANNELS = 8;

  /** With so few channels it takes longer to turn sums into maps than tiles over channels save. */
  private static final int FEW_CHANNELS = 32;

  /** With fewer products per element a matrix product has no advantage over planes. */
  private static final int LEAST_REDUCTION = 4;

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
    List<Choice<SumPass>> choices = new ArrayList<>();
    if (isDepthwise(geometry)) {
      var walk = RowWalk.forward(geometry);
      choices.addAll(depthwise("forward", walk, geometry, false));
    }
    choices.addAll(sums("forward", kinds, SumProblem.forward(geometry)));
    return choices;
  }

  /** The kernels that can run backward to data, the one that is taken first. */
  List<Choice<SumPass>> backwardData(Conv2dGeometry geometry) {
    var input = InputPhases.of(geometry);
    var taps = input.taps();
    boolean direct = input.isWhole() && taps.isIdentity() && taps.positions() >= lanes(taps);
    var kinds = kinds(direct, lanes(taps), input.columns());
    List<Choice<SumPass>> choices = new ArrayList<>();
    if (isDepthwise(geometry) && geometry.outChannelsPerGroup() == 1) {
      if (geometry.strideHeight() == 1) {
        var walk = RowWalk.backwardData(geometry);
        choices.addAll(depthwise("backward_data", walk, geometry, true));
      } else if (geometry.padHeight() == 1 && geometry.padWidth() == 1) {
        var walk = RowWalk.spreading(geometry);
        choices.addAll(depthwise("backward_data", walk, geometry, false));
      }
    }
    choices.addAll(sums("backward_data", kinds, SumProblem.backwardData(geometry)));
    return choices;
  }

  /** The kernels that can run backward to weights, the one that is taken first. */
  List<Choice<OuterPass>> backwardWeights(Conv2dGeometry geometry) {
    var taps = TapGrid.forward(geometry);
    boolean direct = taps.isIdentity() && taps.positions() % lanes(taps) == 0;
    var blocked = blocked(geometry);
    List<Choice<OuterPass>> choices = new ArrayList<>();
    if (isDepthwise(geometry)) {
      choices.addAll(depthwiseOuters(geometry));
    }
    int runs = Math.clamp(taps.columns() / lanes(taps), 1, 2);
    boolean reused = geometry.reduction() >= 2 * runs * lanes(taps);
    for (var kernel : kernels.pointOuters()) {
      if (PointOuterProduct.admits(geometry, kernel)) {
        choices.add(
            new Choice<>(
                "f32_conv_backward_weights_winograd_" + kernel.name(),
                () -> new PointOuterProduct(kernels, kernel, geometry)));
      }
    }
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

  private List<Choice<OuterPass>> depthwiseOuters(Conv2dGeometry geometry) {
    List<Choice<OuterPass>> choices = new ArrayList<>();
    var walk = RowWalk.forward(geometry);
    for (var kernel : kernels.depthwiseOuters()) {
      if (walk.hasNarrowBorders() && kernel.admits(walk)) {
        choices.add(
            new Choice<>(
                "f32_conv_backward_weights_depthwise_" + kernel.name(),
                () -> new DepthwiseOuterProduct(kernel, kernels.lanes(walk.size()), geometry)));
      }
    }
    return choices;
  }

  private List<Choice<OuterPass>> blocked(Conv2dGeometry geometry) {
    List<Choice<OuterPass>> choices = new ArrayList<>();
    for (var tile : kernels.blockedOuters()) {
      if (tile.inputs() <= Math.max(geometry.inChannelsPerGroup(), 2)
          && tile.admits(BlockedOuterProduct.groupsOfVector(geometry, tile.rows()))
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
    List<Choice<SumPass>> choices = new ArrayList<>(products(pass, problem));
    choices.addAll(winograd(pass, problem));
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
    if (problem.isPadded3x3(Sampling.DOWN) || problem.isPadded3x3(Sampling.UP)) {
      return problem.sourceChannels() >= STRIDED_CHANNELS;
    }
    boolean fullVectors = problem.channels() % lanes(problem.taps()) == 0;
    return repeatedInPlace > 0 || (fullVectors && problem.width() <= SHORT_ROW);
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

  private List<Choice<SumPass>> winograd(String pass, SumProblem problem) {
    List<Choice<SumPass>> rows = new ArrayList<>();
    List<Choice<SumPass>> planes = new ArrayList<>();
    if (!Winograd.serves(problem)) {
      return rows;
    }
    kernels.rows().stream()
        .filter(row -> WinogradSum.serves(problem, row, lanes(problem.taps())))
        .sorted(Comparator.comparingInt(row -> row.computedPositions(problem.width())))
        .forEach(
            row ->
                rows.add(
                    new Choice<>(
                        "f32_conv_" + pass + "_winograd_" + row.name(),
                        () -> new WinogradSum(kernels, row, problem))));
    for (var tile : kernels.sums()) {
      if (tile.rows() <= problem.channels()) {
        planes.add(
            new Choice<>(
                "f32_conv_" + pass + "_winograd_" + tile.name(),
                () -> new WinogradPlanes(kernels, tile, problem)));
      }
    }
    boolean pairsOfRuns = problem.width() % (2 * lanes(problem.taps())) == 0;
    boolean preferPlanes = pairsOfRuns && problem.sourceChannels() <= FEW_CHANNELS;
    var first = preferPlanes ? planes : rows;
    var second = preferPlanes ? rows : planes;
    return Stream.of(first, second).flatMap(List::stream).toList();
  }

  private List<Choice<SumPass>> products(String pass, SumProblem problem) {
    if (problem.sourceChannels() < LEAST_REDUCTION) {
      return List.of();
    }
    List<Choice<SumPass>> matrix = new ArrayList<>();
    List<Choice<SumPass>> transposed = new ArrayList<>();
    for (var tile : kernels.products()) {
      if (MatrixSum.serves(kernels, problem) && tile.rows() <= problem.channels()) {
        matrix.add(
            new Choice<>(
                "f32_conv_" + pass + "_matrix_" + tile.name(),
                () -> new MatrixSum(kernels, tile, problem)));
      }
      if (TransposedSum.serves(kernels, problem) && tile.rows() <= problem.mapSize()) {
        transposed.add(
            new Choice<>(
                "f32_conv_" + pass + "_transposed_" + tile.name(),
                () -> new TransposedSum(kernels, tile, problem)));
      }
    }
    var first = prefersTransposed(problem) ? transposed : matrix;
    var second = first == matrix ? transposed : matrix;
    return Stream.of(first, second).flatMap(List::stream).toList();
  }

  private boolean prefersTransposed(SumProblem problem) {
    return problem.mapSize() < 2 * kernels.products().getFirst().columns();
  }

  /** One input channel per group, 3x3 taps without dilation, and stride 1 or 2 on both axes. */
  private static boolean isDepthwise(Conv2dGeometry geometry) {
    return geometry.inChannelsPerGroup() == 1
        && geometry.kernelHeight() == RowWalk.TAPS
        && geometry.kernelWidth() == RowWalk.TAPS
        && geometry.dilationHeight() == 1
        && geometry.dilationWidth() == 1
        && geometry.strideHeight() == geometry.strideWidth()
        && geometry.strideHeight() <= 2;
  }

  private List<Choice<SumPass>> depthwise(
      String pass, RowWalk walk, Conv2dGeometry geometry, boolean reversed) {
    List<Choice<SumPass>> choices = new ArrayList<>();
    if (!walk.hasNarrowBorders()) {
      return choices;
    }
    int channels = geometry.outChannels();
    int multiplier = geometry.outChannelsPerGroup();
    for (var kernel : kernels.depthwise()) {
      if (kernel.admits(walk)) {
        choices.add(
            new Choice<>(
                "f32_conv_" + pass + "_depthwise_" + kernel.name(),
                () ->
                    new DepthwiseSum(
                        kernels, kernel, walk, geometry.n(), channels, multiplier, reversed)));
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
