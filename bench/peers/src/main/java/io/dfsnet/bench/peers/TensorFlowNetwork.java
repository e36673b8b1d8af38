package io.dfsnet.bench.peers;

import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Parameter.Role;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The reader that writes a network without batch norms into a TensorFlow graph, maps {@code [n, h,
 * w, c]}. The library's own optimiser fuses biases and rectifiers into convolutions.
 */
final class TensorFlowNetwork {
  private static final String NO_PADDING = "VALID";
  private static final long CHANNELS = 3;

  private final Ops ops;
  private final TensorFlowLayers layers;
  private final Model model;
  private final Network network;
  private final int batch;
  private final Map<String, Operand<TFloat32>> values = new HashMap<>();

  private TensorFlowNetwork(Ops ops, Model model, int batch) {
    this.ops = ops;
    this.layers = new TensorFlowLayers(ops);
    this.model = model;
    this.network = model.network();
    this.batch = batch;
  }

  /** Adds the network behind {@code images}; gives its output. */
  static Operand<TFloat32> add(Ops ops, Model model, int batch, Operand<TFloat32> images) {
    var reader = new TensorFlowNetwork(ops, model, batch);
    for (Node node : model.network().nodes()) {
      reader.values.put(node.name(), node.op() instanceof Op.Input ? images : reader.apply(node));
    }
    return reader.values.get(model.network().output().name());
  }

  private Operand<TFloat32> apply(Node node) {
    List<Operand<TFloat32>> inputs = node.inputs().stream().map(values::get).toList();
    Operand<TFloat32> input = inputs.getFirst();
    return switch (node.op()) {
      case Op.Conv2d conv -> {
        Shape map = network.shape(node.inputs().getFirst());
        Conv2dGeometry geometry = conv.geometry(batch, map.size(1), map.size(2));
        yield biased(node, conv.bias(), layers.convolution(input, geometry, weights(node)));
      }
      case Op.Relu _ -> ops.nn.relu(input);
      case Op.Relu6 _ -> ops.nn.relu6(input);
      case Op.Add _ -> ops.math.add(input, inputs.get(1));
      case Op.MaxPool pool -> {
        Operand<TFloat32> padded =
            layers.pad(input, pool.pad(), pool.pad(), Float.NEGATIVE_INFINITY);
        yield ops.nn.maxPool(
            padded,
            ops.constant(new int[] {1, pool.kernel(), pool.kernel(), 1}),
            ops.constant(new int[] {1, pool.stride(), pool.stride(), 1}),
            NO_PADDING);
      }
      case Op.AveragePool pool ->
          ops.nn.avgPool(
              layers.pad(input, pool.pad(), pool.pad(), 0f),
              square(pool.kernel()),
              square(pool.stride()),
              NO_PADDING);
      case Op.GlobalAveragePool _ -> ops.math.mean(input, ops.constant(new int[] {1, 2}));
      case Op.Linear linear -> linear(node, linear, input);
      case Op.Concat _ -> ops.concat(inputs, ops.constant(CHANNELS));
      case Op.ChannelSlice slice ->
          ops.slice(
              input,
              ops.constant(new int[] {0, 0, 0, slice.first()}),
              ops.constant(new int[] {-1, -1, -1, slice.channels()}));
      case Op.ChannelShuffle shuffle -> shuffle(node, shuffle.groups(), input);
      case Op.Flatten _ -> {
        Operand<TInt32> channelsFirst = ops.constant(new int[] {0, 3, 1, 2});
        yield ops.reshape(
            ops.linalg.transpose(input, channelsFirst),
            ops.constant(new int[] {batch, network.shape(node).elements()}));
      }
      case Op.BatchNorm _, Op.PadShortcut _, Op.Exchange _, Op.Input _ ->
          throw new UnsupportedWorkException("'" + node.name() + "' has no counterpart there");
    };
  }

  private Operand<TFloat32> linear(Node node, Op.Linear linear, Operand<TFloat32> input) {
    Shape shape = Shape.of(linear.outFeatures(), linear.inFeatures());
    Operand<TFloat32> transposed =
        layers.constant(
            Layouts.permute(weights(node), shape, 1, 0),
            Shape.of(linear.inFeatures(), linear.outFeatures()));
    return biased(node, linear.bias(), ops.linalg.matMul(input, transposed));
  }

  private Operand<TFloat32> shuffle(Node node, int groups, Operand<TFloat32> input) {
    Shape map = network.shape(node);
    int perGroup = map.size(0) / groups;
    Operand<TFloat32> split =
        ops.reshape(
            input, ops.constant(new int[] {batch, map.size(1), map.size(2), groups, perGroup}));
    Operand<TFloat32> swapped =
        ops.linalg.transpose(split, ops.constant(new int[] {0, 1, 2, 4, 3}));
    return ops.reshape(
        swapped, ops.constant(new int[] {batch, map.size(1), map.size(2), map.size(0)}));
  }

  private Operand<TFloat32> biased(Node node, boolean there, Operand<TFloat32> sum) {
    if (!there) {
      return sum;
    }
    float[] bias = model.weights().get(node.parameter(Role.BIAS)).data();
    return ops.nn.biasAdd(sum, layers.constant(bias, Shape.of(bias.length)));
  }

  private float[] weights(Node node) {
    return model.weights().get(node.parameter(Role.WEIGHT)).data();
  }

  private static List<Long> square(long size) {
    return List.of(1L, size, size, 1L);
  }
}
