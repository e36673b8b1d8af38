package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The transforms by themselves: that they filter, transpose each other, and agree to the bit. */
@Tag("kernels")
class WinogradTest {
  private final TileTransforms scalar = new ScalarTransforms();
  private final TileTransforms chosen = Engine.kernels().transforms();

  @Test
  void sixProductsAreFourRowsOfAFilter() {
    var random = new Random(1);
    for (int round = 0; round < 100; round++) {
      float[] column = normal(Winograd.POINTS, random);
      float[] kernel = normal(3, random);
      float[] products = multiplied(source(scalar, column, 1), atPoints(kernel));
      float[] rows = new float[Winograd.ROWS];
      scalar.result(products, 0, 1, 1, 0, 1, rows, 0, 1);
      for (int y = 0; y < rows.length; y++) {
        double expected = 0;
        for (int tap = 0; tap < 3; tap++) {
          expected += (double) kernel[tap] * column[y + tap];
        }
        assertThat((double) rows[y])
            .as("round %d, row %d", round, y)
            .isCloseTo(expected, within(1e-5));
      }
    }
  }

  /** The claim of the class: with its points rounding costs little more than in the definition. */
  @Test
  void roundingErrorsAreThoseOfTheDefinitionAndAHalf() {
    for (int channels : new int[] {16, 64}) {
      var geometry = Conv2dGeometry.parse("n2 ic%d ih16 oc8 kh3 ph1".formatted(channels));
      var random = new Random(2);
      float[] input = normal(geometry.inShape().elements(), random);
      float[] weights = normal(geometry.weightShape().elements(), random);
      double[] exact = ReferenceConvolution.forward(geometry, input, weights);
      double winograd = 0;
      double definition = 0;
      for (var convolution : KernelVariants.all(geometry)) {
        float[] output = new float[exact.length];
        try (var workers = new Workers(1)) {
          convolution.forward(input, convolution.pack(weights), Epilogue.NONE, output, workers);
        }
        double error = rootMeanSquare(output, exact);
        if (KernelVariants.isWinograd(convolution.forwardKernel())) {
          winograd = Math.max(winograd, error);
        } else {
          definition = Math.max(definition, error);
        }
      }
      assertThat(winograd / definition).as("%d channels", channels).isBetween(0.5, 1.5);
    }
  }

  @Test
  void weightsThatFitNoArrayAtThePointsAreRefused() {
    var problem = SumProblem.forward(Conv2dGeometry.parse("ic14000 ih8 oc14000 kh3 ph1"));
    assertThatThrownBy(() -> Winograd.weightFloats(problem))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("14000 by 14000 channels")
        .hasMessageContaining("divide them into groups");
  }

  @Test
  void gradientsTransposeTheForwardTransforms() {
    var random = new Random(3);
    for (int round = 0; round < 100; round++) {
      float[] kernel = normal(3, random);
      float[] points = normal(Winograd.POINTS, random);
      float[] back = new float[3];
      Winograd.kernelGradient(points, 0, 1, back, 0, 1);
      assertThat(product(atPoints(kernel), points)).isCloseTo(product(kernel, back), within(1e-5));

      float[] rows = new float[Winograd.ROWS];
      scalar.result(points, 0, 1, 1, 0, 1, rows, 0, 1);
      float[] gradient = normal(Winograd.ROWS, random);
      float[] atPoints = new float[Winograd.POINTS];
      scalar.gradient(gradient, 0, 1, 1, atPoints, 0, 1);
      assertThat(product(rows, gradient)).isCloseTo(product(points, atPoints), within(1e-4));
    }
  }

  /** Lengths with and without a rest, and with half a vector at the end. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 15, 16, 17, 24, 32, 40, 61})
  void everyImplementationGivesTheSameBits(int row) {
    var random = new Random(4);
    float[] column = normal(Winograd.POINTS * row, random);
    assertThat(source(chosen, column, row)).isEqualTo(source(scalar, column, row));

    int overrun = chosen.overrun();
    float[] points = normal(2 * Winograd.POINTS * row + overrun, random);
    int rows = 2 * Winograd.ROWS;
    int pitch = row + overrun;
    float[] found = new float[rows * pitch];
    float[] expected = new float[rows * pitch];
    int tileStep = Winograd.POINTS * row;
    chosen.result(points, 0, row, 2, tileStep, row, found, 0, pitch);
    scalar.result(points, 0, row, 2, tileStep, row, expected, 0, pitch);
    assertThat(cut(found, pitch, row)).isEqualTo(cut(expected, pitch, row));

    found = new float[Winograd.POINTS * pitch];
    expected = new float[Winograd.POINTS * pitch];
    chosen.gradient(points, 0, row, row, found, 0, pitch);
    scalar.gradient(points, 0, row, row, expected, 0, pitch);
    assertThat(cut(found, pitch, row)).isEqualTo(cut(expected, pitch, row));
  }

  /** The points of two maps that stand behind each other, without what is overrun. */
  private static float[] source(TileTransforms transforms, float[] rows, int row) {
    int overrun = transforms.overrun();
    float[] from = Arrays.copyOf(rows, rows.length + row + overrun);
    int pitch = row + overrun;
    var tiles = new TileTransforms.Tiles();
    tiles.maps = 2;
    tiles.row = row;
    tiles.fromAt = row;
    tiles.belowAt = 5 * row;
    // The second map is the first, a row further down.
    tiles.aboveStep = row;
    tiles.fromStep = row;
    tiles.belowStep = row;
    tiles.to = new float[2 * Winograd.POINTS * pitch];
    tiles.toStep = Winograd.POINTS * pitch;
    tiles.pointStep = pitch;
    transforms.source(tiles, from, from, from);
    float[] points = cut(tiles.to, pitch, row);
    return row == 1 ? Arrays.copyOf(points, Winograd.POINTS) : points;
  }

  private static float[] cut(float[] rows, int pitch, int row) {
    float[] values = new float[rows.length / pitch * row];
    for (int i = 0; i < values.length; i++) {
      values[i] = rows[i / row * pitch + i % row];
    }
    return values;
  }

  private static float[] atPoints(float[] kernel) {
    float[] points = new float[Winograd.POINTS];
    Winograd.kernel(kernel, 0, 1, points, 0, 1);
    return points;
  }

  private static float[] multiplied(float[] a, float[] b) {
    float[] products = new float[b.length];
    for (int i = 0; i < b.length; i++) {
      products[i] = a[i] * b[i];
    }
    return products;
  }

  private static double product(float[] a, float[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> (double) a[i] * b[i]).sum();
  }

  private static double rootMeanSquare(float[] found, double[] exact) {
    return Math.sqrt(
        IntStream.range(0, exact.length)
            .mapToDouble(i -> Math.pow(found[i] - exact[i], 2))
            .average()
            .orElseThrow());
  }

  private static float[] normal(int count, Random random) {
    return ConvolutionProblems.normal(Shape.of(count), random);
  }
}
