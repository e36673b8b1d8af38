package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The choice between SIMD and scalar kernels, in JVMs of their own where flags matter. */
class EngineTest {
  private static final String VECTOR = "--add-modules=jdk.incubator.vector";
  private static final String CLASSES = Path.of("target", "classes").toString();
  private static final String TEST_CLASSES = Path.of("target", "test-classes").toString();

  private record Outcome(int status, String output, String errors) {}

  @Test
  void withTheModuleAndC2ItChoosesSimdSilently() throws Exception {
    var outcome = onClassPath(VECTOR);
    assertThat(outcome.output).contains("bits=" + VectorKernels.Preferred.bits());
    assertThat(outcome.errors.lines().filter(line -> !line.contains("incubator modules")))
        .isEmpty();
    expectResult(outcome);
  }

  @Test
  void withoutTheModuleItWarnsOnceAndNamesTheMend() throws Exception {
    var outcome = onClassPath("--limit-modules=java.base,java.logging");
    expectScalar(outcome, "start java with --add-modules jdk.incubator.vector");
  }

  @Test
  void onTheModulePathTheModuleIsOptionalToo() throws Exception {
    expectScalar(onModulePath(), "start java with --add-modules jdk.incubator.vector");
    assertThat(onModulePath(VECTOR).output).contains("bits=" + VectorKernels.Preferred.bits());
  }

  @Test
  void withoutC2ItWarnsOnceAndNamesTheFlag() throws Exception {
    expectScalar(onClassPath(VECTOR, "-XX:TieredStopAtLevel=1"), "remove -XX:TieredStopAtLevel");
    expectScalar(onClassPath(VECTOR, "-XX:TieredStopAtLevel=3"), "remove -XX:TieredStopAtLevel");
    expectScalar(onClassPath(VECTOR, "-Xint"), "remove -Xint");
  }

  @Test
  void withoutFusedMultiplyAddItWarnsOnceAndNamesTheFlag() throws Exception {
    expectScalar(onClassPath(VECTOR, "-XX:-UseFMA"), "remove -XX:-UseFMA");
  }

  @Test
  void propertyOverridesTheWidth() throws Exception {
    var scalar = onClassPath(VECTOR, "-Ddfsnet.simd=0");
    assertThat(scalar.output).contains("bits=0", "dfsnet.simd=0 asks for scalar kernels");
    assertThat(scalar.errors).doesNotContain("scalar kernels");
    assertThat(onClassPath(VECTOR, "-Ddfsnet.simd=128").output)
        .contains("bits=128", "simd128 kernels: dfsnet.simd=128");
  }

  @Test
  void wrongWidthNamesTheRule() throws Exception {
    for (var wrong : List.of("300", "wide", "")) {
      var outcome = onClassPath(VECTOR, "-Ddfsnet.simd=" + wrong);
      assertThat(outcome.status).isNotZero();
      assertThat(outcome.errors)
          .contains(
              "IllegalArgumentException: dfsnet.simd: '" + wrong + "' is no vector width",
              "0 (scalar), 128, 256, 512");
    }
  }

  @Tag("kernels")
  @Test
  void describesItselfInOneLine() {
    assertThat(Engine.describe())
        .startsWith(Engine.simd().bits() == 0 ? "scalar" : "simd" + Engine.simd().bits())
        .endsWith(Engine.simd().reason())
        .hasLineCount(1);
  }

  @Tag("kernels")
  @Test
  void measuresAPeak() {
    assertThat(Engine.measureFmaPeak(Duration.ofMillis(50))).isPositive().isFinite();
  }

  private static void expectScalar(Outcome outcome, String mend) {
    assertThat(outcome.output).contains("bits=0", "scalar kernels: ");
    assertThat(outcome.errors.lines().filter(line -> line.contains("scalar kernels")))
        .singleElement()
        .asString()
        .contains(mend);
    expectResult(outcome);
  }

  private static void expectResult(Outcome outcome) {
    assertThat(outcome.status).as(outcome.errors).isZero();
    assertThat(outcome.output).contains("corner=8.0 centre=18.0");
  }

  private static Outcome onClassPath(String... flags) throws Exception {
    return java(
        flags, "-cp", CLASSES + File.pathSeparator + TEST_CLASSES, EngineProbe.class.getName());
  }

  private static Outcome onModulePath(String... flags) throws Exception {
    return java(
        flags,
        "--module-path=" + CLASSES,
        "--patch-module=io.dfsnet.engine=" + TEST_CLASSES,
        "--module=io.dfsnet.engine/" + EngineProbe.class.getName());
  }

  private static Outcome java(String[] flags, String... rest) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    command.add("-XX:+UseSerialGC");
    command.addAll(List.of(rest));
    var process = new ProcessBuilder(command).start();
    try (var output = process.getInputStream();
        var errors = process.getErrorStream()) {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new TimeoutException(command + " runs for more than a minute");
      }
      return new Outcome(
          process.exitValue(), text(output.readAllBytes()), text(errors.readAllBytes()));
    } finally {
      process.destroyForcibly();
    }
  }

  private static String text(byte[] bytes) throws IOException {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
