package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every product, bit for bit, against the plain loop. */
@Tag("kernels")
class MatrixProductTest {
  private static final long SEED = 21;

  @Test
  void smallSizesAreTheChainsOfThePlainLoop() {
    var random = new Random(SEED);
    for (int round = 0; round < 300; round++) {
      int m = 1 + random.nextInt(40);
      int n = 1 + random.nextInt(round % 2 == 0 ? 40 : 150);
      int k = 1 + random.nextInt(40);
      requireChains(m, n, k, 1, new Random(SEED + round));
    }
  }

  /** More products than a block, more panels than a block, tails of both, one row, one column. */
  @ParameterizedTest
  @CsvSource({
    "53,150,1300",
    "50,1100,1100",
    "49,65,2049",
    "49,256,1024",
    "13,300,1300",
    "1,33,2700",
    "30,1,2400",
    "55,3,1025",
    "20,512,256",
    "20,129,1024"
  })
  void blocksContinueTheChains(int m, int n, int k) {
    for (int threads = 1; threads <= 3; threads++) {
      requireChains(m, n, k, threads, new Random(SEED));
    }
  }

  private static void requireChains(int m, int n, int k, int threads, Random random) {
    float[] left = ConvolutionProblems.normal(Shape.of(m, k), random);
    float[] right = ConvolutionProblems.normal(Shape.of(k, n), random);
    float[] expected = chains(m, n, k, left, right);
    float[] result = new float[m * n];
    try (var workers = new Workers(threads)) {
      var product = MatrixProduct.of(m, n, k);
      for (int call = 0; call < 2; call++) {
        Arrays.fill(result, Float.NaN);
        product.multiply(left, right, result, workers);
        assertThat(result).as("m%d n%d k%d", m, n, k).isEqualTo(expected);
      }
      Arrays.fill(result, Float.NaN);
      product.multiply(left, product.pack(right, workers), result, workers);
      assertThat(result).as("packed before, m%d n%d k%d", m, n, k).isEqualTo(expected);
    }
  }

  private static float[] chains(int m, int n, int k, float[] left, float[] right) {
    float[] result = new float[m * n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        float sum = 0;
        for (int step = 0; step < k; step++) {
          sum = Math.fma(left[i * k + step], right[step * n + j], sum);
        }
        result[i * n + j] = sum;
      }
    }
    return result;
  }

  /** An operand that is not finite must not reach elements that it is no part of. */
  @Test
  void aNanStaysInItsColumn() {
    float[] left = new float[9 * 3];
    float[] right = new float[3 * 70];
    Arrays.fill(left, 1);
    Arrays.fill(right, 1);
    right[69] = Float.NaN;
    float[] result = new float[9 * 70];
    try (var workers = new Workers(1)) {
      MatrixProduct.of(9, 70, 3).multiply(left, right, result, workers);
    }
    for (int i = 0; i < result.length; i++) {
      assertThat(result[i])
          .as("element %d", i)
          .isEqualTo(i % 70 == 69 ? Float.valueOf(Float.NaN) : Float.valueOf(3));
    }
  }

  @Test
  void packedOperandsServeEveryNumberOfRows() {
    var random = new Random(SEED);
    float[] right = ConvolutionProblems.normal(Shape.of(37, 90), random);
    try (var workers = new Workers(2)) {
      var packed = MatrixProduct.of(64, 90, 37).pack(right, workers);
      for (int m : new int[] {1, 2, 5, 6, 11}) {
        float[] left = ConvolutionProblems.normal(Shape.of(m, 37), random);
        float[] result = new float[m * 90];
        MatrixProduct.of(m, 90, 37).multiply(left, packed, result, workers);
        assertThat(result).as("%d rows", m).isEqualTo(chains(m, 90, 37, left, right));
      }
    }
  }

  @Test
  void packsWhatIsLargeAndReadManyTimes() {
    String widest = Engine.kernels().products().getFirst().name();
    assertThat(MatrixProduct.of(49, 90, 92).kernel()).isEqualTo("f32_product_packed_" + widest);
    assertThat(MatrixProduct.of(48, 90, 92).kernel()).isEqualTo("f32_product_direct_" + widest);
    assertThat(MatrixProduct.of(49, 90, 91).kernel()).isEqualTo("f32_product_direct_" + widest);
    assertThat(MatrixProduct.of(1, 64, 5).kernel())
        .isEqualTo("f32_product_direct_" + Engine.kernels().products().getLast().name());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0,1,1", "1,0,1", "1,1,-3"})
  void sizesAreAtLeastOne(String sizes) {
    int[] size = Arrays.stream(sizes.split(",")).mapToInt(Integer::parseInt).toArray();
    assertThatThrownBy(() -> MatrixProduct.of(size[0], size[1], size[2]))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("every size must be at least 1");
  }

  @Test
  void operandsFitInArrays() {
    assertThatThrownBy(() -> MatrixProduct.of(1 << 16, 1, 1 << 15))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("left operand")
        .hasMessageContaining("more than an array");
  }

  @Test
  void arraysFitTheSizes() {
    var product = MatrixProduct.of(2, 3, 4);
    try (var workers = new Workers(1)) {
      assertThatThrownBy(() -> product.multiply(new float[7], new float[12], new float[6], workers))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("left operand needs 8 elements, found 7");
      assertThatThrownBy(() -> product.multiply(new float[8], new float[11], new float[6], workers))
          .hasMessageContaining("right operand needs 12 elements, found 11");
      assertThatThrownBy(() -> product.multiply(new float[8], new float[12], new float[5], workers))
          .hasMessageContaining("result needs 6 elements, found 5");
      var other = MatrixProduct.of(2, 4, 3).pack(new float[12], workers);
      assertThatThrownBy(() -> product.multiply(new float[8], other, new float[6], workers))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("packed for n 4, k 3 does not fit m2 n3 k4");
      var square = MatrixProduct.of(2, 2, 2);
      float[] shared = new float[4];
      assertThatThrownBy(() -> square.multiply(shared, new float[4], shared, workers))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("an array of its own");
      assertThatThrownBy(() -> square.multiply(new float[4], shared, shared, workers))
          .hasMessageContaining("an array of its own");
    }
  }
}
