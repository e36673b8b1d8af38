package io.dfsnet.nn;

import io.dfsnet.engine.BatchNormalization;
import io.dfsnet.nn.Parameter.Role;

/**
 * A convolution with the batch norm behind it folded in. In inference that is an affine function of
 * each channel, {@code scale[o] * y + shift[o]}, and so the convolution's weights and bias can do
 * it:
 *
 * <pre>
 * scale * (sum of w * x + bias) + shift  =  sum of (w * scale) * x  +  (bias * scale + shift)
 * </pre>
 *
 * <p>Each output channel is folded by itself: a shard gets the bits of the whole network.
 *
 * @param weights {@code [outChannels, inChannels / groups, kernelHeight, kernelWidth]}
 * @param bias {@code [outChannels]}, or null
 */
record FoldedConvolution(float[] weights, float[] bias) {

  /**
   * @param batchNorm the batch norm to fold in, or null
   */
  static FoldedConvolution of(Node node, Op.Conv2d conv, Node batchNorm, Weights source) {
    float[] weights = source.get(node.parameter(Role.WEIGHT)).data().clone();
    float[] bias = conv.bias() ? source.get(node.parameter(Role.BIAS)).data().clone() : null;
    if (batchNorm == null) {
      return new FoldedConvolution(weights, bias);
    }
    int channels = conv.outChannels();
    float[] scale = new float[channels];
    float[] shift = new float[channels];
    BatchNormalization.fold(
        source.get(batchNorm.parameter(Role.SCALE)).data(),
        source.get(batchNorm.parameter(Role.SHIFT)).data(),
        source.get(batchNorm.parameter(Role.RUNNING_MEAN)).data(),
        source.get(batchNorm.parameter(Role.RUNNING_VARIANCE)).data(),
        ((Op.BatchNorm) batchNorm.op()).epsilon(),
        scale,
        shift);
    int perChannel = weights.length / channels;
    for (int i = 0; i < weights.length; i++) {
      weights[i] *= scale[i / perChannel];
    }
    if (bias != null) {
      for (int o = 0; o < channels; o++) {
        shift[o] = Math.fma(bias[o], scale[o], shift[o]);
      }
    }
    return new FoldedConvolution(weights, shift);
  }
}
