package io.dfsnet.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.cli.bench.Suites;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MainTest {

  @Test
  void suitesBecomeTheirProblems() {
    String problems =
        Suites.read("dense").rows().stream()
            .map(row -> row.problem().toString())
            .collect(Collectors.joining(","));
    assertThat(Main.expand(List.of("dense"), false))
        .containsExactly("-p", "problem=" + problems, "ConvolutionBenchmark.forward$");
    assertThat(Main.expand(List.of("dense"), true)).containsExactly("-p", "problem=" + problems);
  }

  @Test
  void passesAndProductsHaveTheirBenchmarks() {
    assertThat(Main.expand(List.of("gemm", "backward"), false))
        .contains(
            "product=m256 n256 k256,m512 n512 k512,m1024 n1024 k1024",
            "ProductBenchmark.multiply$",
            "ConvolutionBenchmark.backward$")
        .anyMatch(word -> word.startsWith("problem=n32 g1 ic16 "));
  }

  @Test
  void withoutASuiteNothingIsAdded() {
    assertThat(Main.expand(List.of(), false)).isEmpty();
    assertThatThrownBy(() -> Main.expand(List.of("none"), false))
        .hasMessageContaining("suite 'none': is unknown");
  }
}
