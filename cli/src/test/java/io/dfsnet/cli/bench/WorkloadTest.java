package io.dfsnet.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.dividefuse.Divider;
import io.dfsnet.dividefuse.Division;
import io.dfsnet.dividefuse.WidthPolicy;
import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadTest {
  private static final long SEED = 7;

  /** Odd sizes, so that an index taken for another gives another number. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "n2 g2 ic6 ih7 iw9 oc4 kh3 kw2 sh2 sw3 ph2 pw1 dh2 dw1",
        "backward-data n2 g2 ic6 ih7 iw9 oc4 kh3 kw2 sh2 sw3 ph2 pw1 dh2 dw1",
        "backward-weights n2 g2 ic6 ih7 iw9 oc4 kh3 kw2 sh2 sw3 ph2 pw1 dh2 dw1",
        "backward n3 g1 ic5 ih6 oc7 kh3 ph1",
        "g5 ic5 ih11 oc5 kh3 sh2 ph1",
        "ic13 ih3 oc17 kh1",
        "m5 n7 k11",
        "m1 n600 k3",
      })
  void enginesGiveWhatTheReferenceGives(String text) {
    try (var workers = new Workers(2)) {
      Problem problem = Problem.parse(text);
      Workload workload = Workload.of(problem, workers, SEED);
      workload.check();
      assertThat(workload.flops()).isEqualTo(problem.flops());
      assertThat(workload.kernel()).isNotBlank();
    }
  }

  /** One column of one row, by hand: 2 + 3 * 20 + 5 * 300, the border a zero. */
  @Test
  void referenceFollowsTheDefinition() {
    var geometry = Conv2dGeometry.parse("ic1 ih1 iw4 oc1 kh1 kw3 ph0 pw1");
    float[] input = {2, 20, 300, 4000};
    float[] weights = {1, 3, 5};
    assertThat(Reference.forward(geometry, input, weights))
        .containsExactly(3 * 2 + 5 * 20, 2 + 3 * 20 + 5 * 300, 20 + 900 + 20_000, 300 + 12_000);
    assertThat(Reference.backwardData(geometry, new float[] {0, 1, 0, 0}, weights))
        .containsExactly(1, 3, 5, 0);
    assertThat(Reference.backwardWeights(geometry, input, new float[] {0, 0, 0, 1}))
        .containsExactly(300, 4000, 0);
    assertThat(
            Reference.product(
                new ProductProblem(1, 2, 3),
                new float[] {1, 10, 100},
                new float[] {1, 2, 3, 4, 5, 6}))
        .containsExactly(531, 642);
  }

  @Test
  void oneWrongElementIsRefused() {
    Problem problem = Problem.parse("m1 n3 k1");
    double[] wanted = {1, -2, 3};
    Operands.requireEqual(problem, "kernel", new float[] {1, -2, 3}, wanted);
    assertThatThrownBy(
            () -> Operands.requireEqual(problem, "f32_x", new float[] {1, -2, 4}, wanted))
        .isInstanceOf(WrongResultException.class)
        .hasMessage(
            "m1 n3 k1: f32_x gives 4.0 at element 2 of 3, the reference 3.0; please report this");
    assertThatThrownBy(() -> Operands.requireEqual(problem, "f32_x", Operands.unwritten(3), wanted))
        .hasMessageContaining("gives NaN at element 0");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 9, 4608, 1 << 20, 1 << 23, 1 << 24, 1L << 31})
  void operandsKeepSumsExact(long products) {
    float[] values = new Operands(SEED, products).draw(1000);
    for (float value : values) {
      assertThat(value).isNotZero().isEqualTo((float) Math.rint(value)).isBetween(-4f, 4f);
      assertThat(value * value * Math.min(products, 1 << 24)).isLessThanOrEqualTo(1 << 24);
    }
    assertThat(values).contains(1f, -1f);
  }

  @Test
  void sessionsGiveWhatTheTapeGives() {
    Network whole = Models.create("resnet8-w4", 10, 3, 12, 12, Shortcut.PAD);
    var fused = new TreeSet<Integer>();
    fused.add(1);
    Network divided = Divider.divide(whole, new Division(2, fused, WidthPolicy.KEEP));
    try (var workers = new Workers(2)) {
      new NetworkWorkload(whole, 3, workers, SEED).check();
      new NetworkWorkload(divided, 1, workers, SEED).check();
    }
  }
}
