package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The promise about bits: forward results follow from the canonical order alone, whatever the
 * kernel, the width, the thread count and the batch; gradients do not depend on the threads.
 */
@Tag("kernels")
class ConvolutionBitsTest {

  @TestFactory
  Stream<DynamicTest> forwardIsCanonicalInEveryKernel() {
    return ConvolutionProblems.tests(
        ConvolutionProblems.TABLE,
        geometry -> {
          var random = new Random(7);
          float[] input = ConvolutionProblems.normal(geometry.inShape(), random);
          float[] weights = ConvolutionProblems.normal(geometry.weightShape(), random);
          for (var convolution : KernelVariants.all(geometry)) {
            assertThat(forward(convolution, input, weights, Epilogue.NONE, 1))
                .as(convolution.forwardKernel())
                .isEqualTo(canonical(convolution, input, weights));
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> epilogueAddsBiasThenAddendThenActivates() {
    return ConvolutionProblems.tests(
        ConvolutionProblems.TABLE,
        geometry -> {
          var random = new Random(8);
          float[] input = ConvolutionProblems.normal(geometry.inShape(), random);
          float[] weights = ConvolutionProblems.normal(geometry.weightShape(), random);
          float[] bias = ConvolutionProblems.normal(Shape.of(geometry.outChannels()), random);
          float[] addend = ConvolutionProblems.normal(geometry.outShape(), random);
          addend[0] = Float.NaN;
          addend[addend.length - 1] = Float.NEGATIVE_INFINITY;
          float[] sums = canonical(Convolution.of(geometry), input, weights);
          for (var activation : Activation.values()) {
            for (var epilogue :
                new Epilogue[] {
                  new Epilogue(null, null, activation),
                  new Epilogue(bias, null, activation),
                  new Epilogue(null, addend, activation),
                  new Epilogue(bias, addend, activation)
                }) {
              assertThat(forward(Convolution.of(geometry), input, weights, epilogue, 2))
                  .as(epilogue.toString())
                  .isEqualTo(finished(geometry, sums, epilogue));
            }
          }
        });
  }

  /** Kernels that clamp as {@link Activation#floorBits} says start anew where there is a NaN. */
  @TestFactory
  Stream<DynamicTest> aNanStaysOneAndInfinitiesAreCutOff() {
    return ConvolutionProblems.tests(
        ConvolutionProblems.TABLE,
        geometry -> {
          var random = new Random(13);
          float[] input = ConvolutionProblems.normal(geometry.inShape(), random);
          float[] weights = ConvolutionProblems.normal(geometry.weightShape(), random);
          float[] bias = ConvolutionProblems.normal(Shape.of(geometry.outChannels()), random);
          input[random.nextInt(input.length)] = Float.NaN;
          input[random.nextInt(input.length)] = Float.intBitsToFloat(0xFFC00000);
          input[random.nextInt(input.length)] = Float.POSITIVE_INFINITY;
          bias[random.nextInt(bias.length)] = Float.NEGATIVE_INFINITY;
          for (var activation : new Activation[] {Activation.RELU, Activation.RELU6}) {
            var epilogue = new Epilogue(bias, null, activation);
            for (var convolution : KernelVariants.all(geometry)) {
              float[] sums = canonical(convolution, input, weights);
              float[] expected = finished(geometry, sums, epilogue);
              assertThat(forward(convolution, input, weights, epilogue, 1))
                  .as("%s, %s", convolution.forwardKernel(), activation)
                  .isEqualTo(expected);
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> threadsDoNotMatter() {
    return ConvolutionProblems.tests(
        ConvolutionProblems.LARGE,
        geometry -> {
          var random = new Random(9);
          float[] input = ConvolutionProblems.normal(geometry.inShape(), random);
          float[] weights = ConvolutionProblems.normal(geometry.weightShape(), random);
          float[] gradOutput = ConvolutionProblems.normal(geometry.outShape(), random);
          var convolution = Convolution.of(geometry);
          float[] output = null;
          float[] gradInput = null;
          float[] gradWeights = null;
          for (int threads = 1; threads <= 3; threads++) {
            float[] nowOutput = forward(convolution, input, weights, Epilogue.NONE, threads);
            float[] nowInput = new float[input.length];
            float[] nowWeights = new float[weights.length];
            try (var workers = new Workers(threads)) {
              convolution.backwardData(gradOutput, weights, nowInput, workers);
              convolution.backwardWeights(input, gradOutput, nowWeights, workers);
            }
            if (threads > 1) {
              assertThat(nowOutput).as("output, %d threads", threads).isEqualTo(output);
              assertThat(nowInput).as("input's, %d threads", threads).isEqualTo(gradInput);
              assertThat(nowWeights).as("weights', %d threads", threads).isEqualTo(gradWeights);
            }
            output = nowOutput;
            gradInput = nowInput;
            gradWeights = nowWeights;
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> batchPositionDoesNotMatter() {
    return ConvolutionProblems.tests(
        ConvolutionProblems.TABLE,
        geometry -> {
          var random = new Random(10);
          float[] input = ConvolutionProblems.normal(geometry.inShape(), random);
          float[] weights = ConvolutionProblems.normal(geometry.weightShape(), random);
          float[] gradOutput = ConvolutionProblems.normal(geometry.outShape(), random);
          float[] output = forward(Convolution.of(geometry), input, weights, Epilogue.NONE, 1);
          float[] gradInput = backwardData(Convolution.of(geometry), gradOutput, weights);
          var single = Convolution.of(geometry.withBatch(1));
          for (int image = 0; image < geometry.n(); image++) {
            float[] oneInput = image(input, image, geometry.n());
            float[] oneGradient = image(gradOutput, image, geometry.n());
            assertThat(forward(single, oneInput, weights, Epilogue.NONE, 1))
                .as("output of image %d", image)
                .isEqualTo(image(output, image, geometry.n()));
            assertThat(backwardData(single, oneGradient, weights))
                .as("gradient of image %d", image)
                .isEqualTo(image(gradInput, image, geometry.n()));
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> backwardToDataAddsWhatHasArrivedBefore() {
    return ConvolutionProblems.tests(
        ConvolutionProblems.TABLE,
        geometry -> {
          var random = new Random(12);
          float[] weights = ConvolutionProblems.normal(geometry.weightShape(), random);
          float[] gradOutput = ConvolutionProblems.normal(geometry.outShape(), random);
          float[] before = ConvolutionProblems.normal(geometry.inShape(), random);
          float[] kept = before.clone();
          for (var convolution : KernelVariants.all(geometry)) {
            float[] expected = backwardData(convolution, gradOutput, weights);
            for (int i = 0; i < expected.length; i++) {
              expected[i] += before[i];
            }
            float[] found = new float[expected.length];
            Arrays.fill(found, Float.NaN);
            try (var workers = new Workers(2)) {
              convolution.backwardData(gradOutput, weights, before, found, workers);
            }
            assertThat(found).as(convolution.backwardDataKernel()).isEqualTo(expected);
            assertThat(before).isEqualTo(kept);
          }
        });
  }

  /** Across implementations too: a node without SIMD must agree with one that has it. */
  @TestFactory
  Stream<DynamicTest> backwardToDataIsTheSameInScalarCode() {
    return ConvolutionProblems.tests(
        ConvolutionProblems.TABLE,
        geometry -> {
          var random = new Random(11);
          float[] weights = ConvolutionProblems.normal(geometry.weightShape(), random);
          float[] gradOutput = ConvolutionProblems.normal(geometry.outShape(), random);
          var scalar = KernelVariants.scalar(geometry);
          for (var convolution : KernelVariants.all(geometry)) {
            assertThat(backwardData(convolution, gradOutput, weights))
                .as(convolution.backwardDataKernel())
                .isEqualTo(backwardData(alike(convolution, scalar), gradOutput, weights));
          }
        });
  }

  /** The first one that sums by {@link Winograd}'s filtering, or does not, as the other. */
  private static Convolution alike(Convolution other, List<Convolution> all) {
    boolean isWinograd = KernelVariants.isWinograd(other.backwardDataKernel());
    return all.stream()
        .filter(one -> KernelVariants.isWinograd(one.backwardDataKernel()) == isWinograd)
        .findFirst()
        .orElseThrow();
  }

  /** Which order is taken must not depend on what a node has, nor on its share of a convolution. */
  @TestFactory
  Stream<DynamicTest> scalarCodeAndEveryShareTakeTheSameOrder() {
    return ConvolutionProblems.tests(
        ConvolutionProblems.TABLE,
        geometry -> {
          var convolution = Convolution.of(geometry);
          var scalar = KernelVariants.scalar(geometry).getFirst();
          boolean forward = KernelVariants.isWinograd(convolution.forwardKernel());
          assertThat(KernelVariants.isWinograd(scalar.forwardKernel())).isEqualTo(forward);
          assertThat(KernelVariants.isWinograd(scalar.backwardDataKernel()))
              .isEqualTo(KernelVariants.isWinograd(convolution.backwardDataKernel()));
          for (int outputs = 1; outputs <= 33; outputs += 8) {
            var share = Convolution.of(oneGroup(geometry, outputs));
            assertThat(KernelVariants.isWinograd(share.forwardKernel()))
                .as("%d output channels", outputs)
                .isEqualTo(forward);
          }
        });
  }

  private static Conv2dGeometry oneGroup(Conv2dGeometry g, int outputs) {
    return new Conv2dGeometry(
        g.n(),
        1,
        g.inChannelsPerGroup(),
        g.inHeight(),
        g.inWidth(),
        outputs,
        g.kernelHeight(),
        g.kernelWidth(),
        g.strideHeight(),
        g.strideWidth(),
        g.padHeight(),
        g.padWidth(),
        g.dilationHeight(),
        g.dilationWidth());
  }

  @Test
  void packedWeightsServeEveryBatchAndImageSizeOfAFamily() {
    var small = Conv2dGeometry.parse("n1 g2 ic6 ih5 oc22 kh3 ph1");
    var large = Conv2dGeometry.parse("n4 g2 ic6 ih32 oc22 kh3 ph1");
    var random = new Random(12);
    float[] weights = ConvolutionProblems.normal(small.weightShape(), random);
    float[] input = ConvolutionProblems.normal(large.inShape(), random);
    float[] output = new float[large.outShape().elements()];
    try (var workers = new Workers(1)) {
      var packed = Convolution.of(small).pack(weights);
      Convolution.of(large).forward(input, packed, Epilogue.NONE, output, workers);
    }
    assertThat(output).isEqualTo(canonical(large, input, weights));
  }

  /** What the order of sums of a convolution's kernel gives. */
  private static float[] canonical(Convolution convolution, float[] input, float[] weights) {
    return KernelVariants.isWinograd(convolution.forwardKernel())
        ? ReferenceWinograd.forward(convolution.geometry(), input, weights)
        : canonical(convolution.geometry(), input, weights);
  }

  /** One chain of scalar fused multiply-adds per output element, padding included as zero. */
  private static float[] canonical(Conv2dGeometry g, float[] input, float[] weights) {
    float[] output = new float[g.outShape().elements()];
    int out = 0;
    for (int b = 0; b < g.n(); b++) {
      for (int o = 0; o < g.outChannels(); o++) {
        for (int y = 0; y < g.outHeight(); y++) {
          for (int x = 0; x < g.outWidth(); x++) {
            float sum = 0;
            int weight = o * g.reduction();
            for (int i = 0; i < g.inChannelsPerGroup(); i++) {
              int c = o / g.outChannelsPerGroup() * g.inChannelsPerGroup() + i;
              for (int r = 0; r < g.kernelHeight(); r++) {
                for (int s = 0; s < g.kernelWidth(); s++) {
                  int row = y * g.strideHeight() - g.padHeight() + r * g.dilationHeight();
                  int column = x * g.strideWidth() - g.padWidth() + s * g.dilationWidth();
                  boolean inside =
                      row >= 0 && row < g.inHeight() && column >= 0 && column < g.inWidth();
                  int in = ((b * g.inChannels() + c) * g.inHeight() + row) * g.inWidth() + column;
                  sum = Math.fma(weights[weight++], inside ? input[in] : 0, sum);
                }
              }
            }
            output[out++] = sum;
          }
        }
      }
    }
    return output;
  }

  private static float[] finished(Conv2dGeometry geometry, float[] sums, Epilogue epilogue) {
    float[] values = sums.clone();
    int mapSize = geometry.outHeight() * geometry.outWidth();
    for (int i = 0; i < values.length; i++) {
      if (epilogue.bias() != null) {
        values[i] += epilogue.bias()[i / mapSize % geometry.outChannels()];
      }
      if (epilogue.addend() != null) {
        values[i] += epilogue.addend()[i];
      }
      values[i] =
          switch (epilogue.activation()) {
            case NONE -> values[i];
            case RELU -> Math.max(values[i], 0);
            case RELU6 -> Math.min(Math.max(values[i], 0), 6);
          };
    }
    return values;
  }

  private static float[] forward(
      Convolution convolution, float[] input, float[] weights, Epilogue epilogue, int threads) {
    float[] output = new float[convolution.geometry().outShape().elements()];
    Arrays.fill(output, Float.NaN);
    try (var workers = new Workers(threads)) {
      convolution.forward(input, convolution.pack(weights), epilogue, output, workers);
    }
    return output;
  }

  private static float[] backwardData(
      Convolution convolution, float[] gradOutput, float[] weights) {
    float[] gradInput = new float[convolution.geometry().inShape().elements()];
    Arrays.fill(gradInput, Float.NaN);
    try (var workers = new Workers(1)) {
      convolution.backwardData(gradOutput, weights, gradInput, workers);
    }
    return gradInput;
  }

  private static float[] image(float[] batch, int image, int images) {
    int size = batch.length / images;
    return Arrays.copyOfRange(batch, image * size, (image + 1) * size);
  }
}
