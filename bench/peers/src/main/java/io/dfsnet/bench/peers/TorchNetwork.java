package io.dfsnet.bench.peers;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Parameter.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The reader that runs a network in PyTorch, as a Python module would: in place where that is safe,
 * every value freed behind its last reader.
 */
final class TorchNetwork {
  private static final long[] ONCE = {1, 1};
  private static final double MOVING_MEAN_MOMENTUM = 0.1;

  /** Computes a node's value from the values of all nodes before it. */
  private interface Layer {
    Tensor apply(Tensor[] values);
  }

  private final Network network;
  private final Map<String, Tensor> parameters = new LinkedHashMap<>();
  private final Map<String, Integer> places = new HashMap<>();
  private final List<Layer> layers = new ArrayList<>();
  private final List<int[]> dead = new ArrayList<>();
  private boolean training = true;
  private BiFunction<Node, Tensor, Tensor> rectifier;

  /**
   * @param format how maps and the weights of convolutions lie in memory
   */
  TorchNetwork(Model model, MemoryFormat format) {
    this(model, format, ScalarType.Float);
  }

  /**
   * @param format how maps and the weights of convolutions lie in memory
   * @param precision in which everything is computed
   */
  TorchNetwork(Model model, MemoryFormat format, ScalarType precision) {
    this.network = model.network();
    model
        .weights()
        .tensors()
        .forEach(
            (name, tensor) -> {
              long[] sizes = sizes(tensor.shape());
              Tensor values = Tensor.create(tensor.data(), sizes).to(precision);
              parameters.put(name, sizes.length == 4 ? values.contiguous(format) : values);
            });
    List<Node> nodes = network.nodes();
    for (int place = 0; place < nodes.size(); place++) {
      places.put(nodes.get(place).name(), place);
      layers.add(layer(nodes.get(place)));
      dead.add(lastReadBy(nodes.get(place)));
    }
  }

  /** The parameters by name, not copies of them. */
  Map<String, Tensor> parameters() {
    return parameters;
  }

  /** From now on batch norms use their running statistics, and leave them as they are. */
  void evaluate() {
    training = false;
  }

  /** From now on this computes what rectifiers give, from the node and its input; or null. */
  void rectify(BiFunction<Node, Tensor, Tensor> rectifier) {
    this.rectifier = rectifier;
  }

  /** The network's output. */
  Tensor run(Tensor images) {
    return run(images, (_, _) -> {});
  }

  /**
   * The network's output.
   *
   * @param reader is shown every node's value when it is there; later nodes may write over it
   */
  Tensor run(Tensor images, BiConsumer<Node, Tensor> reader) {
    Tensor[] values = new Tensor[layers.size()];
    values[0] = images;
    for (int place = 1; place < values.length; place++) {
      values[place] = value(network.nodes().get(place), values);
      reader.accept(network.nodes().get(place), values[place]);
      for (int last : dead.get(place)) {
        values[last].deallocate();
      }
    }
    return values[values.length - 1];
  }

  private Tensor value(Node node, Tensor[] values) {
    return rectifier != null && node.op() instanceof Op.Relu
        ? rectifier.apply(node, values[places.get(node.inputs().getFirst())])
        : layers.get(places.get(node.name())).apply(values);
  }

  private Layer layer(Node node) {
    int[] from = node.inputs().stream().mapToInt(places::get).toArray();
    int first = from.length == 0 ? 0 : from[0];
    return switch (node.op()) {
      case Op.Input _ -> values -> values[0];
      case Op.Conv2d conv -> convolution(node, conv, first);
      case Op.BatchNorm norm -> batchNorm(node, norm, first);
      case Op.Relu _ ->
          inPlace(node)
              ? values -> overwritten(values[first], torch.relu_(values[first]))
              : values -> torch.relu(values[first]);
      case Op.Relu6 _ ->
          inPlace(node)
              ? values -> overwritten(values[first], torch.relu6_(values[first]))
              : values -> torch.relu6(values[first]);
      case Op.Add _ ->
          inPlace(node)
              ? values -> overwritten(values[first], values[first].add_(values[from[1]]))
              : values -> torch.add(values[first], values[from[1]]);
      case Op.MaxPool pool ->
          values ->
              torch.max_pool2d(
                  values[first],
                  twice(pool.kernel()),
                  twice(pool.stride()),
                  twice(pool.pad()),
                  ONCE,
                  false);
      case Op.AveragePool pool -> {
        var noDivisor = new LongOptional();
        yield values ->
            torch.avg_pool2d(
                values[first],
                twice(pool.kernel()),
                twice(pool.stride()),
                twice(pool.pad()),
                false,
                true,
                noDivisor);
      }
      case Op.GlobalAveragePool _ -> {
        var sameType = new ScalarTypeOptional();
        yield values -> values[first].mean(new long[] {2, 3}, false, sameType);
      }
      case Op.Linear linear -> {
        Tensor weights = parameters.get(node.parameter(Role.WEIGHT));
        TensorOptional bias = bias(node, linear.bias());
        yield values -> torch.linear(values[first], weights, bias);
      }
      case Op.Concat _ ->
          values -> {
            Tensor[] parts =
                Arrays.stream(from).mapToObj(place -> values[place]).toArray(Tensor[]::new);
            return torch.cat(new TensorVector(parts), 1);
          };
      case Op.ChannelSlice slice ->
          values -> values[first].narrow(1, slice.first(), slice.channels());
      case Op.ChannelShuffle shuffle ->
          values -> torch.channel_shuffle(values[first], shuffle.groups());
      case Op.Flatten _ -> values -> torch.flatten(values[first], 1, -1);
      case Op.PadShortcut pad when pad.groups() == 1 -> padShortcut(node, pad, first);
      case Op.PadShortcut _, Op.Exchange _ ->
          throw new UnsupportedWorkException("'" + node.name() + "' has no counterpart there");
    };
  }

