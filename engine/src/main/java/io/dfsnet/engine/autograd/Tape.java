package io.dfsnet.engine.autograd;

import io.dfsnet.engine.Activation;
import io.dfsnet.engine.BatchNormalization.Statistics;
import io.dfsnet.engine.BlockDiagonal;
import io.dfsnet.engine.Channels;
import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.Elementwise;
import io.dfsnet.engine.Epilogue;
import io.dfsnet.engine.PadShortcut;
import io.dfsnet.engine.PoolGeometry;
import io.dfsnet.engine.Pooling;
import io.dfsnet.engine.Shape;
import io.dfsnet.engine.ShapeException;
import io.dfsnet.engine.SoftmaxCrossEntropy;
import io.dfsnet.engine.Targets;
import io.dfsnet.engine.Tensor;
import io.dfsnet.engine.Workers;
import java.util.ArrayList;
import java.util.List;

/**
 * Reverse-mode automatic differentiation. An operation on the tape computes at once and is written
 * down if a parameter has a part in it; {@link #backward} reads the tape from its end to its
 * beginning and turns the gradient of each result into gradients of what went into it.
 *
 * <pre>
 * forward     image --conv2d--> a --batchNorm--> b --relu--> ... --softmaxCrossEntropy--> loss
 * backward    weight  &lt;--  da  &lt;-------------  db  &lt;----- ... &lt;---------------------  1
 * </pre>
 *
 * One tape serves step after step: {@link #reset} takes back every array for the next step, plans
 * of convolutions stay. A step in which the shapes are those of an earlier one allocates no float
 * arrays for values and gradients. Gradients of results go back while {@code backward} still runs.
 *
 * <p>The same operations give the same bits, whatever the count of threads. A tape belongs to one
 * thread at a time; the threads that it puts to work are those of its {@link Workers}.
 */
public final class Tape {
  private final Workers workers;
  private final Buffers buffers;
  private final Gradients gradients;
  private final Derivatives derivatives;
  private final Plans plans = new Plans();
  private final List<Operation> operations = new ArrayList<>();
  private final List<Variable> results = new ArrayList<>();
  private final List<Buffer> taken = new ArrayList<>();
  private boolean played;

  public Tape(Workers workers) {
    this(workers, new Buffers());
  }

  Tape(Workers workers, Buffers buffers) {
    this.workers = workers;
    this.buffers = buffers;
    this.gradients = new Gradients(buffers, workers);
    this.derivatives = new Derivatives(gradients, plans, workers);
  }

  /** A leaf into which no gradient flows: data, frozen weights. */
  public Variable constant(Tensor value) {
    return Variable.leaf(this, value, false);
  }

  /** A leaf whose gradient is wanted. It reads the tensor's array whenever it is used. */
  public Variable parameter(Tensor value) {
    return Variable.leaf(this, value, true);
  }

  /**
   * A convolution: input {@code [n, inChannels, height, width]}, weight {@code [outChannels,
   * inChannels / groups, kernelHeight, kernelWidth]}, bias {@code [outChannels]} or null.
   */
  public Variable conv2d(
      Variable input, Variable weight, Variable biasOrNull, Conv2dGeometry geometry) {
    requireShape("conv2d", "input", input, geometry.inShape());
    requireShape("conv2d", "weight", weight, geometry.weightShape());
    float[] bias = null;
    if (biasOrNull != null) {
      requireShape("conv2d", "bias", biasOrNull, Shape.of(geometry.outChannels()));
      bias = biasOrNull.data();
    }
    var plan = plans.convolution(geometry);
    Variable output = result(geometry.outShape(), input, weight, biasOrNull);
    plan.forward(
        input.data(),
        plan.pack(weight.data()),
        new Epilogue(bias, null, Activation.NONE),
        output.data(),
        workers);
    return record(new Operation.Conv2d(input, weight, biasOrNull, output, plan));
  }

