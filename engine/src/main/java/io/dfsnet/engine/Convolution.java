package io.dfsnet.engine;

/**
 * A convolution planned for one geometry, forward and backward. All arrays are NCHW; results are
 * overwritten.
 *
 * <p>{@link KernelRegistry} chooses each pass among the families of kernels. Forward sums the
 * products of an output element in one <i>canonical order</i>: from +0 a fused multiply-add for
 * each input channel of the group, kernel row and kernel column, in this order, taps on the padding
 * counted as zero; then the {@link Epilogue}. (A family may leave such taps out: with finite
 * weights that changes no sum, but for the sign of one that underflows to zero.) 3x3 convolutions
 * with stride 1, a border of 1, at least 16 input channels per group and maps of at least 8x8 sum
 * in another one, Winograd's F(4, 3) down columns with the formulas in {@code Winograd}: half the
 * products, rounding errors a third larger. So the bits depend neither on the kernel, the SIMD
 * width and the thread count, nor on the batch around an image, nor on how many output channels and
 * groups there are beside the element's own. Backward to data has such an order too. Backward to
 * weights depends on the SIMD width but not on the thread count.
 *
 * <p>A convolution owns its scratch memory: one call at a time. After the first call with a thread
 * count, further ones allocate nothing (but for a record where a gradient has an addend).
 */
public final class Convolution {
  private final Conv2dGeometry geometry;
  private final Shape inShape;
  private final Shape outShape;
  private final Shape weightShape;
  private final Shape biasShape;
  private final KernelRegistry.Choice<SumPass> forwardChoice;
  private final KernelRegistry.Choice<SumPass> backwardDataChoice;
  private final KernelRegistry.Choice<OuterPass> backwardWeightsChoice;

  // Planned when first used: inference never pays for training.
  private SumPass forward;
  private SumPass backwardData;
  private float[][] backwardDataWeights;
  private OuterPass backwardWeights;

  /** Plans a convolution with the kernels that {@link Engine} has chosen. */
  public static Convolution of(Conv2dGeometry geometry) {
    var registry = new KernelRegistry(Engine.kernels());
    return new Convolution(
        geometry,
        registry.forward(geometry).getFirst(),
        registry.backwardData(geometry).getFirst(),
        registry.backwardWeights(geometry).getFirst());
  }

  Convolution(
      Conv2dGeometry geometry,
      KernelRegistry.Choice<SumPass> forward,
      KernelRegistry.Choice<SumPass> backwardData,
      KernelRegistry.Choice<OuterPass> backwardWeights) {
    this.geometry = geometry;
    this.inShape = geometry.inShape();
    this.outShape = geometry.outShape();
    this.weightShape = geometry.weightShape();
    this.biasShape = Shape.of(geometry.outChannels());
    this.forwardChoice = forward;
    this.backwardDataChoice = backwardData;
    this.backwardWeightsChoice = backwardWeights;
  }

  public Conv2dGeometry geometry() {
    return geometry;
  }

  /** The name of the forward kernel; {@code KernelRegistry} explains the grammar. */
  public String forwardKernel() {
    return forwardChoice.name();
  }

  /** The name of the kernel for the gradient of the input. */
  public String backwardDataKernel() {
    return backwardDataChoice.name();
  }

  /** The name of the kernel for the gradient of the weights. */
  public String backwardWeightsKernel() {
    return backwardWeightsChoice.name();
  }

  /**
   * Brings weights {@code [outChannels, inChannels / groups, kernelHeight, kernelWidth]} into the
   * forward kernel's order.
   */
  public PackedWeights pack(float[] weights) {
    requireLength("weights", weights, weightShape);
    var pass = plannedForward();
    return new PackedWeights(
        weightShape, geometry.groups(), pass.weightOrder(), pass.pack(weights));
  }

  /**
   * Computes the output from the input.
   *
   * @param input {@code geometry().inShape()}
   * @param weights packed by this convolution, or by one that differs in batch only; or in image
   *     size, where its kernel reads the same order
   * @param output {@code geometry().outShape()}
   * @throws ShapeException if an array does not fit the geometry, or the result is an operand too
   */
  public void forward(
      float[] input, PackedWeights weights, Epilogue epilogue, float[] output, Workers workers) {
    requireInput(input);
    requireOutput(output, input, epilogue);
    var pass = plannedForward();
    pass.run(input, packed(weights), epilogue, output, workers);
  }

