package io.dfsnet.nn.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.nn.SmallJvm;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that want more than there is, each refused by name in a JVM that has little. */
class HostileOnnxTest {
  private static final long GIBIBYTE = 1L << 30;

  @TempDir Path folder;

  static final class Reader implements Consumer<Path> {
    @Override
    public void accept(Path file) {
      OnnxFile.read(file);
    }
  }

  @Test
  void hostileFilesAreRefusedInLittleMemory() throws IOException, InterruptedException {
    byte[] cycle =
        OnnxGraph.of(4, 8, 8)
            .node("Add", "x b", "a")
            .node("Relu", "a", "b")
            .node("Relu", "b", "y")
            .output("y")
            .toBytes();
    byte[] image =
        OnnxGraph.of(1 << 20, 1 << 20, 1 << 20).node("Relu", "x", "y").output("y").toBytes();
    List<Path> files =
        List.of(
            file("cycle", cycle, 0),
            file("image of 2^60 values", image, 0),
            file("tensor of 2^60 values", tensor(1L << 60), 0),
            file("tensor of 2^31 - 1 values", tensor(Integer.MAX_VALUE), 0),
            file("tensor of 2^28 values, a hole", hole(GIBIBYTE), GIBIBYTE),
            file("name of 2^30 letters, a hole", longName(), GIBIBYTE),
            file("zeros", new byte[0], GIBIBYTE),
            file("long chain", chain(20_000), 0),
            file("nodes", model(repeated(1 << 20)), 0),
            file("names", model(Proto.bytes(1, repeated(4 << 20))), 0));
    assertThat(SmallJvm.open(Reader.class, files))
        .zipSatisfy(
            List.of(
                "its nodes wait for each other: \"a\", \"b\"",
                "more elements than an array",
                "sizes are not negative and their product is below 2^31",
                "needs 2147483647 elements, found 0",
                "has 0 inputs, one is read",
                "messages, texts and numbers",
                "fields have numbers from 1",
                "read",
                "messages, texts and numbers",
                "messages, texts and numbers"),
            (outcome, rule) -> {
              if (!rule.equals("read")) {
                assertThat(outcome).startsWith("FileFormatException: " + folder);
              }
              assertThat(outcome).contains(rule);
            });
  }

  /** A graph with one tensor that says that it has so many values, and none of them. */
  private static byte[] tensor(long values) {
    byte[] tensor = Proto.message(Proto.varint(1, values), Proto.varint(2, 1), Proto.text(8, "w"));
    return model(Proto.bytes(5, tensor));
  }

  private static byte[] model(byte[] graph) {
    return Proto.message(
        Proto.varint(1, 8), Proto.bytes(8, Proto.varint(2, 17)), Proto.bytes(7, graph));
  }

  private static byte[] chain(int nodes) {
    OnnxGraph graph = OnnxGraph.of(1, 1, 1);
    for (int i = 0; i < nodes; i++) {
      graph.node("Relu", i == 0 ? "x" : "v" + i, "v" + (i + 1));
    }
    return graph.output("v" + nodes).toBytes();
  }

  /** The beginning of a file that ends with the data of a tensor, all of which are in the hole. */
  private static byte[] hole(long data) {
    byte[] tensor =
        Proto.message(
            Proto.varint(1, data / Float.BYTES),
            Proto.varint(2, 1),
            Proto.text(8, "w"),
            Proto.length(9, data));
    byte[] graph = Proto.message(Proto.length(5, tensor.length + data), tensor);
    return Proto.message(
        Proto.varint(1, 8),
        Proto.bytes(8, Proto.varint(2, 17)),
        Proto.length(7, graph.length + data),
        graph);
  }

  /** The beginning of a file that ends with the name of its graph. */
  private static byte[] longName() {
    byte[] name = Proto.length(2, GIBIBYTE);
    return Proto.message(
        Proto.varint(1, 8),
        Proto.bytes(8, Proto.varint(2, 17)),
        Proto.length(7, name.length + GIBIBYTE),
        name);
  }

  /** Nothing but the first field, again and again, empty: nodes of a graph, inputs of a node. */
  private static byte[] repeated(int length) {
    byte[] message = new byte[length];
    for (int i = 0; i < length; i += 2) {
      message[i] = 1 << 3 | 2;
    }
    return message;
  }

  /** A file whose end is a hole, which takes no room on the disk. */
  private Path file(String name, byte[] bytes, long hole) throws IOException {
    Path file = folder.resolve(name.replaceAll("[^a-z0-9]+", "-") + ".onnx");
    try (var out = new RandomAccessFile(file.toFile(), "rw")) {
      out.write(bytes);
      out.setLength(bytes.length + hole);
    }
    return file;
  }
}
