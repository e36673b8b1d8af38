package io.dfsnet.engine.autograd;

import io.dfsnet.engine.Elementwise;
import io.dfsnet.engine.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Where gradients arrive. A variable that was used several times gets the sum of what its uses
 * send, added in the order in which the tape is played back. Variables that want no gradient, and
 * absent ones (null), are passed over.
 *
 * <p>An array that has become a gradient is not written to any more: a sum goes to another array.
 * Hence {@link #pass} may let several variables hold the same one.
 */
final class Gradients {
  private final Buffers buffers;
  private final Workers workers;
  private final List<Variable> receivers = new ArrayList<>();

  Gradients(Buffers buffers, Workers workers) {
    this.buffers = buffers;
    this.workers = workers;
  }

  /** Writes the three gradients of an operation that computes them together. */
  @FunctionalInterface
  interface ThreeGradients {
    void write(float[] first, float[] second, float[] third);
  }

  /** Sends {@code variable} what {@code write} writes into all of an array of its size. */
  void into(Variable variable, Consumer<float[]> write) {
    if (wanted(variable)) {
      Buffer fresh = bufferFor(variable);
      write.accept(fresh.data());
      arrive(variable, fresh);
    }
  }

  /**
   * Sends three variables what {@code write} writes for them; all are computed if one is wanted.
   */
  void into(Variable first, Variable second, Variable third, ThreeGradients write) {
    Buffer a = bufferFor(first);
    Buffer b = bufferFor(second);
    Buffer c = bufferFor(third);
    write.write(a.data(), b.data(), c.data());
    arrive(first, a);
    arrive(second, b);
    arrive(third, c);
  }

  /** Sends {@code variable} the gradient of the operation's output as it is. */
  void pass(Variable variable, Buffer gradOutput) {
    if (!wanted(variable)) {
      return;
    }
    if (variable.isLeaf()) {
      // A parameter's gradient is an array of its own: an optimizer may write to it.
      float[] dy = gradOutput.data();
      into(variable, dx -> System.arraycopy(dy, 0, dx, 0, dy.length));
    } else if (variable.gradientBuffer() == null) {
      put(variable, gradOutput.hold());
    } else {
      Buffer sum = bufferFor(variable);
      add(variable.gradientBuffer(), gradOutput, sum);
      put(variable, sum);
    }
  }

  /** Takes all gradients away. */
  void clear() {
    receivers.forEach(variable -> variable.replaceGradient(null));
    receivers.clear();
  }

  /** {@code contribution} has one holder, who hands it over. */
  private void arrive(Variable variable, Buffer contribution) {
    if (!wanted(variable)) {
      contribution.release();
      return;
    }
    if (variable.gradientBuffer() != null) {
      add(variable.gradientBuffer(), contribution, contribution);
    }
    put(variable, contribution);
  }

  private void put(Variable variable, Buffer gradient) {
    if (variable.gradientBuffer() == null) {
      receivers.add(variable);
    }
    variable.replaceGradient(gradient);
  }

  private void add(Buffer left, Buffer right, Buffer sum) {
    Elementwise.add(left.data(), right.data(), sum.data(), workers);
  }

  private Buffer bufferFor(Variable variable) {
    return buffers.take(variable.shape().elements());
  }

  private static boolean wanted(Variable variable) {
    return variable != null && variable.isDifferentiable();
  }
}
