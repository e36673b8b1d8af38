package io.dfsnet.distrib;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.dividefuse.CostModel;
import io.dfsnet.dividefuse.Placement;
import io.dfsnet.dividefuse.Topology;
import io.dfsnet.nn.Model;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Nodes and coordinator give the bits of one process, and move the bytes that were predicted. */
class ClusterTest {

  static Stream<Arguments> deployments() {
    return Stream.of(Topology.values())
        .flatMap(
            topology ->
                Stream.of(2, 4)
                    .flatMap(
                        groups ->
                            Stream.of(1, 2, 3, 4)
                                .filter(nodes -> nodes <= groups)
                                .map(nodes -> Arguments.of(topology, groups, nodes))));
  }

  @ParameterizedTest
  @MethodSource("deployments")
  void aResidualNetworkGivesTheBitsOfOneProcess(Topology topology, int groups, int nodes) {
    check(TestModels.residual(groups), topology, Placement.even(groups, nodes));
  }

  @ParameterizedTest
  @MethodSource("deployments")
  void aNetworkThatEndsInAnAllReduceToo(Topology topology, int groups, int nodes) {
    check(TestModels.sequential(groups), topology, Placement.even(groups, nodes));
  }

  @ParameterizedTest
  @EnumSource(Topology.class)
  void groupsMayLieAnywhere(Topology topology) {
    check(TestModels.residual(4), topology, new Placement(new int[] {1, 0, 1, 2}));
  }

  @Test
  void anUndividedNetworkRunsOnOneNode() {
    check(TestModels.residual(1), Topology.PARALLEL, Placement.even(1, 1));
  }

  @ParameterizedTest
  @EnumSource(Topology.class)
  void symmetricExchangesDoNotDeadlockWithTinySocketBuffers(Topology topology) {
    // 64 KiB a slice, several times what the buffers on both sides take.
    Model model = TestModels.largeSlices(64);
    float[] image = TestModels.image(model, 0);
    try (TestCluster cluster = new TestCluster(2, options -> options.withSocketBuffer(4096));
        Coordinator coordinator =
            Coordinator.connect(
                cluster.addresses(),
                model,
                TestCluster.coordinator(topology, 2, 2).withSocketBuffer(4096))) {
      Answer answer = coordinator.infer(image, Duration.ofSeconds(60));
      assertThat(answer.logits()).containsExactly(TestModels.logits(model, image));
    }
  }

  private static void check(Model model, Topology topology, Placement placement) {
    CostModel predicted = CostModel.of(model.network(), topology, placement);
    try (TestCluster cluster = new TestCluster(placement.nodes());
        Coordinator coordinator =
            Coordinator.connect(
                cluster.addresses(), model, CoordinatorOptions.of(topology, placement))) {
      for (int number = 0; number < 3; number++) {
        float[] image = TestModels.image(model, number);
        Answer answer = coordinator.infer(image, TestCluster.TIME);
        assertThat(answer.logits()).containsExactly(TestModels.logits(model, image));
        assertCosts(answer, predicted);
      }
    }
  }

  static void assertCosts(Answer answer, CostModel predicted) {
    List<NodeReport> measured = answer.nodes();
    assertThat(measured).hasSize(predicted.nodes().size());
    for (int rank = 0; rank < measured.size(); rank++) {
      NodeReport report = measured.get(rank);
      CostModel.NodeCost cost = predicted.nodes().get(rank);
      assertThat(report.rank()).isEqualTo(rank);
      assertThat(report.sliceBytesSent()).isEqualTo(cost.exchanged().sent());
      assertThat(report.sliceBytesReceived()).isEqualTo(cost.exchanged().received());
      assertThat(report.imageBytes()).isEqualTo(cost.imageBytes());
      assertThat(report.resultBytes()).isEqualTo(cost.logitsBytes());
      assertThat(report.computing()).isPositive();
      assertThat(report.waiting()).isGreaterThanOrEqualTo(Duration.ZERO);
      assertThat(report.computing().plus(report.waiting())).isLessThanOrEqualTo(answer.latency());
    }
    assertThat(measured.stream().mapToLong(NodeReport::sliceBytesSent).sum())
        .isEqualTo(predicted.wireBytes());
  }
}
