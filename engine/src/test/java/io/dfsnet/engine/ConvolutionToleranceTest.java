package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** All three passes on random normal values, against the plain loops in double. */
@Tag("kernels")
class ConvolutionToleranceTest {

  @TestFactory
  Stream<DynamicTest> passesStayWithinRounding() {
    return ConvolutionProblems.tests(
        ConvolutionProblems.TABLE,
        geometry -> {
          var random = new Random(3);
          float[] input = ConvolutionProblems.normal(geometry.inShape(), random);
          float[] weights = ConvolutionProblems.normal(geometry.weightShape(), random);
          float[] gradOutput = ConvolutionProblems.normal(geometry.outShape(), random);
          float[] output = new float[gradOutput.length];
          float[] gradInput = new float[input.length];
          float[] gradWeights = new float[weights.length];
          var convolution = Convolution.of(geometry);
          try (var workers = new Workers(2)) {
            convolution.forward(input, convolution.pack(weights), Epilogue.NONE, output, workers);
            convolution.backwardData(gradOutput, weights, gradInput, workers);
            convolution.backwardWeights(input, gradOutput, gradWeights, workers);
          }
          int taps = geometry.kernelHeight() * geometry.kernelWidth();
          check(
              convolution.forwardKernel(),
              output,
              ReferenceConvolution.forward(geometry, input, weights),
              geometry.reduction());
          check(
              convolution.backwardDataKernel(),
              gradInput,
              ReferenceConvolution.backwardData(geometry, gradOutput, weights),
              geometry.outChannelsPerGroup() * taps);
          check(
              convolution.backwardWeightsKernel(),
              gradWeights,
              ReferenceConvolution.backwardWeights(geometry, input, gradOutput),
              geometry.n() * geometry.outHeight() * geometry.outWidth());
        });
  }

  /**
   * The rounding errors of a sum of {@code terms} products of unit normals: each of the additions
   * rounds a partial sum of about the square root of its length by half an epsilon, and the errors
   * add up like a random walk, so about epsilon * terms / 2 with the largest of many elements a few
   * times that. Bound: 4 epsilon * (terms + 8).
   */
  private static void check(String kernel, float[] actual, double[] expected, int terms) {
    double bound = 4 * Math.ulp(1f) * (terms + 8);
    for (int i = 0; i < actual.length; i++) {
      // Written so that a NaN fails; an assertion per element would take most of the time.
      if (!(Math.abs(actual[i] - expected[i]) <= bound)) {
        assertThat((double) actual[i])
            .as("%s, element %d", kernel, i)
            .isCloseTo(expected[i], within(bound));
      }
    }
  }
}
