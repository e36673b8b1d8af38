package io.dfsnet.engine.autograd;

import io.dfsnet.engine.Activation;
import io.dfsnet.engine.BatchNormalization;
import io.dfsnet.engine.BlockDiagonal;
import io.dfsnet.engine.Convolution;
import io.dfsnet.engine.FullyConnected;
import io.dfsnet.engine.PadShortcut;
import io.dfsnet.engine.PoolGeometry;
import io.dfsnet.engine.Targets;
import java.util.List;

/**
 * What a {@link Tape} remembers of an operation: whatever its derivative needs. {@link Derivatives}
 * holds the derivative of each.
 */
sealed interface Operation {
  /** What the operation computed. */
  Variable output();

  /** A bias may be null. */
  record Conv2d(Variable input, Variable weight, Variable bias, Variable output, Convolution plan)
      implements Operation {}

  /**
   * {@code activation(normalized input + addend)}; the addend may be null.
   *
   * @param statistics whether mean and variance are those of the batch or constants
   */
  record BatchNorm(
      Variable input,
      Variable gamma,
      Variable beta,
      Variable addend,
      Activation activation,
      Variable output,
      BatchNormalization plan,
      BatchNormalization.Statistics statistics,
      float[] mean,
      float[] variance)
      implements Operation {}

  record Relu(Variable input, Variable output) implements Operation {}

  record Relu6(Variable input, Variable output) implements Operation {}

  record Add(Variable left, Variable right, Variable output) implements Operation {}

  record Scale(Variable input, Variable output, float factor) implements Operation {}

  record MaxPool(Variable input, Variable output, PoolGeometry geometry, int[] argmax)
      implements Operation {}

  record AveragePool(Variable input, Variable output, PoolGeometry geometry) implements Operation {}

  record GlobalAveragePool(Variable input, Variable output) implements Operation {}

  /** A bias may be null. */
  record Linear(
      Variable input, Variable weight, Variable bias, Variable output, FullyConnected plan)
      implements Operation {}

  record Concat(List<Variable> inputs, Variable output) implements Operation {}

  record ChannelSlice(Variable input, Variable output, int first) implements Operation {}

  record ChannelShuffle(Variable input, Variable output, int groups) implements Operation {}

  record Flatten(Variable input, Variable output) implements Operation {}

  record Pad(Variable input, Variable output, PadShortcut plan) implements Operation {}

  record DiagonalBlocks(Variable weight, Variable output, BlockDiagonal plan)
      implements Operation {}

  record CrossEntropy(Variable logits, Variable output, Targets targets) implements Operation {}
}
