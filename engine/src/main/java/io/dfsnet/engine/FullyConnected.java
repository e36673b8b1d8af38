package io.dfsnet.engine;

import io.dfsnet.engine.TileKernel.Tile;
import java.util.Arrays;
import java.util.List;

/**
 * A fully connected layer planned for one size; owns its scratch, so that it serves one call at a
 * time.
 *
 * <pre>
 * output[b][o] = activation(sum over i of weights[o][i] * input[b][i]  + bias[o])
 * </pre>
 *
 * Shapes: input {@code [n, inFeatures]}, weights {@code [outFeatures, inFeatures]}, bias {@code
 * [outFeatures]}, output {@code [n, outFeatures]}.
 *
 * <h2>The order of the sum</h2>
 *
 * The sum is cut into {@code parts} equal consecutive slices of the input. The sum of a part starts
 * at +0 and takes its products in ascending order, each with one fused multiply-add; then
 *
 * <pre>
 * output = activation((((part 0 + bias) + part 1) + part 2) + ...)
 * </pre>
 *
 * without bias {@code part 0 + part 1 + ...} from the left. This order is a promise: where the
 * layer is divided over nodes, each computes one part as a layer of its own, and adding what they
 * send in this order gives the bits of this class. It does not depend on the thread count or the
 * SIMD width, because lanes hold different outputs.
 *
 * @implNote Forward is a matrix product of the {@link ProductKernel}s, a few images at a time, so
 *     that the weights, which are read once and then again only in the next run, come in once for
 *     all of them. The derivatives are sums of rows with coefficients, see {@link RowSums}.
 */
public final class FullyConnected {
  /** Outputs whose weights stand side by side: the columns of a tile. */
  private static final int PANEL = 64;

  /** A task has so many at least: handing one to a thread takes as long as some thousand. */
  private static final long LEAST_MULTIPLY_ADDS = 250_000;

  /** Each has scratch memory of its own. */
  private static final int MOST_TASKS = 16;

  private final int n;
  private final int inFeatures;
  private final int outFeatures;
  private final int parts;
  private final Shape inShape;
  private final Shape outShape;
  private final Shape weightShape;
  private final List<ProductKernel> kernels;
  private final int columns;
  private Training training;

  private FullyConnected(int n, int inFeatures, int outFeatures, int parts) {
    this.n = n;
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.parts = parts;
    this.inShape = Shape.of(n, inFeatures);
    this.outShape = Shape.of(n, outFeatures);
    this.weightShape = Shape.of(outFeatures, inFeatures);
    this.kernels = Engine.kernels().products();
    int lanes = kernels.getFirst().leastColumns();
    this.columns = Math.ceilDiv(outFeatures, lanes) * lanes;
  }

  /**
   * Plans a layer.
   *
   * @param n images per call
   * @param parts into how many slices the sum over the inputs is cut; 1 for an undivided layer
   */
  public static FullyConnected of(int n, int inFeatures, int outFeatures, int parts) {
    if (n < 1 || inFeatures < 1 || outFeatures < 1 || parts < 1) {
      throw new ShapeException(
          "linear",
          "every size must be at least 1, found n %d, inFeatures %d, outFeatures %d, parts %d"
              .formatted(n, inFeatures, outFeatures, parts));
    }
    if (inFeatures % parts != 0) {
      throw new ShapeException(
          "linear", inFeatures + " input features are not divisible by " + parts + " parts");
    }
    return new FullyConnected(n, inFeatures, outFeatures, parts);
  }

  /**
   * Weights in the order in which {@link #forward} reads them, {@code [panel][input][output of the
   * panel]}; zeros fill the last panel up to whole vectors.
   */
  public static final class Packed {
    private final Shape shape;
    private final float[] panels;

    private Packed(Shape shape, int columns) {
      this.shape = shape;
      this.panels = new float[shape.size(1) * columns];
    }
  }

  /** Packs weights once, for many calls of {@link #forward}. */
  public Packed pack(float[] weights) {
    var packed = new Packed(weightShape, columns);
    pack(weights, packed);
    return packed;
  }

