package io.dfsnet.nn.onnx;

import io.dfsnet.nn.Model;
import io.dfsnet.nn.file.AtomicFile;
import io.dfsnet.nn.file.FileFormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A whole model in one ONNX file (https://onnx.ai), operator set 17, for other runtimes to run. The
 * size of the batch is left open: the input is {@code [N, channels, height, width]}, the output
 * {@code [N, ...]}. The same model gives the same bytes.
 */
public final class OnnxFile {
  private OnnxFile() {}

  /**
   * Writes a file atomically, see {@link AtomicFile}.
   *
   * @throws io.dfsnet.nn.NetworkException if the network is a shard: its exchanges have no operator
   * @throws FileFormatException if there would be 2 GiB or more, which protobuf does not allow
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public static void write(Path file, Model model) {
    ProtoMessage message = message(file.toString(), model);
    AtomicFile.write(file, message::writeTo);
  }

  /**
   * The bytes of the file.
   *
   * @throws io.dfsnet.nn.NetworkException if the network is a shard: its exchanges have no operator
   * @throws FileFormatException if there would be 2 GiB or more, which protobuf does not allow
   */
  public static byte[] toBytes(Model model) {
    ProtoMessage message = message("onnx", model);
    var out = new ByteArrayOutputStream((int) message.size());
    try {
      message.writeTo(out);
    } catch (IOException impossible) {
      throw new AssertionError("bytes in memory cannot fail to be written", impossible);
    }
    return out.toByteArray();
  }

  private static ProtoMessage message(String target, Model model) {
    ProtoMessage message = OnnxEncoder.model(Exporter.export(model));
    if (message.size() > Integer.MAX_VALUE - 8) {
      throw new FileFormatException(
          target,
          "would have "
              + message.size()
              + " bytes, protobuf allows less than 2 GiB; write a smaller model, or safetensors");
    }
    return message;
  }
}