  /**
   * Computes the gradient of the input from the gradient of the output; input elements that no
   * output reads get 0.
   *
   * @param gradOutput {@code geometry().outShape()}
   * @param weights {@code geometry().weightShape()}, not packed
   * @param gradInput {@code geometry().inShape()}
   * @throws ShapeException if an array does not fit the geometry, or the result is an operand too
   */
  public void backwardData(
      float[] gradOutput, float[] weights, float[] gradInput, Workers workers) {
    backwardData(gradOutput, weights, null, gradInput, workers);
  }

  /**
   * The same plus what has arrived at the input from elsewhere. With stride 1 it is added while the
   * sums are in the cache, so that it costs one pass over memory instead of three.
   *
   * @param addend {@code geometry().inShape()}, or null
   */
  public void backwardData(
      float[] gradOutput, float[] weights, float[] addend, float[] gradInput, Workers workers) {
    requireLength("gradient of the output", gradOutput, outShape);
    requireLength("weights", weights, weightShape);
    requireLength("gradient of the input", gradInput, inShape);
    requireApart("gradient of the input", gradInput, gradOutput, weights);
    if (addend != null) {
      requireLength("addend", addend, inShape);
      requireApart("gradient of the input", gradInput, addend, null);
    }
    if (backwardData == null) {
      backwardData = backwardDataChoice.plan().get();
      backwardDataWeights = backwardData.pack(weights);
    } else {
      backwardData.pack(weights, backwardDataWeights);
    }
    // With a stride the phases of the input are spread over rows that are not finished.
    boolean unstrided = geometry.strideHeight() == 1 && geometry.strideWidth() == 1;
    var epilogue =
        unstrided && addend != null ? new Epilogue(null, addend, Activation.NONE) : Epilogue.NONE;
    backwardData.run(gradOutput, backwardDataWeights, epilogue, gradInput, workers);
    if (!unstrided && addend != null) {
      Elementwise.add(gradInput, addend, gradInput, workers);
    }
  }

  /**
   * Computes the gradient of the weights from the input and the gradient of the output.
   *
   * @param input {@code geometry().inShape()}
   * @param gradOutput {@code geometry().outShape()}
   * @param gradWeights {@code geometry().weightShape()}
   * @throws ShapeException if an array does not fit the geometry, or the result is an operand too
   */
  public void backwardWeights(
      float[] input, float[] gradOutput, float[] gradWeights, Workers workers) {
    requireLength("input", input, inShape);
    requireLength("gradient of the output", gradOutput, outShape);
    requireLength("gradient of the weights", gradWeights, weightShape);
    requireApart("gradient of the weights", gradWeights, input, gradOutput);
    if (backwardWeights == null) {
      backwardWeights = backwardWeightsChoice.plan().get();
    }
    backwardWeights.run(input, gradOutput, gradWeights, workers);
  }

  /** The forward pass; its scratch memory serves one call at a time. */
  SumPass plannedForward() {
    if (forward == null) {
      forward = forwardChoice.plan().get();
    }
    return forward;
  }

  /** Weights as the forward pass reads them. */
  float[][] packed(PackedWeights weights) {
    return weights.data(geometry, weightShape, plannedForward().weightOrder());
  }

  void requireInput(float[] input) {
    requireLength("input", input, inShape);
  }

  /** Refuses an output, or what an epilogue adds, that does not fit. */
  void requireOutput(float[] output, float[] input, Epilogue epilogue) {
    requireLength("output", output, outShape);
    requireEpilogue(epilogue);
    requireApart("output", output, input, epilogue.addend());
  }

  void requireEpilogue(Epilogue epilogue) {
    if (epilogue.bias() != null) {
      requireLength("bias", epilogue.bias(), biasShape);
    }
    if (epilogue.addend() != null) {
      requireLength("addend", epilogue.addend(), outShape);
    }
  }

  /** A result is written while its operands are still read, some elements of it twice. */
  private void requireApart(String what, float[] result, float[] operand, float[] other) {
    if (result == operand || result == other) {
      throw new ShapeException(
          "conv2d",
          "the %s needs an array of its own, found one of the operands (problem %s)"
              .formatted(what, geometry));
    }
  }

  private void requireLength(String what, float[] array, Shape shape) {
    if (array.length != shape.elements()) {
      throw new ShapeException(
          "conv2d",
          "%s needs %d values for %s, found %d (problem %s)"
              .formatted(what, shape.elements(), shape, array.length, geometry));
    }
  }
}
