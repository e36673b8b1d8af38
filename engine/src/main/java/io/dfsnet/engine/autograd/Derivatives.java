package io.dfsnet.engine.autograd;

import io.dfsnet.engine.Activation;
import io.dfsnet.engine.Channels;
import io.dfsnet.engine.Elementwise;
import io.dfsnet.engine.Pooling;
import io.dfsnet.engine.Shape;
import io.dfsnet.engine.SoftmaxCrossEntropy;
import io.dfsnet.engine.Workers;
import java.util.List;

/**
 * The table of derivatives: for each operation, how the gradient {@code dy} of its output becomes
 * the gradients of its inputs. How gradients are stored and added up is the affair of {@link
 * Gradients}, how they are computed that of the kernels.
 */
final class Derivatives {
  private final Gradients gradients;
  private final Plans plans;
  private final Workers workers;

  Derivatives(Gradients gradients, Plans plans, Workers workers) {
    this.gradients = gradients;
    this.plans = plans;
    this.workers = workers;
  }

  /** Sends the inputs of {@code operation} their gradients. */
  void apply(Operation operation, Buffer gradOutput) {
    float[] dy = gradOutput.data();
    switch (operation) {
      case Operation.Conv2d(var x, var w, var b, var y, var plan) -> {
        gradients.onto(x, (before, dx) -> plan.backwardData(dy, w.data(), before, dx, workers));
        gradients.into(w, dw -> plan.backwardWeights(x.data(), dy, dw, workers));
        gradients.into(b, db -> plans.channelSums(y.shape()).perChannel(dy, db, workers));
      }
      case Operation.BatchNorm norm -> batchNorm(norm, gradOutput);
      case Operation.Relu(var x, var y) ->
          gradients.inPlace(
              x, gradOutput, dx -> Elementwise.reluBackward(y.data(), dy, dx, workers));
      case Operation.Relu6(var x, var y) ->
          gradients.inPlace(
              x, gradOutput, dx -> Elementwise.relu6Backward(y.data(), dy, dx, workers));
      case Operation.Add(var left, var right, _) -> {
        gradients.pass(left, gradOutput);
        gradients.pass(right, gradOutput);
      }
      case Operation.Scale(var x, _, var factor) ->
          gradients.inPlace(x, gradOutput, dx -> Elementwise.scale(factor, dy, dx, workers));
      case Operation.MaxPool(var x, _, var geometry, var argmax) ->
          gradients.into(x, dx -> Pooling.maxBackward(geometry, argmax, dy, dx, workers));
      case Operation.AveragePool(var x, _, var geometry) ->
          gradients.into(x, dx -> Pooling.averageBackward(geometry, dy, dx, workers));
      case Operation.GlobalAveragePool(var x, _) ->
          gradients.into(x, dx -> Pooling.globalAverageBackward(x.shape(), dy, dx, workers));
      case Operation.Linear(var x, var w, var b, _, var plan) -> {
        gradients.into(x, dx -> plan.backwardData(dy, w.data(), dx, workers));
        gradients.into(w, dw -> plan.backwardWeights(x.data(), dy, dw, workers));
        gradients.into(b, db -> plan.backwardBias(dy, db, workers));
      }
      case Operation.Concat(var inputs, var y) -> concat(inputs, y.shape(), dy);
      case Operation.ChannelSlice(var x, _, var first) ->
          gradients.into(x, dx -> Channels.sliceBackward(x.shape(), dy, first, dx, workers));
      case Operation.ChannelShuffle(var x, _, var groups) ->
          gradients.into(x, dx -> Channels.shuffleBackward(x.shape(), groups, dy, dx, workers));
      case Operation.Flatten(var x, _) -> gradients.pass(x, gradOutput);
      case Operation.Pad(var x, _, var plan) ->
          gradients.into(x, dx -> plan.backward(dy, dx, workers));
      case Operation.DiagonalBlocks(var w, _, var plan) ->
          gradients.into(w, dw -> plan.scatter(dy, dw));
      case Operation.CrossEntropy(var x, _, var targets) ->
          gradients.into(
              x,
              dx ->
                  SoftmaxCrossEntropy.gradient(
                      x.shape().size(0), x.shape().size(1), x.data(), targets, dy[0], dx));
    }
  }

  /**
   * Two passes: one sums, the other makes the input's gradient. Where there is an addend, the first
   * masks the gradient by the activation, which makes it the addend's. Each writes over what it has
   * read, unless somebody wants it.
   */
  private void batchNorm(Operation.BatchNorm norm, Buffer gradOutput) {
    boolean masks = norm.activation() != Activation.NONE && norm.addend() != null;
    boolean ownsMasked = masks || !gradOutput.isShared();
    Buffer masked = masks ? gradients.inPlaceOf(gradOutput) : gradOutput.hold();
    Buffer gradInput =
        ownsMasked && !Gradients.wanted(norm.addend())
            ? masked.hold()
            : gradients.bufferFor(norm.input());
    Buffer gradGamma = gradients.bufferFor(norm.gamma());
    Buffer gradBeta = gradients.bufferFor(norm.beta());
    norm.plan()
        .backward(
            norm.statistics(),
            norm.input().data(),
            norm.gamma().data(),
            norm.beta().data(),
            norm.mean(),
            norm.variance(),
            norm.activation(),
            masks ? norm.output().data() : null,
            gradOutput.data(),
            masked.data(),
            gradInput.data(),
            gradGamma.data(),
            gradBeta.data(),
            workers);
    gradients.pass(norm.addend(), masked);
    masked.release();
    gradients.arrive(norm.input(), gradInput);
    gradients.arrive(norm.gamma(), gradGamma);
    gradients.arrive(norm.beta(), gradBeta);
  }

  /** Every input's gradient is its slice of the output's. */
  private void concat(List<Variable> inputs, Shape outShape, float[] dy) {
    int firstChannel = 0;
    for (Variable x : inputs) {
      int first = firstChannel;
      gradients.into(x, dx -> Channels.slice(outShape, dy, first, dx, workers));
      firstChannel += x.shape().size(1);
    }
  }
}
