package io.dfsnet.nn.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ResamplingTest {

  /** By hand: reach 2, so the weights of the first output are 3/4, 3/4 and 1/4 over 7/4. */
  @Test
  void halvingWeighsThreeSamples() {
    byte[] input = {0, 0, (byte) 255, (byte) 255};
    Resampling half = Resampling.bilinear(4, 2, 0, 2);
    assertThat(half.sample(input, 0, 1, 0) & 0xff).isEqualTo(36); // 255 / 7
    assertThat(half.sample(input, 0, 1, 1) & 0xff).isEqualTo(219); // 255 * 6 / 7
  }

  @Test
  void theSameSizeChangesNothing() {
    byte[] input = {3, -1, 0, 77};
    Resampling same = Resampling.bilinear(4, 4, 0, 4);
    for (int i = 0; i < 4; i++) {
      assertThat(same.sample(input, 0, 1, i)).isEqualTo(input[i]);
    }
  }

  @Test
  void doublingInterpolates() {
    byte[] input = {0, 100};
    Resampling twice = Resampling.bilinear(2, 4, 0, 4);
    int[] expected = {0, 25, 75, 100};
    for (int i = 0; i < 4; i++) {
      assertThat(twice.sample(input, 0, 1, i)).isEqualTo((byte) expected[i]);
    }
  }

  /** Against the integral of the triangle in doubles, for random sizes and windows. */
  @Test
  void anySizesAgreeWithTheFormula() {
    var random = new Random(4);
    for (int trial = 0; trial < 300; trial++) {
      int input = 1 + random.nextInt(90);
      int output = 1 + random.nextInt(90);
      int from = random.nextInt(output);
      int count = 1 + random.nextInt(output - from);
      int stride = 1 + random.nextInt(3);
      byte[] bytes = new byte[2 + input * stride];
      random.nextBytes(bytes);
      Resampling resampling = Resampling.bilinear(input, output, from, count);
      for (int i = 0; i < count; i++) {
        double scale = (double) input / output;
        double sum = 0;
        double weights = 0;
        for (int j = 0; j < input; j++) {
          double distance = Math.abs(j + 0.5 - (from + i + 0.5) * scale) / Math.max(scale, 1);
          double weight = Math.max(0, 1 - distance);
          sum += weight * (bytes[2 + j * stride] & 0xff);
          weights += weight;
        }
        assertThat((resampling.sample(bytes, 2, stride, i) & 0xff) - sum / weights)
            .as("%d to %d, sample %d", input, output, from + i)
            .isBetween(-0.501, 0.501);
      }
    }
  }
}
