package io.dfsnet.distrib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dfsnet.distrib.DistributedException.Code;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two nodes. */
@Timeout(10)
class RoundTest {
  private static final Effort EFFORT = new Effort(1, 2, 3, 4, 5, 6);

  private final Round round = new Round(2);

  @Test
  void isCompleteWhenEveryNodeHasGivenItsResult() {
    assertThat(round.begin(soon())).isEqualTo(1);
    round.result(1, EFFORT);
    round.result(0, EFFORT);
    assertThat(round.await(soon())).containsExactly(EFFORT, EFFORT);
    assertThat(round.begin(soon())).isEqualTo(2);
  }

  @Test
  void whatIsCompleteCountsAlthoughANodeDiesAfterwards() {
    round.begin(soon());
    round.result(0, EFFORT);
    round.result(1, EFFORT);
    DistributedException death = failure(Code.NODE_DIED, 1, 0);
    round.lost(death);
    assertThat(round.await(soon())).hasSize(2);
    assertThat(round.broken()).isSameAs(death);
    assertThatThrownBy(() -> round.begin(soon())).isSameAs(death);
  }

  @Test
  void aRequestThatRanOutOfTimeEndsBeforeTheNextBegins() {
    round.begin(soon());
    round.result(0, EFFORT);
    DistributedException late =
        catchThrowableOfType(
            DistributedException.class, () -> round.await(Deadline.in(Duration.ofMillis(20))));
    assertThat(late.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(late.rank()).isEqualTo(1);
    assertThat(round.broken()).isNull();
    assertThatThrownBy(() -> round.begin(Deadline.in(Duration.ofMillis(20))))
        .hasMessageContaining("no word from rank 1");
    round.failure(1, 1, failure(Code.DEADLINE_EXCEEDED, 1, 0));
    assertThat(round.begin(soon())).isEqualTo(2);
  }

  @Test
  void aLaterReportThatIsCloserToTheCauseCounts() {
    round.begin(soon());
    round.failure(0, 1, failure(Code.NODE_DIED, 1, 2));
    DistributedException own = failure(Code.NODE_DIED, 1, DistributedException.NO_LAYER);
    Thread.startVirtualThread(() -> round.lost(own));
    assertThatThrownBy(() -> round.await(soon())).isSameAs(own);
  }

  @Test
  void anEndThatIsNotOwedIsRefused() {
    Frame frame = new Frame(new Version(1, 0), FrameType.RESULT, 1, 1, Frame.NONE, 0, 0);
    assertThatThrownBy(() -> round.requireOwed(0, frame))
        .hasMessageContaining("RESULT: rank 0 does not owe one for request 1");
    round.begin(soon());
    round.requireOwed(0, frame);
    round.result(0, EFFORT);
    assertThatThrownBy(() -> round.requireOwed(0, frame)).hasMessageContaining("does not owe");
  }

  @Test
  void aFloodOfReportsDrownsNoOther() {
    round.begin(soon());
    for (int i = 0; i < 100_000; i++) {
      round.failure(0, 0, failure(Code.NODE_DIED, 1, 0));
    }
    DistributedException own = failure(Code.NODE_DIED, 0, DistributedException.NO_LAYER);
    round.lost(own);
    assertThatThrownBy(() -> round.await(soon())).isSameAs(own);
  }

  private static Deadline soon() {
    return Deadline.in(Duration.ofSeconds(5));
  }

  private static DistributedException failure(Code code, int rank, int layer) {
    return new DistributedException(code, rank, layer, "it", null);
  }
}
