package io.dfsnet.nn.convert;

import io.dfsnet.nn.file.FileFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/** The formats of model files, told apart by their first bytes, whatever a file is called. */
public enum Format {
  /** Eight bytes of length, then a JSON object. */
  SAFETENSORS("safetensors"),
  /** A zip file. */
  PYTORCH_ZIP("a PyTorch checkpoint"),
  /** A pickle. */
  PYTORCH_STREAM("a PyTorch checkpoint in the format before 1.6"),
  /** A protobuf message whose first field is the version of ONNX, as all programs write it. */
  ONNX("ONNX");

  private static final int LENGTH_BYTES = 8;
  private static final byte[] ZIP = {'P', 'K', 3, 4};
  private static final int PICKLE_PROTOCOL = 0x80;
  private static final int ONNX_VERSION_FIELD = 0x08;

  private final String text;

  Format(String text) {
    this.text = text;
  }

  /**
   * The format of a file.
   *
   * @throws FileFormatException if it begins like none of them
   * @throws UncheckedIOException if it cannot be read
   */
  static Format of(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return of(file.toString(), in.readNBytes(LENGTH_BYTES + 1));
    } catch (NoSuchFileException missing) {
      throw new UncheckedIOException(new IOException(file + ": does not exist", missing));
    } catch (IOException cause) {
      throw new UncheckedIOException(
          new IOException(file + ": cannot be read: " + cause.getMessage(), cause));
    }
  }

  /**
   * @param first the first bytes, nine where the file has as many
   */
  private static Format of(String source, byte[] first) {
    // A header may be as long as any first byte says, so this comes before the others.
    if (first.length > LENGTH_BYTES && first[LENGTH_BYTES] == '{') {
      return SAFETENSORS;
    }
    if (first.length > ZIP.length && Arrays.equals(first, 0, ZIP.length, ZIP, 0, ZIP.length)) {
      return PYTORCH_ZIP;
    }
    int byte0 = first.length == 0 ? -1 : first[0] & 0xff;
    return switch (byte0) {
      case PICKLE_PROTOCOL -> PYTORCH_STREAM;
      case ONNX_VERSION_FIELD -> ONNX;
      default ->
          throw new FileFormatException(
              source,
              "is no model file: it begins neither as safetensors nor as a PyTorch checkpoint nor"
                  + " as ONNX");
    };
  }

  /** As in {@code a PyTorch checkpoint}. */
  @Override
  public String toString() {
    return text;
  }
}
