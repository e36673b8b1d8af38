package io.dfsnet.nn.onnx;

import io.dfsnet.nn.Model;
import io.dfsnet.nn.file.AtomicFile;
import io.dfsnet.nn.file.FileFormatException;
import io.dfsnet.nn.protobuf.ProtoMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A whole model in one ONNX file (https://onnx.ai), operator set 17, for other runtimes to run. The
 * size of the batch is left open: the input is {@code [N, channels, height, width]}, the output
 * {@code [N, ...]}. The same model gives the same bytes.
 */
public final class OnnxFile {
  /** What protobuf allows, and an array holds. */
  private static final int MAX_BYTES = Integer.MAX_VALUE - 8;

  private OnnxFile() {}

  /**
   * Writes a file atomically, see {@link AtomicFile}.
   *
   * @throws io.dfsnet.nn.NetworkException if the network is a shard: its exchanges have no operator
   * @throws FileFormatException if there would be 2 GiB or more, which protobuf does not allow
   * @throws UncheckedIOException if it cannot be written
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

  /**
   * Reads a file. What other programs wrote is read as far as its operators have a place in a
   * {@link io.dfsnet.nn.Network}; what {@link #write} wrote gives the same model again.
   *
   * @throws FileFormatException if it is no ONNX file, not sound, keeps its weights elsewhere, or
   *     holds nodes that cannot be read, all of which are listed
   * @throws UncheckedIOException if it cannot be read
   */
  public static Model read(Path file) {
    return model(file.toString(), ByteBuffer.wrap(bytes(file)));
  }

  /**
   * Reads the bytes of a file.
   *
   * @throws FileFormatException as {@link #read(Path)}
   */
  public static Model fromBytes(byte[] bytes) {
    return model("onnx model of " + bytes.length + " bytes", ByteBuffer.wrap(bytes));
  }

  private static Model model(String source, ByteBuffer bytes) {
    return Importer.translate(source, OnnxDecoder.model(source, bytes));
  }

  private static byte[] bytes(Path file) {
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new FileFormatException(
            file.toString(),
            "has " + size + " bytes, a protobuf file has less than 2 GiB; is it an ONNX file?");
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException missing) {
      throw new UncheckedIOException(new IOException(file + ": does not exist", missing));
    } catch (IOException cause) {
      throw new UncheckedIOException(
          new IOException(file + ": cannot be read: " + cause.getMessage(), cause));
    }
  }

  private static ProtoMessage message(String target, Model model) {
    ProtoMessage message = OnnxEncoder.model(Exporter.export(model));
    if (message.size() > MAX_BYTES) {
      throw new FileFormatException(
          target,
          "would have "
              + message.size()
              + " bytes, protobuf allows less than 2 GiB; write a smaller model, or safetensors");
    }
    return message;
  }
}
