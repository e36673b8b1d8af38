package io.dfsnet.nn.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Mutations;
import io.dfsnet.nn.Seeds;
import io.dfsnet.nn.TestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeTensorsTest {
  @TempDir Path folder;

  /** The bytes as the format's description gives them, put together by hand. */
  @Test
  void writesTheFormat() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("b", new Tensor(Shape.of(2), new float[] {1f, -2.5f}));
    tensors.put("a", new Tensor(Shape.of(1, 1), new float[] {0.1f}));
    String header =
        "{\"__metadata__\":{\"k\":\"v\"},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[8,12]}}";
    int padded = (header.length() + 7) / 8 * 8;
    ByteBuffer expected = ByteBuffer.allocate(8 + padded + 12).order(ByteOrder.LITTLE_ENDIAN);
    expected.putLong(padded);
    expected.put(
        (header + " ".repeat(padded - header.length())).getBytes(StandardCharsets.US_ASCII));
    expected.putInt(0x3f800000).putInt(0xc0200000).putInt(0x3dcccccd);

    assertThat(new SafeTensors(tensors, Map.of("k", "v")).toBytes()).isEqualTo(expected.array());
  }

  @Test
  void filesAndBytesComeBackAsTheyWere() throws IOException {
    SafeTensors written = sample();
    Path file = folder.resolve("weights.safetensors");
    written.write(file);

    assertThat(Files.readAllBytes(file)).isEqualTo(written.toBytes());
    assertEqual(SafeTensors.read(file), written);
    assertEqual(SafeTensors.fromBytes(written.toBytes(), "bytes"), written);
    assertThat(SafeTensors.fromBytes(written.toBytes(), "bytes").toBytes())
        .isEqualTo(written.toBytes());
  }

  @Test
  void aFileWithoutTensorsIsAFile() {
    byte[] bytes = new SafeTensors(Map.of(), Map.of()).toBytes();
    assertThat(bytes).hasSize(16);
    assertThat(SafeTensors.fromBytes(bytes, "bytes").tensors()).isEmpty();
  }

  @Test
  void halfAndDoublePrecisionBecomeFloats() {
    ByteBuffer data = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    // 1.5 and the smallest subnormal in binary16; 1.5 and -infinity in bfloat16; 0.1 in binary64
    data.putShort((short) 0x3e00).putShort((short) 0x0001);
    data.putShort((short) 0x3fc0).putShort((short) 0xff80);
    data.putDouble(0.1).putInt(0);
    byte[] bytes =
        file(
            """
            {"h": {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]},
             "d": {"dtype": "F64", "shape": [], "data_offsets": [8, 16]},
             "b": {"dtype": "BF16", "shape": [2], "data_offsets": [4, 8]}}
            """,
            Arrays.copyOf(data.array(), 16));

    SafeTensors read = SafeTensors.fromBytes(bytes, "bytes");

    assertThat(read.tensors().keySet()).containsExactly("h", "b", "d");
    assertThat(read.tensors().get("h").data()).containsExactly(1.5f, 0x1p-24f);
    assertThat(read.tensors().get("b").data()).containsExactly(1.5f, Float.NEGATIVE_INFINITY);
    assertThat(read.tensors().get("d").data()).containsExactly(0.1f);
    assertThat(read.tensors().get("d").shape().rank()).isZero();
  }

  @Test
  void batchNormCountersAreLeftOut() {
    byte[] bytes =
        file(
            """
            {"bn.num_batches_tracked": {"dtype": "I64", "shape": [], "data_offsets": [0, 8]},
             "bn.bias": {"dtype": "F32", "shape": [1], "data_offsets": [8, 12]}}
            """,
            new byte[12]);
    assertThat(SafeTensors.fromBytes(bytes, "bytes").tensors().keySet()).containsExactly("bn.bias");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}; 4; needs 8 bytes, its"
            + " data_offsets [0, 4] enclose 4",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}; 8; begins at 4, the one"
            + " before ends at 0",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}};"
            + " 8; without overlap or gap",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[5,9]}};"
            + " 9; without overlap or gap",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}; 4; data_offsets are a"
            + " begin and an end",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}; 4; data_offsets are a"
            + " begin and an end",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}; 4; data_offsets are a"
            + " begin and an end",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}; 3; is truncated: its"
            + " tensors need 4 bytes, 3 are there",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}; 5; has 1 bytes behind"
            + " its last tensor",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}; 0; sizes are at least 1",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[65536,65536],\"data_offsets\":[0,0]}}; 0; product"
            + " below 2^31",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807,2],\"data_offsets\":[0,0]}}; 0;"
            + " product below 2^31",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,4]}}; 4; has 9"
            + " axes",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[536870911],\"data_offsets\":[0,2147483644]}}; 4; is"
            + " truncated",
        "{\"a\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[0,4]}}; 4; tensor 'a': has type"
            + " \"I32\"",
        "{\"a\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}; 8; tensor 'a': has type"
            + " \"I64\"",
        "{\"x.num_batches_tracked\":{\"dtype\":\"I64\",\"shape\":[2],\"data_offsets\":[0,16]}}; 16;"
            + " has type \"I64\"",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}; 4; key \"data_offsets\" is missing",
        "{\"a\":7}; 4; key \"a\" must be an object",
        "{\"\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}; 4; a tensor's name has 1"
            + " to 512 printable characters",
        "{\"a\\n"
            + "\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}; 4; a tensor's name has"
            + " 1 to 512 printable characters",
        "{\"__metadata__\":{\"k\":1}}; 0; key \"k\" must be a text",
        "{\"a\":1,\"a\":1}; 0; key \"a\" is there twice",
        "[]; 0; the header must be an object",
        "{]; 0; header: json: character 1",
      })
  void headersThatBreakTheFormatAreRefused(String header, int dataBytes, String rule) {
    assertThatThrownBy(
            () -> SafeTensors.fromBytes(file(header, new byte[dataBytes]), "x.safetensors"))
        .isInstanceOf(FileFormatException.class)
        .hasMessageStartingWith("x.safetensors: ")
        .hasMessageContaining(rule);
  }

  @Test
  void lengthsThatDoNotFitAreRefused() {
    assertRefused(new byte[0], "has 0 bytes, a safetensors file has at least 8");
    assertRefused(length(-1, 8), "begins with a header length of 18446744073709551615");
    assertRefused(length(Long.MAX_VALUE, 8), "is it a safetensors file?");
    assertRefused(length(SafeTensors.HEADER_LIMIT + 1L, 8), "from 2 to 4194304 is read here");
    assertRefused(length(SafeTensors.HEADER_LIMIT, 8), "does not fit into its 16 bytes");
    assertRefused(length(1, 8), "begins with a header length of 1");
    byte[] latin = length(4, 4);
    latin[8] = (byte) 0xe9;
    assertRefused(latin, "is not UTF-8");
  }

  @Test
  void namesAreCheckedBeforeTheyAreWritten() {
    for (String name : new String[] {"", "__metadata__", "a\tb", "x".repeat(513)}) {
      assertThatThrownBy(() -> new SafeTensors(Map.of(name, Tensor.zeros(1)), Map.of()))
          .isInstanceOf(FileFormatException.class)
          .hasMessageContaining("1 to 512 printable characters");
    }
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> SafeTensors.read(folder.resolve("none")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageEndingWith("none: does not exist");
    assertThatThrownBy(() -> SafeTensors.read(folder))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(folder + ": cannot be read");
  }

  /** Damage anywhere, and damage in the header under a length that still fits it. */
  @Test
  void damagedBytesAreReadOrRefused() {
    byte[] good = shortSample().toBytes();
    int headerLength = (int) ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getLong();
    byte[] header = Arrays.copyOfRange(good, 8, 8 + headerLength);
    byte[] data = Arrays.copyOfRange(good, 8 + headerLength, good.length);
    Assertions.assertTimeout(
        Duration.ofSeconds(60),
        () -> {
          for (int seed = 0; seed < 5_000; seed++) {
            RandomGenerator random = Seeds.random(seed, "safetensors");
            byte[] mutant =
                seed % 2 == 0
                    ? Mutations.mutate(good, random)
                    : file(Mutations.mutate(header, random), data);
            try {
              SafeTensors read = SafeTensors.fromBytes(mutant, "mutant");
              assertEqual(SafeTensors.fromBytes(read.toBytes(), "again"), read);
            } catch (FileFormatException expected) {
              assertThat(expected.getMessage()).as("seed %d", seed).hasSizeLessThan(1000);
            } catch (RuntimeException | Error other) {
              throw new AssertionError("seed " + seed, other);
            }
          }
        });
  }

  /** Values that Python's struct module read from the file. */
  @Test
  void aFileOfAnotherProgramIsRead() {
    SafeTensors file = SafeTensors.read(TestData.folder().resolve("weights/mnist.safetensors"));

    assertThat(file.tensors()).hasSize(18).doesNotContainKey("norm1.num_batches_tracked");
    assertThat(file.tensors().get("fc1.weight").shape()).isEqualTo(Shape.of(32, 11616));
    assertThat(file.tensors().get("conv1.bias").data())
        .startsWith(0.10854442f, -0.008910009f, 0.036622122f);
    assertThat(file.tensors().get("norm2.weight").data())
        .endsWith(3.721087f, 3.7253048f, 3.3394876f);
  }

  /** With a tensor that is longer than one chunk of the reader. */
  static SafeTensors sample() {
    Map<String, Tensor> tensors = new LinkedHashMap<>(shortSample().tensors());
    tensors.put("long", filled(Seeds.random(2, "sample"), 3, 9001));
    return new SafeTensors(tensors, shortSample().metadata());
  }

  private static SafeTensors shortSample() {
    RandomGenerator random = Seeds.random(1, "sample");
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("conv.weight", filled(random, 3, 2, 5, 7));
    tensors.put("\u00e4\ud83d\ude00 \"quoted\"", filled(random, 1));
    tensors.put("scalar", filled(random));
    return new SafeTensors(tensors, Map.of("note", "line\nline"));
  }

  private static Tensor filled(RandomGenerator random, int... sizes) {
    Tensor tensor = Tensor.zeros(sizes);
    for (int i = 0; i < tensor.data().length; i++) {
      tensor.data()[i] = (float) random.nextGaussian();
    }
    return tensor;
  }

  private static byte[] file(String header, byte[] data) {
    return file(header.getBytes(StandardCharsets.UTF_8), data);
  }

  private static byte[] file(byte[] header, byte[] data) {
    return ByteBuffer.allocate(8 + header.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .put(data)
        .array();
  }

  private static byte[] length(long headerLength, int bytesBehind) {
    return ByteBuffer.allocate(8 + bytesBehind)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(headerLength)
        .array();
  }

  private static void assertRefused(byte[] bytes, String rule) {
    assertThatThrownBy(() -> SafeTensors.fromBytes(bytes, "x"))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining(rule);
  }

  private static void assertEqual(SafeTensors found, SafeTensors wanted) {
    assertThat(found.metadata()).isEqualTo(wanted.metadata());
    assertThat(found.tensors().keySet()).containsExactlyElementsOf(wanted.tensors().keySet());
    found
        .tensors()
        .forEach(
            (name, tensor) -> {
              assertThat(tensor.shape()).isEqualTo(wanted.tensors().get(name).shape());
              assertThat(tensor.data()).isEqualTo(wanted.tensors().get(name).data());
            });
  }
}
