package io.dfsnet.nn.train;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.ShapeException;
import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The expected values are those of torch.optim.SGD, worked out by hand:
 *
 * <pre>
 * w = torch.tensor([[1., -2.]], requires_grad=True)
 * sgd = torch.optim.SGD([w], lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01)
 * for gradient in [0.5, 0.25], [-1., 2.]: w.grad = torch.tensor([gradient]); sgd.step()
 *
 * step 1: g = 0.5 + 0.01 * 1 = 0.51         0.25 + 0.01 * -2 = 0.23
 *         v = g                             v = g
 *         w = 1 - 0.1 * (g + 0.9 v)         w = -2 - 0.1 * (g + 0.9 v)
 *           = 0.9031                          = -2.0437
 * step 2: g = -1 + 0.009031 = -0.990969     2 - 0.020437 = 1.979563
 *         v = 0.9 * 0.51 + g = -0.531969    0.9 * 0.23 + g = 2.186563
 *         w = 0.9031 + 0.14697411           w = -2.0437 - 0.39474697
 * </pre>
 */
class DescentTest {
  private static final float[][] GRADIENTS = {{0.5f, 0.25f}, {-1f, 2f}};

  @Test
  void nesterovWithWeightDecay() {
    float[] w = twoSteps(new Optimizer.Sgd(0.9f, true), 0.01f, Shape.of(1, 2));
    assertThat(w).containsExactly(new float[] {1.05007411f, -2.43844697f}, offset(1e-6f));
  }

  /** {@code v = 0.5, 0.25; w = 0.95, -2.025; v = -0.55, 2.225; w = 1.005, -2.2475}. */
  @Test
  void plainMomentum() {
    float[] w = twoSteps(new Optimizer.Sgd(0.9f, false), 0f, Shape.of(1, 2));
    assertThat(w).containsExactly(new float[] {1.005f, -2.2475f}, offset(1e-6f));
  }

  @Test
  void withoutMomentumAStepIsRateTimesGradient() {
    float[] w = twoSteps(new Optimizer.Sgd(0f, false), 0f, Shape.of(1, 2));
    assertThat(w).containsExactly(new float[] {1.05f, -2.225f}, offset(1e-6f));
  }

  /**
   * torch.optim.AdamW(lr=0.1, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.01) for the same
   * gradients; the first step of Adam is the rate in the direction of the gradient's sign.
   *
   * <pre>
   * step 1: w = 1 * 0.999 - 0.1 = 0.899                 -2 * 0.999 - 0.1 = -2.098
   * step 2: m = 0.9 * 0.05 + 0.1 * -1 = -0.055          0.9 * 0.025 + 0.1 * 2 = 0.2225
   *         s = 0.99 * 0.0025 + 0.01 = 0.012475         0.99 * 0.000625 + 0.04 = 0.04061875
   *         m / 0.19 / sqrt(s / 0.0199) = -0.36560696   0.81966888
   *         w = 0.899 * 0.999 + 0.0365606960            -2.098 * 0.999 - 0.0819668880
   * </pre>
   */
  @Test
  void adamWithDecoupledWeightDecay() {
    float[] w = twoSteps(new Optimizer.AdamW(0.9f, 0.99f, 1e-8f), 0.01f, Shape.of(1, 2));
    double first = -0.055 / 0.19 / Math.sqrt(0.012475 / 0.0199);
    double second = 0.2225 / 0.19 / Math.sqrt(0.04061875 / 0.0199);
    float[] wanted = {
      (float) (0.899 * 0.999 - 0.1 * first), (float) (-2.098 * 0.999 - 0.1 * second)
    };
    assertThat(w).containsExactly(wanted, offset(1e-6f));
  }

  /** Many steps with every kind of pace, against the formulas in double. */
  @Test
  void adamStaysNearItsFormulasInDouble() {
    var random = Seeds.random(5, "adam");
    int size = 37;
    float[] values = new float[size];
    double[] w = new double[size];
    double[] m = new double[size];
    double[] s = new double[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
      w[i] = values[i];
    }
    Tensor weights = new Tensor(Shape.of(1, size), values);
    Descent descent = Descent.of(Optimizer.AdamW.DEFAULTS, 0.05f);
    for (int step = 1; step <= 200; step++) {
      float rate = 0.001f * (1 + step % 7);
      float beta1 = 0.85f + 0.01f * (step % 10);
      float factor = step % 3 == 0 ? 0.5f : 1f;
      float[] gradient = new float[size];
      for (int i = 0; i < size; i++) {
        gradient[i] = (float) (random.nextGaussian() * 0.1);
        double g = factor * gradient[i];
        m[i] = beta1 * m[i] + (1 - (double) beta1) * g;
        s[i] = 0.999f * s[i] + (1 - (double) 0.999f) * g * g;
        double mean = m[i] / (1 - Math.pow(beta1, step));
        double square = s[i] / (1 - Math.pow(0.999f, step));
        w[i] -= rate * 0.05f * w[i];
        w[i] -= rate * mean / (Math.sqrt(square) + 1e-8);
      }
      descent.step(
          "w", weights, new Tensor(weights.shape(), gradient), new Pace(rate, beta1, factor));
    }
    for (int i = 0; i < size; i++) {
      assertThat((double) values[i]).as("weight %d", i).isCloseTo(w[i], within(2e-5));
    }
  }