  /** Packs other weights into {@code packed}, which {@link #pack(float[])} of this layer made. */
  public void pack(float[] weights, Packed packed) {
    requireWeights("weights", weights);
    requirePacked(packed);
    for (int first = 0; first < outFeatures; first += PANEL) {
      int width = Math.min(PANEL, columns - first);
      for (int o = first; o < Math.min(first + PANEL, outFeatures); o++) {
        int to = first * inFeatures + o - first;
        for (int i = 0; i < inFeatures; i++) {
          packed.panels[to + i * width] = weights[o * inFeatures + i];
        }
      }
    }
  }

  /**
   * @param bias or null
   */
  public void forward(
      float[] input,
      Packed weights,
      float[] bias,
      Activation activation,
      float[] output,
      Workers workers) {
    forward(input, weights, bias, activation, output).run(workers);
  }

  /**
   * {@link #forward(float[], Packed, float[], Activation, float[], Workers)} of these arrays, for
   * many runs.
   */
  public Work forward(
      float[] input, Packed weights, float[] bias, Activation activation, float[] output) {
    requireInput("input", input);
    requirePacked(weights);
    requireOutput("output", output);
    if (bias != null) {
      Require.length("linear", "bias", bias, outFeatures);
    }
    int panels = Math.ceilDiv(outFeatures, PANEL);
    long multiplyAdds = (long) n * inFeatures * outFeatures;
    int tasks = Math.clamp(multiplyAdds / LEAST_MULTIPLY_ADDS, 1, Math.min(panels, MOST_TASKS));
    var scratches = new Forward[tasks];
    Arrays.setAll(scratches, _ -> new Forward(weights.panels, bias, activation));
    return new Work(
        tasks,
        task ->
            scratches[task].run(
                input,
                output,
                WorkCut.start(panels, tasks, task) * PANEL,
                Math.min(WorkCut.start(panels, tasks, task + 1) * PANEL, outFeatures)));
  }

  /** What one task of the forward pass needs. */
  private final class Forward {
    private final float[] weights;
    private final float[] bias;
    private final Activation activation;
    private final List<Tile<ProductKernel>> tiles = Tile.split(n, kernels, kernels.getFirst());
    private final int widest = Tile.mostRows(tiles);

    /** Some images, {@code [input][image]}: rows of a kernel's left operand are neighbours. */
    private final float[] images = new float[inFeatures * widest];

    private final float[] sums = new float[widest * PANEL];
    private final ProductKernel.Call call = new ProductKernel.Call(kernels.getFirst().longestRun());

    Forward(float[] weights, float[] bias, Activation activation) {
      this.weights = weights;
      this.bias = bias;
      this.activation = activation;
      call.a = images;
      call.b = weights;
      call.reduction = inFeatures / parts;
      call.c = sums;
      call.cRow = PANEL;
    }

    /** Computes outputs {@code begin} to {@code end - 1} of all images. */
    void run(float[] input, float[] output, int begin, int end) {
      for (int t = 0; t < tiles.size(); t++) { // an iterator would be an object
        var tile = tiles.get(t);
        int rows = tile.kernel().rows();
        for (int r = 0; r < rows; r++) {
          int from = (tile.firstChannel() + r) * inFeatures;
          for (int i = 0; i < inFeatures; i++) {
            images[i * rows + r] = input[from + i];
          }
        }
        for (int first = begin; first < end; first += PANEL) {
          for (int part = 0; part < parts; part++) {
            sumPart(tile.kernel(), first, part);
            int width = Math.min(PANEL, end - first);
            for (int r = 0; r < rows; r++) {
              int to = (tile.firstChannel() + r) * outFeatures + first;
              addPart(part, r * PANEL, first, width, output, to);
            }
          }
        }
      }
    }

    private void sumPart(ProductKernel kernel, int first, int part) {
      int width = Math.min(PANEL, columns - first);
      int firstInput = part * (inFeatures / parts);
      call.aAt = firstInput * kernel.rows();
      call.aStep = kernel.rows();
      call.bAt = first * inFeatures + firstInput * width;
      call.bStep = width;
      call.columns = width;
      kernel.run(call);
    }

