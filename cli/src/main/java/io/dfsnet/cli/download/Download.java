package io.dfsnet.cli.download;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fetches one file by HTTP. Whatever the server does, the file is right or is not there: its length
 * and SHA-256 are known beforehand. What has arrived stays in a {@link PartialFile} when a
 * connection breaks off, and the next request asks for the rest (RFC 9110, section 14):
 *
 * <pre>
 *   GET, Range: bytes=N-, If-Range: "tag"
 *     206 with Content-Range: bytes N-LAST/LENGTH    the rest: appended
 *     200                                            all of it: begun again
 *     301, 302, 303, 307, 308                        followed, a few times, but not from https to http
 * </pre>
 */
public final class Download {
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\\*)");

  /** How the file came to be there. */
  public enum Outcome {
    /** It was there before, and right. */
    PRESENT,
    FETCHED,
    /** Only the rest had to be fetched. */
    RESUMED
  }

  private final HttpClient client;
  private final RemoteFile file;
  private final URI address;
  private final Limits limits;
  private final LongConsumer progress;
  private final long deadline;
  private boolean resumed;

  private Download(
      HttpClient client, RemoteFile file, URI base, Limits limits, LongConsumer progress) {
    this.client = client;
    this.file = file;
    this.address = file.address(base);
    this.limits = limits;
    this.progress = progress;
    this.deadline = System.nanoTime() + limits.total().toNanos();
  }

  /** A client that leaves redirects to this class; the caller closes it. */
  public static HttpClient client() {
    return HttpClient.newBuilder()
        .followRedirects(HttpClient.Redirect.NEVER)
        .version(HttpClient.Version.HTTP_1_1)
        .build();
  }

  /**
   * Fetches a file into a folder, unless it is there already.
   *
   * @param base where it is: its home, or the base address of a mirror
   * @param progress told how many of its bytes are there
   * @throws DownloadException if that fails; what arrived is kept for the next call where it is of
   *     use
   */
  public static Outcome fetch(
      HttpClient client,
      RemoteFile file,
      URI base,
      Path folder,
      Limits limits,
      LongConsumer progress)
      throws IOException, InterruptedException {
    Path target = folder.resolve(file.name());
    if (Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)
        && Files.size(target) == file.bytes()
        && PartialFile.sha256(target).equals(file.sha256())) {
      progress.accept(file.bytes());
      return Outcome.PRESENT;
    }
    return new Download(client, file, base, limits, progress).into(target);
  }

  private Outcome into(Path target) throws IOException, InterruptedException {
    try (PartialFile part = PartialFile.open(target)) {
      complete(part);
      String found = part.sha256();
      if (!found.equals(file.sha256()) && resumed) {
        // Two versions may have been mixed; the second time nothing is.
        part.restart("");
        resumed = false;
        complete(part);
        found = part.sha256();
      }
      if (!found.equals(file.sha256())) {
        part.discard();
        throw new DownloadException(
            address
                + ": has SHA-256 "
                + found
                + ", expected is "
                + file.sha256()
                + "; what the server sent is not the published file and was deleted, take another"
                + " mirror with --from");
      }
      part.finish();
      return resumed ? Outcome.RESUMED : Outcome.FETCHED;
    }
  }

  /** Asks again and again for what is missing, until the part has its length. */
  private void complete(PartialFile part) throws IOException, InterruptedException {
    if (part.size() > file.bytes()) {
      part.restart("");
    }
    resumed |= part.size() > 0;
    long pause = limits.pause().toNanos();
    for (int attempt = 1; part.size() < file.bytes(); attempt++) {
      try {
        request(part);
      } catch (StalledException stalled) {
        throw new DownloadException(
            address
                + ": "
                + (remaining() <= 0
                    ? "was not fetched within " + limits.total().toSeconds() + " s"
                    : "sent nothing for " + seconds())
                + ", "
                + part.size()
                + " of "
                + file.bytes()
                + " bytes are there; call again to go on from there",
            stalled);
      } catch (IOException broken) {
        if (attempt == Limits.ATTEMPTS) {
          throw new DownloadException(
              address
                  + ": broke off "
                  + attempt
                  + " times ("
                  + broken.getMessage()
                  + "), "
                  + part.size()
                  + " of "
                  + file.bytes()
                  + " bytes are there; call again to go on from there, or take another mirror with"
                  + " --from",
              broken);
        }
        TimeUnit.NANOSECONDS.sleep(Math.min(pause, Math.max(remaining(), 0)));
        pause *= 2;
      }
    }
  }

  private String seconds() {
    return limits.idle().toMillis() / 1000.0 + " s";
  }

  /** One request with its redirects, and as much of the body as comes. */
  private void request(PartialFile part) throws IOException, InterruptedException {
    URI at = address;
    for (int hop = 0; hop <= Limits.REDIRECTS; hop++) {
      try (Response response = send(at, part)) {
        int status = response.head().statusCode();
        switch (status) {
          case 200 -> {
            // First, so that the wrong answer of a mirror costs nothing of what is there.
            requireLength(response, file.bytes());
            part.restart(header(response, "ETag"));
            resumed = false;
            receive(response.body(), part);
            return;
          }
          case 206 -> {
            if (!continues(response, part.size())) {
              part.restart("");
              resumed = false;
              throw new IOException("the server sent another range than was asked for");
            }
            resumed = true;
            receive(response.body(), part);
            return;
          }
          case 416 -> {
            part.restart("");
            resumed = false;
            throw new IOException("the server has no such range");
          }
          case 301, 302, 303, 307, 308 -> at = redirected(at, header(response, "Location"));
          case 429, 500, 502, 503, 504 -> throw new IOException("the server answers " + status);
          default ->
              throw new DownloadException(
                  at + ": the server answers " + status + "; take another mirror with --from");
        }
      }
    }
    throw new DownloadException(
        address
            + ": redirects more than "
            + Limits.REDIRECTS
            + " times; take another mirror with --from");
  }

  private record Response(HttpResponse<Flow.Publisher<List<ByteBuffer>>> head, Body body)
      implements AutoCloseable {
    @Override
    public void close() {
      body.close();
    }
  }

  private Response send(URI at, PartialFile part) throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(at).header("Accept-Encoding", "identity");
    if (part.size() > 0) {
      request.header("Range", "bytes=" + part.size() + "-");
      if (!part.tag().isEmpty()) {
        request.header("If-Range", part.tag());
      }
    }
    CompletableFuture<HttpResponse<Flow.Publisher<List<ByteBuffer>>>> sent =
        client.sendAsync(request.build(), BodyHandlers.ofPublisher());
    try {
      var head = sent.get(Math.max(patience(), 0), TimeUnit.NANOSECONDS);
      Body body = new Body();
      head.body().subscribe(body);
      return new Response(head, body);
    } catch (TimeoutException late) {
      throw new StalledException();
    } catch (ExecutionException failed) {
      Throwable cause = failed.getCause();
      String reason =
          cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
      throw new IOException(reason, cause);
    } finally {
      sent.cancel(true);
    }
  }

  /** Appends what comes, up to the length that the file must have. */
  private void receive(Body body, PartialFile part) throws IOException, InterruptedException {
    for (var piece = body.next(patience()); piece != null; piece = body.next(patience())) {
      for (ByteBuffer bytes : piece) {
        if (part.size() + bytes.remaining() > file.bytes()) {
          part.discard();
          throw new DownloadException(
              address
                  + ": sends more than the "
                  + file.bytes()
                  + " bytes that the file has; it is another one and was deleted, take another"
                  + " mirror with --from");
        }
        part.append(bytes);
      }
      progress.accept(part.size());
    }
    if (part.size() < file.bytes()) {
      throw new IOException("the body ended early");
    }
  }

  private boolean continues(Response response, long from) {
    Matcher range = CONTENT_RANGE.matcher(header(response, "Content-Range"));
    return range.matches()
        && Long.parseLong(range.group(1)) == from
        && Long.parseLong(range.group(2)) < file.bytes()
        && (range.group(3).equals("*") || Long.parseLong(range.group(3)) == file.bytes());
  }

  private void requireLength(Response response, long expected) {
    long announced = response.head().headers().firstValueAsLong("Content-Length").orElse(expected);
    if (announced != expected) {
      throw new DownloadException(
          address
              + ": the server announces "
              + announced
              + " bytes, the file has "
              + expected
              + "; it is another one, take another mirror with --from");
    }
  }

  static URI redirected(URI from, String location) {
    URI to;
    try {
      to = from.resolve(location);
    } catch (IllegalArgumentException noAddress) {
      throw new DownloadException(from + ": redirects to no address", noAddress);
    }
    String scheme = String.valueOf(to.getScheme());
    boolean secure = scheme.equalsIgnoreCase("https");
    if (!secure && !scheme.equalsIgnoreCase("http") || to.getHost() == null || location.isEmpty()) {
      throw new DownloadException(from + ": redirects to '" + location + "', which is not http");
    }
    if (!secure && from.getScheme().equalsIgnoreCase("https")) {
      throw new DownloadException(
          from
              + ": redirects to "
              + to
              + ", from https to http; name that address with --from if you want it");
    }
    return to;
  }

  private static String header(Response response, String name) {
    return response.head().headers().firstValue(name).orElse("");
  }

  /** How long to wait for the server now, in nanoseconds. */
  private long patience() {
    return Math.min(limits.idle().toNanos(), remaining());
  }

  private long remaining() {
    return deadline - System.nanoTime();
  }
}
