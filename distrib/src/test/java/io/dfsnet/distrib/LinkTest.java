package io.dfsnet.distrib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dfsnet.distrib.DistributedException.Code;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One end is a link to rank 5, the other a bare socket. */
@Timeout(30)
class LinkTest {
  private static final Limits LIMITS = Limits.DEFAULTS.withSilence(Duration.ofSeconds(2));
  private static final float[] LARGE = new float[1 << 20];

  private final Watchdog watchdog = new Watchdog();
  private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();
  private Socket far;
  private FrameReader farFrames;
  private Link link;

  @BeforeEach
  void connect() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      far = new Socket(server.getInetAddress(), server.getLocalPort());
      far.setSoTimeout(10_000);
      farFrames = new FrameReader(far.getInputStream());
      Connection near = new Connection(server.accept(), LIMITS.silence(), watchdog);
      link = new Link(near, new Terms(new Version(1, 0), Wire.EPOCH, 4), "rank 5", 5, LIMITS);
    }
    link.start(
        new Link.Receiver() {
          @Override
          public void receive(Frame frame, FrameReader payload) throws IOException {
            byte[] content = payload.bytes();
            payload.end();
            received.add(MessageReader.decode(frame, content));
          }

          @Override
          public void ended(DistributedException cause) {
            received.add(cause);
          }
        });
  }

  @AfterEach
  void close() throws IOException {
    link.close();
    far.close();
    watchdog.close();
    Leaks.requireNoThreads();
  }

  @Test
  void anIdleLinkSendsSignsOfLife() throws IOException {
    long begun = System.nanoTime();
    assertThat(nextFromLink()).isEqualTo(new Message.Ping());
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(LIMITS.silence());
  }

  @Test
  void silenceEndsIt() throws InterruptedException {
    DistributedException end = end();
    assertThat(end.code()).isEqualTo(Code.NODE_DIED);
    assertThat(end.rank()).isEqualTo(5);
    assertThat(end.detail()).isEqualTo("rank 5: nothing came from it for 2000 ms");
  }

  @Test
  void bytesThatDoNotGetAwayEndIt() throws Exception {
    // Signs of life come in, but nothing is read: only the writer can notice.
    Thread alive =
        Thread.startVirtualThread(
            () -> {
              try {
                while (true) {
                  far.getOutputStream().write(Wire.write(new Message.Ping()));
                  Thread.sleep(200);
                }
              } catch (IOException | InterruptedException ended) {
                // As expected.
              }
            });
    for (int i = 0; i < 4; i++) {
      link.send(new Message.Data(1, 0, 0, LARGE));
    }
    assertThatThrownBy(() -> link.flush(Deadline.in(Duration.ofMillis(100))))
        .hasMessageContaining("deadline exceeded, rank 5: rank 5 does not read");
    assertThat(end().detail()).isEqualTo("rank 5: it did not read for 2000 ms");
    alive.interrupt();
    alive.join();
  }

  @Test
  void aQueueThatIsFullEndsIt() throws InterruptedException {
    link.send(new Message.Data(1, 0, 0, LARGE));
    link.send(new Message.Data(1, 1, 0, LARGE));
    link.send(new Message.Data(1, 2, 0, LARGE));
    DistributedException full =
        catchThrowableOfType(
            DistributedException.class,
            () -> {
              for (int i = 0; i <= Link.QUEUE; i++) {
                link.send(new Message.Ping());
              }
            });
    assertThat(full.code()).isEqualTo(Code.NODE_DIED);
    assertThat(full.detail()).contains("4096 messages wait to be written");
    assertThat(end()).isSameAs(full);
    assertThatThrownBy(() -> link.send(new Message.Ping())).isSameAs(full);
  }

  @Test
  void theLastMessageArrivesBeforeTheEnd() throws IOException, InterruptedException {
    link.send(new Message.ShardNeed(List.of(1)));
    Thread ends = Thread.startVirtualThread(() -> link.end(new Message.Bye()));
    assertThat(nextFromLink()).isEqualTo(new Message.ShardNeed(List.of(1)));
    assertThat(nextFromLink()).isEqualTo(new Message.Bye());
    assertThatThrownBy(this::nextFromLink).isInstanceOf(EOFException.class);
    far.close();
    ends.join();
    assertThatThrownBy(() -> link.send(new Message.Ping()))
        .isInstanceOf(DistributedException.class);
  }

  @Test
  void whoBreaksTheRulesIsToldWhyAlthoughMoreCameIn() throws Exception {
    byte[] other = Wire.write(new Message.Ping());
    other[5] = 1;
    Wire.sealHeader(other);
    far.getOutputStream().write(other);
    far.getOutputStream().write(new byte[10_000]);
    Message.Failure told = (Message.Failure) nextFromLink();
    assertThat(told.code()).isEqualTo(Code.PROTOCOL_VIOLATION);
    assertThat(told.rank()).isEqualTo(5);
    assertThat(told.detail()).isEqualTo("PING: version 1.0 was agreed, found 1.1");
    assertThat(end().getMessage()).contains("rank 5: PING: version 1.0");
  }

  @Test
  void aFrameOfAnotherEpochIsRefused() throws Exception {
    far.getOutputStream().write(Wire.write(Wire.EPOCH + 1, new Message.Bye()));
    assertThat(end().detail()).isEqualTo("BYE: the epoch is 0badcafe, found 0badcaff");
  }

  @Test
  void theEndOfTheOtherSideIsAFailure() throws Exception {
    far.shutdownOutput();
    assertThat(end().detail()).isEqualTo("rank 5: the connection ended");
  }

  @Test
  void endsOnceForTheFirstCause() throws Exception {
    DistributedException first = new DistributedException(Code.CLOSED, "first");
    link.abort(first);
    link.abort(new DistributedException(Code.CLOSED, "second"));
    far.close();
    assertThat(end()).isSameAs(first);
    link.close();
    assertThat(received).isEmpty();
  }

  private Message nextFromLink() throws IOException {
    Frame frame = farFrames.next();
    byte[] payload = farFrames.bytes();
    farFrames.end();
    return MessageReader.decode(frame, payload);
  }

  private DistributedException end() throws InterruptedException {
    return (DistributedException) received.poll(20, TimeUnit.SECONDS);
  }
}
