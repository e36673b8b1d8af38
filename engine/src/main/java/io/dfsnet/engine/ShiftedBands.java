package io.dfsnet.engine;

import io.dfsnet.engine.Positions.Place;
import io.dfsnet.engine.Positions.Tail;
import io.dfsnet.engine.TileKernel.Tile;
import java.util.List;

/**
 * {@link ShiftedSum} piece by piece. The planes of a band are packed once and stay in the cache
 * while chunk after chunk of result channels passes over them.
 */
final class ShiftedBands implements BandedSum {
  private final Kernels kernels;
  private final Planes.Kind kind;
  private final SumProblem problem;
  private final List<Tile<SumKernel>> tiles;
  private final int lanes;

  /**
   * @param problem whose positions are the elements of the result, in the same order
   * @param tiles of a group
   */
  ShiftedBands(Kernels kernels, Planes.Kind kind, SumProblem problem, List<Tile<SumKernel>> tiles) {
    this.kernels = kernels;
    this.kind = kind;
    this.problem = problem;
    this.tiles = tiles;
    this.lanes = kernels.lanes(problem.taps().positions());
  }

  @Override
  public long sourceFloats() {
    return problem.sourceChannels() * planes(problem.height()).channelFloats();
  }

  @Override
  public List<Chunk> chunks(int most) {
    return Chunk.of(tiles.stream().mapToInt(Tile::endChannel).toArray(), most);
  }

  @Override
  public Pieces pieces(List<Rows> bands) {
    return new ShiftedPieces(bands);
  }

  private Planes planes(int rows) {
    return new Planes(kernels, kind, problem.taps(), rows);
  }

  private final class ShiftedPieces implements Pieces {
    private final Planes planes;
    private final int[] offsets;
    private final Planes.Band[] fills;
    private final Positions[] positions;
    private final int[] sizes;
    private final float[] packed;
    private final SumKernel.Call call = new SumKernel.Call(lanes);
    private Epilogue epilogue;
    private int firstChannel;
    private int size;

    ShiftedPieces(List<Rows> bands) {
      this.planes = planes(bands.stream().mapToInt(Rows::count).max().orElseThrow());
      this.offsets = planes.offsets(problem.sourceChannels(), problem.parts().getFirst().taps());
      this.packed =
          new float[problem.sourceChannels() * planes.channelSize() + planes.margin(lanes)];
      this.fills = new Planes.Band[bands.size()];
      this.positions = new Positions[bands.size()];
      this.sizes = new int[bands.size()];
      for (int band = 0; band < fills.length; band++) {
        var rows = bands.get(band);
        var place = new Place(rows.first(), rows.count(), problem.width(), 1, 0, 0, 0);
        fills[band] = planes.band(rows.first(), rows.count());
        positions[band] = Positions.of(planes, place, lanes, Tail.OVERLAPPING);
        sizes[band] = rows.count() * problem.width();
      }
    }

    @Override
    public void begin(float[] source, float[] weights, Epilogue epilogue, int piece, int band) {
      int mapSize = problem.taps().sourceHeight() * problem.taps().sourceWidth();
      int from = piece * problem.sourceChannels() * mapSize;
      planes.pack(fills[band], source, from, problem.sourceChannels(), packed, 0);
      this.epilogue = epilogue;
      firstChannel = piece % problem.groups() * problem.channels();
      size = sizes[band];
      call.planes = packed;
      call.planesAt = 0;
      call.positions = positions[band];
      call.offsets = offsets;
      call.reduction = offsets.length;
      call.weights = weights;
    }

    @Override
    public void sum(Chunk chunk, float[] result, int to) {
      int runs = call.positions.perImage();
      for (int run = 0; run < runs; run += ShiftedSum.RUN_BLOCK) {
        call.firstRun = run;
        call.endRun = Math.min(run + ShiftedSum.RUN_BLOCK, runs);
        for (int t = chunk.firstTile(); t < chunk.endTile(); t++) {
          var tile = tiles.get(t);
          call.weightsAt = (firstChannel + tile.firstChannel()) * call.reduction;
          call.out = result;
          call.outAt = to + (tile.firstChannel() - chunk.firstChannel()) * size;
          call.outChannelSize = size;
          tile.kernel().run(call);
        }
      }
      if (!epilogue.isNone()) {
        for (int c = 0; c < chunk.channels(); c++) {
          int map = to + c * size;
          int channel = firstChannel + chunk.firstChannel() + c;
          kernels.finish(result, map, result, map, size, epilogue, channel);
        }
      }
    }

    @Override
    public void end() {
      epilogue = null;
      call.release();
    }
  }
}
