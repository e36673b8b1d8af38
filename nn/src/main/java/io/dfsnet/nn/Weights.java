package io.dfsnet.nn;

import io.dfsnet.engine.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * Tensors by name, apart from any graph: two networks can share them. Training changes the values
 * in place.
 */
public final class Weights {
  /** How many characters of an error list tensors. */
  private static final int LISTED = 16_000;

  private final Map<String, Tensor> tensors;

  /**
   * Whether PyTorch calls so what a batch norm counts its batches in: a whole number that is saved
   * with the weights, and that no operation reads.
   */
  public static boolean isCounter(String name) {
    return name.endsWith(".num_batches_tracked");
  }

  /** Weights that hold these tensors, not copies of them, in the map's order. */
  public Weights(Map<String, Tensor> tensors) {
    this.tensors = new LinkedHashMap<>(tensors);
  }

  /** Fresh weights, {@link Initialization#HE} for convolutions and linear layers. */
  public static Weights initial(Network network, long seed) {
    return initial(network, Initialization.HE, seed);
  }

  /**
   * Fresh weights for a network: drawn for convolutions and linear layers, identity for batch
   * norms, zero biases. Every tensor has a random stream of its own, so that a shared layer starts
   * the same in two networks.
   */
  public static Weights initial(Network network, Initialization initialization, long seed) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter parameter : network.parameters()) {
      tensors.put(parameter.name(), initial(parameter, initialization, seed));
    }
    return new Weights(tensors);
  }

  /** The starting values of one tensor, the same for the same seed, name and shape. */
  public static Tensor initial(Parameter parameter, Initialization initialization, long seed) {
    Tensor tensor = Tensor.zeros(parameter.shape());
    float[] data = tensor.data();
    switch (parameter.role()) {
      case WEIGHT -> {
        int fanIn = data.length / parameter.shape().size(0);
        initialization.fill(data, fanIn, Seeds.random(seed, "weights:" + parameter.name()));
      }
      case SCALE, RUNNING_VARIANCE -> Arrays.fill(data, 1f);
      case BIAS, SHIFT, RUNNING_MEAN -> {}
    }
    return tensor;
  }

  /** The tensor of this name. */
  public Tensor get(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new NetworkException("weights: no tensor is named '" + name + "'");
    }
    return tensor;
  }

  /** All tensors by name, in order; a view that cannot be changed. */
  public Map<String, Tensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /** Overwrites the values of all tensors by those of the same names and shapes. */
  public void set(Map<String, Tensor> values) {
    tensors.forEach(
        (name, tensor) ->
            System.arraycopy(values.get(name).data(), 0, tensor.data(), 0, tensor.data().length));
  }

  /** Weights with copies of all tensors. */
  public Weights copy() {
    Map<String, Tensor> copies = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> copies.put(name, tensor.copy()));
    return new Weights(copies);
  }

  /**
   * Checks that these are the weights of a network: every tensor that it needs, in its shape, and
   * no other.
   *
   * @throws NetworkException that lists everything missing, unknown and misshapen at once
   */
  public void requireFit(Network network) {
    List<String> faults = new ArrayList<>();
    Map<String, Tensor> left = new LinkedHashMap<>(tensors);
    for (Parameter parameter : network.parameters()) {
      Tensor tensor = left.remove(parameter.name());
      if (tensor == null) {
        faults.add(parameter.name() + " is missing");
      } else if (!tensor.shape().equals(parameter.shape())) {
        faults.add(parameter.name() + " is " + tensor.shape() + " instead of " + parameter.shape());
      }
    }
    left.keySet().forEach(name -> faults.add(name + " is unknown"));
    if (!faults.isEmpty()) {
      throw new NetworkException(
          "weights do not fit network " + network.name() + ": " + summary(faults));
    }
  }

  /** All of them, for every network that there is; a file of a stranger may have any number. */
  private static String summary(List<String> faults) {
    var text = new StringJoiner(", ");
    int shown = 0;
    while (shown < faults.size() && text.length() < LISTED) {
      text.add(faults.get(shown++));
    }
    return shown == faults.size()
        ? text.toString()
        : text + ", and " + (faults.size() - shown) + " more";
  }
}
