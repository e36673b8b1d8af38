package io.dfsnet.cli.bench;

import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.Convolution;
import io.dfsnet.engine.Epilogue;
import io.dfsnet.engine.PackedWeights;
import io.dfsnet.engine.Workers;

/** A pass of a convolution. Weights of the forward pass are packed before, as in inference. */
final class ConvolutionWorkload implements Workload {
  private final ConvolutionProblem problem;
  private final Workers workers;
  private final Convolution convolution;
  private final float[] input;
  private final float[] weights;
  private final float[] gradOutput;
  private final float[] output;
  private final float[] gradInput;
  private final float[] gradWeights;
  private final PackedWeights packed;

  ConvolutionWorkload(ConvolutionProblem problem, Workers workers, long seed) {
    Conv2dGeometry geometry = problem.geometry();
    Operands operands = new Operands(seed, mostProducts(geometry));
    this.problem = problem;
    this.workers = workers;
    this.convolution = Convolution.of(geometry);
    this.input = operands.draw(geometry.inShape().elements());
    this.weights = operands.draw(geometry.weightShape().elements());
    this.gradOutput = operands.draw(geometry.outShape().elements());
    this.output = Operands.unwritten(gradOutput.length);
    this.gradInput = Operands.unwritten(input.length);
    this.gradWeights = Operands.unwritten(weights.length);
    this.packed = problem.pass() == Pass.FORWARD ? convolution.pack(weights) : null;
  }

  /** What an element of the largest of the three sums has: output, or either gradient. */
  private static long mostProducts(Conv2dGeometry geometry) {
    long taps = (long) geometry.kernelHeight() * geometry.kernelWidth();
    long positions = (long) geometry.n() * geometry.outHeight() * geometry.outWidth();
    long channels = Math.max(geometry.inChannelsPerGroup(), geometry.outChannelsPerGroup());
    return Math.max(channels * taps, positions);
  }

  @Override
  public String kernel() {
    return switch (problem.pass()) {
      case FORWARD -> convolution.forwardKernel();
      case BACKWARD_DATA -> convolution.backwardDataKernel();
      case BACKWARD_WEIGHTS -> convolution.backwardWeightsKernel();
      case BACKWARD ->
          convolution.backwardDataKernel() + " + " + convolution.backwardWeightsKernel();
    };
  }

  @Override
  public long flops() {
    return problem.flops();
  }

  @Override
  public void run() {
    switch (problem.pass()) {
      case FORWARD -> convolution.forward(input, packed, Epilogue.NONE, output, workers);
      case BACKWARD_DATA -> backwardData();
      case BACKWARD_WEIGHTS -> backwardWeights();
      case BACKWARD -> {
        backwardData();
        backwardWeights();
      }
    }
  }

  @Override
  public void check() {
    run();
    switch (problem.pass()) {
      case FORWARD -> require(output, Reference.forward(problem.geometry(), input, weights));
      case BACKWARD_DATA -> checkData();
      case BACKWARD_WEIGHTS -> checkWeights();
      case BACKWARD -> {
        checkData();
        checkWeights();
      }
    }
  }

  private void backwardData() {
    convolution.backwardData(gradOutput, weights, gradInput, workers);
  }

  private void backwardWeights() {
    convolution.backwardWeights(input, gradOutput, gradWeights, workers);
  }

  private void checkData() {
    require(gradInput, Reference.backwardData(problem.geometry(), gradOutput, weights));
  }

  private void checkWeights() {
    require(gradWeights, Reference.backwardWeights(problem.geometry(), input, gradOutput));
  }

  private void require(float[] found, double[] wanted) {
    Operands.requireEqual(problem, kernel(), found, wanted);
  }
}
