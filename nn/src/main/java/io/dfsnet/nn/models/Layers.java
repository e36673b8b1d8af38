package io.dfsnet.nn.models;

import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op;

/** Adds the few layers in a row that all architectures are made of. */
final class Layers {
  private final Network.Builder network;

  Layers(Network.Builder network) {
    this.network = network;
  }

  /** A convolution and the batch norm behind it. */
  String normalized(String name, String norm, Op.Conv2d conv, String x) {
    String y = network.add(name, conv, x);
    return network.add(norm, new Op.BatchNorm(conv.outChannels(), Op.BatchNorm.DEFAULT_EPSILON), y);
  }

  /**
   * A convolution, its batch norm and an activation, numbered as in a {@code Sequential} of
   * PyTorch: {@code prefix.first}, {@code prefix.first+1}, {@code prefix.first+2}.
   */
  String activated(String prefix, int first, Op.Conv2d conv, Op activation, String x) {
    String y = normalized(prefix + "." + first, prefix + "." + (first + 1), conv, x);
    return network.add(prefix + "." + (first + 2), activation, y);
  }

  /** A square convolution whose padding keeps the size of the map at stride 1. */
  static Op.Conv2d same(int in, int out, int kernel, int stride) {
    return Op.Conv2d.square(in, out, kernel, stride, kernel / 2, 1);
  }

  /** A 1x1 convolution: a linear layer for every pixel. */
  static Op.Conv2d pointwise(int in, int out) {
    return Op.Conv2d.square(in, out, 1, 1, 0, 1);
  }

  /** A 3x3 convolution in which every channel sees itself alone. */
  static Op.Conv2d depthwise(int channels, int stride) {
    return Op.Conv2d.square(channels, channels, 3, stride, 1, channels);
  }
}
