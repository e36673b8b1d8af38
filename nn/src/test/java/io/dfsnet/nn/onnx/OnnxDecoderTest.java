package io.dfsnet.nn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.nn.file.FileFormatException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes put together by hand, in every way that protobuf and onnx.proto allow. */
class OnnxDecoderTest {
  private static final byte[] HALF = {0, 0, 0, 0x3f};
  private static final byte[] MINUS_TWO = {0, 0, 0, (byte) 0xc0};

  static Stream<Arguments> floats() {
    byte[] type = Proto.varint(2, 1);
    byte[] dims = Proto.varint(1, 2);
    return Stream.of(
        Arguments.of("raw_data", Proto.message(dims, type, Proto.bytes(9, HALF, MINUS_TWO))),
        Arguments.of(
            "packed float_data", Proto.message(dims, type, Proto.bytes(4, HALF, MINUS_TWO))),
        Arguments.of(
            "float_data in pieces",
            Proto.message(dims, type, Proto.bytes(4, HALF), Proto.bytes(4, MINUS_TWO))),
        Arguments.of(
            "repeated float_data",
            Proto.message(dims, type, Proto.fixed32(4, 0.5f), Proto.fixed32(4, -2f))),
        Arguments.of(
            "packed dims in front of the rest",
            Proto.message(Proto.bytes(9, HALF, MINUS_TWO), type, Proto.bytes(1, Proto.raw(2)))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("floats")
  void floatsStandInAnyField(String way, byte[] tensor) {
    Onnx.Tensor read = tensor(tensor);
    assertThat(read.dims()).containsExactly(2);
    assertThat(read.elements())
        .isInstanceOfSatisfying(
            Onnx.Elements.Floats.class,
            floats -> {
              assertThat(floats.values().remaining()).isEqualTo(2);
              assertThat(floats.values().get(0)).isEqualTo(0.5f);
              assertThat(floats.values().get(1)).isEqualTo(-2f);
            });
  }

  static Stream<Arguments> integers() {
    byte[] minusOne = Proto.raw(-1);
    return Stream.of(
        Arguments.of(
            "raw INT64",
            Proto.message(
                Proto.varint(2, 7),
                Proto.bytes(9, new byte[] {7, 0, 0, 0, 0, 0, 0, 0}, filled(8, 0xff)))),
        Arguments.of(
            "raw INT32",
            Proto.message(
                Proto.varint(2, 6), Proto.bytes(9, new byte[] {7, 0, 0, 0}, filled(4, 0xff)))),
        Arguments.of(
            "packed int64_data",
            Proto.message(Proto.varint(2, 7), Proto.bytes(7, Proto.raw(7), minusOne))),
        Arguments.of(
            "repeated int32_data",
            Proto.message(Proto.varint(2, 6), Proto.varint(5, 7), Proto.varint(5, -1))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("integers")
  void integersStandInAnyField(String way, byte[] tensor) {
    assertThat(tensor(Proto.message(Proto.varint(1, 2), tensor)).elements())
        .isInstanceOfSatisfying(
            Onnx.Elements.Longs.class, longs -> assertThat(longs.values()).containsExactly(7, -1));
  }

  @Test
  void truthValuesAreIntegersAndScalarsHaveNoDims() {
    assertThat(tensor(Proto.message(Proto.varint(2, 9), Proto.bytes(9, new byte[] {1}))).elements())
        .isInstanceOfSatisfying(
            Onnx.Elements.Longs.class, longs -> assertThat(longs.values()).containsExactly(1));
  }

  /** Half floats, and integers so many that they state no shape: what no operator here reads. */
  @Test
  void otherElementsAreOfAKindOfTheirOwn() {
    byte[] half =
        Proto.message(Proto.varint(1, 1), Proto.varint(2, 10), Proto.bytes(9, filled(2, 0)));
    byte[] many =
        Proto.message(Proto.varint(1, 5000), Proto.varint(2, 7), Proto.bytes(9, filled(40_000, 0)));
    assertThat(tensor(half).elements()).isEqualTo(new Onnx.Elements.Other(10));
    byte[] packed =
        Proto.message(Proto.varint(1, 5000), Proto.varint(2, 7), Proto.bytes(7, filled(5000, 1)));
    assertThat(tensor(many).elements()).isEqualTo(new Onnx.Elements.Other(7));
    assertThat(tensor(packed).elements()).isEqualTo(new Onnx.Elements.Other(7));
  }

  @Test
  void fieldsThatDoNotMatterArePassedOver() {
    byte[] strange =
        Proto.message(
            Proto.varint(1000, 5),
            Proto.fixed32(1001, 5),
            Proto.fixed64(1002, 5),
            Proto.text(1003, "x"));
    byte[] node =
        Proto.message(
            strange,
            Proto.text(1, "x"),
            Proto.text(2, "y"),
            Proto.text(4, "Relu"),
            Proto.text(6, "documentation"),
            Proto.bytes(9, Proto.text(1, "key")));
    byte[] graph =
        Proto.message(
            strange,
            Proto.bytes(1, node),
            Proto.text(10, "documentation"),
            Proto.bytes(13, Proto.text(1, "y")));
    Onnx.Model model =
        model(
            Proto.message(
                strange,
                Proto.varint(1, 3),
                Proto.text(2, "producer"),
                Proto.bytes(8, Proto.varint(2, 9)),
                Proto.bytes(8, Proto.text(1, "com.microsoft"), Proto.varint(2, 1)),
                Proto.bytes(14, Proto.text(1, "author"), Proto.text(2, "somebody")),
                Proto.bytes(7, graph)));
    assertThat(model.irVersion()).isEqualTo(3);
    assertThat(model.opsets()).isEqualTo(Map.of("", 9L, "com.microsoft", 1L));
    assertThat(model.metadata()).isEqualTo(Map.of("author", "somebody"));
    assertThat(model.graph().nodes())
        .containsExactly(new Onnx.Node("", "Relu", "", List.of("x"), List.of("y"), Map.of()));
  }

  @Test
  void attributesAreOfTheTypeThatTheySay() {
    Map<String, Onnx.Attribute> attributes =
        node(
                attribute("float", 1, Proto.fixed32(2, 1.5f)),
                attribute("int", 2, Proto.varint(3, -7)),
                attribute("zero", 2),
                attribute("text", 3, Proto.text(4, "SAME")),
                attribute(
                    "ints", 7, Proto.varint(8, 1), Proto.bytes(8, Proto.raw(2), Proto.raw(3))),
                attribute("none", 7),
                attribute("graph", 5, Proto.bytes(6, Proto.bytes(1))),
                attribute("typeless", 0, Proto.varint(3, 1)))
            .attributes();
    assertThat(attributes.get("float")).isEqualTo(new Onnx.Attribute.Real(1.5f));
    assertThat(attributes.get("int")).isEqualTo(new Onnx.Attribute.Int(-7));
    assertThat(attributes.get("zero")).isEqualTo(new Onnx.Attribute.Int(0));
    assertThat(attributes.get("text")).isEqualTo(new Onnx.Attribute.Text("SAME"));
    assertThat(((Onnx.Attribute.Ints) attributes.get("ints")).values()).containsExactly(1, 2, 3);
    assertThat(((Onnx.Attribute.Ints) attributes.get("none")).values()).isEmpty();
    assertThat(attributes.get("graph")).isEqualTo(new Onnx.Attribute.Other(5));
    assertThat(attributes.get("typeless")).isEqualTo(new Onnx.Attribute.Other(0));
  }

  static Stream<Arguments> broken() {
    byte[] graph = Proto.bytes(7);
    return Stream.of(
        Arguments.of("has no graph", Proto.varint(1, 8)),
        Arguments.of("has no graph", new byte[0]),
        Arguments.of("has no IR version", graph),
        Arguments.of("is a second graph", Proto.message(Proto.varint(1, 8), graph, graph)),
        Arguments.of(
            "is a second entry of metadata of this key",
            Proto.message(
                Proto.bytes(14, Proto.text(1, "a")), Proto.bytes(14, Proto.text(1, "a")))),
        Arguments.of(
            "is a second attribute of this name",
            Proto.bytes(7, Proto.bytes(1, attribute("a", 2), attribute("a", 2)))),
        Arguments.of("byte 0: fields have numbers from 1", new byte[] {0, 0}),
        Arguments.of("byte 0: fields have numbers from 1", Proto.raw(1L << 40)),
        Arguments.of(
            "byte 2, field 15: has wire type 3, which is not in use",
            Proto.message(Proto.varint(1, 8), new byte[] {15 << 3 | 3})),
        Arguments.of("byte 0, field 7: has wire type 0 instead of 2", Proto.varint(7, 1)),
        Arguments.of("byte 0, field 1: has wire type 2 instead of 0", Proto.text(1, "a")),
        Arguments.of("a number has more than 10 bytes", filled(20, 0xff)),
        Arguments.of(
            "byte 2, field 2: is no text in UTF-8",
            Proto.bytes(7, Proto.bytes(2, filled(1, 0xe9)))),
        Arguments.of(
            "byte 4, field 9: has a length of 5, 0 bytes are left",
            Proto.bytes(7, Proto.bytes(5, Proto.length(9, 5)))),
        Arguments.of("field 1001: the file is truncated", new byte[] {(byte) 0xcd, 0x3e, 1}));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("broken")
  void bytesThatAreNoModelAreRefusedWithTheirPlace(String rule, byte[] bytes) {
    assertThatThrownBy(() -> model(bytes))
        .isInstanceOf(FileFormatException.class)
        .hasMessageStartingWith("file: ")
        .hasMessageContaining(rule);
  }

  /** Where nested messages begin is counted from the beginning of the file. */
  @Test
  void placesAreThoseInTheFile() {
    byte[] file =
        Proto.message(
            Proto.varint(1, 8),
            Proto.bytes(7, Proto.text(2, "graph"), Proto.bytes(1, Proto.varint(4, 1))));
    // 2 bytes of IR version, 2 of the graph's key and length, 7 of its name, 2 of the node's.
    assertThatThrownBy(() -> model(file)).hasMessageContaining("byte 13, field 4: has wire type 0");
  }

  private static Onnx.Model model(byte[] bytes) {
    return OnnxDecoder.model("file", ByteBuffer.wrap(bytes));
  }

  private static Onnx.Tensor tensor(byte[] tensor) {
    byte[] file = Proto.message(Proto.varint(1, 8), Proto.bytes(7, Proto.bytes(5, tensor)));
    return model(file).graph().initializers().getFirst();
  }

  private static Onnx.Node node(byte[]... fields) {
    byte[] file = Proto.message(Proto.varint(1, 8), Proto.bytes(7, Proto.bytes(1, fields)));
    return model(file).graph().nodes().getFirst();
  }

  private static byte[] attribute(String name, int type, byte[]... value) {
    return Proto.bytes(5, Proto.text(1, name), Proto.message(value), Proto.varint(20, type));
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
