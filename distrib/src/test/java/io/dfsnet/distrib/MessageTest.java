package io.dfsnet.distrib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.distrib.DistributedException.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class MessageTest {
  static final Identity IDENTITY =
      new Identity(Sha256.of(new byte[] {1}), Sha256.of(new byte[] {2}), Sha256.of(new byte[] {3}));

  static final Message.Hello HELLO =
      new Message.Hello(
          Message.Role.PEER,
          new Version.Range(new Version(1, 0), new Version(1, 2)),
          Message.FEATURES,
          Wire.EPOCH,
          2,
          IDENTITY);

  static Stream<Message> messages() {
    return Stream.of(
        HELLO,
        new Message.HelloAck(new Version(1, 0), 5, Wire.EPOCH, 3, IDENTITY),
        new Message.Failure(9, Code.NODE_DIED, 2, 4, "rank 2: gone, \u00e4 pity"),
        new Message.Failure(0, Code.BUSY, Frame.NONE, Frame.NONE, "later"),
        new Message.ShardOffer(List.of()),
        new Message.ShardOffer(
            List.of(
                new Message.ShardOffer.Shard(0, 1, IDENTITY.model()),
                new Message.ShardOffer.Shard(255, Integer.MAX_VALUE, IDENTITY.plan()))),
        new Message.ShardNeed(List.of()),
        new Message.ShardNeed(List.of(0, 7, 255)),
        new Message.Ready(IDENTITY),
        new Message.Ping(),
        new Message.Bye());
  }

  @ParameterizedTest
  @MethodSource("messages")
  void comesBackAsItWasSent(Message message) throws IOException {
    assertThat(Wire.read(Wire.write(message))).isEqualTo(message);
  }

  @Test
  void bytesComeBackAsTheyWereSent() throws IOException {
    byte[] content = {1, 2, 3, 4, 5};
    assertThat(Wire.read(Wire.write(new Message.PlanText(content))))
        .isInstanceOfSatisfying(
            Message.PlanText.class, plan -> assertThat(plan.json()).isEqualTo(content));
    assertThat(Wire.read(Wire.write(new Message.ShardData(7, 300, content, 1, 3))))
        .isInstanceOfSatisfying(
            Message.ShardData.class,
            data -> {
              assertThat(data.group()).isEqualTo(7);
              assertThat(data.piece()).isEqualTo(300);
              assertThat(data.content()).containsExactly(2, 3, 4);
            });
  }

  @Test
  void theBytesOfAGreetingAreThoseOfTheDrawing() {
    byte[] payload =
        ByteBuffer.allocate(108)
            .put(HexFormat.of().parseHex("02" + "0100" + "0102" + "000000" + "00000001"))
            // SHA-256 of the bytes 01, 02 and 03, as sha256sum prints them.
            .put(hash("4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a"))
            .put(hash("dbc1b4c900ffe48d575b5da5c638040125f65db0fe3e24494b76ea986457d986"))
            .put(hash("084fed08b978af4d7d196a7446a86b58009e636b611db16211b65a9aadff29c5"))
            .array();
    byte[] expected = Wire.frame(1, Wire.EPOCH, 0, 0xffff, 2, payload);
    expected[5] = 2;
    Wire.sealHeader(expected);
    assertThat(Wire.write(HELLO)).isEqualTo(expected);
  }

  @Test
  void aLaterVersionMayAppendToAGreeting() throws IOException {
    byte[] today = Wire.write(HELLO);
    byte[] payload = new byte[200];
    System.arraycopy(today, 32, payload, 0, 108);
    assertThat(Wire.read(Wire.frame(1, Wire.EPOCH, 0, 0xffff, 2, payload))).isEqualTo(HELLO);
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        Arguments.of(FrameType.HELLO, new byte[107], "at least 108 bytes"),
        Arguments.of(FrameType.HELLO, new byte[108], "no side has the role 0"),
        Arguments.of(FrameType.HELLO, greeting(1, 2, 0, 1, 9), "range 2.0 to 1.9 is empty"),
        Arguments.of(FrameType.HELLO_ACK, new byte[103], "at least 104 bytes"),
        Arguments.of(FrameType.ERROR, new byte[1], "at least 2 bytes"),
        Arguments.of(FrameType.ERROR, new byte[] {0, 99, 'x'}, "no error has the code 99"),
        Arguments.of(FrameType.SHARD_OFFER, new byte[41], "a multiple of 40 bytes"),
        Arguments.of(FrameType.SHARD_OFFER, new byte[40], "1 to 2147483647 bytes, found 0"),
        Arguments.of(FrameType.SHARD_OFFER, offer(3, -1), "found 4294967295"),
        Arguments.of(FrameType.SHARD_NEED, new byte[3], "a multiple of 2 bytes"),
        Arguments.of(FrameType.SHARD_NEED, new byte[] {0, 2, 0, 2}, "found 2 after 2"),
        Arguments.of(FrameType.READY, new byte[95], "96 bytes of payload, found 95"));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void whatIsMalformedIsRefused(FrameType type, byte[] payload, String message) {
    assertThatThrownBy(() -> Wire.read(Wire.frame(type.number(), payload)))
        .isInstanceOf(DistributedException.class)
        .hasMessageContaining(message)
        .extracting(failure -> ((DistributedException) failure).code())
        .isEqualTo(Code.PROTOCOL_VIOLATION);
  }

  @ParameterizedTest
  @EnumSource(
      value = FrameType.class,
      names = {"INFER", "DATA", "RESULT"})
  void tensorsAreNoMessagesWithoutAPlan(FrameType type) {
    assertThatThrownBy(() -> Wire.read(Wire.frame(type.number(), new byte[8])))
        .isInstanceOf(DistributedException.class)
        .hasMessageContaining("not expected before a plan is in force");
  }

  @Test
  void theTextOfAnErrorIsShortAndSteersNoTerminal() throws IOException {
    String text = "a\u001b[31mb\r\nc\u0007" + "x".repeat(5000);
    Message.Failure failure =
        (Message.Failure) Wire.read(Wire.write(new Message.Failure(1, Code.BUSY, 0, 0, text)));
    assertThat(failure.detail()).startsWith("a?[31mb??c?xxx").hasSize(1024);
  }

  @Test
  void numbersOfCodesAndTypesNeverChange() {
    assertThat(Stream.of(Code.values()).map(code -> code + "=" + code.number()))
        .containsExactly(
            "PROTOCOL_VIOLATION=1",
            "VERSION_MISMATCH=2",
            "IDENTITY_MISMATCH=3",
            "BUSY=4",
            "BAD_PLAN=5",
            "BAD_SHARD=6",
            "WRONG_IMAGE_SIZE=7",
            "DEADLINE_EXCEEDED=8",
            "NODE_UNREACHABLE=9",
            "NODE_DIED=10",
            "NODE_FAILED=11",
            "ADDRESS_UNAVAILABLE=12",
            "INSECURE=13",
            "CLOSED=14",
            "INTERRUPTED=15");
    assertThat(Stream.of(FrameType.values()).mapToInt(FrameType::number))
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 13).boxed().toList());
  }

  @Test
  void theDeadlineTravelsAsWhatIsLeft() throws IOException {
    Message.Infer infer =
        new Message.Infer(1, Deadline.in(Duration.ofSeconds(3)), new float[] {1, 2});
    ByteBuffer frame = ByteBuffer.wrap(Wire.write(infer));
    assertThat(frame.getInt(24)).isEqualTo(12);
    assertThat(frame.getInt(32)).isBetween(2000, 3000);
    ByteBuffer late =
        ByteBuffer.wrap(
            Wire.write(new Message.Infer(1, Deadline.in(Duration.ofSeconds(-3)), new float[] {1})));
    assertThat(late.getInt(32)).isZero();
  }

  private static byte[] greeting(int... head) {
    byte[] payload = new byte[108];
    for (int i = 0; i < head.length; i++) {
      payload[i] = (byte) head[i];
    }
    return payload;
  }

  private static byte[] offer(int group, int bytes) {
    return ByteBuffer.allocate(40)
        .putShort((short) group)
        .putShort((short) 0)
        .putInt(bytes)
        .array();
  }

  private static byte[] hash(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
