package io.dfsnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.nn.Model;
import io.dfsnet.nn.data.ImageSet;
import io.dfsnet.nn.file.NetworkFile;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.models.Shortcut;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs the script {@code dfs} in a folder of its own, on this JVM's modules. */
@Timeout(180)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the script is for a POSIX shell")
class LauncherTest {
  private static final String DATA = "synthetic:train=1,test=1";
  private static final String ARCHIVING = "dfs: archiving classes";

  @TempDir Path home;
  private Path archives;
  private Path weights;

  @BeforeEach
  void copyScriptAndModules() throws IOException {
    Path script = home.resolve("dfs");
    Files.copy(Path.of("..", "dfs"), script);
    assertThat(script.toFile().setExecutable(true)).isTrue();
    Path libraries = Files.createDirectories(home.resolve("cli/target/dist"));
    for (Path module : modules()) {
      put(module, libraries);
    }
    Files.createFile(libraries.resolve(".built"));
    archives = home.resolve("cli/target/archives");

    weights = home.resolve("whole.safetensors");
    ImageSet images = DataOptions.open(DATA).test();
    var network =
        ModelOptions.create("resnet8-w4", Shortcut.PROJECTION, images.classes(), images.shape());
    NetworkFile.write(weights, Model.initial(network, 1));
  }

  @Test
  void anArchiveNeverChangesAnAnswerAndIsMadeAnewWhenItIsStaleOrDamaged() throws Exception {
    Json expected = inferHere();

    Call first = infer();
    assertThat(loss(first)).isEqualTo(expected);
    assertThat(first.err()).contains(ARCHIVING).doesNotContain("no archive");
    Path archive = archive();
    assertThat(archive).isNotEmptyFile();

    Call second = infer();
    assertThat(loss(second)).isEqualTo(expected);
    assertThat(second.err()).isEmpty();

    byte[] bytes = Files.readAllBytes(archive);
    for (int i = bytes.length / 2; i < bytes.length / 2 + 4096; i++) {
      bytes[i] ^= 0x5a;
    }
    Files.write(archive, bytes);
    Call damaged = infer();
    assertThat(loss(damaged)).isEqualTo(expected);
    assertThat(damaged.err()).contains(ARCHIVING);
    assertThat(Files.mismatch(archive, Files.write(home.resolve("damaged"), bytes)))
        .isNotEqualTo(-1);

    Files.setLastModifiedTime(archive, FileTime.fromMillis(0));
    Call stale = infer();
    assertThat(loss(stale)).isEqualTo(expected);
    assertThat(stale.err()).contains(ARCHIVING);

    Files.writeString(archive, "what the JVM refuses, with its right checksum");
    var sum = new ProcessBuilder("cksum").redirectInput(archive.toFile()).start();
    Files.write(Path.of(archive + ".cksum"), sum.getInputStream().readAllBytes());
    Call refused = infer();
    assertThat(loss(refused)).isEqualTo(expected);
    assertThat(refused.err()).isEmpty();

    try (Stream<Path> left = Files.list(archives)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .as("nothing of the making stays")
          .noneMatch(name -> name.startsWith("new."));
    }
  }

  @Test
  void theFastStartCanBeSwitchedOff() throws Exception {
    Call call = launch(List.of("DFS_FAST_START=off"), "infer");
    assertThat(loss(call)).isEqualTo(inferHere());
    assertThat(archives).doesNotExist();

    Call options = launch(List.of("DFS_JAVA_OPTIONS=-Ddfsnet.simd=0"), "infer");
    assertThat(loss(options)).isEqualTo(inferHere());
    assertThat(archives).doesNotExist();
  }

  @Test
  void aFailureKeepsItsExitStatus() throws Exception {
    // Without a folder to write to there is no archive.
    Files.createFile(archives);
    assertThat(launch(List.of(), "summary", "--no-such-option").status()).isEqualTo(2);
    Files.writeString(weights, "no weights");
    Call damaged = infer();
    Call here = Call.dfs(damaged.arguments().toArray());
    assertThat(here.status()).as(here.toString()).isNotZero();
    assertThat(damaged.status()).as(damaged.toString()).isEqualTo(here.status());
    assertThat(damaged.out()).isEqualTo(here.out());
    assertThat(damaged.err()).isEqualTo(here.err());
  }

  private Json inferHere() {
    return Call.dfs("infer", "--weights", weights, "--data", DATA, "--limit", 1, "--json")
        .json()
        .get("loss");
  }

  private Call infer() throws Exception {
    return launch(List.of(), "infer");
  }

  private static Json loss(Call call) {
    return call.json().get("loss");
  }

  /** Runs the script; a lone {@code infer} gets the one image that every answer here is about. */
  private Call launch(List<String> environment, String... words) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(words));
    if (words.length == 1) {
      arguments.addAll(List.of("--weights", weights.toString(), "--data", DATA));
      arguments.addAll(List.of("--limit", "1", "--json"));
    }
    List<String> command = new ArrayList<>(List.of(home.resolve("dfs").toString()));
    command.addAll(arguments);
    var builder = new ProcessBuilder(command);
    builder.environment().keySet().removeAll(List.of("DFS_JAVA_OPTIONS", "DFS_FAST_START"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    for (String setting : environment) {
      String[] parts = setting.split("=", 2);
      builder.environment().put(parts[0], parts[1]);
    }
    File out = home.resolve("out.txt").toFile();
    File err = home.resolve("err.txt").toFile();
    Process process = builder.redirectOutput(out).redirectError(err).start();
    try {
      assertThat(process.waitFor(90, TimeUnit.SECONDS)).as(command + " ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    // The incubator line belongs to the usual JVM, see docs/settings.md.
    String errors =
        Files.readString(err.toPath()).replaceAll("WARNING: Using incubator modules.*\\R", "");
    return new Call(arguments, process.exitValue(), Files.readString(out.toPath()), errors);
  }

  private Path archive() throws IOException {
    try (Stream<Path> files = Files.list(archives)) {
      return files.filter(path -> path.toString().endsWith(".aot")).findFirst().orElseThrow();
    }
  }

  private static List<Path> modules() {
    return ModuleLayer.boot().configuration().modules().stream()
        .flatMap(module -> module.reference().location().stream())
        .filter(location -> location.getScheme().equals("file"))
        .map(Path::of)
        .toList();
  }

  /** A module of this build may be a folder of classes still; archives are of jars only. */
  private static void put(Path module, Path libraries) throws IOException {
    if (Files.isRegularFile(module)) {
      Files.copy(module, libraries.resolve(module.getFileName()));
      return;
    }
    Path project = module.getParent().getParent().getFileName();
    int status =
        ToolProvider.findFirst("jar")
            .orElseThrow()
            .run(
                System.out,
                System.err,
                "--create",
                "--file",
                libraries.resolve(project + ".jar").toString(),
                "-C",
                module.toString(),
                ".");
    assertThat(status).as("jar of " + module).isZero();
  }
}
