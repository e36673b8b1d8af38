package io.dfsnet.nn.onnx;

import io.dfsnet.engine.Shape;

/** What stands behind the name of a value while a graph is translated. */
sealed interface Value {

  /**
   * What a node of the network gives.
   *
   * @param node its name
   * @param shape of one image in ONNX; the network's may leave out sizes of 1, as behind a global
   *     average pooling: {@code [channels, 1, 1]} there, {@code [channels]} here
   */
  record Activation(String node, Shape shape) implements Value {}

  /** The same for every image. */
  record Constant(Onnx.Tensor tensor) implements Value {}
}
