package io.dfsnet.distrib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.dfsnet.distrib.DistributedException.Code;
import io.dfsnet.nn.Seeds;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Damaged input of every kind gives a typed failure or a valid value, never anything else. A
 * failing run prints its number; the same number gives the same bytes again.
 */
@Timeout(60)
class CodecFuzzTest {
  private static final int STREAMS = 15_000;
  private static final int PAYLOADS = 15_000;
  private static final int PLANS = 10_000;

  @Test
  void damagedStreams() {
    byte[] stream =
        Wire.write(
            MessageTest.messages()
                .filter(message -> !(message instanceof Message.Ready))
                .toArray(Message[]::new));
    for (int run = 0; run < STREAMS; run++) {
      byte[] damaged = mutate(stream, Seeds.random(TestModels.SEED, "stream", run));
      run("stream", run, damaged, () -> readAll(damaged));
    }
  }

  /** With right checksums, so that the decoders behind them see the damage. */
  @Test
  void damagedPayloads() {
    List<byte[]> frames = new ArrayList<>();
    MessageTest.messages().forEach(message -> frames.add(Wire.write(message)));
    for (int run = 0; run < PAYLOADS; run++) {
      RandomGenerator random = Seeds.random(TestModels.SEED, "payload", run);
      byte[] frame = frames.get(random.nextInt(frames.size()));
      byte[] payload =
          frame.length == 32 ? new byte[3] : Arrays.copyOfRange(frame, 32, frame.length - 4);
      byte[] damaged = Wire.frame(frame[6], mutate(payload, random));
      run("payload", run, damaged, () -> readAll(damaged));
    }
  }

  @Test
  void damagedHeadersWithRightChecksums() {
    byte[] frame = Wire.write(MessageTest.HELLO);
    for (int run = 0; run < PAYLOADS; run++) {
      RandomGenerator random = Seeds.random(TestModels.SEED, "header", run);
      byte[] damaged = frame.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        damaged[random.nextInt(28)] = (byte) random.nextInt();
      }
      Wire.sealHeader(damaged);
      run("header", run, damaged, () -> readAll(damaged));
    }
  }

  @Test
  void damagedPlans() {
    byte[] text = PlanJson.write(TestPlans.plan(0, 0, 1, 2));
    for (int run = 0; run < PLANS; run++) {
      byte[] damaged = mutate(text, Seeds.random(TestModels.SEED, "plan", run));
      run(
          "plan",
          run,
          damaged,
          () -> {
            Plan plan = PlanJson.read(damaged);
            // What is accepted is a plan: its own text gives it back, and every group has a host.
            assertThat(PlanJson.read(PlanJson.write(plan))).isEqualTo(plan);
            for (int group = 0; group < plan.groups(); group++) {
              plan.host(group);
            }
          });
    }
  }

  @Test
  void plansOfRandomTokens() {
    String[] tokens = {
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      "\"epoch\"",
      "\"members\"",
      "\"host\"",
      "1",
      "-1",
      "1e999",
      "null",
      "\"127.0.0.1\"",
      "\"\\u0000\"",
      "[[[[",
      "{\"a\":"
    };
    for (int run = 0; run < PLANS; run++) {
      RandomGenerator random = Seeds.random(TestModels.SEED, "tokens", run);
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(60); i >= 0; i--) {
        text.append(tokens[random.nextInt(tokens.length)]);
      }
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      run("tokens", run, bytes, () -> PlanJson.read(bytes));
    }
  }

  private interface Reading {
    void run() throws IOException;
  }

  private static void run(String kind, int number, byte[] input, Reading reading) {
    try {
      reading.run();
    } catch (DistributedException typed) {
      assertThat(typed.code()).isIn(Code.PROTOCOL_VIOLATION, Code.BAD_PLAN);
      assertThat(typed.getMessage()).isNotBlank();
    } catch (EOFException ended) {
      assertThat(ended.getMessage()).startsWith("the connection ended");
    } catch (IOException | RuntimeException | Error other) {
      fail(kind + " " + number + ": " + HexFormat.of().formatHex(input), other);
    }
  }

  private static void readAll(byte[] bytes) throws IOException {
    FrameReader reader = new FrameReader(new ByteArrayInputStream(bytes));
    while (true) {
      Frame frame = reader.next();
      if (frame.type().limit() == FrameType.TENSOR) {
        // As a node does: the plan's length is asked before anything is read.
        throw Frame.violation("no plan");
      }
      byte[] payload = reader.bytes();
      reader.end();
      Message message = MessageReader.decode(frame, payload);
      assertThat(message.toString()).isNotBlank();
    }
  }

  /** One to four of: a bit turned, bytes replaced, a piece removed, doubled, or cut off. */
  static byte[] mutate(byte[] original, RandomGenerator random) {
    byte[] bytes = original.clone();
    for (int i = random.nextInt(4); i >= 0 && bytes.length > 0; i--) {
      int at = random.nextInt(bytes.length);
      int length = 1 + random.nextInt(Math.min(16, bytes.length - at));
      switch (random.nextInt(6)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> {
          byte[] noise = new byte[length];
          random.nextBytes(noise);
          System.arraycopy(noise, 0, bytes, at, length);
        }
        case 3 -> bytes = join(bytes, at, bytes, at + length);
        case 4 -> bytes = join(bytes, at + length, bytes, at);
        default -> bytes = Arrays.copyOf(bytes, at);
      }
    }
    return bytes;
  }

  /** The beginning of one up to {@code end}, then the other from {@code start}. */
  private static byte[] join(byte[] head, int end, byte[] tail, int start) {
    byte[] joined = Arrays.copyOf(head, end + tail.length - start);
    System.arraycopy(tail, start, joined, end, tail.length - start);
    return joined;
  }
}
