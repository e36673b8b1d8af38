package io.dfsnet.distrib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dfsnet.distrib.DistributedException.Code;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Seen from rank 0, which hosts groups 0 and 1; rank 1 hosts groups 2 and 3. */
@Timeout(10)
class BoardTest {
  private static final int ALL_GATHER = 0;
  private static final int GATHER = 2;

  private final Board board = new Board(TestPlans.plan(0, 0, 1, 1), 0, Limits.DEFAULTS);

  @Test
  void whatIsPublishedIsThereForWhoWaits() {
    board.begin(1);
    CompletableFuture<float[]> waits =
        CompletableFuture.supplyAsync(
            () -> board.await(ALL_GATHER, 2, 1, Deadline.in(Duration.ofSeconds(5))));
    float[] buffer = board.admit(data(1, ALL_GATHER, 2, 8), 1);
    buffer[0] = 42;
    board.publish(ALL_GATHER, 2, 1);
    assertThat(waits.join()).isSameAs(buffer).startsWith(42);
  }

  @Test
  void aSliceOfTheLastRequestDoesNotPassForThisOnes() {
    board.begin(1);
    board.admit(data(1, ALL_GATHER, 2, 8), 1);
    board.publish(ALL_GATHER, 2, 1);
    board.end();
    board.begin(2);
    assertThat(
            catchThrowableOfType(
                DistributedException.class,
                () -> board.await(ALL_GATHER, 2, 2, Deadline.in(Duration.ofMillis(20)))))
        .satisfies(
            failure -> {
              assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
              assertThat(failure.rank()).isEqualTo(1);
              assertThat(failure.layer()).isEqualTo(ALL_GATHER);
            });
  }

  @Test
  void aSliceMayComeBeforeItsImage() {
    assertThat(board.admit(data(1, ALL_GATHER, 2, 8), 1)).isNotNull();
    board.publish(ALL_GATHER, 2, 1);
    board.begin(1);
    assertThat(board.await(ALL_GATHER, 2, 1, Deadline.in(Duration.ofSeconds(1)))).hasSize(2);
  }

  @Test
  void aSliceOfAnEndedRequestIsDropped() {
    board.begin(1);
    board.end();
    assertThat(board.admit(data(1, ALL_GATHER, 2, 8), 1)).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1|0|0|8|1|rank 1 sends no slice 0 of exchange 0 here",
        "1|0|2|8|0|rank 0 sends no slice 2 of exchange 0 here",
        "1|0|4|8|1|rank 1 sends no slice 4 of exchange 0 here",
        "1|4|2|8|1|rank 1 sends no slice 2 of exchange 4 here",
        "1|65535|65535|8|1|rank 1 sends no slice 65535 of exchange 65535 here",
        "1|3|2|20|1|rank 1 sends no slice 2 of exchange 3 here",
        "1|0|2|12|1|a slice of exchange 0 has 8 bytes, found 12",
        "1|0|2|0|1|a slice of exchange 0 has 8 bytes, found 0",
        "2|0|2|8|1|a slice for request 2 while 1 runs"
      })
  void aFrameThatThePlanDoesNotHaveIsRefused(
      long request, int layer, int group, int length, int peer, String message) {
    board.begin(1);
    assertThatThrownBy(() -> board.admit(data(request, layer, group, length), peer))
        .isInstanceOf(DistributedException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aSliceThatComesTwiceIsRefused() {
    board.begin(1);
    board.admit(data(1, GATHER, 3, 16), 1);
    assertThatThrownBy(() -> board.admit(data(1, GATHER, 3, 16), 1))
        .hasMessageContaining("slice 3 of exchange 2 came twice");
  }

  @Test
  void requestsComeInOrderAndOneAtATime() {
    board.begin(5);
    assertThatThrownBy(() -> board.begin(6)).hasMessageContaining("request 5 is running");
    board.end();
    assertThatThrownBy(() -> board.begin(5)).hasMessageContaining("request 5 was the last");
    board.begin(7);
  }

  @Test
  void aStoppedRequestStopsWhoWaitsButNotTheNext() {
    DistributedException cause = new DistributedException(Code.NODE_FAILED, "no luck");
    board.begin(1);
    CompletableFuture<float[]> waits =
        CompletableFuture.supplyAsync(
            () -> board.await(ALL_GATHER, 2, 1, Deadline.in(Duration.ofSeconds(5))));
    board.abort(1, cause);
    assertThatThrownBy(waits::join).hasRootCause(cause);
    board.end();
    board.begin(2);
    board.publish(ALL_GATHER, 2, 2);
    board.await(ALL_GATHER, 2, 2, Deadline.in(Duration.ofSeconds(1)));
  }

  @Test
  void aLostPeerStopsEverythingAfterIt() {
    DistributedException cause = new DistributedException(Code.NODE_DIED, "gone");
    board.fail(cause);
    board.begin(1);
    assertThatThrownBy(() -> board.await(ALL_GATHER, 2, 1, Deadline.in(Duration.ofSeconds(5))))
        .isSameAs(cause);
  }

  @Test
  void buffersBeyondTheLimitsAreRefusedBeforeTheyAreMade() {
    Plan plan = TestPlans.plan(0, 0, 1, 1);
    assertThatThrownBy(() -> new Board(plan, 0, Limits.DEFAULTS.withBytes(47, 1000, 1000, 1000)))
        .hasMessageContaining("the image has 48 bytes, this side takes 47");
    assertThatThrownBy(() -> new Board(plan, 0, Limits.DEFAULTS.withBytes(79, 1000, 1000, 1000)))
        .hasMessageContaining("the result has 80 bytes, this side takes 79");
    // All four slices of the first three exchanges and all of the scatter: 4 * (2+3+4+5) values.
    new Board(plan, 0, Limits.DEFAULTS.withBytes(80, 1000, 224, 1000));
    assertThatThrownBy(() -> new Board(plan, 0, Limits.DEFAULTS.withBytes(80, 1000, 223, 1000)))
        .hasMessageContaining("the exchange buffers need 224 bytes, this side has 223");
  }

  private static Frame data(long request, int layer, int group, int length) {
    return new Frame(new Version(1, 0), FrameType.DATA, Wire.EPOCH, request, layer, group, length);
  }
}
