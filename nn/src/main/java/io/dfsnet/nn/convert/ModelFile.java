package io.dfsnet.nn.convert;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.file.FileFormatException;
import io.dfsnet.nn.file.NetworkFile;
import io.dfsnet.nn.file.SafeTensors;
import io.dfsnet.nn.models.Shortcut;
import io.dfsnet.nn.onnx.OnnxFile;
import io.dfsnet.nn.pytorch.Checkpoint;
import java.nio.file.Path;
import java.util.Map;

/** What a model file holds: the one place that opens any of them, by its content. */
public sealed interface ModelFile {

  /** A network with its weights: a safetensors file of this program, or ONNX. */
  record Whole(Format format, Model model) implements ModelFile {}

  /**
   * Tensors by name, and nothing of the network that they belong to: PyTorch's checkpoints, and
   * safetensors of other programs.
   *
   * @param source the file
   * @param tensors by the names that networks have here
   */
  record Bare(Format format, String source, Map<String, Tensor> tensors) implements ModelFile {

    /**
     * The network of this name, of which these are the weights. What the weights tell does not have
     * to be asked for: the classes, the channels of the image, and the kind of shortcuts.
     *
     * @param name as {@link io.dfsnet.nn.models.Models#create} takes it
     * @param shortcut null for what the weights tell
     * @param image {@code [channels, height, width]}, null for what the network usually reads
     * @throws NetworkException if there is no such network, or tensors are missing, unknown or of
     *     another shape, all of which are listed
     */
    public Model as(String name, Shortcut shortcut, Shape image) {
      var network = NetworkOfWeights.create(tensors, name, shortcut, image);
      try {
        return new Model(network, new Weights(tensors));
      } catch (NetworkException unfit) {
        throw new NetworkException(source + ": " + unfit.getMessage());
      }
    }
  }

  /** What the bytes are. */
  Format format();

  /**
   * The model, of a file that names its network.
   *
   * @throws FileFormatException if it does not
   */
  default Model model() {
    return switch (this) {
      case Whole whole -> whole.model;
      case Bare bare ->
          throw new FileFormatException(
              bare.source,
              "is "
                  + bare.format
                  + " that holds tensors but no graph; name the network that these weights belong"
                  + " to (--model NAME)");
    };
  }

  /**
   * Opens a file.
   *
   * @throws FileFormatException if it is of no known format, or breaks its own
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  static ModelFile read(Path file) {
    Format format = Format.of(file);
    return switch (format) {
      case SAFETENSORS -> {
        SafeTensors read = SafeTensors.read(file);
        yield NetworkFile.hasNetwork(read)
            ? new Whole(format, NetworkFile.model(read, file.toString()))
            : bare(format, file, read.tensors());
      }
      case PYTORCH_ZIP, PYTORCH_STREAM -> bare(format, file, Checkpoint.read(file).tensors());
      case ONNX -> new Whole(format, OnnxFile.read(file));
    };
  }

  private static Bare bare(Format format, Path file, Map<String, Tensor> tensors) {
    if (tensors.isEmpty()) {
      throw new FileFormatException(
          file.toString(), "is " + format + " that holds no tensors; take one with weights");
    }
    return new Bare(format, file.toString(), Layout.rename(file.toString(), tensors));
  }
}
