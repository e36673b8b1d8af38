package io.dfsnet.distrib;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.distrib.DistributedException.Code;
import io.dfsnet.distrib.Verdict.Report;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictTest {

  @Test
  void theLostConnectionOfTheCoordinatorComesBeforeThoseOfTheSurvivors() {
    Report own = report(Verdict.COORDINATOR, Code.NODE_DIED, 2, -1);
    Report survivor = report(0, Code.NODE_DIED, 1, 4);
    assertThat(Verdict.of(List.of(survivor, own), List.of(1, 2))).isSameAs(own.cause());
    assertThat(Verdict.isFinal(List.of(survivor))).isFalse();
    assertThat(Verdict.isFinal(List.of(survivor, own))).isTrue();
  }

  @Test
  void whatWasSeenToGoWrongComesBeforeEveryLostConnection() {
    Report damaged = report(0, Code.PROTOCOL_VIOLATION, 1, -1);
    Report own = report(Verdict.COORDINATOR, Code.NODE_DIED, 0, -1);
    assertThat(Verdict.of(List.of(own, damaged), List.of())).isSameAs(damaged.cause());
  }

  @Test
  void aNodeThatBlamesAnotherIsNotTheEndOfTheChain() {
    Report second = report(2, Code.NODE_UNREACHABLE, 1, -1);
    Report first = report(1, Code.NODE_UNREACHABLE, 0, -1);
    assertThat(Verdict.of(List.of(second, first), List.of())).isSameAs(first.cause());
  }

  @Test
  void ofEquallyGoodReportsTheFirstCounts() {
    Report one = report(0, Code.NODE_DIED, 1, 0);
    Report other = report(1, Code.NODE_DIED, 0, 0);
    assertThat(Verdict.of(List.of(one, other), List.of())).isSameAs(one.cause());
  }

  @Test
  void whoIsSilentWhenTheTimeIsUpIsToBlame() {
    List<Report> reports =
        List.of(
            report(0, Code.DEADLINE_EXCEEDED, 2, 3),
            report(1, Code.DEADLINE_EXCEEDED, 2, 5),
            report(4, Code.DEADLINE_EXCEEDED, 0, 6));
    DistributedException cause = Verdict.of(reports, List.of(2, 3));
    assertThat(cause.rank()).isEqualTo(2);
    assertThat(cause.layer()).isEqualTo(3);
    assertThat(cause)
        .hasMessage(
            "deadline exceeded, rank 2, exchange 3: no word from rank 2, rank 3 when the time was"
                + " up");
    assertThat(Verdict.of(List.of(), List.of(1)).layer()).isEqualTo(DistributedException.NO_LAYER);
  }

  @Test
  void ifAllHaveSpokenTheEarliestExchangeShowsWhoHoldsUpTheOthers() {
    // Rank 0 waits for rank 2 to gather; the others wait for rank 0 to scatter.
    List<Report> reports =
        List.of(
            report(1, Code.DEADLINE_EXCEEDED, 0, 1),
            report(2, Code.DEADLINE_EXCEEDED, 0, 1),
            report(0, Code.DEADLINE_EXCEEDED, 2, 0));
    assertThat(Verdict.of(reports, List.of()).rank()).isEqualTo(2);
    assertThat(Verdict.isFatal(reports)).isFalse();
  }

  @Test
  void atOneExchangeTheMostVotesDecide() {
    List<Report> reports =
        List.of(
            report(2, Code.DEADLINE_EXCEEDED, 0, 1),
            report(0, Code.DEADLINE_EXCEEDED, 2, 1),
            report(1, Code.DEADLINE_EXCEEDED, 2, 1));
    assertThat(Verdict.of(reports, List.of()).rank()).isEqualTo(2);
  }

  private static Report report(int reporter, Code code, int rank, int layer) {
    return new Report(reporter, new DistributedException(code, rank, layer, "it", null));
  }
}
