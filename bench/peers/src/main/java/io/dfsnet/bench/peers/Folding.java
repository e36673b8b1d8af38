package io.dfsnet.bench.peers;

import io.dfsnet.engine.BatchNormalization;
import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Parameter;
import io.dfsnet.nn.Parameter.Role;
import io.dfsnet.nn.Weights;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes from a model one that computes the same without batch norms: each goes into the convolution
 * in front of it, as everybody does before inference. Libraries that would do it themselves lose
 * nothing by it, the others are measured at their best.
 */
final class Folding {
  private final Model model;
  private final Network.Builder folded;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> renamed = new HashMap<>();

  private Folding(Model model) {
    this.model = model;
    this.folded = Network.builder(model.network().name(), model.network().groups());
  }

  /**
   * The model without batch norms.
   *
   * @throws UnsupportedWorkException if one of them does not stand alone behind a convolution
   */
  static Model of(Model model) {
    var folding = new Folding(model);
    model.network().nodes().forEach(folding::add);
    return new Model(folding.folded.build(), new Weights(folding.tensors));
  }

  private void add(Node node) {
    Network network = model.network();
    List<String> inputs =
        node.inputs().stream().map(input -> renamed.getOrDefault(input, input)).toList();
    switch (node.op()) {
      case Op.BatchNorm _ -> {
        Node before = network.node(node.inputs().getFirst());
        if (!(before.op() instanceof Op.Conv2d) || network.consumers(before).size() != 1) {
          throw new UnsupportedWorkException(
              "'" + node.name() + "' does not stand alone behind a convolution");
        }
        renamed.put(node.name(), before.name());
      }
      case Op.Conv2d conv -> {
        List<Node> readers = network.consumers(node);
        if (readers.size() == 1 && readers.getFirst().op() instanceof Op.BatchNorm norm) {
          folded.add(new Node(node.name(), biased(conv), inputs));
          fold(node, conv, readers.getFirst(), norm);
        } else {
          copy(node, inputs);
        }
      }
      default -> copy(node, inputs);
    }
  }

  private void copy(Node node, List<String> inputs) {
    folded.add(new Node(node.name(), node.op(), inputs));
    for (Parameter parameter : node.parameters()) {
      tensors.put(parameter.name(), model.weights().get(parameter.name()));
    }
  }

  private void fold(Node node, Op.Conv2d conv, Node batchNorm, Op.BatchNorm norm) {
    int channels = conv.outChannels();
    float[] scale = new float[channels];
    float[] bias = new float[channels];
    BatchNormalization.fold(
        values(batchNorm, Role.SCALE),
        values(batchNorm, Role.SHIFT),
        values(batchNorm, Role.RUNNING_MEAN),
        values(batchNorm, Role.RUNNING_VARIANCE),
        norm.epsilon(),
        scale,
        bias);
    Tensor weights = model.weights().get(node.parameter(Role.WEIGHT)).copy();
    float[] scaled = weights.data();
    int perChannel = scaled.length / channels;
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= scale[i / perChannel];
    }
    if (conv.bias()) {
      float[] own = values(node, Role.BIAS);
      for (int channel = 0; channel < channels; channel++) {
        bias[channel] += own[channel] * scale[channel];
      }
    }
    tensors.put(node.parameter(Role.WEIGHT), weights);
    tensors.put(node.parameter(Role.BIAS), new Tensor(Shape.of(channels), bias));
  }

  private float[] values(Node node, Role role) {
    return model.weights().get(node.parameter(role)).data();
  }

  private static Op.Conv2d biased(Op.Conv2d conv) {
    return new Op.Conv2d(
        conv.inChannels(),
        conv.outChannels(),
        conv.kernelHeight(),
        conv.kernelWidth(),
        conv.strideHeight(),
        conv.strideWidth(),
        conv.padHeight(),
        conv.padWidth(),
        conv.dilationHeight(),
        conv.dilationWidth(),
        conv.groups(),
        true);
  }
}
