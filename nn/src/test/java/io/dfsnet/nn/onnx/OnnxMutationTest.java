package io.dfsnet.nn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.nn.Allocations;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Mutations;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Seeds;
import io.dfsnet.nn.TestNetworks;
import io.dfsnet.nn.file.FileFormatException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Broken and hostile bytes: each is read or refused by name, in little time and memory. */
class OnnxMutationTest {
  /** What a hostile file of at most a megabyte may make the program allocate in all. */
  private static final long MEMORY = 200L << 20;

  /** Axes, sizes and pads as they are, and as nobody would have them; small ones more often. */
  private static final List<Long> NUMBERS =
      List.of(
          0L,
          0L,
          0L,
          1L,
          1L,
          1L,
          2L,
          2L,
          3L,
          4L,
          -1L,
          -1L,
          -2L,
          1L << 20,
          1L << 31,
          Long.MAX_VALUE,
          Long.MIN_VALUE);

  private final byte[] good = model(TestNetworks.everyOperation());

  @Test
  void truncatedFilesAreRefusedWhereverTheyEnd() {
    Assertions.assertTimeout(
        Duration.ofSeconds(60),
        () -> {
          for (int length = 0; length < good.length; length++) {
            byte[] beginning = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> OnnxFile.fromBytes(beginning))
                .as("%d bytes of %d", length, good.length)
                .isInstanceOf(FileFormatException.class)
                .hasMessageContaining("truncated or no ONNX file");
          }
        });
  }

  @Test
  void flippedBitsAreReadOrRefused() {
    int[] read = new int[1];
    Assertions.assertTimeout(
        Duration.ofSeconds(60),
        () -> {
          for (int seed = 0; seed < 1_500; seed++) {
            RandomGenerator random = Seeds.random(seed, "onnx bits");
            byte[] mutant = good.clone();
            for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
              mutant[random.nextInt(mutant.length)] ^= (byte) (1 << random.nextInt(8));
            }
            read[0] += isRead(mutant, seed) ? 1 : 0;
          }
        });
    // Most bits are those of weights, which may have any value.
    assertThat(read[0]).isBetween(150, 1_450);
  }

  /** Cuts, copies and foreign words in a file of nothing but structure. */
  @Test
  void damagedStructureIsReadOrRefused() {
    byte[] structure = structure();
    Assertions.assertTimeout(
        Duration.ofSeconds(60),
        () -> {
          for (int seed = 0; seed < 4_000; seed++) {
            isRead(Mutations.mutate(structure, Seeds.random(seed, "onnx structure")), seed);
          }
        });
  }

  /** Sound protobuf of nonsense: every operator with inputs and attributes drawn by lot. */
  @Test
  void randomGraphsAreReadOrRefused() {
    int[] read = new int[1];
    Assertions.assertTimeout(
        Duration.ofSeconds(60),
        () -> {
          for (int seed = 0; seed < 10_000; seed++) {
            read[0] += isRead(randomGraph(Seeds.random(seed, "onnx graph")), seed) ? 1 : 0;
          }
        });
    assertThat(read[0]).isBetween(50, 9_900);
  }

  /** A file of nothing but structure, with every form in which operators come. */
  static byte[] structure() {
    return OnnxGraph.of(6, 4, 4)
        .ints("split", 0, 2, 3, 4, 4)
        .ints("join", 0, 6, 4, 4)
        .node("Reshape", "x split", "a")
        .node("Transpose", "a", "b", "perm", new int[] {0, 2, 1, 3, 4})
        .node("Reshape", "b join", "c")
        .node(
            "Slice",
            "c",
            "d",
            "axes",
            new int[] {2, 3},
            "starts",
            new int[] {0, 0},
            "ends",
            new int[] {4, 4})
        .node("Pad", "d", "e", "pads", new int[] {0, 1, 0, 0, 0, 1, 0, 0})
        .named("", "Split", "e", "f g", "axis", 1, "split", new int[] {4, 4})
        .node("Concat", "g f", "h", "axis", 1)
        .node("MaxPool", "h", "i", "kernel_shape", new int[] {2, 2})
        .node("GlobalAveragePool", "i", "y")
        .output("y")
        .toBytes();
  }

  private static byte[] randomGraph(RandomGenerator random) {
    OnnxGraph graph =
        OnnxGraph.of(4, random.nextInt(1, 5), random.nextInt(1, 5))
            .opset("", random.nextInt(7, 26))
            .floats("v4", 4)
            .floats("m4x4", 4, 4)
            .floats("w4x4x1x1", 4, 4, 1, 1)
            .floats("w4x1x3x3", 4, 1, 3, 3)
            .scalar("zero", 0)
            .scalar("six", 6);
    List<String> values =
        new ArrayList<>(List.of("-", "v4", "m4x4", "w4x4x1x1", "w4x1x3x3", "zero", "six"));
    for (int i = 0; i < 6; i++) {
      graph.ints("i" + i, numbers(random));
      values.add("i" + i);
    }
    String last = "x";
    for (int i = 0; i < random.nextInt(1, 5); i++) {
      String opType = one(List.copyOf(Operator.ALL.keySet()), random);
      var inputs = new StringBuilder(last);
      for (int more = random.nextInt(5); more > 0; more--) {
        boolean integers = random.nextBoolean();
        inputs.append(' ').append(integers ? "i" + random.nextInt(6) : one(values, random));
      }
      List<Object> attributes = new ArrayList<>();
      for (String name : Operator.ALL.get(opType).attributes().stream().sorted().toList()) {
        if (random.nextInt(3) == 0) {
          attributes.add(name);
          attributes.add(attribute(random));
        }
      }
      last = "y" + i;
      values.add(last);
      graph.named("", opType, inputs.toString(), last + " other" + i, attributes.toArray());
    }
    return graph.output(last).toBytes();
  }

  private static Object attribute(RandomGenerator random) {
    return switch (random.nextInt(5)) {
      case 0 -> (int) one(NUMBERS, random).longValue();
      case 1 -> random.nextInt(3) * 0.5f;
      case 2 -> one(List.of("NOTSET", "VALID", "SAME_UPPER", "constant", "?"), random);
      default -> Arrays.stream(numbers(random)).mapToInt(value -> (int) value).toArray();
    };
  }

  private static long[] numbers(RandomGenerator random) {
    long[] numbers = new long[random.nextBoolean() ? 1 : random.nextInt(9)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = one(NUMBERS, random);
    }
    return numbers;
  }

  private static <T> T one(List<T> of, RandomGenerator random) {
    return of.get(random.nextInt(of.size()));
  }

  /** A huge number in place of every byte in turn: most of them are keys, lengths and counts. */
  @ParameterizedTest
  @ValueSource(longs = {1L << 31, 1L << 60, Long.MIN_VALUE, -1})
  void hugeNumbersAnywhereAreReadOrRefused(long number) {
    byte[] structure = OnnxGraph.of(2, 3, 3).node("Relu", "x", "y").output("y").toBytes();
    byte[] huge = Proto.raw(number);
    for (int at = 0; at < structure.length; at++) {
      byte[] mutant =
          Proto.message(
              Arrays.copyOf(structure, at),
              huge,
              Arrays.copyOfRange(structure, at + 1, structure.length));
      assertThat(Allocations.of(() -> isRead(mutant, number))).isLessThan(MEMORY);
    }
  }

  /** The same as lengths on every level of messages, which no file can be as long as. */
  @ParameterizedTest
  @ValueSource(longs = {1L << 31, 1L << 60, Long.MIN_VALUE, -1})
  void hugeLengthsAreRefused(long length) {
    byte[] tail = Proto.length(9, length);
    byte[] tensor = Proto.message(Proto.varint(1, 1), Proto.varint(2, 1), tail);
    byte[] attribute = Proto.bytes(5, Proto.bytes(5, tensor));
    for (byte[] graph :
        new byte[][] {
          Proto.length(1, length),
          Proto.bytes(5, tensor),
          Proto.bytes(1, Proto.length(1, length)),
          Proto.bytes(1, attribute),
          Proto.bytes(11, Proto.bytes(2, Proto.bytes(1, Proto.bytes(2, Proto.length(1, length)))))
        }) {
      byte[] file = Proto.message(Proto.varint(1, 8), Proto.bytes(7, graph));
      long allocated =
          Allocations.of(
              () ->
                  assertThatThrownBy(() -> OnnxFile.fromBytes(file))
                      .isInstanceOf(FileFormatException.class)
                      .hasMessageContaining("has a length of " + Long.toUnsignedString(length)));
      assertThat(allocated).isLessThan(MEMORY);
    }
    assertThatThrownBy(() -> OnnxFile.fromBytes(Proto.length(7, length)))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("0 bytes are left");
  }

  /** Two bytes a message: what stands for much more in memory is counted. */
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 11, 12})
  void filesOfNothingButEmptyMessagesAreRefused(int field) {
    byte[] graph = new byte[1 << 20];
    for (int i = 0; i < graph.length; i += 2) {
      graph[i] = (byte) (field << 3 | 2);
    }
    byte[] file = Proto.message(Proto.varint(1, 8), Proto.bytes(7, graph));
    long allocated =
        Allocations.of(
            () ->
                assertThatThrownBy(() -> OnnxFile.fromBytes(file))
                    .isInstanceOf(FileFormatException.class)
                    .hasMessageContaining("more than 1048576 messages, texts and numbers"));
    assertThat(allocated).isLessThan(MEMORY);
  }

  /** Names that are all the same, edges that all meet, one long chain. */
  @Test
  void graphsOfManyNodesTakeLittleTime() {
    Assertions.assertTimeout(
        Duration.ofSeconds(30),
        () -> {
          OnnxGraph graph = OnnxGraph.of(1, 1, 1);
          String x = "x";
          for (int i = 0; i < 20_000; i++) {
            graph.named("same", "Add", x + " " + x, "v" + i);
            x = "v" + i;
          }
          Network network = graph.output(x).read().network();
          assertThat(network.nodes()).hasSize(20_001);
          assertThat(network.output().name()).isEqualTo("same_20000");
        });
  }

  @Test
  void messagesNestToALimit() {
    byte[] nested = new byte[0];
    for (int depth = 0; depth < 40; depth++) {
      nested = Proto.bytes(1, nested);
    }
    ByteBuffer bytes = ByteBuffer.wrap(nested);
    assertThatThrownBy(() -> deepest(ProtoReader.of("file", bytes)))
        .isInstanceOf(FileFormatException.class)
        .hasMessageStartingWith("file: byte ")
        .hasMessageContaining("nests deeper than 16 messages");
  }

  private static void deepest(ProtoReader in) {
    while (in.next()) {
      deepest(in.message());
    }
  }

  /** Whether the bytes are read; if not, they must be refused in the way that they should. */
  private static boolean isRead(byte[] bytes, long seed) {
    try {
      Model model = OnnxFile.fromBytes(bytes);
      assertThat(OnnxFile.fromBytes(OnnxFile.toBytes(model)).network())
          .as("seed %d", seed)
          .isEqualTo(model.network());
      return true;
    } catch (FileFormatException expected) {
      assertThat(expected.getMessage()).as("seed %d", seed).hasSizeLessThan(20_000);
      return false;
    } catch (RuntimeException | Error other) {
      throw new AssertionError("seed " + seed, other);
    }
  }

  static byte[] model(Network network) {
    return OnnxFile.toBytes(new Model(network, TestNetworks.randomWeights(network, 3)));
  }
}
