package io.dfsnet.nn.train;

import io.dfsnet.engine.Activation;
import io.dfsnet.engine.Shape;
import io.dfsnet.engine.autograd.Tape;
import io.dfsnet.engine.autograd.Variable;
import io.dfsnet.nn.Chain;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Parameter;
import io.dfsnet.nn.Parameter.Role;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** The reader that runs a network on a tape: the one place that maps operations to the tape's. */
public final class Forward {

  /** Which statistics batch norms use. */
  public enum Mode {
    /** Those of the batch, which also move the running ones. */
    TRAINING,
    /** The running ones. */
    INFERENCE
  }

  private final Network network;
  private final Tape tape;
  private final Binding binding;
  private final Mode mode;
  private final LinkedHashMap<String, Variable> values = new LinkedHashMap<>();

  private Forward(Network network, Tape tape, Binding binding, Mode mode) {
    this.network = network;
    this.tape = tape;
    this.binding = binding;
    this.mode = mode;
  }

  /**
   * The network's output for a batch.
   *
   * @param images {@code [n, channels, height, width]} on {@code tape}
   * @return {@code [n, ...]} with the shape of the network's last node
   * @throws NetworkException if the images do not fit, or the network is a shard: its exchanges
   *     need other shards, which a tape knows nothing of
   */
  public static Variable run(
      Network network, Tape tape, Variable images, Binding binding, Mode mode) {
    return trace(network, tape, images, binding, mode).get(network.output().name());
  }

  /**
   * As {@link #run}, with every output on the way, by the names of the nodes, in order. What is
   * computed together, as the activation behind a batch norm, has one output under the last name.
   */
  static SequencedMap<String, Variable> trace(
      Network network, Tape tape, Variable images, Binding binding, Mode mode) {
    Shape wanted = network.shape(network.input());
    Shape found = images.shape();
    if (found.rank() != 4 || !wanted.prepend(found.size(0)).equals(found)) {
      throw new NetworkException(
          "network '"
              + network.name()
              + "': reads images of "
              + wanted
              + " behind the batch size, found "
              + found);
    }
    var forward = new Forward(network, tape, binding, mode);
    for (Chain chain : Chain.of(network)) {
      forward.values.put(chain.last().name(), forward.apply(chain, images));
    }
    return forward.values;
  }

  /** A batch norm takes along what its chain has behind it, other operations do not. */
  private Variable apply(Chain chain, Variable images) {
    Variable addend = chain.addend().map(values::get).orElse(null);
    if (chain.head().op() instanceof Op.BatchNorm) {
      Variable x = values.get(chain.head().inputs().getFirst());
      return batchNorm(chain.head(), x, addend, chain.activation());
    }
    Variable x = apply(chain.head(), images);
    values.put(chain.head().name(), x);
    if (chain.batchNorm() != null) {
      return batchNorm(chain.batchNorm(), x, addend, chain.activation());
    }
    Variable sum = addend == null ? x : tape.add(x, addend);
    return switch (chain.activation()) {
      case NONE -> sum;
      case RELU -> tape.relu(sum);
      case RELU6 -> tape.relu6(sum);
    };
  }

  private Variable apply(Node node, Variable images) {
    List<Variable> inputs = node.inputs().stream().map(values::get).toList();
    int n = images.shape().size(0);
    return switch (node.op()) {
      case Op.Input _ -> images;
      case Op.Conv2d conv -> {
        Shape map = inputShape(node);
        yield tape.conv2d(
            inputs.getFirst(),
            parameter(node, Role.WEIGHT),
            conv.bias() ? parameter(node, Role.BIAS) : null,
            conv.geometry(n, map.size(1), map.size(2)));
      }
      case Op.BatchNorm _ -> batchNorm(node, inputs.getFirst(), null, Activation.NONE);
      case Op.Relu _ -> tape.relu(inputs.getFirst());
      case Op.Relu6 _ -> tape.relu6(inputs.getFirst());
      case Op.Add _ -> tape.add(inputs.get(0), inputs.get(1));
      case Op.MaxPool pool -> tape.maxPool(inputs.getFirst(), pool.geometry(n, inputShape(node)));
      case Op.AveragePool pool ->
          tape.averagePool(inputs.getFirst(), pool.geometry(n, inputShape(node)));
      case Op.GlobalAveragePool _ -> tape.globalAveragePool(inputs.getFirst());
      case Op.Linear linear ->
          tape.linear(
              inputs.getFirst(),
              parameter(node, Role.WEIGHT),
              linear.bias() ? parameter(node, Role.BIAS) : null,
              linear.parts());
      case Op.Concat _ -> tape.concat(inputs);
      case Op.ChannelSlice slice ->
          tape.channelSlice(inputs.getFirst(), slice.first(), slice.channels());
      case Op.ChannelShuffle shuffle -> tape.channelShuffle(inputs.getFirst(), shuffle.groups());
      case Op.Flatten _ -> tape.flatten(inputs.getFirst());
      case Op.PadShortcut pad ->
          tape.padShortcut(inputs.getFirst(), pad.outChannels(), pad.stride(), pad.groups());
      case Op.Exchange _ ->
          throw new NetworkException(
              "network '"
                  + network.name()
                  + "': '"
                  + node.name()
                  + "' exchanges with other shards, which a tape cannot; train the whole network"
                  + " and shard it afterwards");
    };
  }

  private Variable batchNorm(Node node, Variable x, Variable addend, Activation activation) {
    Variable gamma = parameter(node, Role.SCALE);
    Variable beta = parameter(node, Role.SHIFT);
    float epsilon = ((Op.BatchNorm) node.op()).epsilon();
    var statistics = binding.statistics(node);
    return switch (mode) {
      case TRAINING -> tape.batchNorm(x, gamma, beta, epsilon, statistics, addend, activation);
      case INFERENCE ->
          tape.batchNormInference(x, gamma, beta, epsilon, statistics, addend, activation);
    };
  }

  /** The shape of the node's first input for one image. */
  private Shape inputShape(Node node) {
    return network.shape(node.inputs().getFirst());
  }

  private Variable parameter(Node node, Role role) {
    Parameter slot =
        node.parameters().stream().filter(each -> each.role() == role).findFirst().orElseThrow();
    return binding.parameter(tape, slot);
  }
}
