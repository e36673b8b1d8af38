package io.dfsnet.cli.download;

import static io.dfsnet.cli.download.RawServer.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dfsnet.cli.download.Download.Outcome;
import io.dfsnet.cli.download.RawServer.Handler;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Against a server that breaks off, lies about length, content and ranges, redirects and stalls.
 */
@Timeout(60)
class DownloadTest {
  private static final int LENGTH = 200_000;
  private static final int HALF = 77_777;
  private static final String TAG = "ETag: \"v1\"";
  private static final byte[] CONTENT = content(1);

  private static final Limits LIMITS =
      new Limits(Duration.ofSeconds(20), Duration.ofSeconds(40), Duration.ofMillis(1));

  @TempDir Path folder;
  private final AtomicLong progress = new AtomicLong();

  @Test
  void fetchesAndThenLeavesIt() throws Exception {
    try (var server = new RawServer(DownloadTest::whole)) {
      assertThat(fetch(server)).isEqualTo(Outcome.FETCHED);
      assertFetched();
      assertThat(progress).hasValue(LENGTH);
      assertThat(fetch(server)).isEqualTo(Outcome.PRESENT);
      assertThat(server.requests()).hasSize(1);
      assertThat(server.requests().getFirst().path()).isEqualTo("/data/file.bin");
    }
  }

  @Test
  void aWrongFileOfThatNameIsReplaced() throws Exception {
    Files.write(folder.resolve("file.bin"), content(2));
    try (var server = new RawServer(DownloadTest::whole)) {
      assertThat(fetch(server)).isEqualTo(Outcome.FETCHED);
    }
    assertFetched();
  }

  @Test
  void aBrokenConnectionIsContinued() throws Exception {
    try (var server = new RawServer(breakingOff(DownloadTest::rest))) {
      assertThat(fetch(server)).isEqualTo(Outcome.RESUMED);
      assertFetched();
      var second = server.requests().get(1);
      assertThat(second.header("range")).isEqualTo("bytes=" + HALF + "-");
      assertThat(second.header("if-range")).isEqualTo("\"v1\"");
    }
  }

  @Test
  void aServerThatIgnoresRangesIsAskedForAll() throws Exception {
    try (var server = new RawServer(breakingOff(DownloadTest::whole))) {
      assertThat(fetch(server)).isEqualTo(Outcome.FETCHED);
      assertFetched();
    }
  }

  @Test
  void aWrongRangeIsNotAppended() throws Exception {
    Handler wrong =
        (request, out) -> {
          if (request.number() > 1) {
            whole(request, out);
            return;
          }
          out.write(head("206 Partial", "Content-Range: bytes 0-" + (LENGTH - 1) + "/" + LENGTH));
          out.write(CONTENT);
        };
    try (var server = new RawServer(breakingOff(wrong))) {
      assertThat(fetch(server)).isEqualTo(Outcome.FETCHED);
      assertFetched();
      assertThat(server.requests().get(2).headers()).doesNotContainKey("range");
    }
  }

  @Test
  void aRangeOfAnotherVersionIsFoundOutAndAllIsFetchedOnce() throws Exception {
    Handler mixing =
        (request, out) -> {
          if (request.headers().containsKey("range")) {
            out.write(head("206 Partial", contentRange(request.from(), LENGTH)));
            out.write(content(2), request.from(), LENGTH - request.from());
          } else {
            whole(request, out);
          }
        };
    try (var server = new RawServer(breakingOff(mixing))) {
      assertThat(fetch(server)).isEqualTo(Outcome.FETCHED);
      assertFetched();
      assertThat(server.requests()).hasSize(3);
    }
  }

  @Test
  void anUnsatisfiableRangeBeginsAgain() throws Exception {
    Handler refusing =
        (request, out) -> {
          if (request.headers().containsKey("range")) {
            out.write(head("416 Range Not Satisfiable", "Content-Length: 0"));
          } else {
            whole(request, out);
          }
        };
    try (var server = new RawServer(breakingOff(refusing))) {
      assertThat(fetch(server)).isEqualTo(Outcome.FETCHED);
    }
    assertFetched();
  }

  @Test
  void aServerThatAlwaysBreaksOffIsGivenUpAndContinuedLater() throws Exception {
    Handler dropping =
        (request, out) -> {
          out.write(head("206 Partial", contentRange(request.from(), LENGTH), TAG));
          out.write(CONTENT, request.from(), 1000);
        };
    try (var server = new RawServer(breakingOff(dropping))) {
      assertRefused(server, "broke off 5 times", HALF + 4000 + " of 200000 bytes are there");
      assertThat(server.requests()).hasSize(5);
    }
    assertThat(folder.resolve("file.bin.part")).hasSize(HALF + 4000);
    try (var server = new RawServer(DownloadTest::rest)) {
      assertThat(fetch(server)).isEqualTo(Outcome.RESUMED);
      assertThat(server.requests().getFirst().header("if-range")).isEqualTo("\"v1\"");
    }
    assertFetched();
  }

