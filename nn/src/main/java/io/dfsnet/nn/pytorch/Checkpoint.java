package io.dfsnet.nn.pytorch;

import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.file.FileFormatException;
import io.dfsnet.nn.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The weights of a file that PyTorch's {@code torch.save} wrote, in either of its formats, see
 * {@link ZipFormat} and {@link StreamFormat}. Reading runs nothing.
 *
 * <p>The weights are a dictionary of tensors by name: what was saved, or what it holds under {@code
 * state_dict}, {@code model_state_dict} or {@code model}. What else is saved with them, an
 * optimiser's momenta for example, is passed over, and so are the counters {@code
 * *.num_batches_tracked}. Floats of 16 and 64 bits become the nearest of 32.
 *
 * <p>Memory is a constant plus what the tensors need, which have at most as many elements as the
 * file has bytes.
 *
 * @param tensors by the names that the file gives them, in its order
 */
public record Checkpoint(Map<String, Tensor> tensors) {
  private static final List<String> KEYS = List.of("state_dict", "model_state_dict", "model");
  private static final int SHOWN = 20;

  /**
   * Reads a file.
   *
   * @throws FileFormatException if it is no checkpoint, truncated, holds no weights, or asks for
   *     anything that weights do not need, which is then named
   * @throws UncheckedIOException if it cannot be read
   */
  public static Checkpoint read(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      return read(ByteSource.of(file.toString(), channel));
    } catch (NoSuchFileException missing) {
      throw new UncheckedIOException(new IOException(file + ": does not exist", missing));
    } catch (IOException cause) {
      throw new UncheckedIOException(
          new IOException(file + ": cannot be read: " + cause.getMessage(), cause));
    }
  }

  /**
   * Reads bytes, called {@code source} in errors.
   *
   * @throws FileFormatException as {@link #read(Path)}
   */
  public static Checkpoint fromBytes(byte[] bytes, String source) {
    try {
      return read(ByteSource.of(source, bytes));
    } catch (IOException impossible) {
      throw new AssertionError("bytes in memory cannot fail to be read", impossible);
    }
  }

  private static Checkpoint read(ByteSource source) throws IOException {
    Archive archive =
        ZipFormat.matches(source) ? ZipFormat.open(source) : StreamFormat.open(source);
    Map<String, Pickled> entries = weights(source, archive.object());
    var reader = new TensorReader(source, archive);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    List<String> others = new ArrayList<>();
    for (Map.Entry<String, Pickled> entry : entries.entrySet()) {
      String name = entry.getKey();
      if (!(entry.getValue() instanceof Pickled.View view)) {
        others.add(Json.excerpt(name) + " is " + entry.getValue().kind());
      } else if (!Weights.isCounter(name) || view.storage().type().elements().isPresent()) {
        tensors.put(name, reader.read(name, view));
      }
    }
    if (!others.isEmpty() || tensors.isEmpty()) {
      throw source.refuse(
          "weights are tensors by name, found "
              + (others.isEmpty() ? "none" : summary(others))
              + "; save model.state_dict() alone");
    }
    return new Checkpoint(tensors);
  }

  private static Map<String, Pickled> weights(ByteSource source, Pickled object) {
    if (!(object instanceof Pickled.Dict dictionary)) {
      throw source.refuse(
          "weights are a dictionary of tensors by name, found "
              + object.kind()
              + "; save model.state_dict()");
    }
    for (String key : KEYS) {
      if (dictionary.entries().get(key) instanceof Pickled.Dict inner) {
        return inner.entries();
      }
    }
    return dictionary.entries();
  }

  private static String summary(List<String> others) {
    int shown = Math.min(others.size(), SHOWN);
    String text = String.join(", ", others.subList(0, shown));
    return shown == others.size() ? text : text + ", and " + (others.size() - shown) + " more";
  }
}
