package io.dfsnet.cli;

import static io.dfsnet.cli.Call.dfs;
import static io.dfsnet.cli.download.RawServer.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dfsnet.cli.download.PublishedData;
import io.dfsnet.cli.download.RawServer;
import io.dfsnet.cli.download.RemoteFile;
import io.dfsnet.cli.download.Tar;
import io.dfsnet.nn.json.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(60)
class DataCommandTest {
  @TempDir Path folder;

  /** From the server to the images: a set as small as CIFAR-100's folder can be. */
  @Test
  void whatGetFetchesInfoReads() throws Exception {
    byte[] record = new byte[3074];
    record[1] = 42;
    Arrays.fill(record, 2, 2 + 1024, (byte) 255);
    byte[] archive = new Tar().file("c/train.bin", record).file("c/test.bin", record).gzipped();
    String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(archive));
    var file =
        new RemoteFile("c.tar.gz", URI.create("https://home.example/"), archive.length, hash);
    var members = Map.of("train.bin", 3074L, "test.bin", 3074L);
    var set = new PublishedData("cifar100", List.of(file), "c/", members);
    Path out = folder.resolve("data");
    var text = new StringWriter();
    var log = new StringWriter();
    try (var server =
        new RawServer(
            (request, to) -> {
              to.write(head("200 OK", "Content-Length: " + archive.length));
              to.write(archive);
            })) {
      var line = new CommandLine(new DataGetCommand(name -> Optional.of(set)));
      line.registerConverter(Progress.Style.class, new Converters.Choice<>(Progress.Style.class));
      line.setOut(new PrintWriter(text));
      line.setErr(new PrintWriter(log));
      String[] arguments = {
        "cifar100", "--out", out.toString(), "--from", server.address().toString(), "--json"
      };
      assertThat(line.execute(arguments)).as(log.toString()).isZero();
      assertThat(log.toString()).contains("c.tar.gz: fetched from " + server.address());
    }
    Json.Object got = Json.parse(text.toString().strip()).asObject("result");
    assertThat(got.text("data")).isEqualTo("cifar100:" + out);

    Json.Object info = dfs("data", "info", got.text("data"), "--json").json();
    Json.Object train = info.object("parts").object("train");
    assertThat(train.integer("images")).isEqualTo(1);
    assertThat(train.integer("classes")).isEqualTo(100);
    assertThat(train.array("labels").integers("labels")[42]).isEqualTo(1);
    assertThat(train.array("mean").toString()).isEqualTo("[1.0,0.0,0.0]");
  }

  @Test
  void infoMeasuresSyntheticImages() {
    Json.Object parts =
        dfs("data", "info", "synthetic:train=100,test=50", "--json").json().object("parts");
    Json.Object train = parts.object("train");
    double[] mean = numbers(train, "mean");
    assertThat(mean).hasSize(3);
    assertThat(mean[0]).isCloseTo(0.42, within(0.05));
    assertThat(numbers(train, "deviation")[1]).isCloseTo(0.16, within(0.05));
    assertThat(train.array("labels").integers("labels")).hasSize(25).containsOnly(4);
    assertThat(parts.object("test").integer("images")).isEqualTo(50);
    Call call = dfs("data", "info", "synthetic:train=100,test=50", "--limit", 30).succeeds();
    assertThat(call.out()).contains("synthetic train", "[3, 32, 32]", "25 of 25", "1 to 2");
  }

  @Test
  void infoSaysWhichPartIsMissing() throws Exception {
    Files.write(folder.resolve("test.bin"), new byte[3074]);
    Call call = dfs("data", "info", "cifar100:" + folder).succeeds();
    assertThat(call.err()).contains("train: is not there", "train.bin: does not exist");
    assertThat(call.out()).contains("cifar100 test");
    Files.delete(folder.resolve("test.bin"));
    Call none = dfs("data", "info", "cifar100:" + folder, "--progress", "none");
    none.fails(1, "test.bin: does not exist");
  }

  @Test
  void aBrokenPartFails() throws Exception {
    Files.write(folder.resolve("test.bin"), new byte[3074]);
    Files.write(folder.resolve("train.bin"), new byte[3073]);
    dfs("data", "info", "cifar100:" + folder).fails(1, "train.bin: has 3073 bytes");
  }

  @Test
  void wrongCallsAreRefused() {
    dfs("data").fails(2, "no command given");
    dfs("data", "get").fails(2, "NAME");
    dfs("data", "get", "imagenet", "--out", folder).fails(2, "'imagenet' is unknown", "cifar10,");
    dfs("data", "get", "mnist").fails(2, "--out: is missing");
    for (String from : List.of("ftp://a.example/", "a.example", "http://", "http://a b/")) {
      dfs("data", "get", "mnist", "--out", folder, "--from", from).fails(2, "is no address");
    }
    dfs("data", "info", "minst:x").fails(2, "data 'minst:x': is unknown");
    assertThat(folder).isEmptyDirectory();
  }

  /** A mirror that has other files under the right names. */
  @Test
  void aWrongMirrorIsRefused() throws Exception {
    try (var server =
        new RawServer((request, to) -> to.write(head("200 OK", "Content-Length: 3")))) {
      dfs("data", "get", "mnist", "--out", folder, "--from", server.address(), "--progress", "none")
          .fails(1, "train-images-idx3-ubyte.gz: the server announces 3 bytes", "9912422");
    }
  }

  @Test
  void helpHasExamples() {
    assertThat(dfs("data", "--help").succeeds().out()).contains("get", "info", "Examples:");
    assertThat(dfs("data", "get", "--help").succeeds().out()).contains("--from", "Examples:");
    assertThat(dfs("data", "info", "--help").succeeds().out()).contains("SPEC", "Examples:");
  }

  private static double[] numbers(Json.Object object, String key) {
    String text = object.array(key).toString();
    return Arrays.stream(text.substring(1, text.length() - 1).split(","))
        .mapToDouble(Double::parseDouble)
        .toArray();
  }
}
