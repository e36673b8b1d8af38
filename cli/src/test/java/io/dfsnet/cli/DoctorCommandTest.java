package io.dfsnet.cli;

import static io.dfsnet.cli.Call.dfs;
import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.engine.Engine;
import io.dfsnet.nn.json.Json;
import org.junit.jupiter.api.Test;

class DoctorCommandTest {

  @Test
  void reportsThisMachine() {
    Json.Object report = dfs("doctor", "--json").json();
    assertThat(report.integer("simdBits")).isEqualTo(Engine.simd().bits());
    assertThat(report.text("simdReason")).isEqualTo(Engine.simd().reason());
    assertThat(report.integer("cores")).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(report.integer("heapBytes")).isEqualTo(Runtime.getRuntime().maxMemory());
    assertThat(report.number("fmaPeakGflops").doubleValue()).isGreaterThan(0.01);
    assertThat(report.number("loopbackMicros").doubleValue()).isBetween(0.1, 2e6);
  }

  @Test
  void explainsTheWarningOfTheVirtualMachine() {
    assertThat(dfs("doctor", "--help").out()).contains("WARNING: Using incubator modules");
  }
}
