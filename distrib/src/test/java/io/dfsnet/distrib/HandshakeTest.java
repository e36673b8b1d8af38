package io.dfsnet.distrib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dfsnet.distrib.DistributedException.Code;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the dialling side makes of whatever answers it. */
@Timeout(20)
class HandshakeTest {
  private static final Message.Hello HELLO =
      new Message.Hello(
          Message.Role.COORDINATOR,
          Version.SUPPORTED,
          Message.FEATURES,
          Wire.EPOCH,
          2,
          MessageTest.IDENTITY);

  private final Watchdog watchdog = new Watchdog();
  private ServerSocket server;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws IOException {
    server.close();
    watchdog.close();
  }

  @Test
  void aGoodAnswerIsTakenOver() {
    answer(ack(new Version(1, 0), Message.FEATURES, Wire.EPOCH));
    Handshake.Greeted greeted = dial(Duration.ofSeconds(5));
    assertThat(greeted.answer().rank()).isEqualTo(3);
    assertThat(greeted.terms(9)).isEqualTo(new Terms(new Version(1, 0), Wire.EPOCH, 9));
    greeted.connection().close();
  }

  @Test
  void aVersionThatWasNotOfferedIsRefused() {
    answer(ack(new Version(1, 7), Message.FEATURES, Wire.EPOCH));
    DistributedException failure = failure();
    assertThat(failure.code()).isEqualTo(Code.VERSION_MISMATCH);
    assertThat(failure.rank()).isEqualTo(2);
    assertThat(failure.detail()).contains("speaks protocol 1.0, the other chose 1.7");
  }

  @Test
  void missingFeaturesAreRefused() {
    answer(ack(new Version(1, 0), 0, Wire.EPOCH));
    assertThat(failure().detail()).contains("the other has 00000000");
  }

  @Test
  void anotherEpochIsRefusedWithBoth() {
    answer(ack(new Version(1, 0), Message.FEATURES, 1));
    DistributedException failure = failure();
    assertThat(failure.code()).isEqualTo(Code.IDENTITY_MISMATCH);
    assertThat(failure.detail()).contains("the epoch is 0badcafe here and 00000001 there");
  }

  @Test
  void aRefusalIsPassedOnWithTheRank() {
    answer(Wire.write(new Message.Failure(0, Code.BUSY, Frame.NONE, Frame.NONE, "later")));
    assertThat(failure()).hasMessage("busy, rank 2: later");
  }

  @Test
  void anotherMessageIsRefused() {
    answer(Wire.write(new Message.Ready(MessageTest.IDENTITY)));
    assertThat(failure().detail()).startsWith("READY may not come here");
  }

  @Test
  void wordsOfAnotherProtocolAreRefused() {
    answer("HTTP/1.1 400 Bad Request\r\n\r\n........".getBytes());
    assertThat(failure().detail()).contains("is this a DFSNet peer?");
  }

  @Test
  void whoHangsUpIsUnreachable() {
    answer(new byte[0]);
    DistributedException failure = failure();
    assertThat(failure.code()).isEqualTo(Code.NODE_UNREACHABLE);
    assertThat(failure.detail()).contains("during the greeting; is it a DFSNet node?");
  }

  @Test
  void whoSaysNothingIsUnreachableInTime() {
    long begun = System.nanoTime();
    DistributedException failure =
        catchThrowableOfType(DistributedException.class, () -> dial(Duration.ofMillis(300)));
    assertThat(failure.code()).isEqualTo(Code.NODE_UNREACHABLE);
    assertThat(failure.detail())
        .isEqualTo(
            "127.0.0.1:"
                + server.getLocalPort()
                + ": it accepts connections, but did not greet in time");
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
  }

  private void answer(byte[] bytes) {
    Thread.startVirtualThread(
        () -> {
          try (Socket socket = server.accept()) {
            new FrameReader(socket.getInputStream()).next();
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
          } catch (IOException ended) {
            // The dialling side has made up its mind.
          }
        });
  }

  private static byte[] ack(Version version, int features, int epoch) {
    return Wire.write(
        epoch, new Message.HelloAck(version, features, epoch, 3, MessageTest.IDENTITY));
  }

  private DistributedException failure() {
    return catchThrowableOfType(DistributedException.class, () -> dial(Duration.ofSeconds(5)));
  }

  private Handshake.Greeted dial(Duration time) {
    return Handshake.dial(
        new InetSocketAddress(server.getInetAddress(), server.getLocalPort()),
        2,
        HELLO,
        0,
        Duration.ofSeconds(10),
        Deadline.in(time),
        watchdog);
  }
}
