package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The order of the sum, which nodes rely on. Values and gradients are checked on the tape. */
class FullyConnectedTest {
  private static final long SEED = 4;

  @ParameterizedTest
  @CsvSource({
    "1,1,1,1",
    "3,7,5,1",
    "2,24,10,4",
    "1,30,1100,2",
    "2,13,9,13",
    "15,64,100,1",
    "5,600,1000,3"
  })
  void everyOutputIsSummedInThePromisedOrder(int n, int inFeatures, int outFeatures, int parts) {
    float[] input = random(n * inFeatures);
    float[] weights = random(outFeatures * inFeatures);
    float[] bias = random(outFeatures);
    for (float[] maybeBias : new float[][] {bias, null}) {
      for (Activation activation : Activation.values()) {
        float[] expected = new float[n * outFeatures];
        for (int b = 0; b < n; b++) {
          for (int o = 0; o < outFeatures; o++) {
            float result = 0;
            for (int part = 0; part < parts; part++) {
              float sum = 0;
              int slice = inFeatures / parts;
              for (int i = part * slice; i < (part + 1) * slice; i++) {
                sum = Math.fma(weights[o * inFeatures + i], input[b * inFeatures + i], sum);
              }
              if (part == 0) {
                result = maybeBias == null ? sum : sum + maybeBias[o];
              } else {
                result = result + sum;
              }
            }
            expected[b * outFeatures + o] = activated(activation, result);
          }
        }
        for (int threads = 1; threads <= 3; threads++) {
          assertThat(
                  forward(
                      FullyConnected.of(n, inFeatures, outFeatures, parts),
                      input,
                      weights,
                      maybeBias,
                      activation,
                      n * outFeatures,
                      threads))
              .as("bias %s, %s, %d threads", maybeBias != null, activation, threads)
              .isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void nodesThatComputeOnePartEachGiveTheSameBits() {
    int n = 3;
    int inFeatures = 20;
    int outFeatures = 17;
    int nodes = 4;
    int slice = inFeatures / nodes;
    float[] input = random(n * inFeatures);
    float[] weights = random(outFeatures * inFeatures);
    float[] bias = random(outFeatures);

    float[] whole =
        forward(
            FullyConnected.of(n, inFeatures, outFeatures, nodes),
            input,
            weights,
            bias,
            Activation.NONE,
            n * outFeatures,
            1);

    float[] sum = null;
    for (int node = 0; node < nodes; node++) {
      float[] part =
          forward(
              FullyConnected.of(n, slice, outFeatures, 1),
              columns(input, inFeatures, node * slice, slice),
              columns(weights, inFeatures, node * slice, slice),
              node == 0 ? bias : null,
              Activation.NONE,
              n * outFeatures,
              1);
      if (node == 0) {
        sum = part;
      } else {
        for (int i = 0; i < sum.length; i++) {
          sum[i] += part[i];
        }
      }
    }
    assertThat(sum).isEqualTo(whole);
  }

  @Test
  void packedWeightsCanBePackedAgain() {
    var layer = FullyConnected.of(1, 3, 2, 1);
    var packed = layer.pack(new float[] {1, 2, 3, 4, 5, 6});
    layer.pack(new float[] {6, 5, 4, 3, 2, 1}, packed);
    float[] output = new float[2];
    try (var workers = new Workers(1)) {
      layer.forward(new float[] {100, 10, 1}, packed, null, Activation.NONE, output, workers);
    }
    assertThat(output).containsExactly(654, 321);
  }

  @Test
  void wrongSizesAreRefused() {
    assertThatThrownBy(() -> FullyConnected.of(1, 10, 5, 3))
        .isInstanceOf(ShapeException.class)
        .hasMessage("linear: 10 input features are not divisible by 3 parts");
    assertThatThrownBy(() -> FullyConnected.of(1, 10, 0, 1))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("outFeatures 0");
    var layer = FullyConnected.of(2, 3, 4, 1);
    assertThatThrownBy(() -> layer.pack(new float[11]))
        .isInstanceOf(ShapeException.class)
        .hasMessage("linear: weights [4, 3] needs 12 elements, found 11");
    var foreign = FullyConnected.of(2, 4, 3, 1).pack(new float[12]);
    try (var workers = new Workers(1)) {
      assertThatThrownBy(
              () ->
                  layer.forward(
                      new float[6], foreign, null, Activation.NONE, new float[8], workers))
          .isInstanceOf(ShapeException.class)
          .hasMessage("linear: packed weights are [3, 4], the layer needs [4, 3]");
    }
  }

  private static float[] forward(
      FullyConnected layer,
      float[] input,
      float[] weights,
      float[] bias,
      Activation activation,
      int outputs,
      int threads) {
    float[] output = new float[outputs];
    Arrays.fill(output, Float.NaN);
    try (var workers = new Workers(threads)) {
      layer.forward(input, layer.pack(weights), bias, activation, output, workers);
    }
    return output;
  }

  private static float activated(Activation activation, float value) {
    return switch (activation) {
      case NONE -> value;
      case RELU -> Math.max(value, 0f);
      case RELU6 -> Math.min(Math.max(value, 0f), 6f);
    };
  }

  private static float[] columns(float[] matrix, int width, int first, int count) {
    float[] slice = new float[matrix.length / width * count];
    for (int i = 0; i < slice.length; i++) {
      slice[i] = matrix[i / count * width + first + i % count];
    }
    return slice;
  }

  private static float[] random(int length) {
    var random = new SplittableRandom(SEED + length);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian() * 3;
    }
    return values;
  }
}
