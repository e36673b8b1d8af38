package io.dfsnet.nn;

import io.dfsnet.engine.Activation;
import io.dfsnet.engine.BatchNormalization;
import io.dfsnet.engine.Channels;
import io.dfsnet.engine.Convolution;
import io.dfsnet.engine.Elementwise;
import io.dfsnet.engine.Epilogue;
import io.dfsnet.engine.FullyConnected;
import io.dfsnet.engine.InvertedResidual;
import io.dfsnet.engine.PadShortcut;
import io.dfsnet.engine.Pooling;
import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Work;
import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Parameter.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The reader that turns the stretches of a network into calls of the engine's kernels. */
final class Compiler {
  private final Network network;
  private final PackedLayers layers;
  private final int batch;
  private final Workers workers;
  private final PlannedConvolutions convolutions;
  private final Map<String, float[]> buffers;
  private final List<Step> steps = new ArrayList<>();
  private int exchanges;

  /**
   * @param buffers where each stretch writes, see {@link Buffers#plan}
   */
  Compiler(
      Network network,
      PackedLayers layers,
      PlannedConvolutions convolutions,
      Workers workers,
      Map<String, float[]> buffers) {
    this.network = network;
    this.layers = layers;
    this.batch = convolutions.images();
    this.workers = workers;
    this.convolutions = convolutions;
    this.buffers = buffers;
  }

  /** The steps of a run in order. Stretches whose output is there before they run need none. */
  List<Step> compile(List<Stretch> stretches) {
    for (Stretch stretch : stretches) {
      if (stretch.isFused()) {
        fused(stretch);
      } else {
        compile(stretch.first());
      }
    }
    return List.copyOf(steps);
  }

  private void compile(Chain chain) {
    Node node = chain.head();
    List<float[]> inputs = node.inputs().stream().map(buffers::get).toList();
    float[] output = buffers.get(chain.last().name());
    switch (node.op()) {
      case Op.Input _, Op.Flatten _ -> {}
      case Op.Conv2d _ -> convolution(chain, inputs.getFirst(), output);
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
                description(chain.nodes(), exchange.kind().toString()),
                collective ->
                    collective.exchange(exchange, index, batch, inputs.getFirst(), output)));
      }
    }
  }

  private void convolution(Chain chain, float[] input, float[] output) {
    var convolution = convolutions.of(chain.head());
    var packed = layers.convolution(chain, convolution);
    var epilogue = epilogue(chain, packed.bias());
    add(
        chain,
        kernel(convolution),
        () -> convolution.forward(input, packed.weights(), epilogue, output, workers));
  }

  private void fused(Stretch stretch) {
    var fused = convolutions.fused(stretch.heads()).orElseThrow();
    List<InvertedResidual.Layer> layers = new ArrayList<>();
    List<String> kernels = new ArrayList<>();
    for (Chain chain : stretch.chains()) {
      var convolution = convolutions.of(chain.head());
      var packed = this.layers.convolution(chain, convolution);
      layers.add(new InvertedResidual.Layer(packed.weights(), epilogue(chain, packed.bias())));
      kernels.add(kernel(convolution));
    }
    float[] input = buffers.get(stretch.first().head().inputs().getFirst());
    float[] output = buffers.get(stretch.last().name());
    add(
        stretch.nodes(),
        "as one in %s: %s".formatted(fused.cut(), String.join("; ", kernels)),
        () -> fused.forward(input, layers, output, workers));
  }

  private static String kernel(Convolution convolution) {
    return convolution.forwardKernel() + ", " + convolution.geometry();
  }

  private Epilogue epilogue(Chain chain, float[] bias) {
    return new Epilogue(bias, chain.addend().map(buffers::get).orElse(null), chain.activation());
  }

  private void linear(Chain chain, Op.Linear linear, float[] input, float[] output) {
    Node node = chain.head();
    var layer = FullyConnected.of(batch, linear.inFeatures(), linear.outFeatures(), linear.parts());
    var packed = layers.linear(node, layer);
    float[] bias = linear.bias() ? layers.copy(node, Role.BIAS) : null;
    Activation activation = chain.activation();
    add(
        chain,
        linear.parts() == 1 ? "linear" : "linear in " + linear.parts() + " parts",
        layer.forward(input, packed, bias, activation, output));
  }

  private void batchNorm(Chain chain, Op.BatchNorm norm, float[] input, float[] output) {
    Node node = chain.head();
    var layer = BatchNormalization.of(inputShape(node).prepend(batch), norm.epsilon());
    float[] gamma = layers.copy(node, Role.SCALE);
    float[] beta = layers.copy(node, Role.SHIFT);
    float[] mean = layers.copy(node, Role.RUNNING_MEAN);
    float[] variance = layers.copy(node, Role.RUNNING_VARIANCE);
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
    add(chain.nodes(), kernel, action);
  }

  private void add(List<Node> nodes, String kernel, Runnable action) {
    steps.add(new Step(description(nodes, kernel), _ -> action.run()));
  }

  private static String description(List<Node> nodes, String kernel) {
    return nodes.stream().map(Node::name).collect(Collectors.joining(" + ")) + ": " + kernel;
  }

  /** The shape of the node's first input for one image. */
  private Shape inputShape(Node node) {
    return network.shape(node.inputs().getFirst());
  }
}
