package io.dfsnet.nn.onnx;

/**
 * Keys in an ONNX model's {@code metadata_props} for what its operators cannot say. Neither changes
 * what the model computes, only in which order a sum is made and where it can be divided.
 */
final class Metadata {
  /** Into how many channel groups the network is divided, where it is: a number above 1. */
  static final String GROUPS = "dfsnet.groups";

  /** The parts of linear layers that sum in more than one, by name: {@code {"fc":4}}. */
  static final String PARTS = "dfsnet.parts";

  private Metadata() {}
}
