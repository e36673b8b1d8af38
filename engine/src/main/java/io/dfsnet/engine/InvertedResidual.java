package io.dfsnet.engine;

import io.dfsnet.engine.BandedSum.Chunk;
import io.dfsnet.engine.BandedSum.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The convolutions of an inverted residual block (MobileNetV2, Sandler et al., 2018) as one: an
 * <i>expansion</i> that widens maps, the <i>depthwise</i> convolution that alone reads its output,
 * and perhaps the <i>projection</i> that alone reads that and narrows it. The wide maps between
 * them are never stored whole. They come in <i>bands</i> of rows, because a row of the depthwise
 * convolution reads three rows of the expansion, and within a band in <i>chunks</i> of channels,
 * because a channel of the former reads one map of the latter:
 *
 * <pre>
 *   input, all channels           chunk of maps            all channels             output
 *   ................               . . . .                 ........                 .......
 *   [rows of a band ]   ----->    [rows of a band ]        ........                 .......
 *   [and one more   ]             [and one more   ]  -3x3->[ band  ]     -1x1->     [band ]
 *   ................               . . . .                 ........                 .......
 * </pre>
 *
 * A band of the input stays in the second-level cache for all chunks, a chunk goes there and comes
 * back, and so does the band that is projected. Stored whole, a map larger than that cache would go
 * to the third level or to memory, which takes twice as long as computing it. Rows where bands meet
 * are computed twice. The bits are those of the convolutions one after the other, because each
 * element is the same sum.
 *
 * <p>One call at a time, and only while no other plan that shares its {@link ScratchMemory} runs.
 */
public final class InvertedResidual {
  /** 512 KiB: smaller maps stay in a second-level cache anyway. */
  private static final int LEAST_FLOATS = 128 * 1024;

  /** 256 KiB of what the expansion reads for every chunk. */
  private static final int BAND_FLOATS = 64 * 1024;

  /** 160 KiB of maps. */
  private static final int CHUNK_FLOATS = 40 * 1024;

  /** 640 KiB of what the projection reads. */
  private static final int REDUCED_FLOATS = 160 * 1024;

  /** Shorter bands would compute too many rows twice. */
  private static final int LEAST_ROWS = 8;

  /** Depthwise kernels read so many values before a map and behind it. */
  private static final int MARGIN = DepthwiseSum.REACH;

  /** Units per thread, so that threads end at about the same time. */
  private static final int UNITS_PER_HAND = 4;

  private final List<Convolution> convolutions;
  private final Convolution expansion;
  private final Convolution depthwise;
  private final BandedSum expand;
  private final DepthwiseSum reduce;
  private final Optional<MatrixSum> project;
  private final List<Band> bands;
  private final List<Chunk> chunks;
  private final int mapsFloats;
  private final ScratchMemory memory;
  private final UnitQueue<Scratch> units =
      new UnitQueue<>(Scratch[]::new, Scratch::new, this::runUnit);

  // The call that is under way.
  private float[] input;
  private final float[][] weights;
  private final Epilogue[] epilogues;
  private float[] output;
  private int ranges;

  /**
   * What one of the convolutions has beside its geometry.
   *
   * @param weights packed by the convolution
   * @param epilogue without an addend, but for the last convolution
   */
  public record Layer(PackedWeights weights, Epilogue epilogue) {}

  /**
   * Rows of the depthwise convolution's output.
   *
   * @param walk over them, whose source is the rows that they read
   */
  private record Band(RowWalk walk, int firstRow, int firstSourceRow) {

    Rows rows() {
      return new Rows(firstRow, walk.rows());
    }

    Rows sourceRows() {
      return new Rows(firstSourceRow, walk.sourceHeight());
    }
  }

