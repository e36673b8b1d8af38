package io.dfsnet.distrib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dfsnet.distrib.DistributedException.Code;
import io.dfsnet.dividefuse.Placement;
import io.dfsnet.dividefuse.Topology;
import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.file.NetworkFile;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A group whose peers never send anything, because there are none. */
@Timeout(20)
class HostedGroupTest {
  private static final Deadline SOON = Deadline.in(Duration.ofSeconds(10));

  private final Model model = TestModels.residual(2);
  private final Deployment deployment =
      Deployment.of(
          List.of(TestPlans.address(7000)), model, Topology.PARALLEL, Placement.even(2, 1));
  private final Board board = new Board(deployment.plan(), 0, Limits.DEFAULTS);
  private final HostedGroup group =
      new HostedGroup(
          1,
          0,
          NetworkFile.fromBytes(deployment.files().get(1)),
          new Workers(1),
          board,
          new Mesh(
              deployment.plan(),
              TestPlans.hash(0),
              0,
              board,
              TestCluster.options(),
              new Watchdog(),
              cause -> {}));

  @Test
  void aComputationThatFailsIsANodeThatFailedAndStopsTheOtherGroups() {
    board.begin(1);
    DistributedException failure = failure(() -> group.run(1, new float[3], SOON));
    assertThat(failure.code()).isEqualTo(Code.NODE_FAILED);
    assertThat(failure.rank()).isZero();
    assertThat(failure.detail()).startsWith("group 1 could not compute: ");
    assertThat(failure(() -> board.await(0, 0, 1, SOON))).isSameAs(failure);
  }

  @Test
  void aGroupThatIsLateSaysSoItself() {
    board.begin(1);
    float[] image = TestModels.image(model, 0);
    DistributedException failure =
        failure(() -> group.run(1, image, Deadline.in(Duration.ofMillis(-1))));
    assertThat(failure)
        .hasMessage("deadline exceeded, rank 0, exchange 0: group 1 was still computing");
  }

  @Test
  void aGroupThatWaitsNamesTheExchange() {
    board.begin(1);
    float[] image = TestModels.image(model, 0);
    DistributedException failure =
        failure(() -> group.run(1, image, Deadline.in(Duration.ofMillis(400))));
    assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(failure.layer()).isZero();
    assertThat(group.computedNanos()).isPositive();
  }

  private static DistributedException failure(ThrowingCallable call) {
    return catchThrowableOfType(DistributedException.class, call);
  }
}