  @Test
  void wrongContentIsDeleted() throws Exception {
    Handler lying =
        (request, out) -> {
          out.write(head("200 OK", "Content-Length: " + LENGTH));
          out.write(content(2));
        };
    try (var server = new RawServer(lying)) {
      assertRefused(server, "has SHA-256 ", "expected is " + sha256(CONTENT), "--from");
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void wrongLengthsAreRefused() throws Exception {
    Handler announcing = (request, out) -> out.write(head("200 OK", "Content-Length: 1"));
    try (var server = new RawServer(announcing)) {
      assertRefused(server, "announces 1 bytes, the file has 200000");
    }
    Handler endless =
        (request, out) -> {
          out.write(head("200 OK"));
          while (true) {
            out.write(CONTENT);
          }
        };
    try (var server = new RawServer(endless)) {
      assertRefused(server, "sends more than the 200000 bytes");
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aWrongLengthLeavesWhatIsThere() throws Exception {
    Handler announcing = (request, out) -> out.write(head("200 OK", "Content-Length: 1"));
    try (var server = new RawServer(breakingOff(announcing))) {
      assertRefused(server, "announces 1 bytes, the file has 200000");
      assertThat(server.requests()).hasSize(2);
    }
    assertThat(folder.resolve("file.bin.part")).hasSize(HALF);
    try (var server = new RawServer(DownloadTest::rest)) {
      assertThat(fetch(server)).isEqualTo(Outcome.RESUMED);
    }
    assertFetched();
  }

  @Test
  void redirectsAreFollowedAFewTimes() throws Exception {
    Handler once =
        (request, out) -> {
          if (request.path().equals("/data/file.bin")) {
            out.write(head("302 Found", "Location: ../other/place", "Content-Length: 0"));
          } else {
            whole(request, out);
          }
        };
    try (var server = new RawServer(once)) {
      assertThat(fetch(server)).isEqualTo(Outcome.FETCHED);
      assertThat(server.requests().get(1).path()).isEqualTo("/other/place");
    }
    Files.delete(folder.resolve("file.bin"));
    Handler forEver =
        (request, out) ->
            out.write(head("301 Moved", "Location: " + request.path(), "Content-Length: 0"));
    try (var server = new RawServer(forEver)) {
      assertRefused(server, "redirects more than 5 times");
      assertThat(server.requests()).hasSize(6);
    }
  }

  @Test
  void redirectsToOtherSchemesAreRefused() {
    URI secure = URI.create("https://a.example/b/c");
    assertThat(Download.redirected(secure, "../d")).hasToString("https://a.example/d");
    assertThat(Download.redirected(URI.create("http://a.example/"), "https://b.example/"))
        .hasToString("https://b.example/");
    assertThatThrownBy(() -> Download.redirected(secure, "http://a.example/b/c"))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("from https to http");
    for (String location : List.of("", "file:///etc/passwd", "ftp://a.example/", "http:///", "%")) {
      assertThatThrownBy(() -> Download.redirected(secure, location))
          .as(location)
          .isInstanceOf(DownloadException.class);
    }
  }

  @Test
  void aMissingFileIsNotTriedAgain() throws Exception {
    Handler missing = (request, out) -> out.write(head("404 Not Found", "Content-Length: 0"));
    try (var server = new RawServer(missing)) {
      assertRefused(server, "the server answers 404");
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void aBusyServerIsTriedAgain() throws Exception {
    Handler busy =
        (request, out) -> {
          if (request.number() == 0) {
            out.write(head("503 Service Unavailable", "Content-Length: 0"));
          } else {
            whole(request, out);
          }
        };
    try (var server = new RawServer(busy)) {
      assertThat(fetch(server)).isEqualTo(Outcome.FETCHED);
    }
  }

  @Test
  void aServerThatStallsIsGivenUp() throws Exception {
    var impatient = new Limits(Duration.ofMillis(300), Duration.ofSeconds(20), Duration.ZERO);
    Handler silent = (request, out) -> Thread.sleep(60_000);
    try (var server = new RawServer(silent)) {
      assertRefused(server, impatient, "sent nothing for 0.3 s", "0 of 200000 bytes");
    }
    Handler stalling =
        (request, out) -> {
          out.write(head("200 OK", "Content-Length: " + LENGTH, TAG));
          out.write(CONTENT, 0, HALF);
          out.flush();
          Thread.sleep(60_000);
        };
    try (var server = new RawServer(stalling)) {
      assertRefused(server, impatient, "sent nothing for 0.3 s", HALF + " of 200000 bytes");
      assertThat(server.requests()).hasSize(1);
    }
    try (var server = new RawServer(DownloadTest::rest)) {
      assertThat(fetch(server)).isEqualTo(Outcome.RESUMED);
    }
    assertFetched();
  }

  @Test
  void aServerThatDripsIsGivenUpAtTheDeadline() throws Exception {
    var limits = new Limits(Duration.ofSeconds(20), Duration.ofMillis(700), Duration.ZERO);
    Handler dripping =
        (request, out) -> {
          out.write(head("200 OK", "Content-Length: " + LENGTH));
          for (byte value : CONTENT) {
            out.write(value);
            out.flush();
            Thread.sleep(20);
          }
        };
    try (var server = new RawServer(dripping)) {
      assertRefused(server, limits, "was not fetched within", "call again");
    }
  }

  @Test
  void nobodyListensOnThatPort() throws Exception {
    URI gone;
    try (var server = new RawServer(DownloadTest::whole)) {
      gone = server.address();
    }
    assertThatThrownBy(() -> fetch(gone, LIMITS))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("broke off 5 times");
  }

  @Test
  void twoAtOnceAreRefused() throws Exception {
    try (var part = PartialFile.open(folder.resolve("file.bin"));
        var server = new RawServer(DownloadTest::whole)) {
      assertThat(part.size()).isZero();
      assertRefused(server, "file.bin.part: is being written by another dfs");
    }
  }

  @Test
  void aPartThatCannotBeWrittenIsNotTheFaultOfTheServer() throws Exception {
    PartialFile part = PartialFile.open(folder.resolve("file.bin"));
    part.close();
    assertThatThrownBy(() -> part.append(ByteBuffer.allocate(1)))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("file.bin.part: cannot be written")
        .hasMessageContaining("make room on its disk and call again");
    // The tag of a version stands in a file, whose place something else has taken here.
    Files.createDirectories(folder.resolve("file.bin.part.etag").resolve("taken"));
    try (var server = new RawServer(DownloadTest::whole)) {
      assertRefused(server, "file.bin.part: cannot be written");
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void linksAreNotWrittenThrough() throws Exception {
    Path outside = Files.writeString(folder.resolve("outside"), "precious");
    Path inner = Files.createDirectory(folder.resolve("inner"));
    try {
      Files.createSymbolicLink(inner.resolve("file.bin.part"), outside);
    } catch (FileSystemException | UnsupportedOperationException notHere) {
      assumeTrue(false, "needs symbolic links: " + notHere);
    }
    try (var server = new RawServer(DownloadTest::whole);
        var client = Download.client()) {
      assertThatThrownBy(
              () -> Download.fetch(client, file(), server.address(), inner, LIMITS, progress::set))
          .isInstanceOf(IOException.class);
    }
    assertThat(outside).hasContent("precious");
  }

  private static void whole(RawServer.Request request, OutputStream out) throws IOException {
    out.write(head("200 OK", "Content-Length: " + LENGTH, TAG));
    out.write(CONTENT);
  }

  /** What a good server does: the rest of the same version, else all. */
  private static void rest(RawServer.Request request, OutputStream out) throws IOException {
    if (!request.header("if-range").equals("\"v1\"")) {
      whole(request, out);
      return;
    }
    int from = request.from();
    out.write(
        head(
            "206 Partial Content",
            contentRange(from, LENGTH),
            "Content-Length: " + (LENGTH - from),
            TAG));
    out.write(CONTENT, from, LENGTH - from);
  }

  /** Gives less than it announces at first. */
  private static Handler breakingOff(Handler next) {
    return (request, out) -> {
      if (request.number() > 0) {
        next.answer(request, out);
      } else {
        out.write(head("200 OK", "Content-Length: " + LENGTH, TAG));
        out.write(CONTENT, 0, HALF);
      }
    };
  }

  private static String contentRange(int from, int length) {
    return "Content-Range: bytes " + from + "-" + (length - 1) + "/" + length;
  }

  private Outcome fetch(RawServer server) throws IOException, InterruptedException {
    return fetch(server.address(), LIMITS);
  }

  private Outcome fetch(URI base, Limits limits) throws IOException, InterruptedException {
    var client = Download.client();
    try {
      return Download.fetch(client, file(), base, folder, limits, progress::set);
    } finally {
      client.shutdownNow();
    }
  }

  private static RemoteFile file() {
    return new RemoteFile("file.bin", URI.create("https://home.example/"), LENGTH, sha256(CONTENT));
  }

  private void assertFetched() {
    assertThat(folder.resolve("file.bin")).hasBinaryContent(CONTENT);
    assertThat(folder).isDirectoryNotContaining(path -> path.toString().contains(".part"));
  }

  private void assertRefused(RawServer server, String... words) {
    assertRefused(server, LIMITS, words);
  }

  private void assertRefused(RawServer server, Limits limits, String... words) {
    var refused = assertThatThrownBy(() -> fetch(server.address(), limits));
    refused.isInstanceOf(DownloadException.class);
    for (String word : words) {
      refused.hasMessageContaining(word);
    }
    assertThat(folder.resolve("file.bin")).doesNotExist();
  }

  private static byte[] content(int seed) {
    byte[] bytes = new byte[LENGTH];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