  private Layer convolution(Node node, Op.Conv2d conv, int first) {
    Tensor weights = parameters.get(node.parameter(Role.WEIGHT));
    TensorOptional bias = bias(node, conv.bias());
    long[] strides = {conv.strideHeight(), conv.strideWidth()};
    long[] padding = {conv.padHeight(), conv.padWidth()};
    long[] dilations = {conv.dilationHeight(), conv.dilationWidth()};
    long[] noOutputPadding = {0, 0};
    return values ->
        torch.convolution(
            values[first],
            weights,
            bias,
            strides,
            padding,
            dilations,
            false,
            noOutputPadding,
            conv.groups());
  }

  /** In training mode, unless {@link #evaluate} was called; lanes fold them for inference. */
  private Layer batchNorm(Node node, Op.BatchNorm norm, int first) {
    var scale = new TensorOptional(parameters.get(node.parameter(Role.SCALE)));
    var shift = new TensorOptional(parameters.get(node.parameter(Role.SHIFT)));
    var mean = new TensorOptional(parameters.get(node.parameter(Role.RUNNING_MEAN)));
    var variance = new TensorOptional(parameters.get(node.parameter(Role.RUNNING_VARIANCE)));
    return values ->
        torch.batch_norm(
            values[first],
            scale,
            shift,
            mean,
            variance,
            training,
            MOVING_MEAN_MOMENTUM,
            norm.epsilon(),
            false);
  }

  /** Every stride-th row and column, channels of zeros before and behind. */
  private Layer padShortcut(Node node, Op.PadShortcut pad, int first) {
    int more = pad.outChannels() - network.shape(node.inputs().getFirst()).size(0);
    long[] padding = {0, 0, 0, 0, more / 2, more - more / 2};
    var all = new LongOptional();
    return values -> {
      Tensor rows = values[first].slice(2, all, all, pad.stride());
      return torch.constant_pad_nd(rows.slice(3, all, all, pad.stride()), padding);
    };
  }

  private TensorOptional bias(Node node, boolean there) {
    return there
        ? new TensorOptional(parameters.get(node.parameter(Role.BIAS)))
        : new TensorOptional();
  }

  /**
   * Whether the node may overwrite its first input: nobody else reads it, and it is no view of a
   * value that somebody else reads.
   */
  private boolean inPlace(Node node) {
    return switch (node.op()) {
      case Op.Relu _, Op.Relu6 _, Op.Add _ -> {
        Node input = network.node(node.inputs().getFirst());
        boolean another =
            input.op() instanceof Op.Input
                || input.op() instanceof Op.ChannelSlice
                || input.op() instanceof Op.Flatten;
        yield !another && network.consumers(input).size() == 1;
      }
      default -> false;
    };
  }

  /** What the library returns then is no tensor of its own but another view of the first. */
  private static Tensor overwritten(Tensor first, Tensor view) {
    return first;
  }

  /**
   * The places of the values that nobody reads behind this node, and that it does not overwrite.
   */
  private int[] lastReadBy(Node node) {
    return node.inputs().stream()
        .skip(inPlace(node) ? 1 : 0)
        .distinct()
        .map(network::node)
        .filter(input -> input != network.input())
        .filter(input -> network.consumers(input).getLast() == node)
        .mapToInt(input -> places.get(input.name()))
        .toArray();
  }

  private static long[] twice(int value) {
    return new long[] {value, value};
  }

  static long[] sizes(Shape shape) {
    return Arrays.stream(shape.toArray()).asLongStream().toArray();
  }
}