  /**
   * Batch normalization in training: with the statistics of this batch, which also move the running
   * ones. Input {@code [n, channels, ...]}, gamma and beta {@code [channels]}.
   */
  public Variable batchNorm(
      Variable input, Variable gamma, Variable beta, float epsilon, RunningStatistics running) {
    return batchNorm(input, gamma, beta, epsilon, running, null, Activation.NONE);
  }

  /**
   * {@code activation(batch normalization + addend)}: the bits of separate operations in fewer
   * passes over memory, forward and backward.
   *
   * @param addendOrNull of the shape of the input
   */
  public Variable batchNorm(
      Variable input,
      Variable gamma,
      Variable beta,
      float epsilon,
      RunningStatistics running,
      Variable addendOrNull,
      Activation activation) {
    float[] addend = requireBatchNorm(input, gamma, beta, running, addendOrNull);
    var plan = plans.batchNorm(input.shape(), epsilon);
    float[] mean = scratch(gamma.shape());
    float[] variance = scratch(gamma.shape());
    Variable output = result(input.shape(), input, gamma, beta, addendOrNull);
    plan.forward(
        input.data(),
        gamma.data(),
        beta.data(),
        addend,
        activation,
        output.data(),
        mean,
        variance,
        workers);
    plan.updateRunning(mean, variance, running.momentum(), running.mean(), running.variance());
    return record(
        new Operation.BatchNorm(
            input,
            gamma,
            beta,
            addendOrNull,
            activation,
            output,
            plan,
            Statistics.BATCH,
            mean,
            variance));
  }

  /**
   * Batch normalization in inference: with the running statistics, which this leaves as they are
   * and which must not change before {@link #backward}.
   */
  public Variable batchNormInference(
      Variable input, Variable gamma, Variable beta, float epsilon, RunningStatistics running) {
    return batchNormInference(input, gamma, beta, epsilon, running, null, Activation.NONE);
  }

  /** {@code activation(batch normalization in inference + addend)}. */
  public Variable batchNormInference(
      Variable input,
      Variable gamma,
      Variable beta,
      float epsilon,
      RunningStatistics running,
      Variable addendOrNull,
      Activation activation) {
    float[] addend = requireBatchNorm(input, gamma, beta, running, addendOrNull);
    var plan = plans.batchNorm(input.shape(), epsilon);
    Variable output = result(input.shape(), input, gamma, beta, addendOrNull);
    plan.forwardInference(
            input.data(),
            gamma.data(),
            beta.data(),
            running.mean(),
            running.variance(),
            addend,
            activation,
            output.data())
        .run(workers);
    return record(
        new Operation.BatchNorm(
            input,
            gamma,
            beta,
            addendOrNull,
            activation,
            output,
            plan,
            Statistics.RUNNING,
            running.mean(),
            running.variance()));
  }

  /** {@code max(input, 0)}. */
  public Variable relu(Variable input) {
    require("relu", input);
    Variable output = result(input.shape(), input);
    Elementwise.relu(input.data(), output.data(), workers);
    return record(new Operation.Relu(input, output));
  }

  /** {@code min(max(input, 0), 6)}. */
  public Variable relu6(Variable input) {
    require("relu6", input);
    Variable output = result(input.shape(), input);
    Elementwise.relu6(input.data(), output.data(), workers);
    return record(new Operation.Relu6(input, output));
  }

  /** The sum of two variables of the same shape. */
  public Variable add(Variable left, Variable right) {
    require("add", left);
    requireShape("add", "right", right, left.shape());
    Variable output = result(left.shape(), left, right);
    Elementwise.add(left.data(), right.data(), output.data(), workers);
    return record(new Operation.Add(left, right, output));
  }

  /** {@code factor * input}. */
  public Variable scale(Variable input, float factor) {
    require("scale", input);
    Variable output = result(input.shape(), input);
    Elementwise.scale(factor, input.data(), output.data(), workers);
    return record(new Operation.Scale(input, output, factor));
  }

