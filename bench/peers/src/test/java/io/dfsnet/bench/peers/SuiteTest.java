package io.dfsnet.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SuiteTest {

  @Test
  void hasARowForEveryGoal() {
    var sections =
        Suite.named(Suite.MUST_REACH).rows().stream()
            .collect(
                java.util.stream.Collectors.groupingBy(
                    Suite.Row::section, java.util.stream.Collectors.counting()));
    assertThat(sections)
        .containsEntry("3x3 grouped forward, batch 1", 16L)
        .containsEntry("3x3 grouped forward, batch 32", 9L)
        .containsEntry("3x3 dense forward, batch 1", 5L)
        .containsEntry("3x3 dense forward, batch 32", 3L)
        .containsEntry("depthwise 3x3", 4L)
        .containsEntry("pointwise", 4L)
        .containsEntry("gemm", 3L)
        .containsEntry("backward, dense, batch 32", 3L)
        .containsEntry("backward, grouped, batch 32", 9L)
        .containsEntry("training step", 1L)
        .containsEntry("whole net", 4L);
    assertThat(Suite.named(Suite.MUST_REACH).rows())
        .extracting(Suite.Row::name)
        .doesNotHaveDuplicates();
  }

  @Test
  void readsSectionsNamesAndComments() {
    var suite = Suite.parse("mine", "# all\na = m1 n2 k3\n[b]\n\nc = m4 n5 k6 # last\n");
    assertThat(suite.rows())
        .containsExactly(
            new Suite.Row("mine", "a", new Work.Product(1, 2, 3)),
            new Suite.Row("b", "c", new Work.Product(4, 5, 6)));
  }

  @Test
  void namesTheLineThatIsNoRow() {
    assertThatThrownBy(() -> Suite.parse("mine", "\nm1 n2 k3"))
        .isInstanceOf(PeersException.class)
        .hasMessageContaining("mine, line 2")
        .hasMessageContaining("m1 n2 k3");
  }
}