    /** Adds the sums of a part to an image's outputs, and finishes behind the last part. */
    private void addPart(int part, int from, int first, int count, float[] output, int to) {
      for (int o = 0; o < count; o++) {
        if (part > 0) {
          output[to + o] += sums[from + o];
        } else {
          output[to + o] = bias == null ? sums[from + o] : sums[from + o] + bias[first + o];
        }
      }
      if (part == parts - 1) {
        activate(activation, output, to, to + count);
      }
    }
  }

  /** {@code gradInput[b][i] = sum over o of gradOutput[b][o] * weights[o][i]}; overwrites it. */
  public void backwardData(
      float[] gradOutput, float[] weights, float[] gradInput, Workers workers) {
    requireOutput("gradOutput", gradOutput);
    requireWeights("weights", weights);
    requireInput("gradInput", gradInput);
    var scratch = training();
    copyRows(weights, scratch.weightRows);
    workers.forEach(
        n,
        image -> {
          float[] sums = scratch.gradInputRows[image];
          RowSums.sum(
              gradOutput,
              image * outFeatures,
              1,
              scratch.weightRows,
              0,
              outFeatures,
              sums,
              0,
              inFeatures);
          System.arraycopy(sums, 0, gradInput, image * inFeatures, inFeatures);
        });
  }

  /** {@code gradWeights[o][i] = sum over b of gradOutput[b][o] * input[b][i]}; overwrites it. */
  public void backwardWeights(
      float[] input, float[] gradOutput, float[] gradWeights, Workers workers) {
    requireInput("input", input);
    requireOutput("gradOutput", gradOutput);
    requireWeights("gradWeights", gradWeights);
    var scratch = training();
    copyRows(input, scratch.inputRows);
    workers.forEach(
        outFeatures,
        o -> {
          float[] sums = scratch.gradWeightRows[o];
          RowSums.sum(gradOutput, o, outFeatures, scratch.inputRows, 0, n, sums, 0, inFeatures);
          System.arraycopy(sums, 0, gradWeights, o * inFeatures, inFeatures);
        });
  }

  /** {@code gradBias[o] = sum over b of gradOutput[b][o]}; overwrites it. */
  public void backwardBias(float[] gradOutput, float[] gradBias, Workers workers) {
    requireOutput("gradOutput", gradOutput);
    training().biasSums.perChannel(gradOutput, gradBias, workers);
  }

  private static void activate(Activation activation, float[] output, int begin, int end) {
    switch (activation) {
      case NONE -> {}
      case RELU -> {
        for (int i = begin; i < end; i++) {
          output[i] = Math.max(output[i], 0f);
        }
      }
      case RELU6 -> {
        for (int i = begin; i < end; i++) {
          output[i] = Math.min(Math.max(output[i], 0f), 6f);
        }
      }
    }
  }

  /** What only the derivatives need: made when the first of them runs. */
  private static final class Training {
    final float[][] weightRows;
    final float[][] inputRows;
    final float[][] gradWeightRows;
    final float[][] gradInputRows;
    final ChannelSums biasSums;

    Training(int n, int inFeatures, int outFeatures) {
      this.weightRows = new float[outFeatures][inFeatures];
      this.inputRows = new float[n][inFeatures];
      this.gradWeightRows = new float[outFeatures][inFeatures];
      this.gradInputRows = new float[n][inFeatures];
      this.biasSums = ChannelSums.of(Shape.of(n, outFeatures));
    }
  }

  private Training training() {
    if (training == null) {
      training = new Training(n, inFeatures, outFeatures);
    }
    return training;
  }

  private static void copyRows(float[] values, float[][] rows) {
    int width = rows[0].length;
    for (int r = 0; r < rows.length; r++) {
      System.arraycopy(values, r * width, rows[r], 0, width);
    }
  }

  private void requireInput(String name, float[] array) {
    Require.shape("linear", name, array, inShape);
  }

  private void requireOutput(String name, float[] array) {
    Require.shape("linear", name, array, outShape);
  }

  private void requireWeights(String name, float[] array) {
    Require.shape("linear", name, array, weightShape);
  }

  private void requirePacked(Packed packed) {
    if (!packed.shape.equals(weightShape)) {
      throw new ShapeException(
          "linear",
          "packed weights are %s, the layer needs %s".formatted(packed.shape, weightShape));
    }
  }
}