  /** The maximum of every window. */
  public Variable maxPool(Variable input, PoolGeometry geometry) {
    requireShape("maxPool", "input", input, geometry.inShape());
    Variable output = result(geometry.outShape(), input);
    int[] argmax = new int[output.shape().elements()];
    Pooling.max(geometry, input.data(), output.data(), argmax, workers);
    return record(new Operation.MaxPool(input, output, geometry, argmax));
  }

  /** The mean of every window, padding counted as zeros. */
  public Variable averagePool(Variable input, PoolGeometry geometry) {
    requireShape("averagePool", "input", input, geometry.inShape());
    Variable output = result(geometry.outShape(), input);
    Pooling.average(geometry, input.data(), output.data(), workers);
    return record(new Operation.AveragePool(input, output, geometry));
  }

  /** The mean of every plane: {@code [n, channels, height, width]} to {@code [n, channels]}. */
  public Variable globalAveragePool(Variable input) {
    requireRank("globalAveragePool", input, 4, "[n, channels, height, width]");
    Variable output = result(Shape.of(input.shape().size(0), input.shape().size(1)), input);
    Pooling.globalAverage(input.shape(), input.data(), output.data(), workers);
    return record(new Operation.GlobalAveragePool(input, output));
  }

  /**
   * A fully connected layer: input {@code [n, inFeatures]}, weight {@code [outFeatures,
   * inFeatures]}, bias {@code [outFeatures]} or null.
   *
   * @param parts into how many slices the sum over the inputs is cut, see {@link
   *     io.dfsnet.engine.FullyConnected}
   */
  public Variable linear(Variable input, Variable weight, Variable biasOrNull, int parts) {
    requireRank("linear", input, 2, "[n, inFeatures]");
    requireRank("linear", weight, 2, "[outFeatures, inFeatures]");
    int n = input.shape().size(0);
    int inFeatures = input.shape().size(1);
    int outFeatures = weight.shape().size(0);
    requireShape("linear", "weight", weight, Shape.of(outFeatures, inFeatures));
    float[] bias = null;
    if (biasOrNull != null) {
      requireShape("linear", "bias", biasOrNull, Shape.of(outFeatures));
      bias = biasOrNull.data();
    }
    var plan = plans.linear(n, inFeatures, outFeatures, parts);
    Variable output = result(Shape.of(n, outFeatures), input, weight, biasOrNull);
    plan.forward(weight.data(), input.data(), bias, output.data(), workers);
    return record(new Operation.Linear(input, weight, biasOrNull, output, plan.layer()));
  }

  /** The channels of all inputs, {@code [n, its channels, ...]}, one behind the other. */
  public Variable concat(List<Variable> inputs) {
    if (inputs.isEmpty()) {
      throw new ShapeException("concat", "needs at least one input");
    }
    Shape first = inputs.getFirst().shape();
    int channels = 0;
    for (Variable input : inputs) {
      require("concat", input);
      requireSameButChannels(first, input.shape());
      channels += input.shape().size(1);
    }
    int[] sizes = first.toArray();
    sizes[1] = channels;
    Variable output = result(Shape.of(sizes), inputs.toArray(Variable[]::new));
    Channels.concat(
        inputs.stream().map(Variable::data).toList(), output.shape(), output.data(), workers);
    return record(new Operation.Concat(List.copyOf(inputs), output));
  }

  /** As many channels as {@code channels} from {@code first} on, of {@code [n, channels, ...]}. */
  public Variable channelSlice(Variable input, int first, int channels) {
    require("channelSlice", input);
    Shape shape = input.shape();
    if (shape.rank() < 2 || first < 0 || channels < 1 || channels > shape.size(1) - first) {
      throw new ShapeException(
          "channelSlice", channels + " channels from " + first + " on are not in shape " + shape);
    }
    int[] sizes = shape.toArray();
    sizes[1] = channels;
    Variable output = result(Shape.of(sizes), input);
    Channels.slice(shape, input.data(), first, output.data(), workers);
    return record(new Operation.ChannelSlice(input, output, first));
  }

