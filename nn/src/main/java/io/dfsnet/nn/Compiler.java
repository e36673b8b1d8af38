package io.dfsnet.nn;

import io.dfsnet.engine.Activation;
import io.dfsnet.engine.BatchNormalization;
import io.dfsnet.engine.Channels;
import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.Convolution;
import io.dfsnet.engine.Elementwise;
import io.dfsnet.engine.Epilogue;
import io.dfsnet.engine.FullyConnected;
import io.dfsnet.engine.PadShortcut;
import io.dfsnet.engine.Pooling;
import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Parameter.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The reader that turns the chains of a network into calls of the engine's kernels. */
final class Compiler {
  private final Network network;
  private final Weights weights;
  private final int batch;
  private final Workers workers;
  private final Map<String, float[]> buffers;

  /** Steps run one after another, so equal convolutions share one plan and its scratch memory. */
  private final Map<Conv2dGeometry, Convolution> convolutions = new HashMap<>();

  private int exchanges;

  /**
   * @param buffers where each chain writes, see {@link Buffers#plan}
   */
  Compiler(
      Network network, Weights weights, int batch, Workers workers, Map<String, float[]> buffers) {
    this.network = network;
    this.weights = weights;
    this.batch = batch;
    this.workers = workers;
    this.buffers = buffers;
  }

  /** The steps of a run in order. Chains whose output is their input's array need none. */
  List<Step> compile(List<Chain> chains) {
    List<Step> steps = new ArrayList<>();
    for (Chain chain : chains) {
      switch (chain.head().op()) {
        case Op.Input _, Op.Flatten _ -> {}
        default -> steps.add(step(chain));
      }
    }
    return List.copyOf(steps);
  }

  private Step step(Chain chain) {
    Node node = chain.head();
    float[] input = buffers.get(node.inputs().getFirst());
    float[] output = buffers.get(chain.last().name());
    return switch (node.op()) {
      case Op.Conv2d conv -> convolution(chain, conv, input, output);
      case Op.Linear linear -> linear(chain, linear, input, output);
      case Op.BatchNorm norm -> batchNorm(chain, norm, input, output);
      case Op.Relu _ -> step(chain, "relu", () -> Elementwise.relu(input, output, workers));
      case Op.Relu6 _ -> step(chain, "relu6", () -> Elementwise.relu6(input, output, workers));
      case Op.Add _ -> {
        float[] right = buffers.get(node.inputs().getLast());
        yield step(chain, "add", () -> Elementwise.add(input, right, output, workers));
      }
      case Op.MaxPool pool -> {
        var geometry = pool.geometry(batch, network.shape(node.inputs().getFirst()));
        yield step(chain, "max pool", () -> Pooling.max(geometry, input, output, workers));
      }
      case Op.AveragePool pool -> {
        var geometry = pool.geometry(batch, network.shape(node.inputs().getFirst()));
        yield step(chain, "average pool", () -> Pooling.average(geometry, input, output, workers));
      }
      case Op.GlobalAveragePool _ -> {
        Shape shape = inputShape(node);
        yield step(
            chain,
            "global average pool",
            () -> Pooling.globalAverage(shape, input, output, workers));
      }
      case Op.Concat _ -> {
        List<float[]> inputs = node.inputs().stream().map(buffers::get).toList();
        Shape shape = network.shape(node).prepend(batch);
        yield step(chain, "concat", () -> Channels.concat(inputs, shape, output, workers));
      }
      case Op.ChannelShuffle shuffle -> {
        Shape shape = inputShape(node);
        int groups = shuffle.groups();
        yield step(
            chain,
            "channel shuffle",
            () -> Channels.shuffle(shape, groups, input, output, workers));
      }
      case Op.PadShortcut pad -> {
        var shortcut =
            new PadShortcut(inputShape(node), pad.outChannels(), pad.stride(), pad.groups());
        yield step(chain, "pad shortcut", () -> shortcut.forward(input, output, workers));
      }
      case Op.Exchange exchange -> {
        int index = exchanges++;
        yield new Step(
            description(chain, exchange.kind().toString()),
            collective -> collective.exchange(exchange, index, batch, input, output));
      }
      case Op.Input _, Op.Flatten _ ->
          throw new IllegalStateException("'" + node.name() + "' computes nothing");
    };
  }

  private Step convolution(Chain chain, Op.Conv2d conv, float[] input, float[] output) {
    Node node = chain.head();
    Shape image = network.shape(node.inputs().getFirst());
    var geometry = conv.geometry(batch, image.size(1), image.size(2));
    var convolution = convolutions.computeIfAbsent(geometry, Convolution::of);
    var folded = FoldedConvolution.of(node, conv, chain.batchNorm(), weights);
    var packed = convolution.pack(folded.weights());
    var epilogue =
        new Epilogue(
            folded.bias(), chain.addend().map(buffers::get).orElse(null), chain.activation());
    return step(
        chain,
        convolution.forwardKernel() + ", " + geometry,
        () -> convolution.forward(input, packed, epilogue, output, workers));
  }

  private Step linear(Chain chain, Op.Linear linear, float[] input, float[] output) {
    Node node = chain.head();
    var layer = FullyConnected.of(batch, linear.inFeatures(), linear.outFeatures(), linear.parts());
    var packed = layer.pack(weights.get(node.parameter(Role.WEIGHT)).data());
    float[] bias = linear.bias() ? weights.get(node.parameter(Role.BIAS)).data().clone() : null;
    Activation activation = chain.activation();
    return step(
        chain,
        linear.parts() == 1 ? "linear" : "linear in " + linear.parts() + " parts",
        () -> layer.forward(input, packed, bias, activation, output, workers));
  }

  private Step batchNorm(Chain chain, Op.BatchNorm norm, float[] input, float[] output) {
    Node node = chain.head();
    var layer = BatchNormalization.of(inputShape(node), norm.epsilon());
    float[] gamma = weights.get(node.parameter(Role.SCALE)).data().clone();
    float[] beta = weights.get(node.parameter(Role.SHIFT)).data().clone();
    float[] mean = weights.get(node.parameter(Role.RUNNING_MEAN)).data().clone();
    float[] variance = weights.get(node.parameter(Role.RUNNING_VARIANCE)).data().clone();
    return step(
        chain,
        "batch norm",
        () -> layer.forwardInference(input, gamma, beta, mean, variance, output, workers));
  }

  private static Step step(Chain chain, String kernel, Runnable action) {
    return new Step(description(chain, kernel), collective -> action.run());
  }

  private static String description(Chain chain, String kernel) {
    return chain.nodes().stream().map(Node::name).collect(Collectors.joining(" + "))
        + ": "
        + kernel;
  }

  /** The shape of the node's first input for the whole batch. */
  private Shape inputShape(Node node) {
    return network.shape(node.inputs().getFirst()).prepend(batch);
  }
}
