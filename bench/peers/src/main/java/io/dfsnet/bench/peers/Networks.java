package io.dfsnet.bench.peers;

import io.dfsnet.dividefuse.Divider;
import io.dfsnet.dividefuse.Division;
import io.dfsnet.dividefuse.DivisionException;
import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Parameter;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.models.Models;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The networks that are compared: those of {@link Models} in the sizes of their published figures.
 * A suffix {@code -g4} divides the network into 4 groups without any fusion.
 */
final class Networks {
  private static final Pattern DIVIDED = Pattern.compile("(.+)-g([1-9]\\d{0,2})");

  private Networks() {}

  static Network create(String name) {
    Matcher divided = DIVIDED.matcher(name);
    String original = divided.matches() ? divided.group(1) : name;
    try {
      Network network = Models.create(original);
      return divided.matches()
          ? Divider.divide(network, Division.keep(Integer.parseInt(divided.group(2)), List.of()))
          : network;
    } catch (NetworkException | DivisionException refused) {
      throw new PeersException("network '" + name + "': " + refused.getMessage(), refused);
    }
  }

  /**
   * A network as after a training: convolutions start as He et al. start them, and batch norms have
   * statistics, scales and shifts that differ from channel to channel, so that leaving one out
   * shows.
   */
  static Model model(String name) {
    return model(create(name));
  }

  /** As {@link #model(String)}, for any network. */
  static Model model(Network network) {
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

  /**
   * A convolution as a network, for libraries that run whole models.
   *
   * @param length how many stand in a row, all with the same weights; one that changes the shape
   *     stands alone
   */
  static Model convolutions(Conv2dGeometry g, int length) {
    var op =
        new Op.Conv2d(
            g.inChannels(),
            g.outChannels(),
            g.kernelHeight(),
            g.kernelWidth(),
            g.strideHeight(),
            g.strideWidth(),
            g.padHeight(),
            g.padWidth(),
            g.dilationHeight(),
            g.dilationWidth(),
            g.groups(),
            false);
    var weights = new Tensor(g.weightShape(), Values.weights(g));
    var builder = Network.builder("convolutions");
    String map = builder.input(g.inChannels(), g.inHeight(), g.inWidth());
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < length; i++) {
      String name = "convolution" + i;
      map = builder.add(name, op, map);
      tensors.put(name + ".weight", weights);
    }
    return new Model(builder.build(), new Weights(tensors));
  }

  /** The shape of a batch of images. */
  static Shape imageShape(Network network, int batch) {
    return network.shape(network.input()).prepend(batch);
  }

  /** A batch of images. */
  static float[] images(Network network, int batch) {
    return Values.uniform("images", imageShape(network, batch).elements());
  }

  private static void fill(Parameter parameter, Tensor tensor, float low, float high) {
    float[] data = tensor.data();
    float[] drawn = Values.uniform(parameter.name(), data.length);
    for (int i = 0; i < data.length; i++) {
      data[i] = low + (high - low) * (drawn[i] + 1) / 2;
    }
  }
}
