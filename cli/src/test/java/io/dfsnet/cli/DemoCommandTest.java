package io.dfsnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.nn.json.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The whole job, as small as it can be: few images, a thin network, two node processes. */
@Timeout(120)
class DemoCommandTest {
  private static final String DATA = "synthetic:train=160,test=40";

  @Test
  void runsTheWholeJobAndPrintsOneObject() {
    Json.Object result =
        Call.dfs(
                "demo",
                "--json",
                "--data",
                DATA,
                "--model",
                "resnet8-w4",
                "--groups",
                2,
                "--fusions",
                1,
                "--epochs",
                1,
                "--images",
                3)
            .json();

    assertThat(result.integer("trainImages")).isEqualTo(160);
    assertThat(result.integer("imagesOnNodes")).isEqualTo(3);
    assertThat(result.bool("sameBits")).isTrue();
    List<Json.Object> rows =
        result.array("rows").elements().stream().map(row -> row.asObject("row")).toList();
    assertThat(rows)
        .extracting(row -> row.text("name"))
        .containsExactly(
            "original", "divided, no fusion", "random positions", "searched positions");
    assertThat(rows).extracting(row -> row.integer("nodes")).containsExactly(1L, 2L, 2L, 2L);
    assertThat(rows.get(1).integer("wireBytesPerImage")).isZero();
    for (Json.Object fused : rows.subList(2, 4)) {
      assertThat(fused.array("fused").elements()).hasSize(1);
      assertThat(fused.integer("wireBytesPerImage")).isPositive();
      assertThat(fused.integer("macsPerNode")).isLessThan(rows.getFirst().integer("macsPerNode"));
      assertThat(fused.object("latencyMillis").number("p50").doubleValue()).isPositive();
    }
    assertThat(rows.get(2).array("fused")).isNotEqualTo(rows.get(3).array("fused"));
  }

  @Test
  void refusesGroupsThatDoNotDivideTheChannels() {
    Call.dfs("demo", "--data", DATA, "--model", "resnet8-w4", "--groups", 3, "--epochs", 1)
        .fails(2, "3 groups");
  }
}
