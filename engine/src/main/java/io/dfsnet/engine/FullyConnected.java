package io.dfsnet.engine;

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
 * @implNote All three products are sums of rows with coefficients, see {@link RowSums}: packed
 *     weights are rows of outputs per input, so forward adds, for each input element, its row of
 *     weights.
 */
public final class FullyConnected {
  /** Outputs per task: a run long enough for SIMD loops, short enough to occupy several cores. */
  private static final int BLOCK = 512;

  private final int n;
  private final int inFeatures;
  private final int outFeatures;
  private final int parts;
  private final Shape inShape;
  private final Shape outShape;
  private final Shape weightShape;
  private final float[][] sums;
  private Training training;

  private FullyConnected(int n, int inFeatures, int outFeatures, int parts) {
    this.n = n;
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.parts = parts;
    this.inShape = Shape.of(n, inFeatures);
    this.outShape = Shape.of(n, outFeatures);
    this.weightShape = Shape.of(outFeatures, inFeatures);
    this.sums = new float[n][outFeatures];
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

  /** Weights in the order in which {@link #forward} reads them: a row of outputs per input. */
  public static final class Packed {
    private final float[][] rows;

    private Packed(int inFeatures, int outFeatures) {
      this.rows = new float[inFeatures][outFeatures];
    }
  }

  /** Packs weights once, for many calls of {@link #forward}. */
  public Packed pack(float[] weights) {
    var packed = new Packed(inFeatures, outFeatures);
    pack(weights, packed);
    return packed;
  }

  /** Packs other weights into {@code packed}, which {@link #pack(float[])} of this layer made. */
  public void pack(float[] weights, Packed packed) {
    requireWeights("weights", weights);
    requirePacked(packed);
    for (int o = 0; o < outFeatures; o++) {
      for (int i = 0; i < inFeatures; i++) {
        packed.rows[i][o] = weights[o * inFeatures + i];
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
    int blocks = Math.ceilDiv(outFeatures, BLOCK);
    return new Work(
        n * blocks,
        task -> {
          int image = task / blocks;
          int begin = task % blocks * BLOCK;
          int end = Math.min(begin + BLOCK, outFeatures);
          for (int part = 0; part < parts; part++) {
            int firstInput = part * (inFeatures / parts);
            RowSums.sum(
                input,
                image * inFeatures + firstInput,
                1,
                weights.rows,
                firstInput,
                inFeatures / parts,
                sums[image],
                begin,
                end);
            addPart(part, sums[image], bias, begin, end, output, image * outFeatures);
          }
          activate(activation, output, image * outFeatures + begin, image * outFeatures + end);
        });
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

  private static void addPart(
      int part, float[] sums, float[] bias, int begin, int end, float[] output, int row) {
    for (int o = begin; o < end; o++) {
      if (part > 0) {
        output[row + o] += sums[o];
      } else {
        output[row + o] = bias == null ? sums[o] : sums[o] + bias[o];
      }
    }
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
    int rows = packed.rows.length;
    int outputs = packed.rows[0].length;
    if (rows != inFeatures || outputs != outFeatures) {
      throw new ShapeException(
          "linear",
          "packed weights are [%d, %d], the layer needs [%d, %d]"
              .formatted(outputs, rows, outFeatures, inFeatures));
    }
  }
}