  /**
   * Plans convolutions as one where that is worth it: the expansion is a matrix product without a
   * stride, or a sum over planes whose positions lie in the map as in them; the second has a
   * depthwise kernel and rows of at least a vector; the map of an image between them has more than
   * {@value #LEAST_FLOATS} values; the projection is a matrix product with the groups of the
   * expansion; and a band of {@value #LEAST_ROWS} rows stays in the cache and leaves no thread
   * without one.
   *
   * @param convolutions expansion and depthwise, or expansion, depthwise and projection; each reads
   *     what the one before it writes
   * @param threads that will share a call
   * @param memory shared with plans that run before or after this one
   * @throws ShapeException if one does not fit the one before it
   * @throws IllegalArgumentException if there are neither two nor three
   */
  public static Optional<InvertedResidual> of(
      List<Convolution> convolutions, int threads, ScratchMemory memory) {
    if (convolutions.size() != 2 && convolutions.size() != 3) {
      throw new IllegalArgumentException(
          "an inverted residual has 2 or 3 convolutions, found " + convolutions.size());
    }
    for (int i = 1; i < convolutions.size(); i++) {
      requireFit(convolutions.get(i - 1).geometry(), convolutions.get(i).geometry());
    }
    var expansion = convolutions.get(0);
    var depthwise = convolutions.get(1);
    var expand = expansion.plannedForward().banded().orElse(null);
    if (expand == null
        || !(depthwise.plannedForward() instanceof DepthwiseSum reduce)
        || expansion.geometry().outChannels() * reduce.walk().sourceSize() <= LEAST_FLOATS) {
      return Optional.empty();
    }
    int rows = reduce.walk().rows();
    int bands = parts(expand.sourceFloats(), BAND_FLOATS, rows);
    Optional<MatrixSum> project = Optional.empty();
    if (convolutions.size() == 3) {
      project = projection(expansion, convolutions.get(2));
      if (project.isEmpty()) {
        return Optional.empty();
      }
      int pieces = expansion.geometry().n() * expansion.geometry().groups();
      int least = Math.max(bands, parts(project.get().sourceFloats(), REDUCED_FLOATS, rows));
      bands = Math.min(evenly(least, pieces, threads), rows);
    }
    var cut = bands(reduce.walk(), bands);
    boolean worth = cut.size() == 1 || cut.getFirst().walk.rows() >= LEAST_ROWS;
    return worth && cut.stream().allMatch(band -> reduce.callFor(band.walk).isPresent())
        ? Optional.of(new InvertedResidual(convolutions, expand, reduce, project, cut, memory))
        : Optional.empty();
  }

  private static Optional<MatrixSum> projection(Convolution expansion, Convolution projection) {
    return projection.plannedForward() instanceof MatrixSum sum
            && sum.readsInPlace()
            && projection.geometry().groups() == expansion.geometry().groups()
        ? Optional.of(sum)
        : Optional.empty();
  }

  private static void requireFit(Conv2dGeometry first, Conv2dGeometry second) {
    if (!first.outShape().equals(second.inShape())) {
      throw new ShapeException(
          "conv2d",
          "the output of problem %s is not the input of problem %s".formatted(first, second));
    }
  }

  private static int parts(long floats, int floatsOfPart, int most) {
    return Math.clamp(Math.ceilDiv(floats, floatsOfPart), 1, most);
  }

  /** At least {@code bands}, so that threads have about as much to do each. */
  private static int evenly(int bands, int pieces, int threads) {
    int count = bands;
    while (pieces * count % threads != 0 && pieces * count < UNITS_PER_HAND * threads) {
      count++;
    }
    return count;
  }

  private static List<Band> bands(RowWalk walk, int count) {
    List<Band> bands = new ArrayList<>();
    for (int band = 0; band < count; band++) {
      int first = WorkCut.start(walk.rows(), count, band);
      int rows = WorkCut.start(walk.rows(), count, band + 1) - first;
      bands.add(new Band(walk.band(first, rows), first, walk.firstSourceRowOf(first)));
    }
    return List.copyOf(bands);
  }

  private InvertedResidual(
      List<Convolution> convolutions,
      BandedSum expand,
      DepthwiseSum reduce,
      Optional<MatrixSum> project,
      List<Band> bands,
      ScratchMemory memory) {
    this.convolutions = List.copyOf(convolutions);
    this.expansion = convolutions.get(0);
    this.depthwise = convolutions.get(1);
    this.expand = expand;
    this.reduce = reduce;
    this.project = project;
    this.bands = bands;
    this.weights = new float[convolutions.size()][];
    this.epilogues = new Epilogue[convolutions.size()];
    int map = bands.stream().mapToInt(band -> band.walk.sourceSize()).max().orElseThrow();
    this.chunks = expand.chunks(CHUNK_FLOATS / map);
    this.mapsFloats =
        MARGIN + map * chunks.stream().mapToInt(Chunk::channels).max().orElseThrow() + MARGIN;
    this.memory = memory;
    memory.require(mapsFloats + reducedFloats());
  }

  /** What the projection reads of the largest band; nothing where there is none. */
  private int reducedFloats() {
    int positions = bands.stream().mapToInt(band -> band.walk.size()).max().orElseThrow();
    int channels = depthwise.geometry().outChannels() / expansion.geometry().groups();
    return project.isPresent() ? channels * positions : 0;
  }

  /** How the maps between the convolutions are cut, as in {@code 4 bands by 16 chunks}. */
  public String cut() {
    return bands.size() + " bands by " + chunks.size() + " chunks";
  }

