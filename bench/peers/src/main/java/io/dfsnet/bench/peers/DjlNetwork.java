package io.dfsnet.bench.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Parameter;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network as a block of the Deep Java Library, a child block for every node with parameters. In
 * inference every value is freed behind its last reader.
 */
final class DjlNetwork extends AbstractBlock {
  private final Model model;
  private final Network network;
  private final Map<String, Block> layers = new LinkedHashMap<>();

  DjlNetwork(Model model) {
    this.model = model;
    this.network = model.network();
    for (Node node : network.nodes()) {
      Block layer =
          switch (node.op()) {
            case Op.Conv2d conv -> convolution(conv);
            case Op.BatchNorm norm -> BatchNorm.builder().optEpsilon(norm.epsilon()).build();
            case Op.Linear linear ->
                Linear.builder().setUnits(linear.outFeatures()).optBias(linear.bias()).build();
            default -> null;
          };
      if (layer != null) {
        layers.put(node.name(), addChildBlock(node.name(), layer));
      }
    }
  }

  /** Overwrites the parameters, initialised before, with the model's. */
  void load() {
    for (Node node : network.nodes()) {
      for (Parameter parameter : node.parameters()) {
        parameter(node, parameter)
            .getArray()
            .set(FloatBuffer.wrap(model.weights().get(parameter.name()).data()));
      }
    }
  }

  /** The gradient of each parameter by our name for it. */
  Map<String, float[]> gradients() {
    Map<String, float[]> gradients = new HashMap<>();
    for (Node node : network.nodes()) {
      for (Parameter parameter : node.parameters()) {
        if (parameter.role().trainable()) {
          NDArray gradient = parameter(node, parameter).getArray().getGradient();
          gradients.put(parameter.name(), gradient.toFloatArray());
        }
      }
    }
    return gradients;
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputShapes) {
    long batch = inputShapes[0].get(0);
    return new Shape[] {
      DjlLane.shape(network.shape(network.output()).prepend(Math.toIntExact(batch)))
    };
  }

  @Override
  protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputShapes) {
    int batch = Math.toIntExact(inputShapes[0].get(0));
    layers.forEach(
        (name, layer) -> {
          String input = network.node(name).inputs().getFirst();
          layer.initialize(manager, type, DjlLane.shape(network.shape(input).prepend(batch)));
        });
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore parameters,
      NDList inputs,
      boolean training,
      PairList<String, Object> options) {
    Map<String, NDArray> values = new HashMap<>();
    for (Node node : network.nodes()) {
      values.put(
          node.name(),
          node.op() instanceof Op.Input
              ? inputs.singletonOrThrow()
              : apply(node, values, parameters, training));
      if (!training) {
        free(node, values);
      }
    }
    return new NDList(values.get(network.output().name()));
  }

  private NDArray apply(
      Node node, Map<String, NDArray> values, ParameterStore parameters, boolean training) {
    List<NDArray> inputs = node.inputs().stream().map(values::get).toList();
    NDArray input = inputs.getFirst();
    return switch (node.op()) {
      case Op.Conv2d _, Op.BatchNorm _, Op.Linear _ ->
          layers
              .get(node.name())
              .forward(parameters, new NDList(input), training)
              .singletonOrThrow();
      case Op.Relu _ -> Activation.relu(input);
      // The library's own relu6 is far slower than this.
      case Op.Relu6 _ -> input.clip(0, 6);
      case Op.Add _ -> input.add(inputs.get(1));
      case Op.MaxPool pool ->
          Pool.maxPool2d(
              input, square(pool.kernel()), square(pool.stride()), square(pool.pad()), false);
      case Op.AveragePool pool ->
          Pool.avgPool2d(
              input, square(pool.kernel()), square(pool.stride()), square(pool.pad()), false, true);
      case Op.GlobalAveragePool _ -> Pool.globalAvgPool2d(input);
      case Op.Concat _ ->
          input.getNDArrayInternal().concat(new NDList(inputs.subList(1, inputs.size())), 1);
      case Op.ChannelSlice slice ->
          input.get(new NDIndex(":, " + slice.first() + ":" + (slice.first() + slice.channels())));
      case Op.ChannelShuffle shuffle -> shuffle(node, shuffle.groups(), input);
      case Op.Flatten _ -> input.reshape(input.getShape().get(0), -1);
      case Op.Input _, Op.PadShortcut _, Op.Exchange _ ->
          throw new UnsupportedWorkException("'" + node.name() + "' has no counterpart there");
    };
  }

  private NDArray shuffle(Node node, int groups, NDArray input) {
    io.dfsnet.engine.Shape map = network.shape(node);
    long batch = input.getShape().get(0);
    long perGroup = map.size(0) / groups;
    return input
        .reshape(batch, groups, perGroup, map.size(1), map.size(2))
        .transpose(0, 2, 1, 3, 4)
        .reshape(batch, map.size(0), map.size(1), map.size(2));
  }

  private void free(Node node, Map<String, NDArray> values) {
    for (String input : node.inputs()) {
      Node producer = network.node(input);
      if (producer != network.input() && network.consumers(producer).getLast() == node) {
        values.get(input).close();
      }
    }
  }

  private ai.djl.nn.Parameter parameter(Node node, Parameter parameter) {
    String name =
        switch (parameter.role()) {
          case WEIGHT -> "weight";
          case BIAS -> "bias";
          case SCALE -> "gamma";
          case SHIFT -> "beta";
          case RUNNING_MEAN -> "runningMean";
          case RUNNING_VARIANCE -> "runningVar";
        };
    return layers.get(node.name()).getDirectParameters().get(name);
  }

  private static Block convolution(Op.Conv2d conv) {
    return Conv2d.builder()
        .setFilters(conv.outChannels())
        .setKernelShape(new Shape(conv.kernelHeight(), conv.kernelWidth()))
        .optStride(new Shape(conv.strideHeight(), conv.strideWidth()))
        .optPadding(new Shape(conv.padHeight(), conv.padWidth()))
        .optDilation(new Shape(conv.dilationHeight(), conv.dilationWidth()))
        .optGroups(conv.groups())
        .optBias(conv.bias())
        .build();
  }

  private static Shape square(int size) {
    return new Shape(size, size);
  }
}