  /** Channel {@code g * (channels / groups) + k} becomes channel {@code k * groups + g}. */
  public Variable channelShuffle(Variable input, int groups) {
    require("channelShuffle", input);
    Variable output = result(input.shape(), input);
    Channels.shuffle(input.shape(), groups, input.data(), output.data(), workers);
    return record(new Operation.ChannelShuffle(input, output, groups));
  }

  /** {@code [n, ...]} to {@code [n, features]}: another shape over the same array. */
  public Variable flatten(Variable input) {
    require("flatten", input);
    if (input.shape().rank() < 2) {
      throw new ShapeException("flatten", "needs a shape [n, ...], found " + input.shape());
    }
    int n = input.shape().size(0);
    var flat = new Tensor(Shape.of(n, input.shape().elements() / n), input.data());
    Variable output = remember(Variable.result(this, flat, input.isDifferentiable()));
    return record(new Operation.Flatten(input, output));
  }

  /** Every {@code stride}-th row and column, zeros in the new channels, see {@link PadShortcut}. */
  public Variable padShortcut(Variable input, int outChannels, int stride, int groups) {
    require("padShortcut", input);
    var plan = new PadShortcut(input.shape(), outChannels, stride, groups);
    Variable output = result(plan.outShape(), input);
    plan.forward(input.data(), output.data(), workers);
    return record(new Operation.Pad(input, output, plan));
  }

  /**
   * The diagonal blocks of dense weights {@code [outChannels, inChannels, kernelHeight,
   * kernelWidth]} as weights of a grouped convolution, {@code [outChannels, inChannels / groups,
   * kernelHeight, kernelWidth]}.
   */
  public Variable blockDiagonal(Variable weight, int groups) {
    require("blockDiagonal", weight);
    var plan = new BlockDiagonal(weight.shape(), groups);
    Variable output = result(plan.groupedShape(), weight);
    plan.extract(weight.data(), output.data());
    return record(new Operation.DiagonalBlocks(weight, output, plan));
  }

  /**
   * The mean cross-entropy of the rows, a scalar.
   *
   * @param logits {@code [n, classes]}
   * @param targets of each row; their arrays are not copied and must stay as they are for this step
   */
  public Variable softmaxCrossEntropy(Variable logits, Targets targets) {
    requireRank("softmaxCrossEntropy", logits, 2, "[n, classes]");
    int n = logits.shape().size(0);
    int classes = logits.shape().size(1);
    Variable output = result(Shape.of(), logits);
    output.data()[0] = SoftmaxCrossEntropy.loss(n, classes, logits.data(), targets);
    return record(new Operation.CrossEntropy(logits, output, targets));
  }

  /** {@link #softmaxCrossEntropy(Variable, Targets)} for {@link Targets.Classes}, copied. */
  public Variable softmaxCrossEntropy(Variable logits, int[] labels, float labelSmoothing) {
    return softmaxCrossEntropy(logits, new Targets.Classes(labels.clone(), labelSmoothing));
  }

  /** Fills the gradients of all parameters that have a part in {@code scalar}, a loss. */
  public void backward(Variable scalar) {
    if (scalar.shape().elements() != 1) {
      throw new ShapeException(
          "backward", "needs a scalar " + Shape.of() + ", found " + scalar.shape());
    }
    backward(scalar, new Tensor(scalar.shape(), new float[] {1f}));
  }

