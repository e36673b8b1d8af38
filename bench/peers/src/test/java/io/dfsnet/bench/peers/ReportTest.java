package io.dfsnet.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.nn.json.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Work WORK = new Work.Product(100, 100, 100);

  @Test
  void comparesTheFastestThatIsRightWithUs() {
    Cell ours = cell("dfsnet", 2e-5, 1e-6);
    Cell usual = cell("ort", 4e-5, 1e-6);
    Cell wrong = cell("torch", 1e-5, 1);
    Cell absent = new Cell("tf");
    absent.fail("its JVM ended");
    var row = new Suite.Row("products", "small", WORK);
    var comparison = new Comparison(row, List.of(ours, usual, wrong, absent));
    assertThat(comparison.ratioToBest()).hasValue(2.0);
    assertThat(comparison.ratioToUsual()).hasValue(2.0);

    var report = new Report(List.of(comparison), Map.of("dfsnet", "ours"), 1, 200);
    assertThat(report.toMarkdown())
        .contains("### products")
        .contains(
            "| small (2.0) | **0.0200 100.0 (50%)** | 0.0400 50.0 (25%) | WRONG | 2.00 | 2.00 |")
        .contains("WRONG: relative error 1.0e+00 (small torch).")
        .contains("`-` tf: its JVM ended (small)")
        .doesNotContain("| tf |");
    var work = Json.parse(report.toJson().toString()).asObject("report").array("works");
    assertThat(work.elements().getFirst().asObject("work").number("bestOverOurs").doubleValue())
        .isEqualTo(2.0);
  }

  @Test
  void ourOtherLaneIsNoPeer() {
    Cell ours = cell("dfsnet", 2e-5, 1e-6);
    Cell packed = cell("dfsnet-packed-b", 1e-5, 1e-6);
    Cell usual = cell("ort", 3e-5, 1e-6);
    var row = new Suite.Row("products", "small", WORK);
    var comparison = new Comparison(row, List.of(ours, packed, usual));
    assertThat(comparison.bestPeer()).contains(usual);
    assertThat(comparison.ratioToBest()).hasValue(1.5);
  }

  @Test
  void takesTheMedianOverRounds() {
    var cell = new Cell("ort");
    for (double seconds : new double[] {3, 1, 2}) {
      cell.add(new Reply.Measured(new Timing(seconds, seconds, seconds, 15, 1), ""));
    }
    assertThat(cell.seconds()).isEqualTo(2);
    assertThat(cell.spread()).isEqualTo(3);
  }

  private static Cell cell(String lane, double seconds, double error) {
    var cell = new Cell(lane);
    cell.add(new Reply.Measured(new Timing(seconds, seconds, seconds, 15, 1), "kernel"));
    cell.check(new Agreement(error, 1e-4));
    return cell;
  }
}
