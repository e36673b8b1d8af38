package io.dfsnet.cli.download;

import static io.dfsnet.cli.download.RawServer.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.dfsnet.cli.download.Download.Outcome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FetchingTest {
  private static final byte[] TRAIN = bytes("what is learnt from");
  private static final byte[] TEST = new byte[5000];

  @TempDir Path temporary;

  @Test
  void archivesAreUnpackedAndDeleted() throws Exception {
    byte[] archive = good().gzipped();
    try (var server = serving(archive)) {
      assertThat(fetch(server, archive)).isEqualTo(Outcome.FETCHED);
      assertThat(folder()).isDirectoryContaining("glob:**/train.bin");
      assertThat(folder().resolve("train.bin")).hasBinaryContent(TRAIN);
      assertThat(folder().resolve("test.bin")).hasBinaryContent(TEST);
      assertThat(names()).containsExactlyInAnyOrder("train.bin", "test.bin");
      assertThat(fetch(server, archive)).isEqualTo(Outcome.PRESENT);
      Files.delete(folder().resolve("test.bin"));
      assertThat(fetch(server, archive)).isEqualTo(Outcome.FETCHED);
      assertThat(server.requests()).hasSize(2);
    }
  }

  @Test
  void whatIsNotExpectedIsPassedOver() throws Exception {
    byte[] archive =
        new Tar()
            .file("../evil", TRAIN)
            .file("/tmp/evil", TRAIN)
            .file("set/../train.bin", bytes("no"))
            .file("set/sub/train.bin", bytes("no"))
            .file("train.bin", bytes("no"))
            .link("set/readme", '2', "/etc/passwd")
            .file("./set/train.bin", TRAIN)
            .file("set/train.bin", bytes("a second one"))
            .file("set/test.bin", TEST)
            .gzipped();
    try (var server = serving(archive)) {
      fetch(server, archive);
    }
    assertThat(names()).containsExactlyInAnyOrder("train.bin", "test.bin");
    assertThat(folder().resolve("train.bin")).hasBinaryContent(TRAIN);
    assertThat(temporary).isDirectoryNotContaining("glob:**/evil");
  }

  @Test
  void archivesThatAreNotWhatTheyShouldBeAreRefused() throws Exception {
    assertRefused(new Tar().file("set/test.bin", TEST).gzipped(), "lacks train.bin");
    assertRefused(
        new Tar().link("set/train.bin", '2', "/etc/passwd").gzipped(), "is no file of 19");
    assertRefused(
        new Tar().link("set/train.bin", '1', "/etc/passwd").gzipped(), "is no file of 19");
    assertRefused(new Tar().folder("set/train.bin").gzipped(), "is no file of 19");
    assertRefused(new Tar().file("set/train.bin", TEST).gzipped(), "is no file of 19 bytes");
    assertRefused(bytes("no archive"), "cannot be unpacked");
    byte[] whole = good().gzipped();
    assertRefused(Arrays.copyOf(whole, whole.length / 2), "cannot be unpacked");
  }

  /** Zeros for ever behind a small archive's first entry: the sum of what may be there ends it. */
  @Test
  void bombsAreDefused() throws Exception {
    byte[] bomb = new Tar().file("set/other", new byte[20 << 20]).gzipped();
    assertThat(bomb).hasSizeLessThan(100_000);
    assertRefused(bomb, "unpacks to far more than it should");
    byte[] claim = new Tar().entry("set/other", '0', 8L << 30, new byte[0]).gzipped();
    assertRefused(claim, "cannot be unpacked");
  }

  @Test
  void headersAreChecked() {
    byte[] tar = good().unfinished();
    tar[3] ^= 1;
    assertThatThrownBy(() -> entries(tar)).hasMessageContaining("wrong checksum");
    assertThatThrownBy(() -> entries(Arrays.copyOf(good().unfinished(), 700)))
        .isInstanceOf(IOException.class);
    byte[] many = new byte[512 * 10_001];
    byte[] one = new Tar().folder("a").unfinished();
    for (int i = 0; i <= 10_000; i++) {
      System.arraycopy(one, 0, many, 512 * i, 512);
    }
    assertThatThrownBy(() -> entries(many)).hasMessageContaining("more than 10000 entries");
  }

  @Test
  void theTableIsWhatTheSetsNeed() {
    assertThat(PublishedData.names())
        .containsExactly("cifar10", "cifar100", "mnist", "fashion-mnist");
    assertThat(PublishedData.find("cifar10").orElseThrow().members())
        .hasSize(6)
        .containsEntry("data_batch_5.bin", 30_730_000L);
    assertThat(PublishedData.find("cifar100").orElseThrow().members())
        .containsEntry("train.bin", 153_700_000L);
    assertThat(PublishedData.find("imagenet")).isEmpty();
  }

  /** The files that were downloaded by somebody else have the lengths and hashes of the table. */
  @Test
  void realFilesAgreeWithTheTable() throws IOException {
    String data = System.getProperty("dfsnet.test.data", "");
    assumeFalse(data.isEmpty(), "needs real data: run with -Ddfsnet.test.data=FOLDER");
    Path real = Path.of(data, "mnist");
    int compared = 0;
    for (RemoteFile file : PublishedData.find("mnist").orElseThrow().files()) {
      Path path = real.resolve(file.name());
      if (Files.exists(path)) {
        assertThat(Files.size(path)).isEqualTo(file.bytes());
        assertThat(PartialFile.sha256(path)).isEqualTo(file.sha256());
        compared++;
      }
    }
    assertThat(compared).isPositive();
  }

  private static void entries(byte[] tar) throws IOException {
    var reader = new TarReader(new ByteArrayInputStream(tar));
    while (reader.next() != null) {}
  }

  private static Tar good() {
    return new Tar()
        .folder("set/")
        .file("set/readme.html", bytes("hello"))
        .file("set/train.bin", TRAIN)
        .file("set/test.bin", TEST);
  }

  private void assertRefused(byte[] archive, String rule) throws Exception {
    try (var server = serving(archive)) {
      assertThatThrownBy(() -> fetch(server, archive))
          .isInstanceOf(DownloadException.class)
          .hasMessageContaining("set.tar.gz: ")
          .hasMessageContaining(rule);
    }
    assertThat(folder().resolve("train.bin")).doesNotExist();
    Files.deleteIfExists(folder().resolve("test.bin"));
    Files.deleteIfExists(folder().resolve("set.tar.gz"));
  }

  private static RawServer serving(byte[] file) throws IOException {
    return new RawServer(
        (request, out) -> {
          out.write(head("200 OK", "Content-Length: " + file.length));
          out.write(file);
        });
  }

  private Outcome fetch(RawServer server, byte[] archive) throws Exception {
    var file =
        new RemoteFile(
            "set.tar.gz",
            URI.create("https://home.example/"),
            archive.length,
            DownloadTest.sha256(archive));
    var members = Map.of("train.bin", (long) TRAIN.length, "test.bin", (long) TEST.length);
    var set = new PublishedData("set", List.of(file), "set/", members);
    var limits = new Limits(Duration.ofSeconds(20), Duration.ofSeconds(40), Duration.ZERO);
    return Fetching.fetch(set, server.address(), folder(), limits, bytes -> {}, fetched -> {})
        .getFirst()
        .outcome();
  }

  private Path folder() {
    return temporary.resolve("new/folder");
  }

  private List<String> names() throws IOException {
    try (var files = Files.list(folder())) {
      return files.map(path -> path.getFileName().toString()).toList();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
