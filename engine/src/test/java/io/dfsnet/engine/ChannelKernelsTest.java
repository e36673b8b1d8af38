package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dfsnet.engine.ChannelKernels.Gate;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The kernels of normalization alone, against their formulas in double. What stands before, between
 * and behind the strips is NaN in operands, and must stay as it was in results.
 */
@Tag("kernels")
class ChannelKernelsTest {
  private static final List<Gate> GATES =
      List.of(
          Gate.OPEN, new Gate(8f, 0.5f, Activation.RELU), new Gate(-8f, 0.5f, Activation.RELU6));

  private static final int SEED = 42;
  private static final int FROM = 11;
  private static final float GUARD = 1234567;

  private final ChannelKernels kernels = Engine.kernels().channels();
  private final Random random = new Random(SEED);

  /** Lengths around every multiple of a vector that a loop could treat by itself. */
  static Stream<Strips> strips() {
    return IntStream.rangeClosed(1, 70)
        .boxed()
        .flatMap(
            length ->
                Stream.of(
                    new Strips(0, length, 1, length),
                    new Strips(3, length + 5, 3, length),
                    new Strips(7, length, 2, length)));
  }

  @ParameterizedTest
  @MethodSource("strips")
  void sums(Strips strips) {
    float[] x = operand(strips);
    double sum = 0;
    double deviations = 0;
    double squares = 0;
    for (int i = 0; i < x.length; i++) {
      if (inside(strips).test(i)) {
        double deviation = x[i] - 0.25;
        sum += x[i];
        deviations += deviation;
        squares += deviation * deviation;
      }
    }
    double[] found = new double[3];
    found[0] = kernels.sum(x, FROM, strips);
    kernels.deviations(x, 0.25f, FROM, strips, found, 1);

    double[] expected = {sum, deviations, squares};
    assertThat(found).containsExactly(expected, within(1e-5 * strips.elements()));
  }

  /** Of what goes through gates that are open, or told from values between -9 and 9. */
  @ParameterizedTest
  @MethodSource("strips")
  void products(Strips strips) {
    float[] x = operand(strips);
    float[] gradient = operand(strips);
    for (var gate : GATES) {
      double gradients = 0;
      double products = 0;
      for (int i = 0; i < x.length; i++) {
        if (inside(strips).test(i)) {
          float through = through(gate, gradient[i], x[i] - 0.25f);
          gradients += through;
          products += through * (x[i] - 0.25);
        }
      }
      double[] found = new double[3];
      kernels.products(gradient, x, 0.25f, gate, FROM, strips, found, 1);

      double[] expected = {0, gradients, products};
      assertThat(found).as("%s", gate).containsExactly(expected, within(1e-5 * strips.elements()));
    }
  }

  @ParameterizedTest
  @MethodSource("strips")
  void normalize(Strips strips) {
    float[] x = operand(strips);
    float[] addend = operand(strips);
    for (var activation : Activation.values()) {
      for (float[] added : new float[][] {null, addend}) {
        float[] output = guards(x.length);
        float[] expected = output.clone();
        for (int i = 0; i < x.length; i++) {
          if (inside(strips).test(i)) {
            float sum = Math.fma(x[i] - 0.25f, 3f, 0.5f) + (added == null ? 0 : added[i]);
            expected[i] = activated(activation, sum);
          }
        }
        kernels.normalize(x, 0.25f, 3f, 0.5f, added, activation, output, FROM, strips);
        assertThat(output).as("%s %s", activation, strips).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("strips")
  void mask(Strips strips) {
    float[] gradient = operand(strips);
    for (var activation : Activation.values()) {
      float[] output = operand(strips);
      float[] expected = guards(output.length);
      for (int i = 0; i < output.length; i++) {
        if (inside(strips).test(i)) {
          output[i] = activated(activation, 9 * output[i]);
          boolean through =
              switch (activation) {
                case NONE -> true;
                case RELU -> output[i] > 0;
                case RELU6 -> output[i] > 0 && output[i] < 6;
              };
          expected[i] = through ? gradient[i] : 0;
        }
      }
      float[] masked = guards(output.length);
      kernels.mask(output, activation, gradient, masked, FROM, strips);
      assertThat(masked).as("%s %s", activation, strips).containsExactly(expected, within(0f));
    }
  }

  @ParameterizedTest
  @MethodSource("strips")
  void combineInPlace(Strips strips) {
    float[] x = operand(strips);
    for (var gate : GATES) {
      float[] gradient = operand(strips);
      float[] expected = gradient.clone();
      for (int i = 0; i < x.length; i++) {
        if (inside(strips).test(i)) {
          float through = through(gate, gradient[i], x[i] - 0.25f);
          expected[i] = Math.fma(2f, through, Math.fma(-0.5f, x[i] - 0.25f, 0.125f));
        }
      }
      kernels.combine(gradient, 2f, x, 0.25f, gate, -0.5f, 0.125f, gradient, FROM, strips);
      assertThat(gradient).as("%s %s", gate, strips).isEqualTo(expected);
    }
  }

  private static float through(Gate gate, float gradient, float deviation) {
    float value = Math.fma(deviation, gate.scale(), gate.shift());
    boolean through =
        switch (gate.activation()) {
          case NONE -> true;
          case RELU -> value > 0;
          case RELU6 -> value > 0 && value < 6;
        };
    return through ? gradient : 0;
  }

  private float[] operand(Strips strips) {
    float[] values = new float[FROM + strips.first() + strips.count() * strips.pitch() + 40];
    for (int i = 0; i < values.length; i++) {
      values[i] = inside(strips).test(i) ? random.nextInt(-64, 65) / 64f : Float.NaN;
    }
    return values;
  }

  private static float[] guards(int length) {
    float[] values = new float[length];
    Arrays.fill(values, GUARD);
    return values;
  }

  private static IntPredicate inside(Strips strips) {
    return i -> {
      int at = i - FROM - strips.first();
      return at >= 0
          && at / strips.pitch() < strips.count()
          && at % strips.pitch() < strips.length();
    };
  }

  private static float activated(Activation activation, float x) {
    return switch (activation) {
      case NONE -> x;
      case RELU -> Math.max(x, 0);
      case RELU6 -> Math.min(Math.max(x, 0), 6);
    };
  }
}
