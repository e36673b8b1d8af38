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
import io.dfsnet.engine.Work;
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

  private final List<Step> steps = new ArrayList<>();
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

  /** The steps of a run in order. Chains whose output is there before they run need none. */
  List<Step> compile(List<Chain> chains) {
    chains.forEach(this::compile);
    return List.copyOf(steps);
  }

  private void compile(Chain chain) {
    Node node = chain.head();
    List<float[]> inputs = node.inputs().stream().map(buffers::get).toList();
    float[] output = buffers.get(chain.last().name());
    switch (node.op()) {
      case Op.Input _, Op.Flatten _ -> {}
      case Op.Conv2d conv -> convolution(chain, conv, inputs.getFirst(), output);
      case Op.Linear linear -> linear(chain, linear, inputs.getFirst(), output);
      case Op.BatchNorm norm -> batchNorm(chain, norm, inputs.getFirst(), output);
      case Op.Relu _ -> add(chain, "relu", Elementwise.relu(inputs.getFirst(), output));
      case Op.Relu6 _ -> add(chain, "relu6", Elementwise.relu6(inputs.getFirst(), output));
      case Op.Add _ -> add(chain, "add", Elementwise.add(inputs.get(0), inputs.get(1), output));
      case Op.MaxPool pool -> {
        var window = pool.geometry(batch, inputShape(node));
        add(chain, "max pool", Pooling.max(window, inputs.getFirst(), output));
      }
      case Op.AveragePool pool -> {
        var window = pool.geometry(batch, inputShape(node));
        add(chain, "average pool", Pooling.average(window, inputs.getFirst(), output));
      }
      case Op.GlobalAveragePool _ -> {
        Shape shape = inputShape(node).prepend(batch);
        add(chain, "global average pool", Pooling.globalAverage(shape, inputs.getFirst(), output));
      }
      case Op.Concat _ -> {
        Shape shape = network.shape(node).prepend(batch);
        add(chain, "concat", Channels.concat(inputs, shape, output));
      }
      case Op.ChannelSlice slice -> {
        Shape shape = inputShape(node).prepend(batch);
        add(
            chain,
            "channel slice",
            Channels.slice(shape, inputs.getFirst(), slice.first(), output));
      }
      case Op.ChannelShuffle shuffle -> {
        Shape shape = inputShape(node).prepend(batch);
        add(
            chain,
            "channel shuffle",
            Channels.shuffle(shape, shuffle.groups(), inputs.getFirst(), output));
      }
      case Op.PadShortcut pad -> {
        Shape shape = inputShape(node).prepend(batch);
        var shortcut = new PadShortcut(shape, pad.outChannels(), pad.stride(), pad.groups());
        add(chain, "pad shortcut", shortcut.forward(inputs.getFirst(), output));
      }
      case Op.Exchange exchange -> {
        int index = exchanges++;
        steps.add(
            new Step(
                description(chain, exchange.kind().toString()),
                collective ->
                    collective.exchange(exchange, index, batch, inputs.getFirst(), output)));
      }
    }
  }

  private void convolution(Chain chain, Op.Conv2d conv, float[] input, float[] output) {
    Node node = chain.head();
    Shape image = inputShape(node);
    var geometry = conv.geometry(batch, image.size(1), image.size(2));
    var convolution = convolutions.computeIfAbsent(geometry, Convolution::of);
    var folded = FoldedConvolution.of(node, conv, chain.batchNorm(), weights);
    var packed = convolution.pack(folded.weights());
    var epilogue =
        new Epilogue(
            folded.bias(), chain.addend().map(buffers::get).orElse(null), chain.activation());
    add(
        chain,
        convolution.forwardKernel() + ", " + geometry,
        () -> convolution.forward(input, packed, epilogue, output, workers));
  }

  private void linear(Chain chain, Op.Linear linear, float[] input, float[] output) {
    Node node = chain.head();
    var layer = FullyConnected.of(batch, linear.inFeatures(), linear.outFeatures(), linear.parts());
    var packed = layer.pack(weights.get(node.parameter(Role.WEIGHT)).data());
    float[] bias = linear.bias() ? weights.get(node.parameter(Role.BIAS)).data().clone() : null;
    Activation activation = chain.activation();
    add(
        chain,
        linear.parts() == 1 ? "linear" : "linear in " + linear.parts() + " parts",
        layer.forward(input, packed, bias, activation, output));
  }

  private void batchNorm(Chain chain, Op.BatchNorm norm, float[] input, float[] output) {
    Node node = chain.head();
    var layer = BatchNormalization.of(inputShape(node).prepend(batch), norm.epsilon());
    float[] gamma = weights.get(node.parameter(Role.SCALE)).data().clone();
    float[] beta = weights.get(node.parameter(Role.SHIFT)).data().clone();
    float[] mean = weights.get(node.parameter(Role.RUNNING_MEAN)).data().clone();
    float[] variance = weights.get(node.parameter(Role.RUNNING_VARIANCE)).data().clone();
    float[] addend = chain.addend().map(buffers::get).orElse(null);
    add(
        chain,
        "batch norm",
        layer.forwardInference(
            input, gamma, beta, mean, variance, addend, chain.activation(), output));
  }

  private void add(Chain chain, String kernel, Work work) {
    add(chain, kernel, () -> work.run(workers));
  }

  private void add(Chain chain, String kernel, Runnable action) {
    steps.add(new Step(description(chain, kernel), collective -> action.run()));
  }

  private static String description(Chain chain, String kernel) {
    return chain.nodes().stream().map(Node::name).collect(Collectors.joining(" + "))
        + ": "
        + kernel;
  }

  /** The shape of the node's first input for one image. */
  private Shape inputShape(Node node) {
    return network.shape(node.inputs().getFirst());
  }
}
