package io.dfsnet.engine;

import io.dfsnet.engine.BandedSum.Chunk;
import io.dfsnet.engine.BandedSum.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A convolution that widens maps and the depthwise one that alone reads its output, as the stem and
 * the inverted residual blocks of MobileNetV2 (Sandler et al., 2018). The wide map between them is
 * never stored whole. It comes in <i>bands</i> of rows, because a row of the second convolution
 * reads three rows of the first, and within a band in <i>chunks</i> of channels, because a channel
 * of the second reads one map of the first:
 *
 * <pre>
 *   input, all channels           chunk of maps            output
 *   ................               . . . .                 ........
 *   [rows of a band ]   ----->    [rows of a band ]        ........
 *   [and one more   ]             [and one more   ]  -3x3->[ band  ]
 *   ................               . . . .                 ........
 * </pre>
 *
 * A band of the input stays in the second-level cache for all chunks, and a chunk goes there and
 * comes back; stored whole, a map larger than that cache would go to the third level, which takes
 * twice as long as computing it. Rows where bands meet are computed twice. The bits are those of
 * the two convolutions one after the other, because each element is the same sum.
 *
 * <p>Owns its scratch memory, one piece per thread; one call at a time.
 */
public final class ExpandedDepthwise {
  /** 512 KiB: smaller maps stay in a second-level cache anyway. */
  private static final int LEAST_FLOATS = 128 * 1024;

  /** 256 KiB of what the expansion reads for every chunk. */
  private static final int BAND_FLOATS = 64 * 1024;

  /** 160 KiB of maps. */
  private static final int CHUNK_FLOATS = 40 * 1024;

  /** Shorter bands would compute too many rows twice. */
  private static final int LEAST_ROWS = 8;

  /** Units per thread, so that threads end at about the same time. */
  private static final int UNITS_PER_HAND = 4;

  private final Convolution expansion;
  private final Convolution depthwise;
  private final BandedSum expand;
  private final DepthwiseSum reduce;
  private final List<Band> bands;
  private final List<Chunk> chunks;
  private final int scratchFloats;
  private final UnitQueue<Scratch> units =
      new UnitQueue<>(Scratch[]::new, Scratch::new, this::runUnit);

  // The call that is under way.
  private float[] input;
  private float[] expansionWeights;
  private Epilogue expansionEpilogue;
  private float[] depthwiseWeights;
  private Epilogue epilogue;
  private float[] output;
  private int ranges;

  /**
   * Rows of the output.
   *
   * @param walk over them, whose source is the rows that they read
   */
  private record Band(RowWalk walk, int firstRow, int firstSourceRow) {

    Rows sourceRows() {
      return new Rows(firstSourceRow, walk.sourceHeight());
    }
  }

  /**
   * Plans the two as one where that is worth it: the first is a matrix product without a stride, or
   * a sum over planes whose positions lie in the map as in them; the second has a depthwise kernel
   * and rows of at least a vector; the map of an image between them has more than {@value
   * #LEAST_FLOATS} values; and a band of {@value #LEAST_ROWS} rows stays in the cache.
   *
   * @param depthwise reads what {@code expansion} writes
   */
  public static Optional<ExpandedDepthwise> of(Convolution expansion, Convolution depthwise) {
    if (!expansion.geometry().outShape().equals(depthwise.geometry().inShape())) {
      throw new ShapeException(
          "conv2d",
          "the output of problem %s is not the input of problem %s"
              .formatted(expansion.geometry(), depthwise.geometry()));
    }
    var expand = expansion.plannedForward().banded().orElse(null);
    if (expand != null
        && depthwise.plannedForward() instanceof DepthwiseSum reduce
        && expansion.geometry().outChannels() * reduce.walk().sourceSize() > LEAST_FLOATS) {
      var bands = bands(reduce.walk(), expand.sourceFloats());
      int rows = bands.getFirst().walk.rows();
      boolean worth = bands.size() == 1 || rows >= LEAST_ROWS;
      if (worth && bands.stream().allMatch(band -> reduce.callFor(band.walk).isPresent())) {
        return Optional.of(new ExpandedDepthwise(expansion, depthwise, expand, reduce, bands));
      }
    }
    return Optional.empty();
  }

  private static List<Band> bands(RowWalk walk, long sourceFloats) {
    int count = Math.clamp(Math.ceilDiv(sourceFloats, BAND_FLOATS), 1, walk.rows());
    List<Band> bands = new ArrayList<>();
    for (int band = 0; band < count; band++) {
      int first = WorkCut.start(walk.rows(), count, band);
      int rows = WorkCut.start(walk.rows(), count, band + 1) - first;
      bands.add(new Band(walk.band(first, rows), first, walk.firstSourceRowOf(first)));
    }
    return List.copyOf(bands);
  }

  private ExpandedDepthwise(
      Convolution expansion,
      Convolution depthwise,
      BandedSum expand,
      DepthwiseSum reduce,
      List<Band> bands) {
    this.expansion = expansion;
    this.depthwise = depthwise;
    this.expand = expand;
    this.reduce = reduce;
    this.bands = bands;
    int map = bands.stream().mapToInt(band -> band.walk.sourceSize()).max().orElseThrow();
    this.chunks = expand.chunks(CHUNK_FLOATS / map);
    this.scratchFloats = map * chunks.stream().mapToInt(Chunk::channels).max().orElseThrow();
  }

