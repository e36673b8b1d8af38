package io.dfsnet.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.ShapeException;
import io.dfsnet.engine.Tensor;
import org.junit.jupiter.api.Test;

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
class SgdTest {
  private static final float[][] GRADIENTS = {{0.5f, 0.25f}, {-1f, 2f}};

  @Test
  void nesterovWithWeightDecay() {
    float[] w = twoSteps(new Sgd(0.9f, true, 0.01f), Shape.of(1, 2));
    assertThat(w).containsExactly(new float[] {1.05007411f, -2.43844697f}, within(1e-6f));
  }

  /** {@code v = 0.5, 0.25; w = 0.95, -2.025; v = -0.55, 2.225; w = 1.005, -2.2475}. */
  @Test
  void plainMomentum() {
    float[] w = twoSteps(new Sgd(0.9f, false, 0f), Shape.of(1, 2));
    assertThat(w).containsExactly(new float[] {1.005f, -2.2475f}, within(1e-6f));
  }

  @Test
  void withoutMomentumAStepIsRateTimesGradient() {
    float[] w = twoSteps(new Sgd(0f, false, 0f), Shape.of(1, 2));
    assertThat(w).containsExactly(new float[] {1.05f, -2.225f}, within(1e-6f));
  }

  @Test
  void tensorsOfOneAxisDoNotDecay() {
    float[] decaying = twoSteps(new Sgd(0.9f, true, 0.5f), Shape.of(2));
    float[] not = twoSteps(new Sgd(0.9f, true, 0f), Shape.of(2));
    assertThat(decaying).isEqualTo(not);
  }

  @Test
  void velocityIsKeptByName() {
    var sgd = new Sgd(0.9f, false, 0f);
    Tensor gradient = new Tensor(Shape.of(1), new float[] {1f});
    Tensor a = Tensor.zeros(1);
    Tensor b = Tensor.zeros(1);
    sgd.step("a", a, gradient, 1f);
    sgd.step("b", b, gradient, 1f);
    sgd.step("a", a, gradient, 1f);
    assertThat(a.data()[0]).isEqualTo(-2.9f);
    assertThat(b.data()[0]).isEqualTo(-1f);
  }

  @Test
  void aGradientOfAnotherShapeIsRefused() {
    var sgd = new Sgd(0.9f, false, 0f);
    assertThatThrownBy(() -> sgd.step("w", Tensor.zeros(2), Tensor.zeros(3), 1f))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("'w'")
        .hasMessageContaining("[3]");
  }

  private static float[] twoSteps(Sgd sgd, Shape shape) {
    Tensor w = new Tensor(shape, new float[] {1f, -2f});
    for (float[] gradient : GRADIENTS) {
      sgd.step("w", w, new Tensor(shape, gradient.clone()), 0.1f);
    }
    return w.data();
  }

  private static org.assertj.core.data.Offset<Float> within(float offset) {
    return org.assertj.core.data.Offset.offset(offset);
  }
}
