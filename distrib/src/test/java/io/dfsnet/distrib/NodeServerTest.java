package io.dfsnet.distrib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dfsnet.distrib.DistributedException.Code;
import io.dfsnet.dividefuse.Placement;
import io.dfsnet.dividefuse.Topology;
import io.dfsnet.nn.Model;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NodeServerTest {
  private static final Model MODEL = TestModels.residual(2);
  private static final float[] IMAGE = TestModels.image(MODEL, 0);
  private static final float[] LOGITS = TestModels.logits(MODEL, IMAGE);

  @AfterEach
  void nothingIsLeftBehind() {
    Leaks.requireNoThreads();
  }

  @Test
  void aPortThatIsTakenIsNamedWithTheMend() {
    try (NodeServer first = new NodeServer(TestCluster.options()).start()) {
      int port = first.address().getPort();
      NodeServer second = new NodeServer(NodeOptions.loopback(port));
      assertThatThrownBy(second::start)
          .isInstanceOf(DistributedException.class)
          .hasMessageContaining("cannot listen at 127.0.0.1:" + port)
          .hasMessageContaining("stop what uses port " + port + ", or choose another")
          .extracting(failure -> ((DistributedException) failure).code())
          .isEqualTo(Code.ADDRESS_UNAVAILABLE);
      second.close();
    }
  }

  @Test
  void anAddressThatOthersReachNeedsLeave() {
    InetSocketAddress everywhere = new InetSocketAddress("0.0.0.0", 0);
    NodeOptions open = TestCluster.options().withInsecurePlaintext(everywhere);
    NodeOptions closed =
        new NodeOptions(everywhere, open.cache(), 1, open.warmUp(), false, 0, open.limits());
    NodeServer refused = new NodeServer(closed);
    assertThatThrownBy(refused::start)
        .hasMessageContaining("0.0.0.0:0 is not on this machine")
        .hasMessageContaining("allow insecurePlaintext on a network that you trust")
        .extracting(failure -> ((DistributedException) failure).code())
        .isEqualTo(Code.INSECURE);
    refused.close();
    try (NodeServer allowed = new NodeServer(open).start()) {
      assertThat(allowed.address().getPort()).isPositive();
    }
  }

  @Test
  void aCoordinatorNeedsLeaveForOtherMachinesToo() {
    List<InetSocketAddress> far =
        List.of(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 7000));
    assertThatThrownBy(
            () -> Coordinator.connect(far, MODEL, TestCluster.coordinator(Topology.PARALLEL, 2, 1)))
        .hasMessageContaining("rank 0 at 192.0.2.1:7000 is not on this machine")
        .extracting(failure -> ((DistributedException) failure).code())
        .isEqualTo(Code.INSECURE);
  }

  @Test
  void servesOneCoordinatorAfterTheOther() {
    try (TestCluster cluster = new TestCluster(2)) {
      for (int i = 0; i < 5; i++) {
        Topology topology = Topology.values()[i % 2];
        try (Coordinator coordinator = cluster.connect(MODEL, topology)) {
          assertThat(coordinator.infer(IMAGE, TestCluster.TIME).logits()).containsExactly(LOGITS);
        }
      }
    }
  }

  @Test
  void aPlacementForOtherNodesIsRefused() {
    try (TestCluster cluster = new TestCluster(2)) {
      assertThatThrownBy(
              () ->
                  Coordinator.connect(
                      cluster.addresses(),
                      MODEL,
                      CoordinatorOptions.of(Topology.PARALLEL, Placement.even(2, 1))))
          .hasMessage(
              "bad plan: the placement is for 2 groups on 1 nodes, found 2 groups and 2 nodes");
      InetSocketAddress one = cluster.addresses().getFirst();
      assertThatThrownBy(
              () ->
                  Coordinator.connect(
                      List.of(one, one), MODEL, TestCluster.coordinator(Topology.PARALLEL, 2, 2)))
          .hasMessageContaining("ranks 0 and 1 have one address");
    }
  }

  @Test
  void severalThreadsTakeTurns() {
    try (TestCluster cluster = new TestCluster(2);
        Coordinator coordinator = cluster.connect(MODEL, Topology.PARALLEL)) {
      List<CompletableFuture<Answer>> answers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        answers.add(
            CompletableFuture.supplyAsync(() -> coordinator.infer(IMAGE, TestCluster.TIME)));
      }
      for (CompletableFuture<Answer> answer : answers) {
        assertThat(answer.join().logits()).containsExactly(LOGITS);
      }
    }
  }

  @Test
  void aNodeThatWarmsUpAnswersAsWell() {
    try (TestCluster cluster =
            new TestCluster(
                1, options -> options.withThreads(3).withWarmUp(Duration.ofMillis(300)));
        Coordinator coordinator = cluster.connect(MODEL, Topology.PARALLEL)) {
      assertThat(coordinator.infer(IMAGE, TestCluster.TIME).logits()).containsExactly(LOGITS);
    }
  }

  @Test
  void closingLeavesNoSocketsOpen() throws InterruptedException {
    assumeTrue(Leaks.knowsSockets(), "the system lists a process's handles");
    round();
    long before = Leaks.sockets();
    for (int i = 0; i < 5; i++) {
      round();
    }
    // Sockets of the proxies end when their threads notice.
    for (int i = 0; i < 100 && Leaks.sockets() > before; i++) {
      Thread.sleep(20);
    }
    assertThat(Leaks.sockets()).isLessThanOrEqualTo(before);
  }

  private static void round() {
    try (TestCluster cluster = new TestCluster(2);
        Coordinator coordinator = cluster.connect(MODEL, Topology.CENTRAL)) {
      assertThat(coordinator.infer(IMAGE, TestCluster.TIME).logits()).containsExactly(LOGITS);
    }
  }

  @Test
  void closingTwiceAndWithoutAStartIsAllowed() {
    NodeServer never = new NodeServer(TestCluster.options());
    never.close();
    never.close();
  }
}
