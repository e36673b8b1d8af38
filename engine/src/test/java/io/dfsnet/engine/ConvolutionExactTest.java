package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
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
  private static final float MOST_ROUNDING = 0.05f;

  private final Workers workers = new Workers(2);

  @AfterAll
  void close() {
    workers.close();
  }

  @TestFactory
  Stream<DynamicTest> everyKernelOnTheTable() {
    return ConvolutionProblems.tests(
        ConvolutionProblems.TABLE,
        geometry -> new Case(geometry, 1).check(KernelVariants.all(geometry)));
  }

  @TestFactory
  Stream<DynamicTest> everyKernelOnRandomProblems() {
    return Stream.iterate(1L, seed -> seed + 1)
        .limit(60)
        .map(
            seed -> {
              var geometry = ConvolutionProblems.random(new Random(seed));
              return DynamicTest.dynamicTest(
                  "seed " + seed + ": " + geometry,
                  () -> new Case(geometry, seed).check(KernelVariants.all(geometry)));
            });
  }

  @TestFactory
  Stream<DynamicTest> chosenKernelsOnLargeProblems() {
    return ConvolutionProblems.tests(
        ConvolutionProblems.LARGE,
        geometry -> new Case(geometry, 1).check(List.of(Convolution.of(geometry))));
  }

  /** Integers for all passes of a geometry, and what the plain loops make of them. */
  private final class Case {
    final Conv2dGeometry geometry;
    final float[] input;
    final float[] weights;
    final float[] gradOutput;
    final float[] output;
    final float[] gradInput;
    final float[] gradWeights;

    Case(Conv2dGeometry geometry, long seed) {
      var random = new Random(seed);
      this.geometry = geometry;
      input = ConvolutionProblems.integers(geometry.inShape(), random);
      weights = ConvolutionProblems.integers(geometry.weightShape(), random);
      gradOutput = ConvolutionProblems.integers(geometry.outShape(), random);
      output = floats(ReferenceConvolution.forward(geometry, input, weights));
      gradInput = floats(ReferenceConvolution.backwardData(geometry, gradOutput, weights));
      gradWeights = floats(ReferenceConvolution.backwardWeights(geometry, input, gradOutput));
    }

    void check(List<Convolution> convolutions) {
      for (var convolution : convolutions) {
        float[] actual = nan(geometry.outShape());
        convolution.forward(input, convolution.pack(weights), Epilogue.NONE, actual, workers);
        assertThat(exact(convolution.forwardKernel(), actual))
            .as(convolution.forwardKernel())
            .isEqualTo(output);

        actual = nan(geometry.inShape());
        convolution.backwardData(gradOutput, weights, actual, workers);
        assertThat(exact(convolution.backwardDataKernel(), actual))
            .as(convolution.backwardDataKernel())
            .isEqualTo(gradInput);

        actual = nan(geometry.weightShape());
        convolution.backwardWeights(input, gradOutput, actual, workers);
        assertThat(exact(convolution.backwardWeightsKernel(), actual))
            .as(convolution.backwardWeightsKernel())
            .isEqualTo(gradWeights);
      }
    }
  }

  /**
   * What a kernel found. {@link Winograd} divides by three and cannot be exact, but comes so near
   * to integers that rounding gives them, and a wrong product would not.
   */
  private static float[] exact(String kernel, float[] found) {
    if (!KernelVariants.isWinograd(kernel)) {
      return found;
    }
    float[] rounded = new float[found.length];
    for (int i = 0; i < found.length; i++) {
      rounded[i] = Math.round(found[i]);
      if (!(Math.abs(found[i] - rounded[i]) < MOST_ROUNDING)) {
        assertThat(found[i]).as("%s, element %d", kernel, i).isEqualTo(rounded[i]);
      }
    }
    return rounded;
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
