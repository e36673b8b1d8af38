package io.dfsnet.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MessagesTest {

  @Test
  void requestsArriveAsTheyWereSent() {
    var measure = new Request.Measure(Work.parse("m1 n2 k3"), Path.of("a b", "c"));
    assertThat(Request.parse(measure.line())).isEqualTo(measure);
    assertThat(Request.parse(new Request.Peak().line())).isEqualTo(new Request.Peak());
  }

  @Test
  void repliesArriveAsTheyWereSent() {
    for (Reply reply :
        new Reply[] {
          new Reply.Ready("library 1.0"),
          new Reply.Measured(new Timing(1.5e-5, 1.25e-5, 1.75e-5, 15, 0.99), "kernel"),
          new Reply.Peak(118.25),
          new Reply.Refused("no \"gradients\"\nat all")
        }) {
      assertThat(reply.line()).doesNotContain("\n");
      assertThat(Reply.parse(reply.line())).isEqualTo(reply);
    }
  }
}
