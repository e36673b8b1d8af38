package io.dfsnet.nn.file;

import io.dfsnet.engine.ShapeException;
import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.Parameter;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.json.JsonException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A whole model in one safetensors file: the weights as its tensors, in the order of the network's
 * nodes, and the graph as JSON in its metadata under {@code dfsnet.network}. Any reader of
 * safetensors reads the weights. The same model gives the same bytes.
 */
public final class NetworkFile {
  static final String NETWORK = "dfsnet.network";

  private NetworkFile() {}

  /**
   * Writes a file atomically, see {@link AtomicFile}.
   *
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public static void write(Path file, Model model) {
    safeTensors(model).write(file);
  }

  /** The bytes of the file. */
  public static byte[] toBytes(Model model) {
    return safeTensors(model).toBytes();
  }

  /**
   * Reads a file.
   *
   * @throws FileFormatException if it is no safetensors file, holds no graph, a graph that breaks a
   *     rule, or weights that do not fit the graph
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static Model read(Path file) {
    return model(SafeTensors.read(file), file.toString());
  }

  /**
   * Reads the bytes of a file.
   *
   * @throws FileFormatException as {@link #read(Path)}
   */
  public static Model fromBytes(byte[] bytes) {
    String source = "model of " + bytes.length + " bytes";
    return model(SafeTensors.fromBytes(bytes, source), source);
  }

  /** Whether the file names the network that its tensors belong to, so that it is a model. */
  public static boolean hasNetwork(SafeTensors file) {
    return file.metadata().containsKey(NETWORK);
  }

  private static SafeTensors safeTensors(Model model) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter parameter : model.network().parameters()) {
      tensors.put(parameter.name(), model.weights().get(parameter.name()));
    }
    return new SafeTensors(tensors, Map.of(NETWORK, NetworkJson.write(model.network()).toString()));
  }

  /**
   * The model that a file holds which is read already, called {@code source} in errors.
   *
   * @throws FileFormatException as {@link #read(Path)}
   */
  public static Model model(SafeTensors file, String source) {
    String graph = file.metadata().get(NETWORK);
    if (graph == null) {
      throw new FileFormatException(
          source,
          "holds tensors but no graph: its metadata has no '"
              + NETWORK
              + "'; name the network that these weights belong to (dfs eval --model NAME)");
    }
    try {
      return new Model(
          NetworkJson.read(Json.parse(graph, SafeTensors.HEADER_LIMIT)),
          new Weights(file.tensors()));
    } catch (JsonException | NetworkException | ShapeException cause) {
      throw new FileFormatException(source, cause.getMessage(), cause);
    }
  }
}