  static Stream<Optimizer> optimizers() {
    return Stream.of(
        new Optimizer.Sgd(0.9f, true), new Optimizer.Sgd(0f, false), Optimizer.AdamW.DEFAULTS);
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void tensorsOfOneAxisDoNotDecay(Optimizer optimizer) {
    float[] decaying = twoSteps(optimizer, 0.5f, Shape.of(2));
    assertThat(decaying).isEqualTo(twoSteps(optimizer, 0f, Shape.of(2)));
    assertThat(twoSteps(optimizer, 0.5f, Shape.of(1, 2))).isNotEqualTo(decaying);
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void aGradientFactorMultipliesGradients(Optimizer optimizer) {
    Tensor whole = new Tensor(Shape.of(2), new float[] {1f, -2f});
    Tensor half = whole.copy();
    Descent.of(optimizer, 0f)
        .step("w", whole, new Tensor(Shape.of(2), new float[] {0.5f, 1f}), pace(optimizer, 1f));
    Descent.of(optimizer, 0f)
        .step("w", half, new Tensor(Shape.of(2), new float[] {1f, 2f}), pace(optimizer, 0.5f));
    assertThat(half.data()).isEqualTo(whole.data());
  }

  @Test
  void memoryIsKeptByName() {
    var descent = Descent.of(new Optimizer.Sgd(0.9f, false), 0f);
    Pace pace = new Pace(1f, 0.9f, 1f);
    Tensor gradient = new Tensor(Shape.of(1), new float[] {1f});
    Tensor a = Tensor.zeros(1);
    Tensor b = Tensor.zeros(1);
    descent.step("a", a, gradient, pace);
    descent.step("b", b, gradient, pace);
    descent.step("a", a, gradient, pace);
    assertThat(a.data()[0]).isEqualTo(-2.9f);
    assertThat(b.data()[0]).isEqualTo(-1f);
    assertThat(descent.memory().keySet()).containsExactly("velocity.a", "velocity.b");
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void aRestoredMemoryGoesOnToTheSameBits(Optimizer optimizer) {
    Tensor one = new Tensor(Shape.of(2, 1), new float[] {1f, -2f});
    Descent descent = Descent.of(optimizer, 0.1f);
    Tensor gradient = new Tensor(one.shape(), new float[] {0.3f, 0.7f});
    descent.step("w", one, gradient, pace(optimizer, 1f));
    Tensor other = one.copy();
    Descent restored = Descent.of(optimizer, 0.1f);
    restored.restore(descent.memory());
    descent.step("w", one, gradient, pace(optimizer, 1f));
    restored.step("w", other, gradient, pace(optimizer, 1f));
    assertThat(other.data()).isEqualTo(one.data());
    assertThat(Toy.bits(restored.memory())).isEqualTo(Toy.bits(descent.memory()));
  }

  @Test
  void aMemoryOfAnotherOptimizerIsTold() {
    Map<String, Tensor> weights = Map.of("w.weight", Tensor.zeros(2, 3));
    List<String> differences = new ArrayList<>();
    Descent adam = Descent.of(Optimizer.AdamW.DEFAULTS, 0f);
    Map<String, Tensor> whole =
        Map.of(
            "steps.w.weight", Tensor.zeros(1),
            "mean.w.weight", Tensor.zeros(2, 3),
            "square.w.weight", Tensor.zeros(2, 3));
    adam.compare(whole, weights, differences);
    assertThat(differences).isEmpty();
    adam.compare(Map.of("steps.w.weight", Tensor.zeros(1)), weights, differences);
    assertThat(differences)
        .containsExactlyInAnyOrder(
            "memory 'steps.w.weight' without 'mean.w.weight'",
            "memory 'steps.w.weight' without 'square.w.weight'");
    differences.clear();
    adam.compare(Map.of("velocity.w.weight", Tensor.zeros(2, 3)), weights, differences);
    adam.compare(Map.of("mean.w.weight", Tensor.zeros(3, 2)), weights, differences);
    adam.compare(Map.of("mean.v.weight", Tensor.zeros(2, 3)), weights, differences);
    adam.compare(Map.of("nothing", Tensor.zeros(2, 3)), weights, differences);
    assertThat(differences)
        .hasSize(4)
        .first(as(STRING))
        .isEqualTo("memory 'velocity.w.weight' [2, 3] without a counterpart");
  }

  @Test
  void aGradientOfAnotherShapeIsRefused() {
    var descent = Descent.of(new Optimizer.Sgd(0.9f, false), 0f);
    assertThatThrownBy(
            () -> descent.step("w", Tensor.zeros(2), Tensor.zeros(3), new Pace(1f, 0.9f, 1f)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("'w'")
        .hasMessageContaining("[3]");
  }

  private static float[] twoSteps(Optimizer optimizer, float weightDecay, Shape shape) {
    Descent descent = Descent.of(optimizer, weightDecay);
    Tensor w = new Tensor(shape, new float[] {1f, -2f});
    for (float[] gradient : GRADIENTS) {
      descent.step("w", w, new Tensor(shape, gradient.clone()), pace(optimizer, 1f));
    }
    return w.data();
  }

  private static Pace pace(Optimizer optimizer, float gradientFactor) {
    return new Pace(0.1f, optimizer.momentum(), gradientFactor);
  }
}
