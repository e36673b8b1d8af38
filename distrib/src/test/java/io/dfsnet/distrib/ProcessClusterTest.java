package io.dfsnet.distrib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dfsnet.distrib.DistributedException.Code;
import io.dfsnet.dividefuse.CostModel;
import io.dfsnet.dividefuse.Placement;
import io.dfsnet.dividefuse.Topology;
import io.dfsnet.nn.Model;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Four nodes, each in a JVM of its own, with vectors of 128, 256 and 512 bits and without: the bits
 * are those of one process, the bytes those of the cost model.
 */
@Timeout(120)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ProcessClusterTest {
  private static final List<Integer> SIMD_BITS = List.of(128, 256, 512, 0);
  private static final List<NodeProcess> NODES = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    for (int bits : SIMD_BITS) {
      NODES.add(new NodeProcess("-Ddfsnet.simd=" + bits));
    }
    for (NodeProcess node : NODES) {
      node.awaitStart();
    }
  }

  @AfterAll
  static void stop() {
    NODES.forEach(NodeProcess::close);
  }

  @ParameterizedTest
  @Order(1)
  @CsvSource({"PARALLEL, 2, 2", "CENTRAL, 2, 2", "PARALLEL, 4, 4", "CENTRAL, 4, 4"})
  void theBitsAreThoseOfOneProcessAndTheBytesThoseOfTheCostModel(
      Topology topology, int groups, int nodes) {
    Model model = TestModels.residual(groups);
    Placement placement = Placement.even(groups, nodes);
    CostModel predicted = CostModel.of(model.network(), topology, placement);
    try (Coordinator coordinator =
        Coordinator.connect(
            addresses(0, nodes), model, CoordinatorOptions.of(topology, placement))) {
      for (int number = 0; number < 2; number++) {
        float[] image = TestModels.image(model, number);
        Answer answer = coordinator.infer(image, TestCluster.TIME);
        assertThat(answer.logits()).containsExactly(TestModels.logits(model, image));
        ClusterTest.assertCosts(answer, predicted);
      }
    }
  }

  @Test
  @Order(2)
  void theNodesComputeAtDifferentWidths() {
    assertThat(NODES).extracting(NodeProcess::simdBits).isEqualTo(SIMD_BITS);
  }

  @Test
  @Order(3)
  void aKilledProcessIsNamedAndTheOthersServeOn() {
    Model model = TestModels.residual(4);
    float[] image = TestModels.image(model, 0);
    try (Coordinator coordinator =
        Coordinator.connect(
            addresses(0, 4), model, TestCluster.coordinator(Topology.PARALLEL, 4, 4))) {
      coordinator.infer(image, TestCluster.TIME);
      NODES.get(1).close();
      DistributedException failure =
          catchThrowableOfType(
              DistributedException.class, () -> coordinator.infer(image, Duration.ofSeconds(5)));
      assertThat(failure.code()).isEqualTo(Code.NODE_DIED);
      assertThat(failure.rank()).isEqualTo(1);
    }
    try (Coordinator coordinator =
        Coordinator.connect(
            addresses(2, 4), model, TestCluster.coordinator(Topology.PARALLEL, 4, 2))) {
      assertThat(coordinator.infer(image, TestCluster.TIME).logits())
          .containsExactly(TestModels.logits(model, image));
    }
  }

  private static List<InetSocketAddress> addresses(int from, int to) {
    return NODES.subList(from, to).stream().map(NodeProcess::address).toList();
  }
}
