package io.dfsnet.cli;

import static io.dfsnet.cli.Call.dfs;
import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.cli.bench.ConvolutionProblem;
import io.dfsnet.cli.bench.Suite;
import io.dfsnet.cli.bench.Suites;
import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.Convolution;
import io.dfsnet.engine.Engine;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchCommandTest {
  private static final String SMALL = "n1 g2 ic8 ih6 iw6 oc8 kh3 kw3 sh1 sw1 ph1 pw1";

  @Test
  void problemsHaveAllFigures() {
    Json.Object report =
        bench("--problem", SMALL, "--problem", "m8 n9 k10", "--threads", 1, "--json").json();
    assertThat(report.text("suite")).isEqualTo("problems");
    assertThat(report.integer("threads")).isEqualTo(1);
    assertThat(report.integer("simdBits")).isEqualTo(Engine.simd().bits());
    double peak = report.number("fmaPeakGflops").doubleValue();
    assertThat(peak).isPositive();
    assertThat(report.has("network")).isFalse();
    List<Json.Object> rows = rows(report);
    assertThat(rows).extracting(row -> row.text("problem")).containsExactly(SMALL, "m8 n9 k10");
    assertThat(rows.getFirst().text("kernel"))
        .isEqualTo(Convolution.of(Conv2dGeometry.parse(SMALL)).forwardKernel());
    for (Json.Object row : rows) {
      double median = row.number("medianNanos").doubleValue();
      double gflops = row.number("gflops").doubleValue();
      assertThat(median).isPositive();
      assertThat(row.number("deviationNanos").doubleValue()).isBetween(0.0, median);
      assertThat(row.integer("samples")).isGreaterThanOrEqualTo(5);
      assertThat(gflops).isEqualTo(row.integer("flops") / median);
      assertThat(row.number("peakShare").doubleValue()).isEqualTo(gflops / peak);
      assertThat(row.integer("times")).isEqualTo(1);
      assertThat(row.integer("allocatedBytes")).isNotNegative();
    }
    assertThat(rows.get(1).integer("flops")).isEqualTo(2 * 8 * 9 * 10);
  }

  @Test
  void suitesAreMeasuredRowByRowInThePassAskedFor() {
    Json.Object report = bench("--suite", "depthwise", "--pass", "backward-data", "--json").json();
    assertThat(report.text("suite")).isEqualTo("depthwise");
    List<Json.Object> rows = rows(report);
    Suite suite = Suites.read("depthwise");
    assertThat(rows).hasSize(suite.rows().size());
    for (int i = 0; i < rows.size(); i++) {
      var problem = (ConvolutionProblem) suite.rows().get(i).problem();
      var convolution = Convolution.of(problem.geometry());
      assertThat(rows.get(i).text("problem")).isEqualTo("backward-data " + problem);
      assertThat(rows.get(i).text("kernel")).isEqualTo(convolution.backwardDataKernel());
    }
  }

  @Test
  void networksAreMeasuredWholeAndInParts() {
    Json.Object report =
        bench("--net", "resnet8-w4", "--image", "3x8x8", "--batch", 2, "--groups", 2, "--json")
            .json();
    Json.Object network = report.object("network");
    assertThat(network.text("name")).isEqualTo("resnet8-w4");
    assertThat(network.integer("groups")).isEqualTo(2);
    assertThat(network.integer("batch")).isEqualTo(2);
    assertThat(network.number("medianNanos").doubleValue()).isPositive();
    long convolutions =
        rows(report).stream().mapToLong(row -> row.integer("times") * row.integer("flops")).sum();
    long linear = 2 * 2 * 16 * 10;
    assertThat(network.integer("flops")).isEqualTo(convolutions + linear);
  }

  @Test
  void problemsAreATable() {
    Call call = bench("--problem", SMALL, "--threads", 1, "--progress", "lines").succeeds();
    assertThat(call.out())
        .startsWith("1 thread, FMA peak ")
        .contains("problem", "kernel", "median", "of peak", SMALL, " us", " %")
        .doesNotContain("times", "share of time");
    assertThat(call.err()).isEmpty();
  }

  @Test
  void networksAreTwoTables() {
    Call call = bench("--net", "resnet8-w2", "--image", "3x8x8", "--progress", "bar").succeeds();
    Network network = Models.create("resnet8-w2", 10, 3, 8, 8, Shortcut.PROJECTION);
    assertThat(call.out()).contains(network.toString(), "share of time", "all of them in a row: ");
    for (Suite.Row row : Suite.of(network, 1).rows()) {
      assertThat(call.out()).contains(row.problem().toString());
    }
    assertThat(call.err()).contains("measuring");
  }

  @Test
  void wrongCallsAreRefused() {
    dfs("bench").fails(2, "--problem: is missing", "--suite grouped");
    dfs("bench", "--suite", "dense", "--net", "resnet8").fails(2, "take one of them");
    dfs("bench", "--suite", "groupd")
        .fails(
            2, "--suite 'groupd': is unknown; known are grouped, dense", "did you mean 'grouped'?");
    dfs("bench", "--problem", "ic3 ih8").fails(2, "conv2d: key 'oc' is missing", "ic3 ih8");
    dfs("bench", "--problem", "m3 k4").fails(2, "'m3 k4' is no problem", "m256 n256 k256");
    dfs("bench", "--problem", "m3 n3 k4", "--pass", "forward").fails(2, "--pass: a matrix product");
    dfs("bench", "--suite", "dense", "--pass", "sideways").fails(2, "--pass", "backward-weights");
    dfs("bench", "--net", "resnet9").fails(2, "model 'resnet9'", "did you mean 'resnet8'?");
    dfs("bench", "--net", "resnet8", "--pass", "forward").fails(2, "--pass: is about convolutions");
    dfs("bench", "--net", "resnet8", "--groups", 3).fails(2, "not divisible by 3 groups");
    dfs("bench", "--suite", "dense", "--batch", 2).fails(2, "--batch: is about --net");
    dfs("bench", "--suite", "dense", "--groups", 2).fails(2, "--groups: is about --net");
    dfs("bench", "--suite", "dense", "--seconds", "1e9").fails(2, "--seconds", "as in 0.5");
    dfs("bench", "--suite", "dense", "--seconds", "9999").fails(2, "between 0.01 and 3600");
    dfs("bench", "--suite", "dense", "--seconds", "0.001").fails(2, "between 0.01 and 3600");
  }

  @Test
  void helpNamesEverySuite() {
    assertThat(dfs("bench", "--help").out()).contains(Suites.names());
  }

  /** A call that takes little time; its figures mean nothing. */
  private static Call bench(Object... words) {
    Object[] all = new Object[words.length + 3];
    all[0] = "bench";
    all[1] = "--seconds";
    all[2] = "0.01";
    System.arraycopy(words, 0, all, 3, words.length);
    return dfs(all);
  }

  private static List<Json.Object> rows(Json.Object report) {
    return report.array("rows").elements().stream().map(row -> row.asObject("row")).toList();
  }
}
