package io.dfsnet.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With our own lane, which needs no native library. */
class LaneClientTest {
  private static final Work WORK = Work.parse("m4 n4 k4");

  @TempDir private Path scratch;

  @Test
  void measuresAndStartsAgainAfterADeath() throws Exception {
    Path output = scratch.resolve("output");
    try (var client = new LaneClient(Lanes.OURS, 1, List.of(), scratch)) {
      assertThat(client.ask(new Request.Measure(WORK, output)))
          .isInstanceOfSatisfying(
              Reply.Measured.class,
              measured -> {
                assertThat(measured.timing().median()).isPositive();
                assertThat(measured.timing().samples()).isGreaterThanOrEqualTo(5);
                assertThat(measured.detail()).isNotEmpty();
              });
      assertThat(Files.size(output)).isEqualTo(16 * Float.BYTES);
      client.kill();
      assertThat(client.ask(new Request.Measure(WORK, output))).isInstanceOf(Reply.Measured.class);
    }
  }

  @Test
  void tellsTheLastWordsOfALaneThatDoesNotStart() {
    try (var client = new LaneClient("nobody", 1, List.of(), scratch)) {
      assertThatThrownBy(() -> client.ask(new Request.Peak()))
          .isInstanceOf(LaneClient.LaneDeath.class)
          .hasMessageContaining("status 1")
          .hasMessageContaining("lane 'nobody': unknown");
    }
  }
}
