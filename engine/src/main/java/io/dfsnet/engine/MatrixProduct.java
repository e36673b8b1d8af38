package io.dfsnet.engine;

import io.dfsnet.engine.TileKernel.Tile;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A matrix product planned for one size, {@code result [m][n] = left [m][k] * right [k][n]}, all
 * row by row. Every element is one chain of fused multiply-adds from +0 over ascending {@code k}:
 * its bits are those of the plain loop with {@link Math#fma}, whatever the kernel, the SIMD width
 * and the thread count.
 *
 * <p>It is blocked as by Goto and van de Geijn (Anatomy of High-Performance Matrix Multiplication,
 * 2008). Both operands are packed, 1024 products at a time: the right one into panels as wide as a
 * register tile, the left one into tiles of rows that lie side by side for each product. A panel
 * stays in the second-level cache while the tiles of a block, which stays there too, pass over it:
 *
 * <pre>
 *                                    right, packed     panel   panel   ...
 *                                                     +-------+-------+-----+
 *                                     1024 products   |128 KiB|       |     |
 *                                                     +-------+-------+-----+
 *   left          1024 products
 *                +-------------+--------              +-------+-------+-----+
 *   a block of   | tile        |                      | tile  | tile  | ... |  result: sums go on
 *   tiles:       | tile        |                      | tile  | tile  | ... |  where the products
 *   256 KiB      | ...         |                      | ...   |       |     |  above ended
 *                +-------------+--------              +-------+-------+-----+
 * </pre>
 *
 * Goto's panels stay in the first-level cache, which would be 256 products here. But a tile of
 * twelve rows takes two vectors in twelve cycles, which the second level gives in time, and what
 * counts is that sums leave the registers once for 1024 products: each time costs a load and a
 * store for each of them. A block of tiles goes through all products before the next block comes,
 * so that its part of the result stays in the second-level cache too. A right operand that is
 * small, or read by few rows, is read as it is.
 *
 * <p>A product owns its scratch memory: one call at a time. After the first call with a thread
 * count, further ones allocate nothing.
 */
public final class MatrixProduct {
  /** Products that a tile adds up before it goes on to the next panel. */
  private static final int BLOCK_STEPS = 1024;

  /** 256 KiB: packed tiles of the left operand stay in the second-level cache. */
  private static final int LEFT_FLOATS = 64 * 1024;

  /** 32 KiB: a smaller right operand stays in the first-level cache, packed or not. */
  private static final int DIRECT_FLOATS = 8 * 1024;

  /** So few rows read the right operand too few times to pay for packing it. */
  private static final int DIRECT_ROWS = 48;

  /** 0, 1, 2, ...: packed products keep their order. */
  private static final int[] STEPS = IntStream.range(0, BLOCK_STEPS).toArray();

  /** Rows of the right operand that a unit packs, a divisor of {@link #BLOCK_STEPS}. */
  private static final int PACKED_TOGETHER = 32;

  /** Units of work per thread, so that threads end at about the same time. */
  private static final int RANGES_PER_HAND = 4;

  private final Kernels kernels;
  private final int m;
  private final int n;
  private final int k;
  private final ProductKernel widest;
  private final List<Tile<ProductKernel>> tiles;
  private final int mostRows;
  private final int vector;
  private final int panelWidth;
  private final int panels;

  /** The values of a packed tile, and how many tiles are packed before they are multiplied. */
  private final int tileSize;

  private final int tilesTogether;

  private final boolean isPacked;
  private final UnitQueue<Object> packing =
      new UnitQueue<>(Object[]::new, Object::new, (_, unit) -> packUnit(unit));
  private final UnitQueue<Scratch> summing =
      new UnitQueue<>(Scratch[]::new, Scratch::new, this::sumUnit);

  /** Where a product packs its right operand. */
  private Packed own;

  // The call that is under way.
  private float[] left;
  private float[] right;
  private Packed packed;
  private float[] result;
  private int rowRanges;
  private int panelRanges;

  /** A right operand in the order in which the kernel reads it. */
  public static final class Packed {
    private final int n;
    private final int k;

    /** {@code [1024 products][panel][product][column of the panel]}. */
    private final float[] values;

    private Packed(int n, int k, int floats) {
      this.n = n;
      this.k = k;
      this.values = new float[floats];
    }
  }

  /**
   * Plans a product.
   *
   * @param m rows of the left operand
   * @param n columns of the right operand
   * @param k products that an element sums
   */
  public static MatrixProduct of(int m, int n, int k) {
    return new MatrixProduct(Engine.kernels(), m, n, k);
  }

  MatrixProduct(Kernels kernels, int m, int n, int k) {
    this.kernels = kernels;
    this.m = m;
    this.n = n;
    this.k = k;
    if (m < 1 || n < 1 || k < 1) {
      throw new ShapeException(
          "product", "every size must be at least 1, found m %d, n %d, k %d".formatted(m, n, k));
    }
    this.widest =
        kernels.products().stream().filter(tile -> tile.rows() <= m).findFirst().orElseThrow();
    this.tiles = Tile.split(m, kernels.products(), widest);
    this.vector = widest.leastColumns();
    // The same for every m, so that products with different m can share a packed operand.
    this.panelWidth =
        Math.min(kernels.products().getFirst().columns(), Math.ceilDiv(n, vector) * vector);
    this.panels = Math.ceilDiv(n, panelWidth);
    boolean isLarge = (long) k * n > DIRECT_FLOATS && m > DIRECT_ROWS;
    this.isPacked = isLarge || n < vector;
    this.mostRows = Tile.mostRows(tiles);
    int steps = isPacked ? Math.min(BLOCK_STEPS, k) : k;
    requireArray("left operand, packed,", (long) mostRows * steps);
    this.tileSize = mostRows * steps;
    this.tilesTogether = isPacked ? Math.clamp(LEFT_FLOATS / tileSize, 1, tiles.size()) : 1;
    requireArray("left operand", (long) m * k);
    requireArray("right operand, packed,", (long) panels * panelWidth * k);
    requireArray("result", (long) m * n);
  }

  private void requireArray(String what, long floats) {
    if (floats > Integer.MAX_VALUE - Long.BYTES) {
      throw new ShapeException(
          "product",
          "the %s of %s would take %d values, more than an array"
              .formatted(what, problem(), floats));
    }
  }

  private String problem() {
    return "m%d n%d k%d".formatted(m, n, k);
  }

  /** The kernel's name, as {@code f32_product_packed_m12v2__simd512}. */
  public String kernel() {
    return "f32_product_" + (isPacked ? "packed_" : "direct_") + widest.name();
  }

  /** Packs a right operand {@code [k][n]} once, for many calls. */
  public Packed pack(float[] right, Workers workers) {
    Require.length("product", "right operand", right, k * n);
    var packed = newPacked();
    pack(right, packed, workers);
    return packed;
  }

  private Packed newPacked() {
    return new Packed(n, k, panels * panelWidth * k);
  }

  private void pack(float[] right, Packed packed, Workers workers) {
    this.right = right;
    this.packed = packed;
    int units = Math.ceilDiv(k, PACKED_TOGETHER);
    packing.run(units, UnitQueue.hands((long) k * n, workers), workers);
    this.right = null;
    this.packed = null;
  }

  /**
   * Overwrites {@code result} with the product.
   *
   * @param left {@code [m][k]}
   * @param right {@code [k][n]}
   * @param result {@code [m][n]}, neither of the operands
   * @throws ShapeException if an array does not fit, or the result is an operand too
   */
  public void multiply(float[] left, float[] right, float[] result, Workers workers) {
    Require.length("product", "right operand", right, k * n);
    if (result == right) {
      throw apart();
    }
    if (!isPacked) {
      multiply(left, right, null, result, workers);
      return;
    }
    if (own == null) {
      own = newPacked();
    }
    pack(right, own, workers);
    multiply(left, null, own, result, workers);
  }

  /**
   * As {@link #multiply(float[], float[], float[], Workers)}.
   *
   * @param right packed by a product with the same {@code n} and {@code k}
   */
  public void multiply(float[] left, Packed right, float[] result, Workers workers) {
    if (right.n != n || right.k != k) {
      throw new ShapeException(
          "product",
          "a right operand packed for n %d, k %d does not fit %s; pack it with this product"
              .formatted(right.n, right.k, problem()));
    }
    multiply(left, null, right, result, workers);
  }

  private ShapeException apart() {
    return new ShapeException(
        "product",
        "the result of %s needs an array of its own, found one of the operands"
            .formatted(problem()));
  }

  private void multiply(
      float[] left, float[] right, Packed packed, float[] result, Workers workers) {
    Require.length("product", "left operand", left, m * k);
    Require.length("product", "result", result, m * n);
    if (result == left) {
      throw apart();
    }
    this.left = left;
    this.right = right;
    this.packed = packed;
    this.result = result;
    // How rows are cut does not matter to the result, so the thread count may decide it.
    int hands = hands(workers);
    int wanted = hands == 1 ? 1 : RANGES_PER_HAND * hands;
    rowRanges = Math.clamp(wanted, 1, tiles.size());
    panelRanges = Math.clamp(Math.ceilDiv(wanted, rowRanges), 1, Math.max(n / panelWidth, 1));
    summing.run(panelRanges * rowRanges, hands, workers);
    this.left = null;
    this.right = null;
    this.packed = null;
    this.result = null;
  }

  private int hands(Workers workers) {
    return UnitQueue.hands((long) m * n * k, workers);
  }

  private int columnsOf(int panel) {
    return Math.min(panelWidth, n - panel * panelWidth);
  }

  /** Where the values of a panel begin, for products from {@code step} on. */
  private int packedAt(int panel, int step, int steps) {
    return (step * panels + panel * steps) * panelWidth;
  }

  private int stepsFrom(int step) {
    return Math.min(BLOCK_STEPS, k - step);
  }

  private void packUnit(int unit) {
    int first = unit * PACKED_TOGETHER;
    int rows = Math.min(PACKED_TOGETHER, k - first);
    int step = first / BLOCK_STEPS * BLOCK_STEPS;
    int steps = stepsFrom(step);
    int at = packedAt(0, step, steps) + (first - step) * panelWidth;
    int pitch = steps * panelWidth;
    int full = n / panelWidth;
    kernels.copyPieces(right, first * n, n, rows, panelWidth, full, packed.values, at, pitch);
    if (full < panels) {
      for (int i = 0; i < rows; i++) { // an overrun stays within the panel
        int from = (first + i) * n + full * panelWidth;
        kernels.copy(
            right, from, packed.values, at + full * pitch + i * panelWidth, columnsOf(full));
      }
    }
  }

  private void sumUnit(Scratch scratch, int unit) {
    int range = unit % rowRanges;
    int firstTile = WorkCut.start(tiles.size(), rowRanges, range);
    int endTile = WorkCut.start(tiles.size(), rowRanges, range + 1);
    int fullPanels = n / panelWidth;
    // A panel that is not full belongs to the last range: alone it might not fill a vector.
    int firstPanel = WorkCut.start(fullPanels, panelRanges, unit / rowRanges);
    boolean isLast = unit / rowRanges == panelRanges - 1;
    int endPanel = isLast ? panels : WorkCut.start(fullPanels, panelRanges, unit / rowRanges + 1);
    if (packed == null) {
      scratch.sumDirectly(firstTile, endTile, firstPanel, endPanel);
    } else {
      for (int first = firstTile; first < endTile; first += tilesTogether) {
        scratch.sumTiles(first, Math.min(first + tilesTogether, endTile), firstPanel, endPanel);
      }
    }
    scratch.call.release();
  }

  /** What one thread needs beside the arrays of the call. */
  private final class Scratch {
    final ProductKernel.Call call = new ProductKernel.Call(widest.longestRun());

    /** A tile whose columns are no whole vectors; what lies behind them is computed with them. */
    final float[] tail = new float[mostRows * panelWidth];

    /** Some tiles of the left operand, {@code [tile][product][row]}. */
    final float[] leftTiles = new float[tilesTogether * tileSize + kernels.overrun()];

    void sumTiles(int firstTile, int endTile, int firstPanel, int endPanel) {
      call.a = leftTiles;
      call.b = packed.values;
      call.bStep = panelWidth;
      for (int step = 0; step < k; step += BLOCK_STEPS) {
        call.reduction = stepsFrom(step);
        call.continues = step > 0;
        packTiles(firstTile, endTile, step, call.reduction);
        for (int panel = firstPanel; panel < endPanel; panel++) {
          call.bAt = packedAt(panel, step, call.reduction);
          for (int t = firstTile; t < endTile; t++) {
            call.aAt = (t - firstTile) * tileSize;
            sumTile(tiles.get(t), panel);
          }
        }
      }
    }

    private void packTiles(int first, int end, int step, int steps) {
      for (int t = first; t < end; t++) {
        packTile(tiles.get(t), step, steps, (t - first) * tileSize);
      }
    }

    /**
     * Transposes a tile of the left operand, so that its rows are neighbours. A vector of fewer
     * rows than lanes runs over into the next product, which is written later; that is why the last
     * rows come first where a tile has more rows than vectors have lanes.
     */
    private void packTile(Tile<ProductKernel> tile, int step, int steps, int to) {
      int rows = tile.kernel().rows();
      for (int done = 0; done < steps; done += BLOCK_STEPS) {
        int count = Math.min(BLOCK_STEPS, steps - done);
        for (int row = (rows - 1) / vector * vector; row >= 0; row -= vector) {
          int from = (tile.firstChannel() + row) * k + step + done;
          int at = to + done * rows + row;
          int turned = Math.min(vector, rows - row);
          kernels.transpose(left, from, k, turned, count, STEPS, leftTiles, at, rows);
        }
      }
    }

    private void sumTile(Tile<ProductKernel> tile, int panel) {
      call.aStep = tile.kernel().rows();
      int columns = columnsOf(panel);
      int resultAt = tile.firstChannel() * n + panel * panelWidth;
      if (columns % vector == 0) {
        call.columns = columns;
        call.c = result;
        call.cAt = resultAt;
        call.cRow = n;
        tile.kernel().run(call);
        return;
      }
      call.columns = Math.ceilDiv(columns, vector) * vector;
      call.c = tail;
      call.cAt = 0;
      call.cRow = panelWidth;
      for (int i = 0; call.continues && i < tile.kernel().rows(); i++) {
        System.arraycopy(result, resultAt + i * n, tail, i * panelWidth, columns);
      }
      tile.kernel().run(call);
      for (int i = 0; i < tile.kernel().rows(); i++) {
        System.arraycopy(tail, i * panelWidth, result, resultAt + i * n, columns);
      }
    }

    /** All products in one pass, from the right operand as it is. */
    void sumDirectly(int firstTile, int endTile, int firstPanel, int endPanel) {
      int first = firstPanel * panelWidth;
      call.a = leftTiles;
      call.aAt = 0;
      call.b = right;
      call.bAt = first;
      call.bStep = n;
      call.reduction = k;
      call.continues = false;
      call.c = result;
      call.cRow = n;
      call.columns = Math.min(endPanel * panelWidth, n) - first;
      for (int t = firstTile; t < endTile; t++) {
        packTile(tiles.get(t), 0, k, 0);
        call.aStep = tiles.get(t).kernel().rows();
        call.cAt = tiles.get(t).firstChannel() * n + first;
        tiles.get(t).kernel().run(call);
      }
    }
  }
}
