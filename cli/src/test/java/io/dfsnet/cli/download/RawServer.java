package io.dfsnet.cli.download;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An HTTP server on the loopback address that writes exactly the bytes that a test wants, right or
 * wrong: one request for each connection.
 */
public final class RawServer implements AutoCloseable {
  /** Writes an answer; the connection is closed behind it. */
  @FunctionalInterface
  public interface Handler {
    void answer(Request request, OutputStream out) throws IOException, InterruptedException;
  }

  /**
   * @param number of the request, from 0
   * @param headers by their names in small letters
   */
  public record Request(int number, String path, Map<String, String> headers) {
    public String header(String name) {
      return headers.getOrDefault(name, "");
    }

    /** Where the wanted range begins; 0 if all is wanted. */
    public int from() {
      return headers.containsKey("range")
          ? Integer.parseInt(header("range").replaceAll("bytes=([0-9]+)-", "$1"))
          : 0;
    }
  }

  private final ServerSocket socket;
  private final Handler handler;
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();

  public RawServer(Handler handler) throws IOException {
    this.handler = handler;
    this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    threads.add(Thread.ofVirtual().start(this::accept));
  }

  public URI address() {
    return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/data/");
  }

  public List<Request> requests() {
    return requests;
  }

  /** A status line with headers and the empty line behind them. */
  public static byte[] head(String status, String... headers) {
    return ("HTTP/1.1 "
            + status
            + "\r\nConnection: close\r\n"
            + String.join("", List.of(headers).stream().map(line -> line + "\r\n").toList())
            + "\r\n")
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket connection = socket.accept();
        threads.add(Thread.ofVirtual().start(() -> serve(connection)));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      var in =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
      String first = in.readLine();
      if (first == null) {
        return;
      }
      Map<String, String> headers = new TreeMap<>();
      for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
        int colon = line.indexOf(':');
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      }
      Request request;
      synchronized (requests) {
        request = new Request(requests.size(), first.split(" ")[1], headers);
        requests.add(request);
      }
      handler.answer(request, connection.getOutputStream());
    } catch (IOException | InterruptedException ended) {
      // The client went away, or the test is over.
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
    threads.forEach(Thread::interrupt);
  }
}
