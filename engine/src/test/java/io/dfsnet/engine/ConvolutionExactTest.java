package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * Every kernel of the registry on every problem that it admits, against the plain loops, with
 * integers so small that all sums are exact: a difference is a bug and never rounding.
 */
@Tag("kernels")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConvolutionExactTest {
  private final Workers workers = new Workers(2);

  @AfterAll
  void close() {
    workers.close();
  }

  @TestFactory
  Stream<DynamicTest> table() {
    return ConvolutionProblems.tests(geometry -> check(geometry, 1));
  }

  @TestFactory
  Stream<DynamicTest> fuzz() {
    return Stream.iterate(1L, seed -> seed + 1)
        .limit(100)
        .map(
            seed -> {
              var geometry = ConvolutionProblems.random(new Random(seed));
              return DynamicTest.dynamicTest(
                  "seed " + seed + ": " + geometry, () -> check(geometry, seed));
            });
  }

  private void check(Conv2dGeometry geometry, long seed) {
    var random = new Random(seed);
    float[] input = ConvolutionProblems.integers(geometry.inShape(), random);
    float[] weights = ConvolutionProblems.integers(geometry.weightShape(), random);
    float[] gradOutput = ConvolutionProblems.integers(geometry.outShape(), random);
    float[] expected = floats(ReferenceConvolution.forward(geometry, input, weights));
    for (var convolution : KernelVariants.forward(geometry)) {
      float[] output = nan(geometry.outShape());
      convolution.forward(input, convolution.pack(weights), Epilogue.NONE, output, workers);
      assertThat(output).as(convolution.forwardKernel()).isEqualTo(expected);
    }
    expected = floats(ReferenceConvolution.backwardData(geometry, gradOutput, weights));
    for (var convolution : KernelVariants.backwardData(geometry)) {
      float[] gradInput = nan(geometry.inShape());
      convolution.backwardData(gradOutput, weights, gradInput, workers);
      assertThat(gradInput).as(convolution.backwardDataKernel()).isEqualTo(expected);
    }
    expected = floats(ReferenceConvolution.backwardWeights(geometry, input, gradOutput));
    for (var convolution : KernelVariants.backwardWeights(geometry)) {
      float[] gradWeights = nan(geometry.weightShape());
      convolution.backwardWeights(input, gradOutput, gradWeights, workers);
      assertThat(gradWeights).as(convolution.backwardWeightsKernel()).isEqualTo(expected);
    }
  }

  private static float[] nan(Shape shape) {
    float[] values = new float[shape.elements()];
    Arrays.fill(values, Float.NaN);
    return values;
  }

  /** Adding 0 turns -0 into 0: the definition does not say which zero an empty sum is. */
  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i] + 0f;
    }
    return floats;
  }
}
