package io.dfsnet.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.ShapeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProblemTest {

  @Test
  void geometryAloneIsTheForwardPass() {
    Problem problem = Problem.parse("  n2 g4 ic16 ih8 oc32 kh3 ph1 ");
    assertThat(problem)
        .isEqualTo(
            new ConvolutionProblem(Pass.FORWARD, Conv2dGeometry.square(2, 4, 16, 8, 32, 3, 1, 1)));
    assertThat(problem).hasToString("n2 g4 ic16 ih8 iw8 oc32 kh3 kw3 sh1 sw1 ph1 pw1");
  }

  @ParameterizedTest
  @EnumSource(Pass.class)
  void everyPassIsReadAsItIsWritten(Pass pass) {
    Problem problem = new ConvolutionProblem(pass, Conv2dGeometry.square(1, 1, 3, 9, 5, 3, 2, 1));
    assertThat(Problem.parse(problem.toString())).isEqualTo(problem);
  }

  @Test
  void productsAreReadAsTheyAreWritten() {
    assertThat(Problem.parse("m2 n30  k400")).isEqualTo(new ProductProblem(2, 30, 400));
    assertThat(new ProductProblem(2, 30, 400)).hasToString("m2 n30 k400");
  }

  @Test
  void workIsTwoOperationsPerMultiplyAccumulate() {
    assertThat(Problem.parse("m2 n3 k5").flops()).isEqualTo(60);
    assertThat(Problem.parse("ic4 ih5 oc6 kh1").flops()).isEqualTo(2 * 4 * 6 * 25);
    assertThat(Problem.parse("backward-data ic4 ih5 oc6 kh1").flops()).isEqualTo(2 * 4 * 6 * 25);
    assertThat(Problem.parse("backward ic4 ih5 oc6 kh1").flops()).isEqualTo(2 * 2 * 4 * 6 * 25);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "m256",
        "m256 n256",
        "m256 k256 n256",
        "m0 n1 k1",
        "m65536 n65536 k1",
        "m9999999999 n1 k1",
        "backward",
        "backwards ic1 ih1 oc1 kh1",
        "forward forward ic1 ih1 oc1 kh1",
        "ic3 ih8 oc4",
        "g2 ic3 ih8 oc4 kh3",
        "n100000 ic64 ih1024 oc1 kh1",
        "ic1 ih32768 iw32767 oc3 kh1",
      })
  void whatIsNoProblemIsRefused(String text) {
    assertThatThrownBy(() -> Problem.parse(text)).isInstanceOf(ShapeException.class);
  }

  @Test
  void refusalsNameTheRuleAndTheMend() {
    assertThatThrownBy(() -> Problem.parse("m256 k256"))
        .hasMessage(
            "matrix product: 'm256 k256' is no problem; write m, n and k with their sizes, as in"
                + " m256 n256 k256");
    assertThatThrownBy(() -> Problem.parse("backward g2 ic3 ih8 oc4 kh3"))
        .hasMessageContaining("3 input channels are not divisible by 2 groups");
  }
}