  /**
   * As {@link #backward(Variable)} for a loss that was computed outside of the tape.
   *
   * @param gradient of that loss with respect to {@code output}, of the same shape
   * @throws IllegalStateException if this step has been played back before, or no parameter has a
   *     part in {@code output}
   */
  public void backward(Variable output, Tensor gradient) {
    requireShape("backward", "output", output, gradient.shape());
    if (played) {
      throw new IllegalStateException("backward: this step has been played back; call reset()");
    }
    if (!output.isDifferentiable()) {
      throw new IllegalStateException(
          "backward: no parameter has a part in " + output + "; make one with Tape.parameter()");
    }
    played = true;
    gradients.into(output, dy -> System.arraycopy(gradient.data(), 0, dy, 0, dy.length));
    for (Operation operation : operations.reversed()) {
      Buffer gradOutput = operation.output().takeGradient();
      if (gradOutput != null) {
        derivatives.apply(operation, gradOutput);
        gradOutput.release();
      }
    }
  }

  /**
   * Forgets the step and takes back all its arrays. Results are dead from now on, and gradients are
   * gone; parameters and constants may be used again.
   */
  public void reset() {
    gradients.clear();
    results.forEach(Variable::forget);
    results.clear();
    taken.forEach(Buffer::release);
    taken.clear();
    operations.clear();
    played = false;
  }

  /** A result whose array is still to be written, differentiable if one of its inputs is. */
  private Variable result(Shape shape, Variable... inputs) {
    boolean differentiable = false;
    for (Variable input : inputs) {
      differentiable |= input != null && input.isDifferentiable();
    }
    return remember(Variable.result(this, new Tensor(shape, scratch(shape)), differentiable));
  }

  /** An array that lives as long as the step. */
  private float[] scratch(Shape shape) {
    Buffer buffer = buffers.take(shape.elements());
    taken.add(buffer);
    return buffer.data();
  }

  private Variable remember(Variable result) {
    results.add(result);
    return result;
  }

  private Variable record(Operation operation) {
    if (operation.output().isDifferentiable()) {
      operations.add(operation);
    }
    return operation.output();
  }

  private void require(String operation, Variable variable) {
    if (!variable.belongsTo(this)) {
      throw new IllegalStateException(
          operation
              + ": "
              + variable
              + " belongs to another tape, or to a step that reset() has ended");
    }
  }

  private void requireShape(String operation, String name, Variable variable, Shape expected) {
    require(operation, variable);
    if (!variable.shape().equals(expected)) {
      throw new ShapeException(
          operation, name + " must be " + expected + ", found " + variable.shape());
    }
  }

  private void requireRank(String operation, Variable variable, int rank, String sizes) {
    require(operation, variable);
    if (variable.shape().rank() != rank) {
      throw new ShapeException(operation, "needs " + sizes + ", found " + variable.shape());
    }
  }

  /** Returns the addend's values, or null. */
  private float[] requireBatchNorm(
      Variable input,
      Variable gamma,
      Variable beta,
      RunningStatistics running,
      Variable addendOrNull) {
    require("batchNorm", input);
    if (input.shape().rank() < 2) {
      throw new ShapeException(
          "batchNorm", "needs a shape [n, channels, ...], found " + input.shape());
    }
    Shape perChannel = Shape.of(input.shape().size(1));
    requireShape("batchNorm", "gamma", gamma, perChannel);
    requireShape("batchNorm", "beta", beta, perChannel);
    if (running.mean().length != perChannel.size(0)) {
      throw new ShapeException(
          "batchNorm",
          "running statistics must be "
              + perChannel
              + ", found "
              + Shape.of(running.mean().length)
              + " for input "
              + input.shape());
    }
    if (addendOrNull == null) {
      return null;
    }
    requireShape("batchNorm", "addend", addendOrNull, input.shape());
    return addendOrNull.data();
  }

  private static void requireSameButChannels(Shape first, Shape other) {
    boolean same = first.rank() >= 2 && first.rank() == other.rank();
    for (int axis = 0; same && axis < first.rank(); axis++) {
      same = axis == 1 || first.size(axis) == other.size(axis);
    }
    if (!same) {
      throw new ShapeException(
          "concat",
          "inputs must agree in all sizes but channels, found " + first + " and " + other);
    }
  }
}
