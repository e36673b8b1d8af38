package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What a convolution promises beside its values. */
class ConvolutionContractTest {
  private static final String PROBLEM = "n2 g2 ic4 ih6 iw6 oc6 kh3 kw3 sh1 sw1 ph1 pw1";

  private final Conv2dGeometry geometry = Conv2dGeometry.parse(PROBLEM);
  private final Convolution convolution = Convolution.of(geometry);
  private final float[] input = new float[geometry.inShape().elements()];
  private final float[] weights = new float[geometry.weightShape().elements()];
  private final float[] output = new float[geometry.outShape().elements()];
  private final Workers one = new Workers(1);

  @Test
  void wrongLengthsAreNamedWithTheProblem() {
    float[] wrong = new float[7];
    var packed = convolution.pack(weights);
    refuses("weights", () -> convolution.pack(wrong));
    refuses("input", () -> convolution.forward(wrong, packed, Epilogue.NONE, output, one));
    refuses("output", () -> convolution.forward(input, packed, Epilogue.NONE, wrong, one));
    var biased = new Epilogue(wrong, null, Activation.NONE);
    refuses("bias", () -> convolution.forward(input, packed, biased, output, one));
    var added = new Epilogue(null, wrong, Activation.NONE);
    refuses("addend", () -> convolution.forward(input, packed, added, output, one));
    refuses("gradient of the output", () -> convolution.backwardData(wrong, weights, input, one));
    refuses("weights", () -> convolution.backwardData(output, wrong, input, one));
    refuses("gradient of the input", () -> convolution.backwardData(output, weights, wrong, one));
    refuses("addend", () -> convolution.backwardData(output, weights, wrong, input, one));
    refuses("input", () -> convolution.backwardWeights(wrong, output, weights, one));
    refuses(
        "gradient of the output", () -> convolution.backwardWeights(input, wrong, weights, one));
    refuses(
        "gradient of the weights", () -> convolution.backwardWeights(input, output, wrong, one));
  }

  private static void refuses(String what, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOf(ShapeException.class)
        .hasMessageStartingWith("conv2d: " + what + " needs ")
        .hasMessageContaining("found 7")
        .hasMessageContaining(PROBLEM);
  }

  @Test
  void resultsNeedArraysOfTheirOwn() {
    var same = Convolution.of(Conv2dGeometry.parse("ic1 ih3 oc1 kh3 ph1"));
    float[] a = new float[9];
    float[] b = new float[9];
    var packed = same.pack(a);
    var addsOutput = new Epilogue(null, b, Activation.NONE);
    refusesSharing("output", () -> same.forward(a, packed, Epilogue.NONE, a, one));
    refusesSharing("output", () -> same.forward(a, packed, addsOutput, b, one));
    refusesSharing("gradient of the input", () -> same.backwardData(a, b, a, one));
    refusesSharing("gradient of the input", () -> same.backwardData(a, b, b, one));
    refusesSharing("gradient of the weights", () -> same.backwardWeights(a, b, a, one));
    refusesSharing("gradient of the weights", () -> same.backwardWeights(a, b, b, one));
  }

  private static void refusesSharing(String what, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOf(ShapeException.class)
        .hasMessageStartingWith("conv2d: the " + what + " needs an array of its own")
        .hasMessageContaining("problem n1 g1 ic1");
  }

  @Test
  void packedWeightsOfAnotherShapeAreRefused() {
    var other = Convolution.of(Conv2dGeometry.parse("n2 g1 ic4 ih6 oc6 kh3 ph1"));
    var packed = other.pack(new float[other.geometry().weightShape().elements()]);
    assertThatThrownBy(() -> convolution.forward(input, packed, Epilogue.NONE, output, one))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("1 groups")
        .hasMessageContaining(PROBLEM);
  }

  /** A call full of NaN poisons all scratch memory; nothing of it may reach the next result. */
  @Tag("kernels")
  @TestFactory
  Stream<DynamicTest> scratchMemoryDoesNotLeakIntoTheNextCall() {
    return ConvolutionProblems.tests(
        ConvolutionProblems.TABLE,
        problem -> {
          var random = new Random(5);
          float[] x = ConvolutionProblems.integers(problem.inShape(), random);
          float[] w = ConvolutionProblems.integers(problem.weightShape(), random);
          float[] g = ConvolutionProblems.integers(problem.outShape(), random);
          var fresh = run(Convolution.of(problem), x, w, g);
          var used = Convolution.of(problem);
          run(used, nan(x), w, nan(g));
          assertThat(run(used, x, w, g)).isDeepEqualTo(fresh);
        });
  }

  private float[][] run(Convolution tested, float[] x, float[] w, float[] g) {
    float[][] results = {nan(g), nan(x), nan(w)};
    tested.forward(x, tested.pack(w), Epilogue.NONE, results[0], one);
    tested.backwardData(g, w, results[1], one);
    tested.backwardWeights(x, g, results[2], one);
    return results;
  }

  private static float[] nan(float[] like) {
    float[] values = new float[like.length];
    Arrays.fill(values, Float.NaN);
    return values;
  }

  /** Measured on scalar kernels: SIMD code allocates vectors until C2 has compiled it. */
  @Test
  void steadyStateAllocatesNothing() {
    var scalar = KernelVariants.scalar(geometry).getFirst();
    var packed = scalar.pack(weights);
    var epilogue = new Epilogue(new float[6], new float[output.length], Activation.RELU);
    float[] gradWeights = new float[weights.length];
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    // The JVM itself allocates now and then, but not during every one of these rounds.
    for (int round = 0; round < 6; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int call = 0; call < 10; call++) {
        scalar.forward(input, packed, epilogue, output, one);
        scalar.backwardData(output, weights, input, one);
        scalar.backwardWeights(input, output, gradWeights, one);
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(least).isZero();
  }
}
