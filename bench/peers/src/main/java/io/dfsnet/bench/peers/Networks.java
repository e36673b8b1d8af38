package io.dfsnet.bench.peers;

import io.dfsnet.dividefuse.Divider;
import io.dfsnet.dividefuse.Division;
import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.Parameter;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The networks that are compared: those of {@link Models} for 32x32 images and 10 classes, with
 * convolutions in their shortcuts, because every library has those. A suffix {@code -g4} divides
 * the network into 4 groups without any fusion.
 */
final class Networks {
  private static final int CLASSES = 10;
  private static final int CHANNELS = 3;
  private static final int SIZE = 32;
  private static final Pattern DIVIDED = Pattern.compile("(.+)-g([1-9]\\d{0,2})");

  private Networks() {}

  static Network create(String name) {
    Matcher divided = DIVIDED.matcher(name);
    String original = divided.matches() ? divided.group(1) : name;
    try {
      Network network = Models.create(original, CLASSES, CHANNELS, SIZE, SIZE, Shortcut.PROJECTION);
      return divided.matches()
          ? Divider.divide(network, Division.keep(Integer.parseInt(divided.group(2)), List.of()))
          : network;
    } catch (NetworkException unknown) {
      throw new PeersException("network '" + name + "': " + unknown.getMessage(), unknown);
    }
  }

  /**
   * A network as after a training: convolutions start as He et al. start them, and batch norms have
   * statistics, scales and shifts that differ from channel to channel, so that leaving one out
   * shows.
   */
  static Model model(String name) {
    Network network = create(name);
    Weights fresh = Weights.initial(network, Values.SEED);
    Map<String, Tensor> tensors = new LinkedHashMap<>(fresh.tensors());
    for (Parameter parameter : network.parameters()) {
      Tensor tensor = tensors.get(parameter.name());
      switch (parameter.role()) {
        case SCALE -> fill(parameter, tensor, 0.4f, 0.8f);
        case SHIFT, RUNNING_MEAN, BIAS -> fill(parameter, tensor, -0.1f, 0.1f);
        case RUNNING_VARIANCE -> fill(parameter, tensor, 0.5f, 1.5f);
        case WEIGHT -> {}
      }
    }
    return new Model(network, fresh);
  }

  private static void fill(Parameter parameter, Tensor tensor, float low, float high) {
    float[] data = tensor.data();
    float[] drawn = Values.uniform(parameter.name(), data.length);
    for (int i = 0; i < data.length; i++) {
      data[i] = low + (high - low) * (drawn[i] + 1) / 2;
    }
  }
}