  /**
   * Computes the output of the last convolution from the input of the first.
   *
   * @param layers one for each convolution
   * @throws ShapeException if an array does not fit, or the output is an operand too
   */
  public void forward(float[] input, List<Layer> layers, float[] output, Workers workers) {
    expansion.requireInput(input);
    int last = convolutions.size() - 1;
    for (int i = 0; i <= last; i++) {
      var epilogue = layers.get(i).epilogue();
      convolutions.get(i).requireEpilogue(epilogue);
      if (i < last && epilogue.addend() != null) {
        throw new ShapeException(
            "conv2d",
            "nothing can be added to a map that is never whole (problem %s)"
                .formatted(convolutions.get(i).geometry()));
      }
      weights[i] = convolutions.get(i).packed(layers.get(i).weights())[0];
      epilogues[i] = epilogue;
    }
    convolutions.getLast().requireOutput(output, input, epilogues[last]);
    this.input = input;
    this.output = output;
    run(workers);
    this.input = null;
    this.output = null;
    for (int i = 0; i <= last; i++) {
      weights[i] = null;
      epilogues[i] = null;
    }
  }

  private void run(Workers workers) {
    long macs = 0;
    for (int i = 0; i < convolutions.size(); i++) { // an iterator would be an object
      macs += convolutions.get(i).geometry().macs();
    }
    // How work is cut does not matter to the result, so the thread count may decide it. A
    // projection needs all channels of a band.
    int hands = UnitQueue.hands(macs, workers);
    int bandsOfAll = expansion.geometry().n() * expansion.geometry().groups() * bands.size();
    boolean whole = hands == 1 || project.isPresent();
    int wanted = whole ? 1 : Math.ceilDiv(UNITS_PER_HAND * hands, bandsOfAll);
    ranges = Math.clamp(wanted, 1, chunks.size());
    units.run(bandsOfAll * ranges, hands, workers);
  }

  private void runUnit(Scratch scratch, int unit) {
    int range = unit % ranges;
    int band = unit / ranges % bands.size();
    int piece = unit / ranges / bands.size();
    int first = WorkCut.start(chunks.size(), ranges, range);
    int end = WorkCut.start(chunks.size(), ranges, range + 1);
    scratch.run(piece, band, first, end);
  }

  /** What one thread needs beside the arrays of the call. */
  private final class Scratch {
    final BandedSum.Pieces expanding = expand.pieces(bands.stream().map(Band::sourceRows).toList());
    final DepthwiseKernel.Call[] reducing =
        bands.stream()
            .map(band -> reduce.callFor(band.walk).orElseThrow())
            .toArray(DepthwiseKernel.Call[]::new);
    final MatrixSum.Projection projecting =
        project.map(sum -> sum.projection(bands.stream().map(Band::rows).toList())).orElse(null);

    /** The chunk's maps, and from {@link #mapsFloats} on the band that is projected. */
    final float[] values;

    Scratch(int hand) {
      values = memory.of(hand);
    }

    /**
     * @param piece an image's group, counted through all images
     */
    void run(int piece, int band, int firstChunk, int endChunk) {
      expanding.begin(input, weights[0], epilogues[0], piece, band);
      for (int c = firstChunk; c < endChunk; c++) {
        expanding.sum(chunks.get(c), values, MARGIN);
        reduce(piece, bands.get(band), reducing[band], chunks.get(c));
      }
      expanding.end();
      if (projecting != null) {
        projecting.sum(values, mapsFloats, weights[2], epilogues[2], piece, band, output);
      }
    }

    /** To its place in the output, or to where the projection finds it. */
    private void reduce(int piece, Band band, DepthwiseKernel.Call call, Chunk chunk) {
      int groups = expansion.geometry().groups();
      int firstOfGroup = piece % groups * expansion.geometry().outChannelsPerGroup();
      int first = firstOfGroup + chunk.firstChannel();
      int end = first + chunk.channels();
      float[] result = values;
      int resultMap = band.walk.size();
      int resultAt = mapsFloats - firstOfGroup * call.multiplier * resultMap;
      if (projecting == null) {
        result = output;
        resultMap = reduce.walk().size();
        resultAt = piece / groups * depthwise.geometry().outChannels() * resultMap;
        resultAt += band.firstRow * band.walk.columns();
      }
      call.weights = weights[1];
      call.source = values;
      call.sourceAt = MARGIN - first * band.walk.sourceSize();
      call.result = result;
      for (int c = first * call.multiplier; c < end * call.multiplier; c++) {
        // The kernel takes maps of the result to be as small as the band.
        call.resultAt = resultAt + c * (resultMap - band.walk.size());
        call.firstChannel = c;
        call.endChannel = c + 1;
        reduce.runBand(call, epilogues[1]);
      }
      call.release();
    }
  }
}