  /** How the map between the two is cut, as in {@code 4 bands by 16 chunks}. */
  public String cut() {
    return bands.size() + " bands by " + chunks.size() + " chunks";
  }

  /**
   * Computes the output of the depthwise convolution from the input of the other.
   *
   * @param input of the expansion
   * @param expansionWeights packed by the expansion
   * @param expansionEpilogue without an addend
   * @param depthwiseWeights packed by the depthwise convolution
   * @param output of the depthwise convolution
   * @throws ShapeException if an array does not fit, or the output is an operand too
   */
  public void forward(
      float[] input,
      PackedWeights expansionWeights,
      Epilogue expansionEpilogue,
      PackedWeights depthwiseWeights,
      Epilogue epilogue,
      float[] output,
      Workers workers) {
    expansion.requireInput(input);
    expansion.requireEpilogue(expansionEpilogue);
    depthwise.requireOutput(output, input, epilogue);
    if (expansionEpilogue.addend() != null) {
      throw new ShapeException(
          "conv2d",
          "nothing can be added to a map that is never whole (problem %s)"
              .formatted(expansion.geometry()));
    }
    this.input = input;
    this.expansionWeights = expansion.packed(expansionWeights)[0];
    this.expansionEpilogue = expansionEpilogue;
    this.depthwiseWeights = depthwise.packed(depthwiseWeights)[0];
    this.epilogue = epilogue;
    this.output = output;
    run(workers);
    this.input = null;
    this.expansionWeights = null;
    this.expansionEpilogue = null;
    this.depthwiseWeights = null;
    this.epilogue = null;
    this.output = null;
  }

  private void run(Workers workers) {
    // How work is cut does not matter to the result, so the thread count may decide it.
    int hands = UnitQueue.hands(expansion.geometry().macs() + depthwise.geometry().macs(), workers);
    int bandsOfAll = expansion.geometry().n() * expansion.geometry().groups() * bands.size();
    int wanted = hands == 1 ? 1 : Math.ceilDiv(UNITS_PER_HAND * hands, bandsOfAll);
    ranges = Math.clamp(wanted, 1, chunks.size());
    units.run(bandsOfAll * ranges, hands, workers);
  }

  private void runUnit(Scratch scratch, int unit) {
    int range = unit % ranges;
    int band = unit / ranges % bands.size();
    int piece = unit / ranges / bands.size();
    int end = WorkCut.start(chunks.size(), ranges, range + 1);
    scratch.begin(piece, band);
    for (int c = WorkCut.start(chunks.size(), ranges, range); c < end; c++) {
      scratch.compute(piece, band, chunks.get(c));
    }
    scratch.expanding.end();
  }

  /** What one thread needs beside the arrays of the call. */
  private final class Scratch {
    /** Depthwise kernels read so many values before a map and behind it. */
    private static final int MARGIN = DepthwiseSum.REACH;

    final BandedSum.Pieces expanding = expand.pieces(bands.stream().map(Band::sourceRows).toList());
    final DepthwiseKernel.Call[] reducing =
        bands.stream()
            .map(band -> reduce.callFor(band.walk).orElseThrow())
            .toArray(DepthwiseKernel.Call[]::new);
    final float[] maps = new float[MARGIN + scratchFloats + MARGIN];

    /**
     * @param piece an image's group, counted through all images
     */
    void begin(int piece, int band) {
      expanding.begin(input, expansionWeights, expansionEpilogue, piece, band);
    }

    void compute(int piece, int band, Chunk chunk) {
      expanding.sum(chunk, maps, MARGIN);
      int groups = expansion.geometry().groups();
      int group = piece % groups;
      int first = group * expansion.geometry().outChannelsPerGroup() + chunk.firstChannel();
      reduce(piece / groups, bands.get(band), reducing[band], first, first + chunk.channels());
    }

    /**
     * @param first the first channel of the map between the two
     */
    private void reduce(int image, Band band, DepthwiseKernel.Call call, int first, int end) {
      int mapSize = reduce.walk().size();
      int rowsAt = image * depthwise.geometry().outChannels() * mapSize;
      rowsAt += band.firstRow * band.walk.columns();
      call.weights = depthwiseWeights;
      call.source = maps;
      call.sourceAt = MARGIN - first * band.walk.sourceSize();
      call.result = output;
      boolean finished = call.finishWith(epilogue);
      for (int c = first * call.multiplier; c < end * call.multiplier; c++) {
        int at = rowsAt + c * mapSize;
        // The kernel takes maps of the result to be as small as the band.
        call.resultAt = at - c * band.walk.size();
        call.firstChannel = c;
        call.endChannel = c + 1;
        reduce.run(call);
        if (!finished) {
          reduce.finish(output, at, band.walk.size(), epilogue, c);
        }
      }
      call.release();
    }
  }
}
